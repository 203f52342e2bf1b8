"""Dirty files as they come: each has its expected verdict, in seconds and bounded memory, and nothing is written where it does not belong.

The hostile ones, which never get as far as a row, are in ``tests/pipeline/intake/test_intake_hostile.py``; together they are the corpus.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from pipeline import bounds
from pipeline.gate import gate_deliveries as deliveries
from pipeline.intake import test_intake_hostile as hostile
from steppe import contracts, database, gate, settings
from steppe.orchestration import steps

SOURCE = "household_registry"
PERSON = contracts.load(SOURCE).resource("person")
NAMES = [column.name for column in PERSON.columns]
HEADER = [column.header for column in PERSON.columns]
ID = NAMES.index("id_number")

Table = list[list[Any]]


def good(count: int = 60) -> Table:
    rows = [deliveries.row("person", place) for place in range(count)]
    return [list(HEADER), *([row[name] for name in NAMES] for row in rows)]


def lines(table: Table, newline: str = "\n") -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator=newline).writerows(table)
    return out.getvalue().encode("gb18030")


def with_cell(name: str, value: Any) -> Callable[[], bytes]:
    def make() -> bytes:
        table = good()
        table[5][NAMES.index(name)] = value
        return lines(table)

    return make


def columns(change: Callable[[list[Any]], list[Any]]) -> Callable[[], bytes]:
    return lambda: lines([change(row) for row in good()])


def mixed_ends() -> bytes:
    body = lines(good()).split(b"\n")
    return b"".join(line + (b"\r\n" if place % 2 else b"\n") for place, line in enumerate(body[:-1]))


def ragged(fields: int) -> Callable[[], bytes]:
    def make() -> bytes:
        table = good()
        table[5] = (table[5] + ["x"] * 9)[:fields]
        return lines(table)

    return make


def raw_line(line: bytes) -> Callable[[], bytes]:
    """The good file with a line that stands there as it is."""
    return lambda: lines(good()) + line + b"\n"


def book(change: Callable[[Any], None] = lambda _: None, table: Table | None = None) -> Callable[[], bytes]:
    def make() -> bytes:
        made = openpyxl.Workbook()
        for row in table or good():
            made.active.append(row)
        for cells in made.active.iter_rows():
            for cell in cells:
                if isinstance(cell.value, str):
                    cell.data_type = "s"
        change(made)
        out = io.BytesIO()
        made.save(out)
        return out.getvalue()

    return make


def set_cell(name: str, value: Any, **look: Any) -> Callable[[Any], None]:
    def change(made: Any) -> None:
        cell = made.active.cell(6, 1 + NAMES.index(name))
        cell.value = value
        for key, setting in look.items():
            setattr(cell, key, setting)

    return change


def hidden_first(made: Any) -> None:
    sheet = made.create_sheet("草稿", 0)
    sheet.append(["别看"])
    sheet.sheet_state = "hidden"


def merged(made: Any) -> None:
    made.active.merge_cells("A6:C6")


# What a file is -> (its bytes, xlsx or csv, how it ends, the rules of its quarantined rows)
DIRTY: dict[str, tuple[Callable[[], bytes], str, str, set[str]]] = {
    "as it should be": (lambda: lines(good()), "csv", "published", set()),
    "headers out of order": (columns(lambda row: row[::-1]), "csv", "published", set()),
    "extra columns": (columns(lambda row: [*row, "备注", ""]), "csv", "published", set()),
    "duplicate header": (columns(lambda row: [*row, row[0]]), "csv", "delivery.header", set()),
    "header with spaces": (
        lambda: lines([[f" {name} " for name in HEADER], *good()[1:]]), "csv", "published", set(),
    ),
    "mixed line ends": (mixed_ends, "csv", "published", set()),
    "Windows line ends": (lambda: lines(good(), "\r\n"), "csv", "published", set()),
    "old Macintosh line ends": (lambda: lines(good(), "\r"), "csv", "delivery.header", set()),
    "one field short": (ragged(len(NAMES) - 1), "csv", "published", {"format.ragged"}),
    "one field more": (ragged(len(NAMES) + 1), "csv", "published", {"format.ragged"}),
    "NUL byte": (raw_line(b"P9\0,x"), "csv", "published", {"format.nul_byte"}),
    "byte that is no text": (raw_line(b"P9\xff,x"), "csv", "published", {"format.encoding"}),
    "quote left open": (raw_line(b'P9,"x'), "csv", "published", {"format.unbalanced_quote"}),
    "huge field": (with_cell("name", "长" * 200_000), "csv", "published", set()),
    "ID as a float": (with_cell("id_number", "1.50421E+17"), "csv", "published", {"person.id_format"}),
    "formula in a name": (with_cell("name", "=cmd|' /C calc'!A0"), "csv", "published", {"person.name_safe"}),
    "formula behind a full-width sign": (with_cell("name", "＝1+1"), "csv", "published", {"person.name_safe"}),
    "tab before a formula": (with_cell("name", "\t=1"), "csv", "published", {"person.name_safe"}),
    "date with dashes": (with_cell("birth_date", "1985-06-01"), "csv", "published", {"person.birth_date_valid"}),
    "date as a serial number": (
        with_cell("birth_date", "31199"), "csv", "published", {"person.birth_date_valid"},
    ),
    "words for a flag": (with_cell("has_minimum_living", "是"), "csv", "published", {"person.flags_code"}),
    "nothing but the header": (lambda: lines(good(0)), "csv", "published", set()),
    "a workbook": (book(), "xlsx", "published", set()),
    "ID as a number in a workbook": (
        book(set_cell("id_number", 150421198506010007)), "xlsx", "published", {"person.id_format"},
    ),
    "date cell in a workbook": (
        book(set_cell("birth_date", date(1985, 6, 1), number_format="yyyy-mm-dd")), "xlsx", "published", set(),
    ),
    "formula cell in a workbook": (
        book(set_cell("name", "=1+1", data_type="f")), "xlsx", "published", {"person.name_safe"},
    ),
    "merged cells": (book(merged), "xlsx", "published", {"person.household_present", "person.region_known"}),
    "hidden sheet first": (book(hidden_first), "xlsx", "published", set()),
}  # fmt: skip


def deliver(place: Path, data: bytes, form: str) -> None:
    rows = {"household": [deliveries.row("household", number) for number in range(40)]}
    folder = deliveries.write(place, rows, source=SOURCE)
    (folder / "person.csv").unlink()
    (folder / f"person.{form}").write_bytes(data)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (file,) = [file for file in manifest["files"] if file["resource"] == "person"]
    file |= {"path": f"person.{form}", "format": form, "encoding": "GB18030" if form == "csv" else None}
    file |= {"sha256": hashlib.sha256(data).hexdigest(), "rows": _rows(data, form)}
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")
    folder.rename(settings.home().inbox / "d")


def _rows(data: bytes, form: str) -> int:
    if form == "xlsx":
        return len(good()) - 1
    return max(data.count(b"\n") - 1, 0)


@cache
def warm() -> None:
    """A worker has loaded its libraries before the first delivery."""
    gate.warm()


@pytest.mark.parametrize("name", DIRTY)
def test_a_dirty_file_ends_as_expected(name: str, loader: database.Connection, tmp_path: Path) -> None:
    make, form, ends, rules = DIRTY[name]
    warm()
    deliver(tmp_path / "d", make(), form)
    with bounds.kept():
        for turn in steps.receive(SOURCE, 500):
            steps.load(*turn["delivery_ids"])
    (state, rule_id) = loader.execute("SELECT state, rule_id FROM ops.delivery").fetchone() or ("", "")
    assert (rule_id or state) == ends
    found = {rule for (each,) in loader.execute("SELECT rule_ids FROM quarantine.row") for rule in each}
    assert rules <= found
    assert bool(rules) == bool(found), found
    left = [path for place in (settings.home().work, settings.home().inbox) for path in place.rglob("*")]
    assert not [path for path in left if path.is_file()], "nothing that was sent or unpacked stays"


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda place: (place / "elsewhere").mkdir(), "elsewhere"),
        (lambda _: bytearray((bounds.MEMORY_MB + 1) << 20), "peak"),
    ],
)
def test_the_bounds_are_felt(spoil: Callable[[Path], object], words: str, warehouse: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=words), bounds.kept():
        spoil(tmp_path)


def test_the_corpus_is_large_enough() -> None:
    assert len(DIRTY) + len(hostile.AT_THE_DOOR) + len(hostile.AT_LANDING) >= 80
