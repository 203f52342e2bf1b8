"""The error workbook: the sender's own rows, the offending cells and no others coloured, the gate's own counts, nothing that runs."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from pipeline.clerk import error_workbook
from pipeline.gate import gate_deliveries as deliveries
from pipeline.gate.gate_deliveries import Row
from pipeline.gate.test_gate_defects import defective
from steppe import alerts, clerk, contracts, database, gate, intake, settings, summary
from steppe.clerk import workbook
from steppe.contracts import load_all
from steppe.errors import Rejected
from steppe.gate import rules
from steppe.orchestration import steps

SOURCE = "household_registry"
PERSON = contracts.load(SOURCE).resource("person")
RESOURCES = [resource for contract in load_all() for resource in contract.resources]


def persons(count: int) -> list[Row]:
    return [deliveries.row("person", place) for place in range(count)]


def register(people: list[Row]) -> dict[str, list[Row]]:
    return {"household": [deliveries.row("household", place) for place in range(40)], "person": people}


def checked(folder: Path, out: Path) -> gate.Verdict:
    """The verdict, with the workbook written."""
    written: list[clerk.Returned] = []

    def look(connection: database.Connection, delivery_id: int) -> None:
        written.append(clerk.gather(connection, delivery_id))

    verdict = gate.check(folder, look=look)
    clerk.save(out, lambda target: clerk.write(target, written[0]))
    return verdict


@pytest.mark.parametrize("source", contracts.sources())
def test_every_broken_cell_is_coloured_and_says_how_to_correct_it(source: str, warehouse: str, tmp_path: Path) -> None:
    rows, placed = defective(source)
    out = tmp_path / "errors.xlsx"
    verdict = checked(deliveries.write(tmp_path / "delivery", rows, source=source), out)
    sheets = {name: error_workbook.lines(sheet) for name, sheet in error_workbook.sheets(out, source).items()}
    named: dict[tuple[str, int], set[str]] = {}
    for finding in verdict.findings:
        if finding.line_no and finding.severity != "info":  # what was read all the same is counted, not listed
            named.setdefault((finding.resource, finding.line_no), set()).add(finding.rule_id)
    assert {(name, line_no) for name, listed in sheets.items() for line_no in listed} == set(named)
    listed_rules = {
        rule.rule_id
        for each in rules.suites_of(contracts.load(source))
        for rule in each.rules
        if rule.severity != "info"
    }
    assert {(one.resource, one.line_no) for one in placed if one.rule_id in listed_rules} <= set(named)
    for (name, line_no), rule_ids in named.items():
        resource = contracts.load(source).resource(name)
        broken = [rules.of_rows(name)[rule_id] for rule_id in rule_ids]
        cells = dict(zip((column.name for column in resource.columns), sheets[name][line_no][4:], strict=True))
        coloured = {column for column, cell in cells.items() if error_workbook.is_coloured(cell)}
        assert coloured == {column for rule in broken for column in rule.columns}, (name, line_no)
        for rule in broken:
            for column in rule.columns:
                assert rules.chinese(rule.fix) in cells[column].comment.text
        red = {column for rule in broken if rule.severity == "critical" for column in rule.columns}
        assert {column for column in coloured if cells[column].fill.fgColor.rgb == error_workbook.RED} == red
        delivered = rows[name][line_no - 2]
        assert {column: cell.value or "" for column, cell in cells.items()} == {
            column: workbook.shown(delivered[column]) for column in cells
        }


def test_the_summary_has_the_gates_counts_ranked_by_effect(warehouse: str, tmp_path: Path) -> None:
    people = persons(100)
    for place in (3, 4, 5):
        people[place]["sex"] = "9"
    people[5]["months_worked"] = "13"
    people[7]["phone"] = "12"
    people.append(dict(people[0]))
    out = tmp_path / "errors.xlsx"
    folder = deliveries.write(tmp_path / "delivery", register(people), source=SOURCE)
    verdict = checked(folder, out)
    told = error_workbook.summary(out)
    counted = next(row for row in told if row[0] == PERSON.title)
    rows = verdict.rows["person"]
    figures = (rows.delivered, rows.accepted, rows.quarantined, rows.duplicate, rows.unchanged, 4)
    assert counted[1:7] == [str(figure) for figure in figures]
    assert rows.quarantined == 3
    start = next(index for index, row in enumerate(told) if row[0] == "序号")
    ranked = [(row[2], row[3], row[4], row[5]) for row in told[start + 1 :] if row[0]]
    assert ranked == [
        ("person.sex_code", "必须改正", "3", "2"),
        ("person.months_worked_range", "必须改正", "1", "0"),
        ("person.phone_format", "请核实", "1", "0"),
    ]
    for rule_id, _, failed, _ in ranked:
        assert verdict.result(rule_id).rows_failed == int(failed)


def test_nothing_in_a_workbook_runs_and_everything_stays_text(warehouse: str, tmp_path: Path) -> None:
    people = persons(60)
    people[3]["name"] = '=HYPERLINK("http://x",1)'
    people[4]["name"] = "乌\x07云"
    people[5]["name"] = "#N/A"
    people[5]["sex"] = "9"
    out = tmp_path / "errors.xlsx"
    checked(deliveries.write(tmp_path / "delivery", register(people), source=SOURCE), out)
    with zipfile.ZipFile(out) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")}
    assert not any("<f>" in text or 't="e"' in text for text in parts.values())
    sheet = error_workbook.sheets(out, SOURCE)["person"]
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} <= {"s", "inlineStr"}
    assert {(cell.number_format, cell.quotePrefix) for cell in cells} == {("@", True)}
    by_line = error_workbook.lines(sheet)
    name = [column.name for column in PERSON.columns].index("name") + 4
    assert by_line[5][name].value == people[3]["name"]
    assert by_line[6][name].value == "乌␇云"


def test_a_line_that_cannot_be_split_is_there_as_it_is(warehouse: str, tmp_path: Path) -> None:
    out = tmp_path / "errors.xlsx"
    folder = deliveries.write(
        tmp_path / "delivery", register(persons(60)), source=SOURCE, extra={"person": ["P9,short"]}
    )
    checked(folder, out)
    (line,) = error_workbook.lines(error_workbook.sheets(out, SOURCE)["person"]).values()
    assert (line[0].value, line[3].value) == ("62", "P9,short")
    assert all(error_workbook.is_coloured(cell) for cell in line[3:])


def test_no_header_of_a_contract_is_one_of_the_workbooks_own() -> None:
    for resource in RESOURCES:
        assert not {column.header for column in resource.columns} & set(workbook.OWN_HEADERS)
        assert len(resource.title) <= 31
        assert not set(resource.title) & set("[]:*?/\\")
        assert resource.title != workbook.SUMMARY
    assert len({resource.title for resource in RESOURCES}) == len(RESOURCES)


def load(rows: dict[str, Any], place: Path, **options: Any) -> int:
    """Deliver and load as the task does; the delivery's number."""
    intake.deliver(deliveries.write(place, rows, source=SOURCE, **options))
    ((delivery_id,),) = [turn["delivery_ids"] for turn in steps.receive(SOURCE, 500)]
    steps.load(delivery_id)
    return delivery_id


