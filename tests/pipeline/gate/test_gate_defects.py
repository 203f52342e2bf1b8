"""Every row rule of every suite names the rows that break it, and no other row: each rule has its failing twin."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pipeline.gate import gate_deliveries as deliveries
from pipeline.gate.gate_deliveries import Row
from steppe import contracts, gate
from steppe.gate import rules

# For every row rule of every suite, rows that differ from the clean row of the resource and must be named under it. A list of changes
# makes several rows; {same: true} gives a row what is the row's own ("*" in the clean row) from the row before it, {same: a_column}
# that column alone. {clean: true} is a row that breaks no rule, for the next to contradict. A warning leaves its row in staging.
DEFECTS: dict[str, dict[str, list[dict[str, Any]]]] = deliveries.of_all_sources("defects")
# Which rows of other resources a row refers to, and by which columns: clean ones are added for it, so that it breaks no other rule; a
# change of a column that is theirs goes to them. {stranger: true} is a row that refers to nothing. {beside: {resource: changes}} adds a
# row about the same person, {holders: 2} as many to a post.
REFERS: dict[str, dict[str, list[str]]] = deliveries.of_all_sources("refers")
CLEAN_ROWS = 3


@dataclass(frozen=True)
class Placed:
    """A defective row and where it stands; ``place`` gives the row as it is when it is right."""

    resource: str
    line_no: int
    rule_id: str
    change: dict[str, Any]
    place: int


def defective(source: str) -> tuple[dict[str, list[Row]], list[Placed]]:
    """Clean rows of each resource, then one or more rows for each defect, and what those refer to."""
    rows: dict[str, list[Row]] = {}
    placed: list[Placed] = []
    place = CLEAN_ROWS
    names = [resource.name for resource in contracts.load(source).resources]
    for name in names:
        rows[name] = [deliveries.row(name, number) for number in range(CLEAN_ROWS)]
    for name in names:
        for rule, changes in DEFECTS[name].items():
            before: Row = {}
            for change in changes:
                made, place = _changed(name, place, change, before), place + 1
                rows[name].append(made)
                if not change.get("clean"):
                    placed.append(Placed(name, len(rows[name]) + 1, f"{name}.{rule}", change, place - 1))
                before = made
                if not change.get("stranger"):
                    _refer(rows, name, made, place, change)
    return rows, placed


def _changed(resource: str, place: int, change: dict[str, Any], before: Row) -> Row:
    made = deliveries.row(resource, place)
    if same := change.get("same"):
        own = [name for name, value in deliveries.CLEAN[resource].items() if value == "*"]
        made |= {name: before[name] for name in (own if same is True else [same])}
    return made | {name: value for name, value in change.items() if name in made}


def _refer(rows: dict[str, list[Row]], resource: str, made: Row, place: int, change: dict[str, Any]) -> None:
    """Add the clean rows that a row refers to, and those that these refer to."""
    for other, columns in REFERS.get(resource, {}).items():
        key = {name: made[name] for name in columns}
        if any(key.items() <= row.items() for row in rows[other]):
            continue
        theirs = {name: value for name, value in change.items() if name in deliveries.CLEAN[other] and name not in made}
        referred = deliveries.row(other, place + 5000, **(key | theirs))
        rows[other].append(referred)
        _refer(rows, other, referred, place, {})
    for other, values in change.get("beside", {}).items():
        rows[other].append(deliveries.row(other, place + 5000, id_number=made["id_number"], **values))
    for number in range(change.get("holders", 0)):
        holder = deliveries.row("post_holder", place + 6000 + number, post_code=made["post_code"])
        rows["post_holder"].append(holder)


def test_every_row_rule_has_a_failing_twin() -> None:
    for resource, defects in DEFECTS.items():
        assert {f"{resource}.{rule}" for rule in defects} == {rule.rule_id for rule in rules.suite(resource).row_rules}


@pytest.mark.parametrize("source", contracts.sources())
def test_each_defect_is_named_and_stock_gx_says_the_same(source: str, warehouse: str, tmp_path: Path) -> None:
    rows, placed = defective(source)
    folder = deliveries.write(tmp_path / "delivery", rows, source=source)

    verdict = gate.check(folder)

    named = _named(verdict)
    for one in placed:
        assert one.rule_id in named.get((one.resource, one.line_no), set()), one
    for resource in contracts.load(source).resources:
        for line_no in range(2, 2 + CLEAN_ROWS):
            assert (resource.name, line_no) not in named, named[resource.name, line_no]

    stock = gate.check(folder, engine="gx")

    assert stock.rows == verdict.rows
    assert stock.findings == verdict.findings
    assert [(result.rule_id, result.outcome, result.rows_failed) for result in stock.results] == [
        (result.rule_id, result.outcome, result.rows_failed) for result in verdict.results
    ]


def _named(verdict: gate.Verdict) -> dict[tuple[str, int], set[str]]:
    named: dict[tuple[str, int], set[str]] = {}
    for finding in verdict.findings:
        if finding.line_no:
            named.setdefault((finding.resource, finding.line_no), set()).add(finding.rule_id)
    return named
