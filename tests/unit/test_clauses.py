"""Every clause of the notice has an answer, and a test with a failing twin."""

from __future__ import annotations

import ast
import csv
from collections.abc import Mapping, Sequence

from steppe import clauses, database, dictionary, settings
from steppe.clauses import Answer


def answered(admin: database.Connection) -> dict[str, list[Answer]]:
    return clauses.answers(*dictionary.clause_sources(dictionary.relations(admin)))


def unanswered(found: Mapping[str, Sequence[Answer]]) -> list[str]:
    """Clauses that nothing answers but rules: a rule keeps wrong rows out, and asks nothing."""
    return [
        clause
        for clause in clauses.requirements()
        if not [
            answer for answer in found.get(clause, ()) if answer.kind != "rule" or clause in ("C1.1", "C2.1", "C2.2")
        ]
    ]


def test_every_clause_has_an_answer(admin: database.Connection) -> None:
    found = answered(admin)
    assert unanswered(found) == []
    # Nothing answers what the notice does not ask.
    assert set(found) <= set(clauses.requirements())


def test_a_clause_without_an_answer_is_found(admin: database.Connection) -> None:
    found = answered(admin)
    del found["C2.5"]
    assert unanswered(found) == ["C2.5"]
    found["C2.5"] = [Answer("rule", "person.id_format")]
    assert unanswered(found) == ["C2.5"]
    # A table that no longer says what it answers is missed.
    tables, workflows = dictionary.clause_sources(dictionary.relations(admin))
    silent = [(name, comment) for name, comment in tables if "C2.5" not in comment]
    assert {answer.kind for answer in clauses.answers(silent, workflows)["C2.5"]} == {"parameter", "rule"}


def test_a_range_names_what_lies_between() -> None:
    known = list(clauses.requirements())
    assert clauses.cited("Subsidies (C3.4 to C3.6, C7.1)", known) == {"C3.4", "C3.5", "C3.6", "C7.1"}
    assert clauses.cited("none", known) == set()


def functions(file: str) -> set[str]:
    path = settings.ROOT / file
    if not path.is_file():
        return set()
    return {
        node.name for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.FunctionDef)
    }


def absent(rows: Sequence[Mapping[str, str]]) -> list[str]:
    """Tests that a row names and that are not there."""
    named = [row[column] for row in rows for column in ("test", "twin")]
    return [name for name in named if name.partition("::")[2] not in functions(name.partition("::")[0])]


def test_every_clause_has_a_test_and_a_failing_twin() -> None:
    with (settings.ROOT / "tests" / "clauses.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert [row["clause"] for row in rows] == list(clauses.requirements())
    assert absent(rows) == []
    assert [row["clause"] for row in rows if row["test"] == row["twin"]] == [], "a test is not its own twin"
    assert absent([{"test": "tests/unit/test_clauses.py::test_of_nothing", "twin": rows[0]["twin"]}]) == [
        "tests/unit/test_clauses.py::test_of_nothing"
    ]
