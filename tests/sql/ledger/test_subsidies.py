"""The money of subsidies: from the budget to the beneficiary and back, each step worked out by hand (yuan)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sql.known import BANNER, end
from sql.ledger.region import PERSON, TRAVEL, Region
from steppe import ledger, reference
from steppe.database import Connection
from steppe.ledger import LedgerError, Posted


@pytest.fixture
def region(admin: Connection, loader: Connection) -> Region:
    return Region(admin, loader)


def test_from_the_budget_to_the_bank(region: Region) -> None:
    region.works_away(1)
    region.works_away(2)
    region.works_away(3, evidence_tier=4)

    # 3 budgets and two claims; the third is refused.
    assert region.post() == Posted(batches=1, transfers=5, reversals=0, amount_fen=3 * 200_000 + 100_000)
    assert region.balances() == {"available:poverty_alleviation": 1000, f"committed:{TRAVEL}": 1000}
    order = region.propose()
    assert (order.payment_reference, order.line_count, order.amount_fen) == (f"{BANNER}-202006-0001", 2, 100_000)
    assert order.parts == (("travel", "poverty_alleviation", 2, 100_000),)
    assert "1,000.00" in order.describe()
    assert order.sha256 in order.describe()
    assert region.balances() == {"available:poverty_alleviation": 1000, f"payable:{TRAVEL}": 1000}
    for approver in ("wang", "li"):
        region.post()
        assert region.balances()[f"payable:{TRAVEL}"] == 1000
        ledger.approve(region.loader, order.payment_reference, order.sha256, approver, is_approved=True)
    region.post()
    assert region.balances() == {"available:poverty_alleviation": 1000, f"bank:{TRAVEL}": 1000}
    assert ledger.propose(region.loader) == []


def test_a_run_without_news_posts_nothing(region: Region) -> None:
    region.works_away(1)
    region.post()

    assert ledger.post_subsidies(region.loader) == Posted()
    assert ledger.post_subsidies(region.loader, is_full=True) == Posted()
    region.publish()
    assert ledger.post_subsidies(region.loader) == Posted()
    assert len(decisions(region.loader)) == 1


def decisions(connection: Connection) -> list[tuple[str, int, str, int]]:
    rows = connection.execute(
        "SELECT claim_key, decision_no, outcome, amount_fen FROM ledger.decision ORDER BY claim_key, decision_no"
    ).fetchall()
    connection.commit()
    return [(key.removeprefix("travel:00000000-0000-0000-0000-0000000000"), *rest) for key, *rest in rows]


def test_every_candidate_has_a_decision_and_a_change_is_the_next_one(region: Region) -> None:
    region.works_away(1)
    region.works_away(2, evidence_tier=4)
    region.post()
    region.works_away(1, evidence_tier=4)
    region.works_away(2, evidence_tier=2)
    region.post()
    end(region.admin, "fct_employment_month", month="2020-05-01")
    region.publish()
    region.post()

    assert decisions(region.loader) == [
        ("01:2020", 1, "eligible", 50_000), ("01:2020", 2, "refused", 0), ("01:2020", 3, "withdrawn", 0),
        ("02:2020", 1, "refused", 0), ("02:2020", 2, "eligible", 50_000), ("02:2020", 3, "withdrawn", 0),
    ]  # fmt: skip
    assert region.balances() == {"available:poverty_alleviation": 2000}


def test_claims_are_served_by_date_as_far_as_the_fund_goes(region: Region) -> None:
    for person, month in (
        (1, "2020-07-01"),
        (2, "2020-05-01"),
        (3, "2020-06-01"),
        (4, "2020-03-01"),
        (5, "2020-04-01"),
    ):
        region.works_away(person, month)
    region.post()
    assert region.balances() == {f"committed:{TRAVEL}": 2000}
    standing = region.loader.execute(
        "SELECT business_key FROM ledger.standing_transfer WHERE kind = 'subsidy_commit' ORDER BY event_date"
    ).fetchall()
    assert [key[-7:-5] for (key,) in standing] == ["04", "05", "02", "03"]
    region.rule("fund_budget", "budget_fen = 250000 WHERE fund_code = 'poverty_alleviation'")
    region.post()
    assert region.balances() == {f"committed:{TRAVEL}": 2500}


def test_a_budget_below_what_is_out_is_refused(region: Region) -> None:
    region.works_away(1)
    region.post()
    region.release()
    region.rule("fund_budget", "budget_fen = 40000 WHERE fund_code = 'poverty_alleviation'")
    before = region.balances()
    with pytest.raises(LedgerError, match="subsidy_available:poverty_alleviation would stand at -10000 fen"):
        ledger.post_subsidies(region.loader)
    assert region.balances() == before


def test_one_person_alone_releases_nothing(region: Region) -> None:
    region.works_away(1)
    region.post()
    order = region.propose()
    ledger.approve(region.loader, order.payment_reference, order.sha256, "wang", is_approved=True)
    with pytest.raises(LedgerError, match="wang has spoken already and another person must"):
        ledger.approve(region.loader, order.payment_reference, order.sha256, "wang", is_approved=True)
    region.post()
    assert region.balances()[f"payable:{TRAVEL}"] == 500


def test_an_approval_is_bound_to_what_was_seen(region: Region) -> None:
    region.works_away(1)
    region.post()
    order = region.propose()
    with pytest.raises(LedgerError, match="no longer what was shown"):
        ledger.approve(region.loader, order.payment_reference, "00" * 32, "wang", is_approved=True)


def test_a_refused_order_is_proposed_again(region: Region) -> None:
    region.works_away(1)
    region.post()
    first = region.propose()
    ledger.approve(region.loader, first.payment_reference, first.sha256, "wang", is_approved=True)
    ledger.approve(region.loader, first.payment_reference, first.sha256, "li", is_approved=False)
    region.post()
    assert region.balances() == {"available:poverty_alleviation": 1500, f"committed:{TRAVEL}": 500}
    assert region.release().payment_reference == f"{BANNER}-202006-0002"
    assert region.balances()[f"bank:{TRAVEL}"] == 500


def test_an_order_that_is_no_longer_due_ends(region: Region) -> None:
    region.works_away(1)
    region.works_away(2)
    region.post()
    order = region.propose()
    region.works_away(2, evidence_tier=4)
    region.post()
    assert region.balances() == {"available:poverty_alleviation": 1500, f"committed:{TRAVEL}": 500}
    with pytest.raises(LedgerError, match="it is not open"):
        ledger.approve(region.loader, order.payment_reference, order.sha256, "wang", is_approved=True)
    assert region.propose().line_count == 1


TRANSFER = ledger.Transfer(
    region_code=BANNER, idempotency_key=f"{BANNER}:subsidy_commit:test#1", debit_account="", credit_account="", amount_fen=1,
    kind="subsidy_commit", event_date=date(2020, 5, 31), rule_version="test",
)  # fmt: skip


@pytest.mark.parametrize(
    ("debit", "credit", "day", "reason"),
    [
        ("subsidy_committed:poverty_alleviation:travel", "subsidy_available:poverty_alleviation", date(2020, 5, 31), None),
        ("subsidy_committed:employment_subsidy:travel", "subsidy_available:employment_subsidy", date(2020, 5, 31), "may not pay"),
        ("subsidy_committed:poverty_alleviation:travel", "subsidy_available:poverty_alleviation", date(2019, 5, 31), "may not pay"),
        ("subsidy_committed:poverty_alleviation:travel", "subsidy_available:local_aid", date(2020, 5, 31), "does not go the way"),
        ("subsidy_paid:person:1", "subsidy_available:poverty_alleviation", date(2020, 5, 31), "does not go the way"),
    ],
    ids=["allowed", "another fund", "another time", "between funds", "past the approval"],
)  # fmt: skip
def test_a_fund_pays_only_what_it_may(region: Region, debit: str, credit: str, day: date, reason: str | None) -> None:
    region.post()
    transfer = [replace(TRANSFER, debit_account=debit, credit_account=credit, event_date=day)]
    if reason is None:
        assert ledger.enter(region.loader, transfer).transfers == 1
        return
    with pytest.raises(LedgerError, match=reason):
        ledger.enter(region.loader, transfer)


def test_each_banner_has_the_nearest_budget(admin: Connection, loader: Connection) -> None:
    admin.execute(
        "INSERT INTO ops.fund_budget SELECT fund_code, code, year, fen, clause, source, status FROM ops.fund_budget "
        "CROSS JOIN (VALUES ('150400', 7), ('150404', 9)) AS nearer (code, fen) WHERE fund_code = 'local_aid'"
    )
    admin.commit()

    assert ledger.post_subsidies(loader).batches == 103

    rows = loader.execute(
        "SELECT region_code, balance_fen FROM ledger.account_balance WHERE account_code = 'subsidy_available:local_aid' "
        "AND region_code IN ('150404', '150402', '150202') ORDER BY 1"
    ).fetchall()
    assert rows == [("150202", 100_000_000), ("150402", 7), ("150404", 9)]


def test_orders_are_made_for_the_banners_that_pay(region: Region) -> None:
    region.works_away(1)
    region.post()

    assert ledger.propose(region.loader, ["150402"]) == []
    assert [order.region_code for order in ledger.propose(region.loader, [BANNER])] == [BANNER]


def test_statements_tell_what_went_through_and_what_was_refused(region: Region) -> None:
    region.works_away(1)
    region.works_away(2, evidence_tier=4)
    region.post()
    region.release()

    entries = ledger.statement(region.loader, ["subsidy_available:poverty_alleviation"])
    assert [(entry.debit_fen, entry.credit_fen, entry.balance_fen) for entry in entries] == [
        (200_000, 0, 200_000),
        (0, 50_000, 150_000),
    ]
    paid, refused = (ledger.claims(region.loader, "person", PERSON.format(person))[0] for person in (1, 2))
    assert (paid.outcome, paid.amount_fen, paid.orders) == ("eligible", 50_000, [f"{BANNER}-202006-0001 1 released"])
    assert (refused.outcome, refused.unmet, refused.orders) == ("refused", ["evidence_tier"], [])
    accounts = ledger.accounts_of(region.loader, "village", "150404001001")
    assert {"pv_village:150404001001", "subsidy_paid:village:150404001001"} <= set(accounts)


def test_the_decision_says_why(region: Region) -> None:
    region.works_away(1, evidence_tier=4)
    region.post()

    (conditions,) = region.loader.execute("SELECT conditions FROM ledger.current_decision").fetchone() or ([],)

    assert [(each["condition"], each["met"]) for each in conditions] == [
        ("rule_in_force", True), ("in_window", True), ("works_away", True), ("evidence_tier", False), ("fund_allowed", True),
    ]  # fmt: skip
    assert conditions[3] == {
        "condition": "evidence_tier", "observed": "4", "required": "at most 3", "met": False,
        "evidence": "fct_employment_month:2020-05",
    }  # fmt: skip


def test_new_rules_are_an_input_like_a_publication(region: Region, admin: Connection) -> None:
    region.works_away(1)
    region.post()
    reference.load(admin, scale=None)  # the files' budget again
    admin.commit()

    assert ledger.post_subsidies(region.loader).transfers > 0
    assert ledger.post_subsidies(region.loader) == Posted()


@pytest.mark.parametrize("table", ["decision", "payment_order", "payment_line", "approval"])
def test_nobody_changes_what_was_decided(region: Region, table: str) -> None:
    import psycopg

    region.works_away(1)
    region.post()
    region.release()
    for statement in (
        f"UPDATE ledger.{table} SET region_code = region_code",
        f"DELETE FROM ledger.{table}",
        f"TRUNCATE ledger.{table}",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), region.loader.transaction():
            region.loader.execute(statement)  # type: ignore[arg-type]
