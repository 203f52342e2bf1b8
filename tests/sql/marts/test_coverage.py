"""四清, five fields and the unemployed (C2.5, C2.6, C4.4): each fault is found in its person, and counts are the lists' lengths."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sql.staged import BANNER, number, stage
from steppe import database, warehouse

APRIL, MAY, JUNE = date(2020, 4, 1), date(2020, 5, 1), date(2020, 6, 1)
OUT = {"work_place_class": "other_province"}


def publish(loader: database.Connection, source: str, month: date, **rows: list[dict[str, Any]]) -> None:
    warehouse.publish(loader, stage(loader, source, month, rows))


def derive(loader: database.Connection) -> None:
    warehouse.build(loader)
    warehouse.refresh_marts(loader)


def routing(loader: database.Connection, month: date) -> dict[str, tuple[str, str, int]]:
    return {
        id_number: (route, state, days)
        for id_number, route, state, days in loader.execute(
            "SELECT id_number, route, state, days_without_support FROM mart.unemployed_routing "
            "INNER JOIN vault.identity USING (person_key, sender_code) WHERE month = %s",
            (month,),
        )
    }


@pytest.fixture
def unemployed(loader: database.Connection) -> database.Connection:
    """April to June: 1 was insured, 2 draws benefit, 3 is referred, 4 has assistance until May, 5 has 低保, 6 nothing, 7 works in May."""
    for month in (APRIL, MAY, JUNE):
        persons = [
            {"id_number": number(place), "household_id": "h", "has_minimum_living": place == 5}
            | ({"work_place_class": "within_county"} if place == 7 and month == MAY else {})
            for place in range(1, 8)
        ]
        publish(loader, "household_registry", month, person=persons, household=[{"household_id": "h"}])
    publish(
        loader,
        "social_insurance",
        APRIL,
        contribution=[{"id_number": number(1), "scheme": "unemployment", "due_month": APRIL, "is_received": True}],
    )
    publish(
        loader,
        "unemployment_benefit",
        MAY,
        benefit=[{"id_number": number(2), "month": MAY, "benefit_kind": "insurance", "amount_fen": 90000}],
    )
    case = {"assistance_kind": "temporary", "referred_on": date(2020, 5, 4)}
    granted = {
        "decision": "granted",
        "decided_on": date(2020, 5, 9),
        "ends_on": date(2020, 5, 31),
        "monthly_amount_fen": 50000,
    }
    publish(
        loader,
        "civil_affairs",
        MAY,
        assistance=[
            {"case_code": "a", "id_number": number(3), "decision": "pending", "decided_on": None} | case,
            {"case_code": "b", "id_number": number(4)} | granted | case,
        ],
    )
    derive(loader)
    return loader


def test_everybody_without_work_has_a_route_and_days(unemployed: database.Connection) -> None:
    insurance, assistance = "unemployment_insurance", "assistance"
    assert routing(unemployed, MAY) == {
        number(1): (insurance, "not_referred", 31),  # employed, by the contribution, until the end of April
        number(2): (insurance, "supported", 0),
        number(3): (assistance, "referred", 61),
        number(4): (assistance, "supported", 0),
        number(5): (assistance, "supported", 0),
        number(6): (assistance, "not_referred", 61),
    }
    june = routing(unemployed, JUNE)
    assert june[number(4)] == (assistance, "not_referred", 30)  # begins anew after the support
    assert june[number(6)] == (assistance, "not_referred", 91)
    assert june[number(7)] == (assistance, "not_referred", 30)  # begins anew after the work


NOT_ROUTED = """
    SELECT count(*) FROM warehouse.fct_employment_month AS employment
    LEFT JOIN mart.unemployed_routing AS routing USING (person_key, region_code, month)
    WHERE employment.known_to = 'infinity' AND employment.status = 'unemployed' AND routing.route IS NULL
