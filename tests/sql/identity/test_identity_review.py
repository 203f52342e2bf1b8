"""Who is one person: doubts are found by rule, decided by people, taken back, and the facts follow without a key changing."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
import yaml
from sql.staged import stage
from steppe import cli, database, settings, warehouse
from steppe.errors import SteppeError
from typer.testing import CliRunner

MAY, JUNE = date(2020, 5, 1), date(2020, 6, 1)
# Made-up numbers with right check characters; all of 赤峰.
NUMBERS = ("150404198005010015", "150404198005010031", "150404197903030015", "150404196501010038")
REASON = "village office confirmed"

NAMES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("names.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", NAMES, ids=[case["because"] for case in NAMES])
def test_names_are_as_like_as_a_person_finds_them(loader: database.Connection, case: dict[str, Any]) -> None:
    for one, other in ((case["one"], case["other"]), (case["other"], case["one"])):
        assert loader.execute("SELECT ops.name_likeness(%s, %s)", (one, other)).fetchone() == (case["like"],)


def test_every_number_of_one_person_leads_to_one_number(loader: database.Connection) -> None:
    fifteen = "150404800501001"
    (upgraded,) = loader.execute("SELECT ops.normalise_id(%s)", (fifteen,)).fetchone() or ("",)
    assert loader.execute("SELECT ops.id_check_digit_ok(%s)", (upgraded,)).fetchone() == (True,)
    for written in (upgraded, upgraded + "41", upgraded + "43B1", upgraded.lower()):
        assert loader.execute("SELECT ops.normalise_id(%s)", (written,)).fetchone() == (upgraded,)
    # A number that is not one of these forms is left for a rule to name.
    assert loader.execute("SELECT ops.normalise_id('1504048005010')").fetchone() == ("1504048005010",)


def person(number: str, name: str, **more: Any) -> dict[str, Any]:
    born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    return {"id_number": number, "person_id": number[-4:], "name": name, "birth_date": born} | more


def register(connection: database.Connection, *persons: dict[str, Any], period: date = MAY) -> int:
    delivery_id = stage(connection, "household_registry", period, {"person": persons})
    warehouse.publish(connection, delivery_id)
    return delivery_id


def insurance(connection: database.Connection, number: str, name: str, period: date = MAY) -> None:
    rows = {
        "enrollment": [{"id_number": number, "scheme": "employee_pension", "name": name}],
        "contribution": [
            {"id_number": number, "scheme": "employee_pension", "due_month": MAY, "is_received": True, "base_fen": 1}
        ],
    }
    warehouse.publish(connection, stage(connection, "social_insurance", period, rows))


def follow(connection: database.Connection) -> list[warehouse.Doubt]:
    warehouse.identify(connection)
    warehouse.build(connection)
    warehouse.refresh_marts(connection)
    found = warehouse.doubts(connection)
    connection.commit()
    return found


def key_of(connection: database.Connection, number: str) -> UUID:
    row = connection.execute("SELECT person_key FROM vault.identity WHERE id_number = %s", (number,)).fetchone()
    assert row
    found: UUID = row[0]
    return found


def employment(connection: database.Connection, month: date = MAY) -> dict[UUID, tuple[str, bool]]:
    rows = connection.execute(
        "SELECT person_key, status, is_employee_insured FROM warehouse.fct_employment_month "
        "WHERE known_to = 'infinity' AND month = %s",
        (month,),
    ).fetchall()
    connection.commit()
    return {key: (status, insured) for key, status, insured in rows}


def published_keys(connection: database.Connection) -> list[Any]:
    rows = connection.execute(
        "SELECT 'person', person_key, known_from FROM warehouse.dim_person UNION ALL "
        "SELECT 'insurance', person_key, known_from FROM warehouse.fct_insurance_month ORDER BY 1, 2, 3"
    ).fetchall()
    connection.commit()
    return rows


def test_two_numbers_of_one_person_are_merged_by_a_person_and_taken_apart_again(loader: database.Connection) -> None:
    old, new = NUMBERS[0], NUMBERS[1]
    register(loader, person(old, "娜仁图雅"), person(NUMBERS[2], "王小明"))
    insurance(loader, new, "那仁托娅")
    # The insurance tells no day of birth: the second number comes with the next register.
    assert follow(loader) == []
    register(loader, person(old, "娜仁图雅"), person(new, "那仁托娅"), person(NUMBERS[2], "王小明"))
    (doubt,) = follow(loader)
    keys = sorted((str(key_of(loader, old)), str(key_of(loader, new))))
    assert (doubt.kind, [doubt.person_key, doubt.other_key], doubt.state) == ("two_numbers", keys, "open")
    assert doubt.score is not None
    assert doubt.score >= 0
    assert doubt.reasons[0].startswith("same name, one in ")
    assert doubt.reasons[1:] == ("born the same day", "same village")
    # Nothing is merged by itself.
    before, keys_before = employment(loader), published_keys(loader)
    assert before[key_of(loader, old)] == ("unemployed", False)
    assert len(before) == 3

    warehouse.decide(loader, doubt.case_id, "one", REASON, "li")
    assert follow(loader) == []
    merged = employment(loader)
    (main,) = set(merged) & {key_of(loader, old), key_of(loader, new)}
    assert merged[main] == ("employed", True)  # the contribution under the other number counts for the person
    assert len(merged) == 2
    assert published_keys(loader) == keys_before

    warehouse.decide(loader, doubt.case_id, "two", "they are cousins", "wang")
    follow(loader)
    assert employment(loader) == before
    assert published_keys(loader) == keys_before
    decided = "SELECT decision, reason, decided_by FROM ops.identity_decision ORDER BY decision_id"
    assert loader.execute(decided).fetchall() == [("one", REASON, "li"), ("two", "they are cousins", "wang")]
    # As it was known in between.
    known = loader.execute("SELECT count(*) FROM warehouse.person_link WHERE known_to < 'infinity'").fetchone()
    assert known == (1,)


def test_a_number_with_two_names_counts_for_nobody_until_a_person_has_decided(loader: database.Connection) -> None:
    register(loader, person(NUMBERS[0], "王小明"), person(NUMBERS[2], "李静"))
    insurance(loader, NUMBERS[0], "赵铁柱")
    (doubt,) = follow(loader)
    assert (doubt.kind, doubt.where, doubt.score) == ("one_number", "150400 social_insurance", None)
    assert doubt.reasons == ("another name than in household_registry of 150400",)
    assert employment(loader)[key_of(loader, NUMBERS[0])] == ("unemployed", False)
    warehouse.decide(loader, doubt.case_id, "one", "a name changed by marriage", "li")
    follow(loader)
    assert employment(loader)[key_of(loader, NUMBERS[0])] == ("employed", True)
    warehouse.decide(loader, doubt.case_id, "two", "the employer typed the number wrong", "li")
    follow(loader)
    assert employment(loader)[key_of(loader, NUMBERS[0])] == ("unemployed", False)


@pytest.mark.parametrize("first", ["register", "insurance"])
def test_another_spelling_is_no_doubt_and_the_order_of_arrival_does_not_matter(
    loader: database.Connection, first: str
) -> None:
    def arrive(source: str) -> None:
        if source == "register":
            register(loader, person(NUMBERS[0], "娜仁图雅"), person(NUMBERS[2], "王小明"))
        else:
            rows = [
                {"id_number": NUMBERS[0], "scheme": "employee_pension", "name": "那仁托娅"},
                {"id_number": NUMBERS[2], "scheme": "employee_pension", "name": "赵铁柱"},
            ]
            warehouse.publish(loader, stage(loader, "social_insurance", MAY, {"enrollment": rows}))

    arrive(first)
    arrive("insurance" if first == "register" else "register")
    (doubt,) = follow(loader)
    assert (doubt.person_key, doubt.where) == (str(key_of(loader, NUMBERS[2])), "150400 social_insurance")


def test_a_doubt_is_withdrawn_when_the_source_corrects_the_name(loader: database.Connection) -> None:
    register(loader, person(NUMBERS[0], "王小明"))
    insurance(loader, NUMBERS[0], "赵铁柱")
    (doubt,) = follow(loader)
    insurance(loader, NUMBERS[0], "王小明", JUNE)
    assert follow(loader) == []
    assert employment(loader)[key_of(loader, NUMBERS[0])] == ("employed", True)
    with pytest.raises(SteppeError, match="withdrawn"):
        warehouse.decide(loader, doubt.case_id, "one", REASON, "li")


def quarantined(connection: database.Connection, delivery_id: int, line_no: int, **record: str) -> None:
    connection.execute(
        "INSERT INTO quarantine.row (delivery_id, resource, line_no, rule_ids, record) VALUES (%s, 'person', %s, %s, %s)",
        (delivery_id, line_no, ["person.id_present"], json.dumps(record, ensure_ascii=False)),
    )
    connection.commit()


def test_a_row_without_a_number_finds_who_it_resembles(loader: database.Connection) -> None:
    delivery_id = register(
        loader, person(NUMBERS[0], "娜仁图雅"), person(NUMBERS[2], "王小明"), person(NUMBERS[3], "李静")
    )
    place = {"village_code": "150404001001", "region_code": "150404"}
    quarantined(loader, delivery_id, 7, name="那仁托娅", birth_date="19800501", sex="1", **place)
    quarantined(loader, delivery_id, 8, name="张大山", birth_date="19500101", sex="1", **place)  # like nobody
    quarantined(loader, delivery_id, 9, name="王小民", birth_date="19790330", sex="1", **place)  # two slips: too little
    (doubt,) = follow(loader)
    assert (doubt.kind, doubt.person_key) == ("no_number", str(key_of(loader, NUMBERS[0])))
    assert doubt.where == f"150400 delivery {delivery_id} line 7"
    # The next register says it again, or has the number: the doubt of the old one is over.
    register(
        loader, person(NUMBERS[0], "娜仁图雅"), person(NUMBERS[2], "王小明"), person(NUMBERS[3], "李静"), period=JUNE
    )
    assert follow(loader) == []


def test_a_common_name_alone_is_no_evidence(loader: database.Connection) -> None:
    others = [
        person(f"1504041980050{day:02}011", "王小明", village_code=f"1504040010{day:02}") for day in range(10, 30)
    ]
    register(loader, *others)
    assert follow(loader) == []


def test_three_numbers_become_one_person_under_a_key_that_stays(loader: database.Connection) -> None:
    register(loader, *(person(number, "敖登格日勒", birth_date=MAY.replace(year=1980)) for number in NUMBERS[:3]))
    found = follow(loader)
    assert len(found) == 3
    for doubt in found[:2]:
        warehouse.decide(loader, doubt.case_id, "one", REASON, "li")
    follow(loader)
    assert len(employment(loader)) == 1
    (main,) = employment(loader)
    warehouse.decide(loader, found[2].case_id, "one", REASON, "li")
    follow(loader)
    assert set(employment(loader)) == {main}


def test_what_cannot_be_decided_is_said_in_a_line(loader: database.Connection) -> None:
    register(loader, person(NUMBERS[0], "王小明"))
    insurance(loader, NUMBERS[0], "赵铁柱")
    (doubt,) = follow(loader)
    for case, reason, told in (
        (999, REASON, "there is no case 999"),
        (doubt.case_id, "why", "a reason has five characters"),
        (doubt.case_id, "phone 13800000001", "a reason has five characters"),
    ):
        with pytest.raises(SteppeError, match=told):
            warehouse.decide(loader, case, "one", reason, "li")
    warehouse.decide(loader, doubt.case_id, "one", REASON, "li")
    with pytest.raises(SteppeError, match="decided so already"):
        warehouse.decide(loader, doubt.case_id, "one", REASON, "li")


def test_the_record_of_decisions_cannot_be_changed(loader: database.Connection) -> None:
    for statement in ("UPDATE ops.identity_decision SET reason = 'another'", "DELETE FROM ops.identity_decision"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), loader.transaction():
            loader.execute(statement)  # type: ignore[arg-type]


def test_the_commands_tell_tokens_and_reasons_only(loader: database.Connection) -> None:
    register(loader, person(NUMBERS[0], "王小明"), person(NUMBERS[2], "李静"))
    insurance(loader, NUMBERS[0], "赵铁柱")
    (doubt,) = follow(loader)
    outputs = []
    for arguments in (
        ["queue"],
        ["queue", "--all", "--json"],
        ["merge", str(doubt.case_id), "--reason", REASON],
        ["split", str(doubt.case_id), "--reason", REASON],
    ):
        result = CliRunner().invoke(cli.app, ["identity", *arguments], catch_exceptions=False)
        assert result.exit_code == 0, arguments
        outputs.append(result.output)
    assert str(key_of(loader, NUMBERS[0])) in outputs[0]
    assert json.loads(outputs[1])[0]["state"] == "open"
    for output in outputs:
        for personal in ("王小明", "赵铁柱", NUMBERS[0], "1980"):
            assert personal not in output
    empty = CliRunner().invoke(cli.app, ["identity", "queue"], catch_exceptions=False)
    assert "No doubt waits" in empty.output


def test_what_the_analyst_reads_holds_no_doubt(loader: database.Connection) -> None:
    with database.connect("analyst") as analyst:
        for table in ("ops.identity_case", "warehouse.person_link", "vault.other_name"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), analyst.transaction():
                analyst.execute(f"SELECT count(*) FROM {table}")  # type: ignore[arg-type]
    assert settings.ROLES
