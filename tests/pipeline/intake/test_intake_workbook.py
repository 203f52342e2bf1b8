"""Workbooks: cells become the text that a clerk sees."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from pipeline.intake import deliveries
from pipeline.intake.deliveries import HOUSEHOLD, PERSON
from steppe import intake
from steppe.database import Connection
from steppe.errors import Rejected
from steppe.intake import workbook

MIDNIGHT = datetime(2020, 5, 1)  # noqa: DTZ001 - a cell has no time zone
NAMES = [column.name for column in PERSON.columns]


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def delivered(connection: Connection, place: Path, data: bytes, rows: int) -> intake.Landed:
    folder = deliveries.folder(
        place / "d", {"household": data}, rows={"household": rows}, file_changes={"format": "xlsx", "encoding": None}
    )
    intake.deliver(deliveries.zipped(folder))
    (delivery_id,) = intake.receive_inbox(connection, "household_registry")
    return intake.land(connection, delivery_id)[0]


def test_a_workbook_is_landed(loader: Connection, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    hidden = book.active
    hidden.title = "说明"
    hidden.sheet_state = "hidden"
    hidden.append(["not this one"])
    sheet = book.create_sheet("数据")
    columns = HOUSEHOLD.columns[::-1]
    sheet.append([*(column.header for column in columns), "备注"])
    sheet.append([column.name for column in columns])
    sheet.append([])
    sheet.append(['牧,\n"户"' if column.name == "village_name" else None for column in columns[:-1]] + ["7"])
    sheet.merge_cells("A2:B2")
    book.active = 1
    landed = delivered(loader, tmp_path, saved(book), 2)
    assert (landed.rows, landed.landing_path, landed.encoding, landed.ignored_columns) == (2, "tolerant", None, 1)
    rows = loader.execute("SELECT household_id, village_name, line_no FROM raw.household ORDER BY line_no").fetchall()
    assert rows == [("household_id", "village_name", 2), ("7", '牧,\n"户"', 4)]


def test_a_sheet_named_like_the_resource_is_preferred(loader: Connection, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["another"])
    sheet = book.create_sheet(HOUSEHOLD.title)
    sheet.append([column.header for column in HOUSEHOLD.columns])
    assert delivered(loader, tmp_path, saved(book), 0).rows == 0


@pytest.mark.parametrize(
    ("value", "column", "shown"),
    [
        ("0150", "region_code", "0150"),
        (None, "name", ""),
        (6.0, "work_months", "6"),
        (1234.5, "work_months", "1234.5"),
        (0.1 + 0.2, "work_months", "0.3"),
        (0.00001, "work_months", "0.00001"),
        (-3.0, "work_months", "-3"),
        (150421198001011.0, "id_number", "150421198001011"),  # the old form has 15 digits, all of them kept
        (150421198001011234.0, "id_number", "1.50421198001011E+17"),  # the last three are gone
        (True, "willing_to_go", "1"),
        (date(2020, 5, 1), "birth_date", "20200501"),
        (MIDNIGHT, "birth_date", "20200501"),
        (MIDNIGHT.replace(hour=8, minute=30), "birth_date", "2020-05-01 08:30:00"),
        (date(2020, 5, 1), "name", "2020-05-01"),
    ],
)
def test_cells(value: Any, column: str, shown: str) -> None:
    found = PERSON.column(column) if column in NAMES else None
    assert workbook.text(value, found) == shown


def test_an_id_typed_as_a_number_arrives_as_excel_shows_it(loader: Connection, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append([column.header for column in HOUSEHOLD.columns])
    book.active.append([150421198001011234, *([None] * (len(HOUSEHOLD.columns) - 1))])
    delivered(loader, tmp_path, saved(book), 1)
    (found,) = loader.execute(f"SELECT {HOUSEHOLD.columns[0].name} FROM raw.household").fetchone()
    assert found == "1.50421198001011E+17"


def with_cells(book: openpyxl.Workbook, cells: dict[bytes, bytes]) -> bytes:
    """The saved workbook with some cells of its first sheet as a spreadsheet program would store them."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved(book))) as source, zipfile.ZipFile(target, "w") as changed:
        for member in source.infolist():
            content = source.read(member)
            if member.filename == "xl/worksheets/sheet1.xml":
                for before, after in cells.items():
                    assert content.count(before) == 1, (before, content)
                    content = content.replace(before, after)
            changed.writestr(member, content)
    return target.getvalue()


def test_errors_and_formulas_without_a_result_are_not_blank(loader: Connection, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    names = [column.name for column in HOUSEHOLD.columns]
    book.active.append([column.header for column in HOUSEHOLD.columns])
    for row in ([f"h{number}", f"=A{number}&1"] for number in range(2, 6)):
        book.active.append(row)
    book.active.append([None, "=1+1"])
    stored = {
        b'<c r="B2"><f>A2&amp;1</f><v /></c>': b'<c r="B2" t="e"><f>A2&amp;1</f><v>#N/A</v></c>',
        b'<c r="B3"><f>A3&amp;1</f><v /></c>': b'<c r="B3" t="str"><f>A3&amp;1</f><v>h31</v></c>',
        b'<c r="B4"><f>A4&amp;1</f><v /></c>': b'<c r="B4" t="str"><f>A4&amp;1</f><v></v></c>',
    }
    delivered(loader, tmp_path, with_cells(book, stored), 5)
    rows = loader.execute(f"SELECT {names[0]}, {names[1]}, line_no FROM raw.household ORDER BY line_no").fetchall()
    assert rows == [
        ("h2", "#N/A", 2),
        ("h3", "h31", 3),
        ("h4", None, 4),  # its result is an empty text
        ("h5", "=A5&1", 5),
        (None, "=1+1", 6),
    ]


def test_cells_of_another_sheet_are_not_taken(loader: Connection, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["=1+1", "=1+1"])
    book.active.append(["=1+1", "=1+1"])
    sheet = book.create_sheet(HOUSEHOLD.title)
    sheet.append([column.header for column in HOUSEHOLD.columns])
    sheet.append(["h2", None])
    delivered(loader, tmp_path, saved(book), 1)
    names = [column.name for column in HOUSEHOLD.columns]
    assert loader.execute(f"SELECT {names[0]}, {names[1]} FROM raw.household").fetchall() == [("h2", None)]


def test_a_workbook_of_formulas_without_results_is_refused(
    loader: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MAX_VALUELESS_CELLS", 3)
    book = openpyxl.Workbook()
    book.active.append([column.header for column in HOUSEHOLD.columns])
    for _ in range(2):
        book.active.append(["=1+1", "=1+1"])
    with pytest.raises(Rejected) as refused:
        delivered(loader, tmp_path, saved(book), 2)
    assert refused.value.rule_id == "delivery.unsafe_workbook"
    assert "重新计算" in refused.value.zh
