"""Authenticity signals (C7.3), their review, and the call-back sample with its error (C7.4)."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping
from datetime import date
from math import sqrt
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import psycopg
import pytest
import yaml
from sql.known import BANNER, SENDER, insert
from sql.marts.test_target_progress import fill
from steppe import database, scoring, warehouse
from steppe.errors import SteppeError
from steppe.warehouse import signals

MAY = date(2020, 5, 1)
CASES: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("signals.yaml").read_text(encoding="utf-8"))


def person(letter: str) -> str:
    return str(uuid5(NAMESPACE_OID, letter))


@pytest.fixture
def few(admin: database.Connection) -> database.Connection:
    """A warehouse in which two records are enough."""
    admin.execute(
        "UPDATE ops.parameter SET value = '2' WHERE name IN ('signal_least_records', 'signal_identical_records')"
    )
    return admin


def tell(admin: database.Connection, rows: list[Mapping[str, Any]], changes: Mapping[int, Mapping[str, Any]]) -> None:
    for place, row in enumerate(rows):
        ((table, values),) = row.items()
        values = values | changes.get(place, {})
        if table == "fct_employment_month" and values.get("status") != "unemployed":
            values = {"evidence_tier": 4} | values
        token = {"person_key": person(values.pop("person"))} if "person" in values else {}
        insert(admin, table, values | token)


def found(connection: database.Connection) -> dict[str, set[str]]:
    signals.find(connection, MAY)
    cases: dict[str, set[str]] = {}
    for signal, subject in connection.execute("SELECT signal, subject_code FROM mart.signal_case WHERE is_current"):
        cases.setdefault(signal, set()).add(subject)
    return cases


def expected(case: Mapping[str, Any]) -> set[str]:
    return {person(letter) for letter in case["finds"]} if isinstance(case["finds"], list) else {case["finds"]}


@pytest.mark.parametrize("signal", CASES)
def test_each_signal_finds_its_pattern_and_nothing_else(few: database.Connection, signal: str) -> None:
    case, signal = CASES[signal], signal.split(",", maxsplit=1)[0]
    tell(few, case["rows"], {})
    assert found(few).get(signal) == expected(case)
    few.rollback()
    few.execute(
        "UPDATE ops.parameter SET value = '2' WHERE name IN ('signal_least_records', 'signal_identical_records')"
    )
    tell(few, case["rows"], case["genuine"])
    assert signal not in found(few)


def test_a_case_that_expects_something_else_is_found(few: database.Connection) -> None:
    case = CASES["two_places"]
    tell(few, case["rows"], {})
    assert found(few)["two_places"] != expected(case | {"finds": ["b"]})


def test_every_signal_has_a_case_and_says_why_and_when_it_is_wrong() -> None:
    assert {signal.name for signal in signals.catalogue()} == {*(case.split(",")[0] for case in CASES), "exact_target"}
    assert len(signals.catalogue()) >= 12
    for signal in signals.catalogue():
        assert all((signal.title_zh, signal.title_en, signal.clause, signal.reason, signal.false_positive)), signal.name


def test_a_figure_that_equals_its_target_to_the_person(loader: database.Connection, admin: database.Connection) -> None:
    admin.execute("UPDATE ops.target SET population_scale = 1, full_target_persons = 30 WHERE indicator = 'beijing'")
    admin.commit()
    fill(loader, "beijing", 30)
    warehouse.marts.refresh_month(loader, MAY, 10**9)
    query = "SELECT subject_code, evidence FROM mart.signal_case WHERE signal = 'exact_target' AND is_current"
    assert loader.execute(query).fetchall() == [("150000", "beijing 30")]
    loader.execute("DELETE FROM warehouse.fct_employment_month WHERE person_key = md5('beijing1')::uuid")
    warehouse.marts.refresh_month(loader, MAY, 10**9)
    assert loader.execute(query).fetchall() == []


def test_a_case_is_decided_with_a_reason_and_stays_when_the_records_change(
    few: database.Connection, loader: database.Connection
) -> None:
    tell(few, CASES["work_without_ability"]["rows"], {})
    found(few)
    few.commit()
    row = loader.execute("SELECT case_id, state FROM mart.review_queue").fetchone()
    assert row
    case_id = row[0]
    assert row[1] == "open"
    loader.commit()
    for state, reason, said in (("denied", "因为", "not one of"), ("explained", " ", "say why")):
        with pytest.raises(signals.ReviewError, match=said):
            signals.review(loader, case_id, state, reason, "wu")
    with pytest.raises(signals.ReviewError, match="there is no case 0"):
        signals.review(loader, 0, "closed", "因为", "wu")
    signals.review(loader, case_id, "confirmed", "本人未务工", "wu")
    signals.review(loader, case_id, "explained", "残疾人辅助性就业", "li")
    few.execute("UPDATE warehouse.fct_employment_month SET labour_ability = 'ordinary'")
    found(few)
    few.commit()
    assert loader.execute("SELECT state, reason, reviewer, is_current FROM mart.review_queue").fetchone() == (
        "explained", "残疾人辅助性就业", "li", False,
    )  # fmt: skip
    assert loader.execute("SELECT count(*) FROM ops.review").fetchone() == (2,)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        loader.execute("DELETE FROM ops.review")


def test_a_signal_changes_no_figure(few: database.Connection) -> None:
    tell(few, CASES["two_places"]["rows"], {})
    before = few.execute("SELECT * FROM mart.list_employed ORDER BY 2").fetchall()
    assert found(few)
    assert few.execute("SELECT * FROM mart.list_employed ORDER BY 2").fetchall() == before


def drawn(connection: database.Connection) -> list[str]:
    database.run(connection, "40_mart/callback_sample.sql", {"month": MAY, "region_code": "150000"})
    rows = connection.execute("SELECT person_key::text FROM mart.callback_sample ORDER BY draw_no").fetchall()
    return [row[0] for row in rows]


def employ(admin: database.Connection, count: int) -> list[str]:
    persons = [person(str(place)) for place in range(count)]
    for key in persons:
        insert(admin, "fct_employment_month", {"person_key": key, "month": MAY, "evidence_tier": 4})
    return persons


def test_the_draw_is_repeatable_and_stands(admin: database.Connection) -> None:
    persons = employ(admin, 60)
    # Worked out a second way, in Python.
    by_hash = sorted(persons, key=lambda key: hashlib.sha256(f"142|2020-05-01|{key}".encode()).digest())
    assert drawn(admin) == by_hash[:30]
    admin.execute("DELETE FROM warehouse.fct_employment_month WHERE person_key::text = %s", (by_hash[0],))
    assert drawn(admin) == by_hash[:30]  # who was drawn is called, whatever is told later
    admin.execute("TRUNCATE mart.callback_sample")
    admin.execute("UPDATE ops.parameter SET value = '143' WHERE name = 'callback_sample_seed'")
    assert drawn(admin) != by_hash[1:31]


def wilson(wrong: int, asked: int) -> tuple[float, float]:
    """As in the textbook: the two p for which the observed share lies z standard errors away."""
    z, share = 1.959963984540054, wrong / asked
    middle = (share + z * z / (2 * asked)) / (1 + z * z / asked)
    half = z / (1 + z * z / asked) * sqrt(share * (1 - share) / asked + z * z / (4 * asked * asked))
    return 100 * (middle - half), 100 * (middle + half)


def test_the_error_rate_has_its_interval(admin: database.Connection) -> None:
    employ(admin, 60)
    sample = drawn(admin)
    for place, key in enumerate(sample[:20]):
        answer = {"outcome": "reached", "is_employed": place >= 3, "is_phone_own": True, "called_on": "2020-06-02"}
        insert(admin, "fct_callback", {"call_code": f"H{place}", "person_key": key} | answer)
    insert(
        admin,
        "fct_callback",
        {"call_code": "U", "person_key": sample[20], "outcome": "unreached", "called_on": "2020-06-02"},
    )
    row = admin.execute(
        "SELECT region_code, population, sampled_persons, reached_persons, wrong_persons, error_percent::float, "
        "lower_percent::float, upper_percent::float FROM mart.callback_error"
    ).fetchone()
    assert row
    assert row[:6] == (BANNER, 60, 30, 20, 3, 15.0)
    assert row[6:] == pytest.approx(wilson(3, 20), abs=0.006)


def test_bounds_are_shares(admin: database.Connection) -> None:
    chance = random.Random(7)
    for asked in (1, 5, 30, 1000):
        for wrong in {0, asked, chance.randint(0, asked)}:
            row = admin.execute(
                "SELECT mart.wilson_bound(%s, %s, -1.959963984540054), mart.wilson_bound(%s, %s, 1.959963984540054)",
                (wrong, asked, wrong, asked),
            ).fetchone()
            assert row
            assert 0 <= row[0] <= 100 * wrong / asked <= row[1] <= 100
    assert admin.execute("SELECT mart.wilson_bound(0, 0, 1.96)").fetchone() == (None,)


# What is told under another number of the same person, and of whom it then is.
TOLD_UNDER_ANOTHER = {
    "call_denies_work": {"fct_callback": {"called_on": "2020-05-09", "outcome": "reached", "is_phone_own": True, "is_employed": False}},
    "phone_not_own": {"fct_callback": {"called_on": "2020-05-09", "outcome": "reached", "is_phone_own": False, "is_employed": True}},
    "benefit_while_employed": {"fct_unemployment_benefit_month": {"month": MAY}},
    "work_after_death": {"fct_death": {"died_on": "2020-03-09"}},
    "pay_to_the_dead": {"fct_death": {"died_on": "2020-03-09"}},
}  # fmt: skip
SOURCES = {
    "fct_callback": "callback",
    "fct_unemployment_benefit_month": "unemployment_benefit",
    "fct_death": "civil_affairs",
}


@pytest.mark.parametrize("signal", TOLD_UNDER_ANOTHER)
def test_what_is_told_of_a_person_counts_under_the_key_that_he_is_counted_by(
    few: database.Connection, signal: str
) -> None:
    """A person with two numbers, merged: his facts stand under one, what is told of him under the other. Apart, they are two."""
    ((table, told),) = TOLD_UNDER_ANOTHER[signal].items()
    insert(
        few,
        "fct_employment_month",
        {"person_key": person("a"), "month": MAY, "evidence_tier": 1, "is_employee_insured": True},
    )
    insert(few, "fct_pv_post_month", {"person_key": person("a"), "month": MAY, "paid_fen": 60_000})
    insert(few, table, told | {"person_key": person("b")})
    assert signal not in found(few)
    link = {"person_key": person("b"), "main_key": person("a"), "known_from": "2020-06-01", "known_to": "infinity"}
    few.execute(
        "INSERT INTO warehouse.person_link VALUES (%(person_key)s, %(main_key)s, %(known_from)s, %(known_to)s)", link
    )
    assert found(few)[signal] == {person("a")}
    # A person has said that they are two after all.
    few.execute("UPDATE warehouse.person_link SET known_to = '2020-06-02'")
    assert signal not in found(few)


@pytest.mark.parametrize("signal", TOLD_UNDER_ANOTHER)
def test_what_a_source_tells_of_another_name_counts_for_nobody(few: database.Connection, signal: str) -> None:
    ((table, told),) = TOLD_UNDER_ANOTHER[signal].items()
    insert(
        few,
        "fct_employment_month",
        {"person_key": person("a"), "month": MAY, "evidence_tier": 1, "is_employee_insured": True},
    )
    insert(few, "fct_pv_post_month", {"person_key": person("a"), "month": MAY, "paid_fen": 60_000})
    insert(few, table, told | {"person_key": person("a")})
    assert found(few)[signal] == {person("a")}
    few.execute(
        "INSERT INTO warehouse.person_contested (person_key, sender_code, source, known_from, known_to) "
        "VALUES (%s, %s, %s, '2020-06-01', 'infinity')",
        (person("a"), SENDER, SOURCES[table]),
    )
    assert signal not in found(few)


def test_scores_are_of_the_key(few: database.Connection, tmp_path: Path) -> None:
    tell(few, CASES["identical_records"]["rows"], {})
    found(few)
    few.execute("CREATE TABLE vault.identity_given PARTITION OF vault.identity DEFAULT")
    for letter in "ab":
        few.execute(
            "INSERT INTO vault.identity (person_key, sender_code, id_number, name, region_code, delivery_id) "
            "VALUES (%s, '150400', %s, 'x', '150404', 1)",
            (person(letter), f"number {letter}"),
        )
    key = tmp_path / "signs.csv"
    key.write_text(
        "signal,month,subject\nidentical_records,2020-05-01,number a\nidentical_records,2020-05-01,number z\n"
    )
    (only,) = scoring.score(few, key)
    assert (only.signal, only.seeded, only.found, only.right) == ("identical_records", 2, 2, 1)
    assert (only.recall, only.precision) == (0.5, 0.5)
    key.write_text("a,b\n")
    with pytest.raises(SteppeError, match="line 1: columns must be"):
        scoring.score(few, key)
