"""Whether the agencies agree: every rule across sources holds at its bound, and is broken by one person or row more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from uuid import NAMESPACE_OID, uuid5

import pytest
from sql.known import BANNER, SENDER, insert
from steppe import alerts, warehouse
from steppe.database import Connection
from steppe.gate import rules
from steppe.orchestration import steps

MONTH, BEFORE = "2020-05-01", "2020-04-01"
DIED = "2020-04-10"
REGISTERED = 20
SOURCES = (
    "household_registry", "social_insurance", "civil_affairs", "unemployment_benefit", "pv_revenue", "welfare_post",
    "payment", "callback",
)  # fmt: skip
RESULT = (
    "SELECT outcome, observed::int, bound::float FROM ops.across_result "
    "WHERE rule_id = %s AND region_code = %s AND month = '2020-05-01'"
)


def person(number: int) -> str:
    return str(uuid5(NAMESPACE_OID, f"person {number}"))


def publish(connection: Connection, source: str, period: str) -> None:
    connection.execute(
        "WITH delivery AS (INSERT INTO ops.delivery (sha256, file_name, size_bytes, source, sender_code, period) "
        "VALUES (encode(sha256(convert_to(%(source)s || clock_timestamp(), 'UTF8')), 'hex'), 'x', 1, %(source)s, %(sender)s, %(period)s) "
        "RETURNING delivery_id) INSERT INTO ops.publication (delivery_id, source, sender_code, period, published_at) "
        "SELECT delivery_id, %(source)s, %(sender)s, %(period)s, clock_timestamp() FROM delivery",
        {"source": source, "sender": SENDER, "period": period},
    )


def register(connection: Connection, numbers: range, **changes: object) -> None:
    for number in numbers:
        insert(connection, "dim_person", {"person_key": person(number), **changes})


def death(connection: Connection, number: int, died_on: str = DIED) -> None:
    insert(connection, "fct_death", {"person_key": person(number), "died_on": died_on, "period": BEFORE})


def contribution(connection: Connection, number: int, period: str = MONTH) -> None:
    row = {"person_key": person(number), "scheme": "employee_pension", "due_month": period, "period": period}
    insert(connection, "fct_insurance_month", row)


def benefit(connection: Connection, number: int) -> None:
    insert(connection, "fct_unemployment_benefit_month", {"person_key": person(number), "month": MONTH})


def pv_post(connection: Connection, number: int) -> None:
    insert(connection, "fct_pv_post_month", {"person_key": person(number), "month": MONTH})


def welfare_post(connection: Connection, number: int) -> None:
    row = {"person_key": person(number), "month": MONTH, "started_on": MONTH, "post_code": f"W{number}"}
    insert(connection, "fct_welfare_post_month", row)


def assisted(connection: Connection, number: int) -> None:
    row = {"assistance_kind": "minimum_living", "decision": "granted", "decided_on": DIED, "monthly_amount_fen": 47200}
    insert(connection, "fct_assistance", {"person_key": person(number), "case_code": f"C{number}", **row})


def paid_late(connection: Connection, number: int) -> None:
    death(connection, number, "2020-02-01")
    row = {"payee_kind": "person", "person_key": person(number), "amount_fen": 50_000, "paid_on": "2020-05-12"}
    insert(connection, "fct_payment", {"line_code": str(number), "status": "paid", "period": MONTH, **row})


def denied(connection: Connection, number: int) -> None:
    row = {"person_key": person(number), "outcome": "reached", "is_employed": False, "period": MONTH}
    insert(connection, "fct_callback", {"call_code": str(number), **row})
    insert(connection, "fct_employment_month", {"person_key": person(number), "month": MONTH, "evidence_tier": 4})


def each(*makes: Callable[[Connection, int], None], since: int = 0) -> Callable[[Connection, int], None]:
    """So many persons of the register, of whom each of these is told; beyond it, with ``since`` of twenty."""

    def make(connection: Connection, count: int) -> None:
        for number in range(since, since + count):
            for one in makes:
                one(connection, number)

    return make


# Rule -> how many may disagree, and what makes so many.
BOUNDS: dict[str, tuple[int, Callable[[Connection, int], None]]] = {
    "alive_though_dead": (3, each(death)),
    "assisted_unmarked": (5, each(assisted)),
    "employees_unmarked": (10, each(contribution)),
    "pensioned_unpaid": (
        10, lambda connection, count: register(connection, range(20, 20 + count), has_employee_pension=True),
    ),
    "members_difference": (
        10, lambda connection, count: insert(connection, "dim_household", {"member_count": REGISTERED + count}),
    ),
    "persons_change": (
        20, lambda connection, count: register(connection, range(20, 20 + count), valid_to=MONTH),
    ),
    "contributions_change": (
        50, each(lambda connection, number: contribution(connection, number, BEFORE)),
    ),
    "contributions_after_death": (3, each(death, contribution)),
    "benefits_after_death": (2, each(death, benefit)),
    "benefits_while_insured": (3, each(benefit, contribution)),
    "pv_posts_after_death": (2, each(death, pv_post)),
    "pv_posts_unregistered": (3, each(pv_post, since=REGISTERED)),
    "welfare_posts_after_death": (2, each(death, welfare_post)),
    "persons_with_two_posts": (2, each(pv_post, welfare_post)),
    "payments_after_death": (2, each(paid_late)),
    "employment_denied": (3, each(denied)),
}  # fmt: skip


@pytest.fixture
def told(admin: Connection) -> Connection:
    """A register of twenty persons that every agency has told something of."""
    register(admin, range(REGISTERED))
    publish(admin, "household_registry", BEFORE)
    publish(admin, "social_insurance", BEFORE)
    for source in SOURCES:
        publish(admin, source, MONTH)
    admin.commit()
    return admin


def test_every_rule_has_its_bound() -> None:
    assert {f"across.{name}" for name in BOUNDS} == {rule.rule_id for rule in rules.suite(rules.ACROSS).rules}


@pytest.mark.parametrize("more", [0, 1])
@pytest.mark.parametrize("name", BOUNDS)
def test_a_rule_holds_at_its_bound_and_not_beyond(name: str, more: int, told: Connection, loader: Connection) -> None:
    bound, make = BOUNDS[name]
    make(told, bound + more)
    told.commit()
    (compared, _) = warehouse.compare_sources(loader)
    assert (compared.month, compared.banners) == (date(2020, 5, 1), 1)
    found = loader.execute(RESULT, (f"across.{name}", BANNER)).fetchone()
    assert found == ("warn" if more else "pass", bound + more, float(bound))


def test_a_post_that_a_station_pays_is_one_post(told: Connection, loader: Connection) -> None:
    each(pv_post, welfare_post)(told, 9)
    for number in range(9):
        insert(told, "dim_welfare_post", {"post_code": f"W{number}", "fund_code": "pv_revenue"})
    told.commit()
    warehouse.compare_sources(loader)
    assert loader.execute(RESULT, ("across.persons_with_two_posts", BANNER)).fetchone() == ("pass", 0, 2.0)


def test_what_an_agency_has_not_told_is_not_compared(admin: Connection, loader: Connection) -> None:
    register(admin, range(REGISTERED))
    each(death)(admin, 9)
    publish(admin, "household_registry", MONTH)
    admin.commit()
    warehouse.compare_sources(loader)
    outcomes = dict(loader.execute("SELECT rule_id, outcome FROM ops.across_result").fetchall())
    assert outcomes.pop("across.members_difference") == "not_applicable"
    assert set(outcomes.values()) == {"not_applicable"}
    assert len(outcomes) == len(BOUNDS) - 1


def test_a_month_is_compared_again_only_when_there_is_news(told: Connection, loader: Connection) -> None:
    assert [compared.month.month for compared in warehouse.compare_sources(loader)] == [5, 4]
    assert warehouse.compare_sources(loader) == []
    publish(told, "civil_affairs", MONTH)
    told.commit()
    assert [compared.month.month for compared in warehouse.compare_sources(loader)] == [5]


def test_disagreement_is_told_once_and_is_over_when_the_agencies_agree(told: Connection, loader: Connection) -> None:
    each(death)(told, 4)
    told.commit()
    steps.compare_sources(5)
    (told_of,) = alerts.list_incidents(loader)
    assert (told_of.kind, told_of.severity, told_of.state) == ("sources_disagree", "warning", "open")
    publish(told, "civil_affairs", MONTH)
    told.commit()
    steps.compare_sources(5)
    assert loader.execute("SELECT count(*) FROM ops.alert").fetchone() == (1,)
    told.execute("UPDATE warehouse.dim_person SET life_status = 'dead'")
    publish(told, "household_registry", MONTH)
    told.commit()
    steps.compare_sources(5)
    loader.commit()
    assert alerts.recover(loader, datetime.now(UTC)) == 1
    assert alerts.list_incidents(loader) == []
