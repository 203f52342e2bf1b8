"""Waivers: a known failure passes within its scope and until its day, on record, and never a row that could not be stored."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pipeline.clerk.test_delivery_page import Page, page_of
from pipeline.clerk.test_error_workbook import load, persons, register
from pipeline.gate import gate_deliveries as deliveries
from pipeline.gate.test_gate_defects import DEFECTS
from steppe import cli, contracts, database, gate, intake, ledger, settings, summary, warehouse
from steppe.errors import SteppeError
from steppe.gate import rules
from steppe.orchestration import steps
from typer.testing import CliRunner

RULE = "person.sex_matches_id"
# The day in the region, which is not that of the machine for a third of the day.
TODAY = datetime.now(settings.CALENDAR).date()
RESULT = "SELECT outcome, rows_failed, rows_waived FROM ops.gate_result WHERE delivery_id = %s AND rule_id = %s"


def grant(connection: database.Connection, **changes: Any) -> int:
    asked = {
        "rule_id": RULE,
        "reason": "底册性别待核",
        "owner": "赤峰市扶贫办",
        "valid_from": TODAY - timedelta(30),
        "expires_on": TODAY + timedelta(30),
    }
    number = gate.grant(connection, gate.Waiver(**(asked | changes)), "test")
    connection.commit()
    return number


def spoiled(place: Path, *, period: str = "2020-05") -> int:
    """Load a register with one row that breaks the rule; the delivery's number."""
    people = persons(60)
    people[3]["sex"] = "1"
    return load(register(people), place, period=period)


def test_a_row_passes_on_somebodys_word_and_on_record(
    admin: database.Connection, loader: database.Connection, tmp_path: Path
) -> None:
    number = grant(admin, sender_code="150400")
    delivery = spoiled(tmp_path / "d")
    assert loader.execute(RESULT, (delivery, RULE)).fetchone() == ("warn", 1, 1)
    assert loader.execute("SELECT rows_accepted, rows_quarantined FROM ops.delivery").fetchone() == (100, 0)
    assert loader.execute("SELECT * FROM ops.waiver_use").fetchall() == [(delivery, number, 1)]
    assert [(one.waiver_id, one.scope, one.state, one.rows_waived) for one in summary.waivers(loader)] == [
        (number, "150400", "in force", 1)
    ]
    words = Page(page_of(loader, delivery)).words
    assert words[words.index("#1") + 1 :][:5] == [RULE, "1", "赤峰市扶贫办", "底册性别待核", f"{TODAY + timedelta(30)}"]


@pytest.mark.parametrize(
    "scope",
    [
        {"sender_code": "150500"},
        {"region_code": "150422"},
        {"period": date(2020, 6, 1)},
        {"rule_id": "person.age_plausible"},
        {"expires_on": TODAY - timedelta(1)},
        {"valid_from": TODAY + timedelta(2)},
    ],
    ids=lambda scope: next(iter(scope)),
)
def test_it_holds_within_its_scope_only(
    scope: dict[str, Any], admin: database.Connection, loader: database.Connection, tmp_path: Path
) -> None:
    grant(admin, **scope)
    delivery = spoiled(tmp_path / "d")
    assert loader.execute(RESULT, (delivery, RULE)).fetchone() == ("fail", 1, None)


def test_when_it_ends_the_same_row_is_judged_again(
    admin: database.Connection, loader: database.Connection, tmp_path: Path
) -> None:
    number = grant(admin)
    spoiled(tmp_path / "may")
    gate.end(admin, number, "底册已更正", "test")
    admin.commit()
    june = spoiled(tmp_path / "june", period="2020-06")
    assert loader.execute(RESULT, (june, RULE)).fetchone() == ("fail", 1, None)
    with pytest.raises(SteppeError, match="ended already"):
        gate.end(admin, number, "底册已更正", "test")


