"""What can be read with certainty is read, and is on record by place and class; what cannot be read with certainty is not touched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from pipeline.clerk.test_delivery_page import Page, page_of
from pipeline.clerk.test_error_workbook import load, persons, register
from pipeline.gate import gate_deliveries as deliveries
from steppe import clerk, database, gate, intake
from steppe.orchestration import steps

RECORDED = "SELECT line_no, column_name, before_class, after_class FROM ops.repair WHERE delivery_id = %s ORDER BY 1, 2"
STATE = "SELECT state, rule_id FROM ops.delivery WHERE delivery_id = %s"
READ = "id_of_18_characters"


def full_width(text: str) -> str:
    return text.translate(str.maketrans("0123456789X.", "０１２３４５６７８９Ｘ．"))


def old_form(id_number: str) -> str:
    return id_number[:6] + id_number[8:17]


def test_an_id_number_in_another_form_is_read_and_on_record(loader: database.Connection, tmp_path: Path) -> None:
    people = persons(60)
    written = {
        3: old_form,
        5: str.lower,
        7: full_width,
        9: lambda number: f" {number[:6]} {number[6:]}　",
        11: "{}12".format,
    }
    ends_in_x = next(place for place in range(60, 400) if deliveries.id_number(place).endswith("X"))
    people[5]["id_number"] = deliveries.id_number(ends_in_x)
    for place, change in written.items():
        people[place]["id_number"] = change(people[place]["id_number"])
    may = load(register(people), tmp_path / "may")
    assert loader.execute(STATE, (may,)).fetchone() == ("published", None)
    assert loader.execute("SELECT count(*) FROM quarantine.row").fetchone() == (0,)
    assert loader.execute(RECORDED, (may,)).fetchall() == [
        (5, "id_number", "id_of_15_digits", READ),
        (7, "id_number", "lower_case_x", READ),
        (9, "id_number", "full_width", READ),
        (11, "id_number", "blanks", READ),
        (13, "id_number", "disability_certificate", READ),
    ]
    counted = "SELECT outcome, severity, rows_failed FROM ops.gate_result WHERE rule_id = 'person.id_rewritten'"
    assert loader.execute(counted).fetchall() == [("pass", "info", 5)]
    assert {"自动更正 Read as it was meant", "15 位旧号", "小写 x", "残疾人证号"} <= set(
        Page(page_of(loader, may)).words
    )

    as_meant = persons(60)
    as_meant[5]["id_number"] = deliveries.id_number(ends_in_x)
    june = load(register(as_meant), tmp_path / "june", period="2020-06")
    assert loader.execute(RECORDED, (june,)).fetchall() == []
    known = "SELECT count(*) FROM warehouse.dim_person WHERE known_to = 'infinity' AND valid_to = 'infinity'"
    assert loader.execute(known).fetchone() == (60,), "the same persons, however they are written"


def test_a_value_in_full_width_is_mended_unless_the_row_is_wrong_all_the_same(
    loader: database.Connection, tmp_path: Path
) -> None:
    people = persons(60)
    people[3] |= {"birth_date": full_width(people[3]["birth_date"]), "months_worked": " 3"}
    people[5]["sex"] = full_width("9")  # no such code
    people[7] |= {"labour_ability": "０1", "phone": "1"}  # a warning remains
    may = load(register(people), tmp_path / "may")
    assert loader.execute(RECORDED, (may,)).fetchall() == [
        (5, "birth_date", "full_width", "plain"),
        (5, "months_worked", "blanks", "plain"),
        (9, "labour_ability", "full_width", "plain"),
    ]
    left = loader.execute("SELECT line_no, rule_ids, record ->> 'sex' FROM quarantine.row").fetchall()
    assert left == [(7, ["person.sex_code"], "９")], "as it was delivered"
    counts = dict(
        loader.execute(
            "SELECT rule_id, rows_failed FROM ops.gate_result WHERE delivery_id = %s AND rows_failed > 0", (may,)
        ).fetchall()
    )
    assert counts == {"person.sex_code": 1, "person.phone_format": 1}
    rows = "SELECT rows_accepted, rows_quarantined FROM ops.delivery_resource WHERE resource = 'person'"
    assert loader.execute(rows).fetchone() == (59, 1)

    again = load(register(people), tmp_path / "june", period="2020-06")
    assert loader.execute(RECORDED, (again,)).fetchall() == [], "what has not changed is not judged again"


def test_stock_gx_mends_the_same(warehouse: str, tmp_path: Path) -> None:
    people = persons(20)
    people[3]["birth_date"] = full_width(people[3]["birth_date"])
    people[4]["sex"] = full_width("9")
    people[5]["id_number"] = old_form(people[5]["id_number"])
    folder = deliveries.write(tmp_path / "d", register(people), source="household_registry")
    own, stock = gate.check(folder), gate.check(folder, engine="gx")
    assert own.findings == stock.findings
    assert [(finding.line_no, finding.rule_id, finding.severity) for finding in own.findings] == [
        (6, "person.sex_code", "critical"),
        (7, "person.id_rewritten", "info"),
    ]


def contributions(count: int, **changes: str) -> dict[str, list[deliveries.Row]]:
    return {
        "employer_unit": [deliveries.row("employer_unit", 0)],
        "enrollment": [deliveries.row("enrollment", place) for place in range(count)],
        "contribution": [deliveries.row("contribution", place, **changes) for place in range(count)],
    }


IN_WAN: dict[str, Any] = {"employer_paid_fen": "0.0560", "person_paid_fen": "0.028"}
STATED = {"employer_paid_fen": "33600.00", "person_paid_fen": "16800.00"}  # of sixty rows, in yuan


def insured(place: Path, rows: dict[str, list[deliveries.Row]], totals: dict[str, str]) -> int:
    intake.deliver(deliveries.write(place, rows, source="social_insurance", totals=totals))
    ((delivery_id,),) = [turn["delivery_ids"] for turn in steps.receive("social_insurance", 500)]
    steps.load(delivery_id)
    return int(delivery_id)


def test_a_unit_that_the_control_totals_prove_is_corrected(loader: database.Connection, tmp_path: Path) -> None:
    number = insured(tmp_path / "d", contributions(60, **IN_WAN), STATED)
    assert loader.execute(STATE, (number,)).fetchone() == ("published", None)
    paid = "SELECT DISTINCT employer_paid_fen, person_paid_fen FROM warehouse.fct_insurance_month"
    assert loader.execute(paid).fetchall() == [(56000, 28000)]
    recorded = "SELECT column_name, before_class, after_class, row_count FROM ops.repair ORDER BY 1"
    assert loader.execute(recorded).fetchall() == [
        ("employer_paid_fen", "wan_yuan", "yuan", 60),
        ("person_paid_fen", "wan_yuan", "yuan", 60),
    ]
    assert "万元" in Page(page_of(loader, number)).words


@pytest.mark.parametrize(
    ("changes", "totals"),
    [
        (IN_WAN, STATED | {"person_paid_fen": "16800.01"}),
        (IN_WAN | {"employer_due_fen": "1.00"}, STATED),
        (IN_WAN | {"person_paid_fen": "280.00"}, STATED | {"person_paid_fen": "1.00"}),
    ],
    ids=["a fen is missing", "rows are wrong all the same", "another total is not explained"],
)
def test_a_unit_that_is_not_proven_is_left(
    loader: database.Connection, tmp_path: Path, changes: dict[str, str], totals: dict[str, str]
) -> None:
    number = insured(tmp_path / "d", contributions(60, **changes), totals)
    state, rule_id = loader.execute(STATE, (number,)).fetchone() or ("", "")
    assert state == "rejected"
    assert rule_id in ("delivery.control_total", "delivery.rejected_share")
    assert loader.execute("SELECT count(*) FROM ops.repair").fetchone() == (0,)


def test_the_workbook_counts_what_was_read(warehouse: str, tmp_path: Path) -> None:
    people = persons(60)
    people[3]["id_number"] = old_form(people[3]["id_number"])
    people[4]["sex"] = "9"
    folder = deliveries.write(tmp_path / "d", register(people), source="household_registry")
    returned: list[clerk.Returned] = []
    gate.check(folder, look=lambda connection, number: returned.append(clerk.gather(connection, number)))
    clerk.save(tmp_path / "out.xlsx", lambda target: clerk.write(target, returned[0]))
    summary = openpyxl.load_workbook(tmp_path / "out.xlsx").worksheets[0]
    rows = [[cell or "" for cell in row] for row in summary.iter_rows(values_only=True)]
    assert ["证件号码", "15 位旧号", "18 位证件号", "1"] in [row[2:6] for row in rows]
    assert [len(sheet.lines) for sheet in returned[0].sheets] == [1], (
        "there is nothing to correct in a row that was read"
    )