"""


def test_nobody_is_left_out(unemployed: database.Connection) -> None:
    assert unemployed.execute(NOT_ROUTED).fetchone() == (0,)
    unemployed.execute("DELETE FROM mart.unemployed_routing WHERE days_without_support = 91")
    assert unemployed.execute(NOT_ROUTED).fetchone() == (2,)


def test_the_named_list_is_of_those_without_support(unemployed: database.Connection) -> None:
    with database.connect("auditor") as auditor:
        named = auditor.execute("SELECT id_number FROM vault.list_without_support WHERE month = %s ORDER BY 1", (MAY,))
        assert [row[0] for row in named] == [number(1), number(6)]


FAULTS: list[tuple[dict[str, Any], set[str]]] = [
    ({}, set()),
    ({"household_id": "gone"}, {"headcount incomplete"}),
    (OUT | {"labour_ability": "lost"}, {"ability contradicted", "status stale", "willingness contradicted"}),
    ({"life_status": "missing"}, {"status incomplete"}),
    ({"willing_to_go": "unknown"}, {"willingness incomplete"}),
    (OUT | {"willing_to_go": "unwilling"}, {"status stale", "willingness contradicted"}),
    ({"labour_ability": "none"}, {"willingness contradicted"}),
]


@pytest.fixture
def register(loader: database.Connection, admin: database.Connection) -> database.Connection:
    persons = [{"id_number": number(place), "household_id": "h"} | told for place, (told, _) in enumerate(FAULTS)]
    publish(loader, "household_registry", MAY, person=persons, household=[{"household_id": "h"}])
    # Published on the day that it was due.
    admin.execute("UPDATE ops.publication SET published_at = '2020-06-10 18:00+08'")
    admin.commit()
    derive(loader)
    return loader


def faults(loader: database.Connection) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {number(place): set() for place in range(len(FAULTS))}
    for id_number, clear, *marks in loader.execute(
        "SELECT id_number, clear, is_incomplete, is_stale, is_contradicted FROM mart.list_clear_faults "
        "INNER JOIN vault.identity USING (person_key) WHERE month = %s",
        (MAY,),
    ):
        names = ("incomplete", "stale", "contradicted")
        found[id_number] |= {f"{clear} {name}" for name, is_so in zip(names, marks, strict=True) if is_so}
    return found


def test_each_fault_of_the_four_clears_is_found_in_its_person(register: database.Connection) -> None:
    assert faults(register) == {number(place): expected for place, (_, expected) in enumerate(FAULTS)}


def test_what_another_feed_says_contradicts(register: database.Connection) -> None:
    reached = {"outcome": "reached", "is_phone_own": True, "called_on": date(2020, 5, 20)}
    publish(
        register,
        "callback",
        MAY,
        callback=[
            {"call_code": "c0", "id_number": number(0), "is_employed": True} | reached,
            {"call_code": "c5", "id_number": number(5), "is_employed": True} | reached,
        ],
    )
    publish(register, "civil_affairs", MAY, death=[{"id_number": number(1), "died_on": date(2020, 4, 2)}])
    warehouse.marts.refresh_month(register, MAY, 10**9)
    found = faults(register)
    assert found[number(0)] == {"status contradicted"}  # without work by the register, at work by his own word
    assert found[number(5)] == {"willingness contradicted"}  # the call confirms the work
    assert found[number(1)] == {"headcount incomplete", "headcount contradicted"}


def test_a_household_is_found_under_another_number_of_the_person(
    register: database.Connection, admin: database.Connection
) -> None:
    """As build leaves it for a register's entry that people decided to be somebody else's."""
    main_key = uuid4()
    (key,) = admin.execute("SELECT person_key FROM vault.identity WHERE id_number = %s", (number(0),)).fetchone() or ()
    admin.execute(
        "UPDATE warehouse.fct_employment_month SET person_key = %s WHERE person_key = %s AND known_to = 'infinity'",
        (main_key, key),
    )
    admin.commit()

    def without_household() -> list[tuple[Any, ...]]:
        warehouse.marts.refresh_month(register, MAY, 10**9)
        return register.execute(
            "SELECT clear FROM mart.list_clear_faults WHERE person_key = %s AND is_incomplete", (main_key,)
        ).fetchall()

    assert without_household() == [("headcount",)]
    admin.execute(
        "INSERT INTO warehouse.person_link (person_key, main_key, known_from, known_to) VALUES (%s, %s, now(), 'infinity')",
        (key, main_key),
    )
    admin.commit()
    assert without_household() == []


def test_a_late_register_is_stale(register: database.Connection, admin: database.Connection) -> None:
    admin.execute("UPDATE ops.publication SET published_at = '2020-09-20 18:00+08'")
    admin.commit()
    warehouse.marts.refresh_month(register, MAY, 10**9)
    assert {"headcount stale", "ability stale", "status stale", "willingness stale"} <= faults(register)[number(0)]


@pytest.mark.parametrize("table", ["four_clears", "five_fields"])
def test_counts_are_the_lists_lengths_at_every_level(register: database.Connection, table: str) -> None:
    subject, listed = {"four_clears": ("clear", "list_clear_faults"), "five_fields": ("field", "list_field_faults")}[
        table
    ]
    disagreeing = f"""
        SELECT count(*) FROM mart.{table} AS shown
        CROSS JOIN LATERAL (
            SELECT count(*) FILTER (WHERE is_incomplete) AS incomplete, count(*) FILTER (WHERE is_stale) AS stale
            FROM mart.{listed} AS list INNER JOIN ops.region AS banner ON list.region_code = banner.region_code
            WHERE list.month = shown.month AND list.{subject} = shown.{subject}
                AND shown.place_code IN (list.village_code, list.region_code, banner.parent_code, '150000')
        ) AS length
        WHERE (shown.incomplete_persons, shown.stale_persons) IS DISTINCT FROM (length.incomplete, length.stale)
    """
    levels = register.execute(f"SELECT count(*), count(DISTINCT level) FROM mart.{table}").fetchone()  # type: ignore[arg-type]
    assert levels in ((16, 4), (20, 4))
    assert register.execute(disagreeing).fetchone() == (0,)  # type: ignore[arg-type]
    register.execute(f"DELETE FROM mart.{listed}")  # type: ignore[arg-type]
    assert register.execute(disagreeing).fetchone() != (0,)  # type: ignore[arg-type]


def test_the_five_fields_of_who_works(loader: database.Connection, admin: database.Connection) -> None:
    spell = {"work_place_class": "other_province", "started_on": date(2020, 3, 1), "employer_name": "建筑公司"}
    publish(
        loader,
        "household_registry",
        MAY,
        person=[
            {"id_number": number(1), "phone": "13800000001", "has_resident_pension": True},
            {"id_number": number(2), "work_place_class": "within_county"},
            {"id_number": number(3)},
        ],
        employment=[{"spell_id": "s1", "id_number": number(1), "verified_on": date(2020, 5, 2)} | spell],
    )
    publish(loader, "social_insurance", MAY, enrollment=[{"id_number": number(9), "scheme": "resident_pension"}])
    admin.execute("UPDATE ops.publication SET published_at = '2020-06-10 18:00+08'")
    admin.commit()
    derive(loader)
    found = loader.execute(
        "SELECT id_number, array_agg(field ORDER BY field) FROM mart.list_field_faults "
        "INNER JOIN vault.identity USING (person_key) WHERE is_incomplete GROUP BY 1"
    ).fetchall()
    # The second is known to work and nothing else of it; the third does not work.
    assert found == [(number(2), ["contact", "employer", "insurance", "work_place", "work_time"])]
    assert loader.execute("SELECT count(*) FROM mart.list_field_faults WHERE is_stale").fetchone() == (0,)
    rows = loader.execute(
        "SELECT field, persons, complete_percent::float FROM mart.five_fields WHERE place_code = %s ORDER BY 1",
        (BANNER,),
    ).fetchall()
    assert rows == [(field, 2, 50.0) for field in ("contact", "employer", "insurance", "work_place", "work_time")]
