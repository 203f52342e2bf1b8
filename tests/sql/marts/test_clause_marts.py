"""What clauses ask of vacancies, exports, training, layoffs, local work and posts, each beside the defect that it is there to find."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import pytest
from sql.known import BANNER, insert
from steppe import database

MAY = "2020-05-01"


def person(letter: str) -> str:
    return str(uuid5(NAMESPACE_OID, letter))


def published(admin: database.Connection, source: str) -> None:
    """The agency delivered May."""
    admin.execute(
        "INSERT INTO ops.delivery (delivery_id, sha256, file_name, size_bytes, source, sender_code, period) OVERRIDING SYSTEM VALUE "
        "VALUES (1, repeat('a', 64), 'x.zip', 1, %s, '150400', %s)",
        (source, MAY),
    )
    admin.execute(
        "INSERT INTO ops.publication (delivery_id, source, sender_code, period, published_at) VALUES (1, %s, '150400', %s, now())",
        (source, MAY),
    )


VACANCY = {
    "places": 2,
    "filled_places": 0,
    "collected_on": "2020-05-02",
    "employer_name": "甲",
    "monthly_wage_fen": 300000,
}


@pytest.fixture
def vacancies(admin: database.Connection) -> database.Connection:
    published(admin, "vacancy")
    for code, more in {
        "collected": {"employer_name": "乙"},
        "reported": {"employer_name": "丙", "reported_on": "2020-05-03"},
        "published": {"reported_on": "2020-05-03", "published_on": "2020-05-04"},
        "filled": {"published_on": "2020-05-04", "filled_places": 2, "employer_name": "丁"},
        "closed": {"published_on": "2020-05-04", "closed_on": "2020-05-20"},
    }.items():
        insert(admin, "dim_vacancy", VACANCY | {"vacancy_code": code} | more)
    return admin


def flagged(admin: database.Connection, flag: str) -> set[str]:
    rows = admin.execute(f"SELECT vacancy_code FROM mart.vacancy_state WHERE {flag}").fetchall()  # type: ignore[arg-type]
    return {row[0] for row in rows}


def test_vacancies_stand_where_they_are(vacancies: database.Connection) -> None:
    rows = vacancies.execute("SELECT vacancy_code, state FROM mart.vacancy_state").fetchall()
    assert len(rows) == 5
    assert [row for row in rows if row[0] != row[1]] == []
    assert (flagged(vacancies, "is_stale"), flagged(vacancies, "is_repeated")) == (set(), set())


def test_a_stale_and_a_repeated_vacancy_are_found(vacancies: database.Connection) -> None:
    insert(vacancies, "dim_vacancy", VACANCY | {"vacancy_code": "again", "published_on": "2020-02-01"})
    assert flagged(vacancies, "is_stale") == {"again"}
    assert flagged(vacancies, "is_repeated") == {"again", "published"}


def test_a_batch_names_whom_it_sent(admin: database.Connection) -> None:
    insert(
        admin, "fct_export_batch", {"batch_code": "B1", "persons_declared": 3, "period": MAY, "intermediary_code": "Z"}
    )
    insert(admin, "dim_intermediary", {"intermediary_code": "Z", "kind": "broker"})
    insert(admin, "fct_export_person", {"batch_code": "B1", "person_key": person("a")})
    insert(admin, "fct_export_person", {"batch_code": "B1", "person_key": person("b"), "returned_on": "2020-05-09"})
    row = admin.execute(
        "SELECT intermediary_kind, persons_declared, persons_named, persons_away FROM mart.export_batches"
    ).fetchone()
    assert row == ("broker", 3, 2, 1)


def test_training_covers_who_is_willing(admin: database.Connection) -> None:
    for letter in "abcd":
        told = {"month": MAY, "status": "unemployed", "willing_to_go": "willing", "person_key": person(letter)}
        insert(admin, "fct_employment_month", told)
    for code in ("online", "offline"):
        insert(admin, "dim_course", {"course_code": code, "mode": code})
    for letter, code, days in (
        ("a", "online", 5),
        ("b", "offline", 5),
        ("c", "offline", 0),
    ):  # c was entered and never came
        insert(
            admin,
            "fct_attendance_month",
            {"person_key": person(letter), "course_code": code, "month": MAY, "attended_days": days},
        )
    row = admin.execute(
        "SELECT region_code, willing_persons, trained_persons, online_persons, covered_percent::float FROM mart.training_coverage"
    ).fetchone()
    assert row == (BANNER, 4, 2, 1, 50.0)


def test_a_layoff_ages_until_all_of_it_is_settled(admin: database.Connection) -> None:
    published(admin, "layoff")
    layoff = {"laid_off_on": "2020-05-11", "wages_owed_fen": 500, "compensation_owed_fen": 900}
    settled = {
        "wages_paid_on": "2020-05-12",
        "compensation_paid_on": "2020-05-12",
        "insurance_transferred_on": "2020-05-12",
    }
    insert(admin, "fct_layoff", layoff | {"person_key": person("a")})
    insert(admin, "fct_layoff", layoff | settled | {"person_key": person("b")})
    insert(admin, "fct_layoff", layoff | settled | {"person_key": person("c"), "wages_paid_on": None})
    rows = admin.execute(
        "SELECT person_key::text, days_open, wages_owed_fen, compensation_owed_fen, is_insurance_open FROM mart.layoff_open"
    ).fetchall()
    assert set(rows) == {(person("a"), 20, 500, 900, True), (person("c"), 20, 500, 0, False)}


def test_local_work_by_channel(admin: database.Connection) -> None:
    def work(letter: str, **more: Any) -> None:
        insert(
            admin,
            "fct_employment_month",
            {"month": date(2020, 5, 1), "person_key": person(letter), "evidence_tier": 4} | more,
        )

    work("a", channel="workshop")
    work("b", channel="workshop", out_migration_tier=4)  # was away in spring
    work("c", channel="seasonal")
    work("d", channel="self_found", is_out_migrant=True, out_migration_tier=4)  # is away
    rows = admin.execute(
        "SELECT channel, persons, year_round_persons, returned_persons FROM mart.local_work ORDER BY 1"
    ).fetchall()
    assert rows == [("seasonal", 1, 0, 0), ("workshop", 2, 2, 1)]


def test_a_post_with_more_holders_than_approved_is_found(admin: database.Connection) -> None:
    meets = {"cannot_leave_home": True, "has_no_other_work": True, "cannot_escape_poverty": True}
    insert(admin, "dim_welfare_post", {"post_code": "P", "approved_places": 1})
    holder = {"post_code": "P", "month": MAY}
    query = "SELECT held_persons, is_over_approved, unmet_persons FROM mart.welfare_post_headcount"
    insert(admin, "fct_welfare_post_month", holder | meets | {"person_key": person("a")})
    insert(admin, "fct_welfare_post_month", holder | meets | {"person_key": person("b"), "ended_on": "2020-05-10"})
    assert admin.execute(query).fetchone() == (1, False, 0)
    insert(admin, "fct_welfare_post_month", holder | meets | {"person_key": person("c"), "has_no_other_work": False})
    assert admin.execute(query).fetchone() == (2, True, 1)