def test_a_row_that_breaks_another_rule_too_stays_out(
    admin: database.Connection, loader: database.Connection, tmp_path: Path
) -> None:
    grant(admin)
    people = persons(60)
    people[3] |= {"sex": "1", "months_worked": "13"}
    people[4] |= {"sex": "1", "birth_date": "2020-01-01"}  # cannot be stored: no date
    load(register(people), tmp_path / "d")
    assert loader.execute("SELECT line_no, rule_ids FROM quarantine.row ORDER BY 1").fetchall() == [
        (5, ["person.months_worked_range"]),
        (6, ["person.birth_date_valid", "person.sex_matches_id"]),
    ]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"rule_id": "person.id_unique"}, "cannot be waived"),
        ({"rule_id": "person.nothing"}, "no rule"),
        ({"reason": "x"}, "five characters"),
        ({"reason": "见证件 150421198506010007"}, "without ID"),
        ({"owner": " "}, "five characters"),
        ({"sender_code": "999999"}, "six-digit"),
        ({"expires_on": TODAY + timedelta(400)}, "a year at most"),
    ],
)
def test_what_cannot_be_waived_is_refused(changes: dict[str, Any], told: str, admin: database.Connection) -> None:
    with pytest.raises(SteppeError, match=told):
        grant(admin, **changes)


def test_nobody_who_loads_or_reads_can_grant_one(loader: database.Connection) -> None:
    for table in ("ops.waiver", "ops.waiver_end"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), loader.transaction():
            loader.execute(f"INSERT INTO {table} DEFAULT VALUES")


@pytest.mark.parametrize("source", contracts.sources())
def test_a_row_under_every_waiver_is_stored_derived_and_posted(
    source: str, admin: database.Connection, loader: database.Connection, tmp_path: Path
) -> None:
    waivable = [
        rule for each in contracts.load(source).resources for rule in rules.suite(each.name).rules if rule.is_waivable
    ]
    rows = {
        each.name: [deliveries.row(each.name, place) for place in range(60)]
        for each in contracts.load(source).resources
    }
    for place, rule in enumerate(waivable, start=10):
        grant(admin, rule_id=rule.rule_id)
        (change, *_) = DEFECTS[rule.resource][rule.rule_id.partition(".")[2]]
        rows[rule.resource][place] |= {
            name: value for name, value in change.items() if name in rows[rule.resource][place]
        }
        if "died_on" in change and rule.resource == "contribution":
            rows["enrollment"][place] |= {
                "died_on": change["died_on"],
                "person_status": "3",
                "scheme": rows["contribution"][place]["scheme"],
            }
            rows["contribution"][place]["id_number"] = rows["enrollment"][place]["id_number"]
    intake.deliver(deliveries.write(tmp_path / "d", rows, source=source))
    ((delivery_id,),) = [turn["delivery_ids"] for turn in steps.receive(source, 500)]
    steps.load(delivery_id)
    used = loader.execute("SELECT count(*) FROM ops.waiver_use").fetchone()
    assert used == (len(waivable),)
    assert loader.execute("SELECT state FROM ops.delivery").fetchone() == ("published",)
    loader.commit()
    for step in (warehouse.build, ledger.post, warehouse.refresh_marts):
        step(loader)
        loader.commit()
    assert ledger.verify(loader) == []


def test_the_command_grants_lists_and_ends(warehouse: str) -> None:
    until = f"{TODAY + timedelta(9)}"
    said = ["--owner", "赤峰市扶贫办", "--reason", "底册性别待核", "--until", until, "--month", "2020-05"]
    granted = CliRunner().invoke(cli.app, ["waiver", "grant", RULE, *said])
    assert (granted.exit_code, granted.stdout) == (0, f"waiver 1: {RULE} until {until}\n")
    assert CliRunner().invoke(cli.app, ["waiver", "end", "1", "--reason", "底册已更正"]).exit_code == 0
    listed = CliRunner().invoke(cli.app, ["waiver", "list"]).stdout
    assert "1 ended: person.sex_matches_id [2020-05]" in listed