def test_each_sender_gets_his_own_rows_in_a_folder_that_only_the_installation_reads(
    loader: database.Connection, tmp_path: Path
) -> None:
    people = persons(60)
    people[3]["sex"] = "9"
    mine = load(register(people), tmp_path / "a")
    other = {"household": [], "person": [], "employment": []}
    other["person"] = [
        deliveries.row("person", 900 + place, region_code="150521", village_code="150521100200", household_id="H1")
        for place in range(60)
    ]
    other["household"] = [
        deliveries.row("household", place, household_id="H1", region_code="150521", village_code="150521100200")
        for place in range(1)
    ]
    other["person"][9]["months_worked"] = "13"
    theirs = load(other, tmp_path / "b", sender="150500")
    placed = dict(
        loader.execute("SELECT delivery_id, path FROM ops.delivery_report WHERE kind = 'workbook'").fetchall()
    )
    assert placed == {
        mine: f"150400/household_registry_2020-05_{mine}.xlsx",
        theirs: f"150500/household_registry_2020-05_{theirs}.xlsx",
    }
    for number, own in ((mine, people), (theirs, other["person"])):
        path = settings.home().reports / placed[number]
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700
        ((_, cells),) = error_workbook.lines(error_workbook.sheets(path, SOURCE)["person"]).items()
        assert cells[4].value in {row["person_id"] for row in own}
    told = {delivery.delivery_id: delivery.workbook for delivery in summary.deliveries(loader)}
    assert told == placed
    body = alerts.for_gate(loader, mine)
    assert body is not None
    assert f"reports/{placed[mine]}" in body.body


def test_a_rejected_delivery_comes_back_with_its_reason(loader: database.Connection, tmp_path: Path) -> None:
    people = persons(60)
    for person in people[:30]:
        person["sex"] = "9"
    number = load(register(people), tmp_path / "a")
    (path,) = loader.execute("SELECT path FROM ops.delivery_report WHERE kind = 'workbook'").fetchone() or ("",)
    told = error_workbook.summary(settings.home().reports / path)
    assert ["退回规则", "delivery.rejected_share"] in [row[:2] for row in told]
    assert len(error_workbook.lines(error_workbook.sheets(settings.home().reports / path, SOURCE)["person"])) == 30
    alert = alerts.for_rejection(loader, number)
    assert alert is not None
    assert f"reports/{path}" in alert.body


def test_a_file_that_was_refused_at_the_door_comes_back_too(loader: database.Connection, tmp_path: Path) -> None:
    (settings.home().inbox / "notes.txt").write_text("not a delivery")
    assert steps.receive(SOURCE, 500) == []
    assert steps.announce(SOURCE) == 0
    ((path,),) = loader.execute("SELECT path FROM ops.delivery_report WHERE kind = 'workbook'").fetchall()
    told = error_workbook.summary(settings.home().reports / path)
    assert ["退回规则", "delivery.unknown_file"] in [row[:2] for row in told]


def test_a_delivery_without_fault_gets_no_workbook(loader: database.Connection, tmp_path: Path) -> None:
    load(register(persons(60)), tmp_path / "a")
    assert loader.execute("SELECT kind FROM ops.delivery_report").fetchall() == [("page",)]
    with pytest.raises(Rejected):
        gate.check(settings.home().inbox)  # the twin: an empty folder is no delivery, and is told as such


def test_a_long_list_is_cut_and_says_how_much_it_has(
    warehouse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clerk.offences, "LISTED_ROWS", 5)
    people = persons(60)
    for person in people[:9]:
        person["sex"] = "9"
    out = tmp_path / "errors.xlsx"
    checked(deliveries.write(tmp_path / "delivery", register(people), source=SOURCE), out)
    counted = next(row for row in error_workbook.summary(out) if row[0] == PERSON.title)
    assert (counted[3], counted[6]) == ("9", "5")
    assert len(error_workbook.lines(openpyxl.load_workbook(out)[PERSON.title])) == 5
