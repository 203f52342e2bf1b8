"""A mass deletion or an unexplained change is published only on a person's word; what it changes is counted before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest
from pipeline.clerk.test_delivery_page import Page, page_of
from pipeline.clerk.test_error_workbook import load, persons, register
from pipeline.gate import gate_deliveries as deliveries
from steppe import database, gate
from steppe.orchestration import approvals, steps

STATE = "SELECT state, rule_id FROM ops.delivery WHERE delivery_id = %s"
YES: dict[str, Any] = {
    "chosen_options": [approvals.APPROVE],
    "params_input": {"reason": "旗县合并，底册核减"},
    "responded_by_user": {"id": "7", "name": "li"},
}


def register_of(count: int) -> dict[str, list[deliveries.Row]]:
    """A register in which every person has a household of his own."""
    people = [deliveries.row("person", place, household_id=f"H{place:06d}") for place in range(count)]
    return {"household": [deliveries.row("household", place) for place in range(count)], "person": people}


@pytest.fixture
def halved(loader: database.Connection, tmp_path: Path) -> int:
    """A June in which half of May's persons are gone; the delivery's number."""
    load(register_of(60), tmp_path / "may")
    return load(register_of(30), tmp_path / "june", period="2020-06")


def test_a_mass_deletion_waits_for_a_word_and_is_published_on_it(loader: database.Connection, halved: int) -> None:
    assert loader.execute(STATE, (halved,)).fetchone() == ("rejected", "delivery.mass_deletion")
    (question,) = steps.find_questions("run-1", 20)
    assert (question["delivery_id"], question["rule_id"]) == (halved, "delivery.mass_deletion")
    assert "| 0 | 30 | 0 | 30 |" in question["body"]
    assert steps.find_questions("run-2", 20) == [], "another run has asked"
    assert steps.find_questions("run-1", 20) == [question], "a run that is tried again asks the same"
    loader.commit()

    steps.decide(question, YES)

    assert loader.execute(STATE, (halved,)).fetchone() == ("received", None)
    loader.commit()
    steps.load(halved)
    assert loader.execute(STATE, (halved,)).fetchone() == ("published", None)
    ended = "SELECT count(*) FROM warehouse.dim_person WHERE known_to = 'infinity' AND valid_to = '2020-06-01'"
    assert loader.execute(ended).fetchone() == (30,)
    result = (
        "SELECT outcome, observed::float, bound::float FROM ops.gate_result WHERE delivery_id = %s AND rule_id = %s"
    )
    assert loader.execute(result, (halved, "person.absent_share")).fetchone() == ("warn", 0.5, 0.1)
    decided = loader.execute("SELECT decision, decided_by, reason FROM ops.approval").fetchall()
    assert decided == [("approved", "li", "旗县合并，底册核减")]


@pytest.mark.parametrize(
    "answer",
    [
        YES | {"chosen_options": [approvals.REFUSE]},
        YES | {"params_input": {"reason": ""}},
        {"chosen_options": [approvals.REFUSE], "params_input": {}, "responded_by_user": None},
    ],
    ids=["refused", "no reason", "nobody answered"],
)
def test_without_a_reasoned_yes_it_stays_rejected(
    answer: dict[str, Any], loader: database.Connection, halved: int
) -> None:
    (question,) = steps.find_questions("run-1", 20)
    steps.decide(question, answer)
    steps.decide(question, YES)  # a decision stands
    assert loader.execute(STATE, (halved,)).fetchone() == ("rejected", "delivery.mass_deletion")
    assert loader.execute("SELECT decision FROM ops.approval").fetchall() == [("refused",)]


def test_a_delivery_that_was_sent_again_is_not_asked_about(
    loader: database.Connection, halved: int, tmp_path: Path
) -> None:
    load(register_of(59), tmp_path / "again", period="2020-06")
    assert steps.find_questions("run-1", 20) == []
    assert (
        gate.decide(loader, halved, "delivery.mass_deletion", is_approved=True, by="li", reason="旗县合并核减") is False
    )
    assert loader.execute(STATE, (halved,)).fetchone() == ("rejected", "delivery.mass_deletion")


def test_rows_are_held_to_the_months_before(loader: database.Connection, tmp_path: Path) -> None:
    result = "SELECT outcome FROM ops.gate_result WHERE delivery_id = %s AND rule_id = 'person.rows_plausible'"
    for month, persons_told, outcome in (
        (4, 60, "not_applicable"),
        (5, 61, "not_applicable"),
        (6, 75, "not_applicable"),
    ):
        number = load(register_of(persons_told), tmp_path / str(month), period=f"2020-0{month}")
        assert loader.execute(result, (number,)).fetchone() == (outcome,)
    ordinary = load(register_of(90), tmp_path / "july", period="2020-07")
    assert loader.execute(result, (ordinary,)).fetchone() == ("pass",)
    doubled = load(register_of(180), tmp_path / "august", period="2020-08")
    assert loader.execute(STATE, (doubled,)).fetchone() == ("rejected", "delivery.unexplained_change")
    (question,) = steps.find_questions("run-1", 20)
    assert "| 90 | 0 | 0 | 90 |" in question["body"]


def test_what_changes_is_counted_by_column_and_told_on_the_page(loader: database.Connection, tmp_path: Path) -> None:
    before = persons(60)
    load(register(before), tmp_path / "may")
    after = persons(61)[1:]
    for person in after[:3]:
        person["months_worked"] = "5"
    after[4]["name"] = "李桂兰"
    june = load(register(after), tmp_path / "june", period="2020-06")
    counted = (
        "SELECT rows_added, rows_removed, rows_changed, rows_unchanged FROM ops.difference WHERE resource = 'person'"
    )
    assert loader.execute(f"{counted} AND delivery_id = %s", (june,)).fetchall() == [(1, 1, 4, 55)]
    columns = "SELECT column_name, rows_changed FROM ops.difference_column WHERE delivery_id = %s ORDER BY 1"
    assert loader.execute(columns, (june,)).fetchall() == [("(other)", 1), ("months_worked", 3)]
    words = Page(page_of(loader, june)).words
    assert "累计务工月数" in words or "务工月数" in " ".join(words)
    assert "李桂兰" not in words


def test_nobody_can_change_a_decision(loader: database.Connection, halved: int) -> None:
    gate.decide(loader, halved, "delivery.mass_deletion", is_approved=False, by="li", reason="未核实")
    for statement in ("UPDATE ops.approval SET decision = 'approved'", "DELETE FROM ops.approval"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), loader.transaction():
            loader.execute(statement)
