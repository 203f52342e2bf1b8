"""Workbooks (xlsx): judged as a zip and as XML before calamine reads them, then copied as numbered CSV lines.

Cells become the text that a clerk sees. A number of more than 15 digits is no longer what was typed, so it is written with its
exponent, as Excel shows it, for the gate to find: an ID number in such a cell is lost. An error (``#N/A``) and a formula whose
result was never stored are no values to calamine, which reads them as blank: they arrive as they are written, and the gate judges them.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from xml.parsers import expat

from steppe.contracts import Column, Resource
from steppe.database import Connection
from steppe.errors import Rejected
from steppe.intake import headers, limits, package, tolerant
from steppe.intake.package import Extent

MAX_PACKED_BYTES = 96 << 20
MAX_TEXT_CHARACTERS = 256 << 20  # of all cells together, a shared text counted once for each cell that shows it
MAX_VALUELESS_CELLS = 100_000  # errors, and formulas without a result
_REFERENCE = re.compile(r"^([A-Z]{1,3})([0-9]{1,7})$")


@dataclass(frozen=True)
class Loaded:
    """What was copied."""

    rows: int
    bad_lines: int
    ignored_columns: int


@dataclass
class Checked:
    """A workbook that is safe to read.

    Attributes:
        data: its bytes.
        valueless: by part and row, the text of each cell that holds an error or a formula without a result, by column; from 1 both.
        sheets: relationship by the sheet's name.
        targets: part by relationship, from ``xl/`` on or from the root.
    """

    data: bytes
    valueless: dict[str, dict[int, dict[int, str]]] = field(default_factory=dict)
    sheets: dict[str, str] = field(default_factory=dict)
    targets: dict[str, str] = field(default_factory=dict)

    def valueless_of(self, sheet: str) -> dict[int, dict[int, str]]:
        """The same of one sheet."""
        target = self.targets.get(self.sheets.get(sheet, ""), "")
        return self.valueless.get(posixpath.join("xl", target).lstrip("/").lower(), {})


def copy(connection: Connection, delivery_id: int, resource: Resource, extent: Extent) -> Loaded:
    """Copy the rows of a workbook into ``raw``. Commits.

    The sheet is the one named like the resource (in either language), else the first visible one. Rows without any value are none.

    Raises:
        Rejected: ``delivery.unsafe_workbook``, ``delivery.empty`` or ``delivery.header``.
    """
    rows = read(resource, check(resource, extent))
    found = next(rows, None)
    if found is None:
        raise Rejected(
            "delivery.empty",
            f"{headers.place_zh(resource)}工作表为空；无数据时也须有表头，请重报",
            f"{resource.name}: the sheet is empty; even without rows it needs its header",
        )
    columns = headers.match([text(value, None).strip() for value in found[1]], resource)
    known = tuple(name for name in columns if name is not None)
    bad = tolerant.BadLines(delivery_id, resource)
    count = tolerant.store(connection, bad, _batches(rows, columns, bad), columns=known, encoding="UTF-8")
    unknown = sum(name is None and value not in ("", None) for name, value in zip(columns, found[1], strict=True))
    return Loaded(count, bad.count, unknown)


def check(resource: Resource, extent: Extent) -> Checked:
    """The workbook, after everything in it was found safe to read.

    Raises:
        Rejected: ``delivery.unsafe_workbook``.
    """
    if extent.size > MAX_PACKED_BYTES:
        raise _unsafe(resource, "文件过大，请改报 CSV", "it is too large, deliver CSV instead")
    data = b"".join(extent.chunks())
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise _unsafe(resource, "已加密或为旧版 xls", "it is encrypted or an old xls file")
    try:
        with package.checked_zip(io.BytesIO(data)) as archive:
            return _check_members(resource, archive, data)
    except Rejected as error:
        if error.rule_id == "delivery.unsafe_workbook":
            raise
        raise _unsafe(resource, error.zh.split("；")[0], error.en.split(";")[0]) from error


def _check_members(resource: Resource, archive: zipfile.ZipFile, data: bytes) -> Checked:
    members = archive.infolist()
    if sum(member.file_size for member in members) > limits.MAX_WORKBOOK_BYTES:
        raise _unsafe(resource, "解压后过大，请改报 CSV", "it unpacks to too much, deliver CSV instead")
    if any("vbaproject" in member.filename.lower() for member in members):
        raise _unsafe(resource, "含宏，请另存为 xlsx", "it holds macros, save it as xlsx")
    checked = Checked(data)
    lengths: list[int] = []
    parts = [member for member in members if member.filename.lower().endswith((".xml", ".rels", ".vml"))]
    parts.sort(key=lambda member: "sharedstrings" not in member.filename.lower())
    for member in parts:
        name = member.filename.lower()
        part = _Part(resource, checked, lengths, name)
        part.read(package.unpacked(archive, member))
    return checked


class _Part:
    """One pass over an XML part: no document type, and for a sheet a bound on what its cells take in memory."""

    def __init__(self, resource: Resource, checked: Checked, lengths: list[int], name: str) -> None:
        self._resource, self._checked, self._lengths, self._name = resource, checked, lengths, name
        self._row = self._column = self._last_row = self._last_column = 0
        self._characters = self._valueless = 0
        self._type = ""
        self._is_read = self._has_formula = False
        self._text: list[str] = []
        self._formula = self._value = ""
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.EntityDeclHandler = self._doctype
        self._parser.StartElementHandler = self._start
        if "/worksheets/" in name and not name.endswith(".rels"):
            self._parser.StartElementHandler = self._sheet_start
            self._parser.EndElementHandler = self._sheet_end
            self._parser.CharacterDataHandler = self._sheet_text
        elif "sharedstrings" in name:
            self._parser.EndElementHandler = self._texts_end
            self._parser.CharacterDataHandler = self._texts_text

    def read(self, chunks: Iterator[bytes]) -> None:
        try:
            for chunk in chunks:
                self._parser.Parse(chunk, False)
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise _unsafe(self._resource, "内部 XML 已损坏", "its XML is damaged") from error

    def _doctype(self, *_: object) -> None:
        raise _unsafe(self._resource, "含外部实体或 DTD", "it holds a document type or external entities")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name.endswith("Override") and "macroenabled" in attributes.get("ContentType", "").lower():
            raise _unsafe(self._resource, "含宏，请另存为 xlsx", "it holds macros, save it as xlsx")
        if self._name == "xl/workbook.xml" and name.rpartition(":")[2] == "sheet":
            related = (value for key, value in attributes.items() if key.rpartition(":")[2] == "id")
            self._checked.sheets[attributes.get("name", "")] = next(related, "")
        elif self._name == "xl/_rels/workbook.xml.rels" and name.rpartition(":")[2] == "Relationship":
            self._checked.targets[attributes.get("Id", "")] = attributes.get("Target", "")

    def _sheet_start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "c":
            self._cell(attributes)
        elif name == "row":
            given = attributes.get("r", "")
            self._row = int(given) if given.isdecimal() and len(given) < 9 else self._row + 1
            self._column = 0
        elif name in ("v", "t", "f"):
            self._is_read = True
            self._text.clear()

    def _cell(self, attributes: dict[str, str]) -> None:
        found = _REFERENCE.match(attributes.get("r", ""))
        if found:
            self._column = 0
            for letter in found[1]:
                self._column = self._column * 26 + ord(letter) - 64
            self._row = int(found[2])
        else:
            self._column += 1
        self._last_row = max(self._last_row, self._row)
        self._last_column = max(self._last_column, self._column)
        self._type = attributes.get("t", "")
        self._has_formula = False
        self._value = ""
        if self._last_row * self._last_column > limits.MAX_WORKBOOK_CELLS:
            raise _unsafe(
                self._resource,
                f"单元格区域超过 {limits.MAX_WORKBOOK_CELLS:,} 格，请改报 CSV",
                f"its cells span more than {limits.MAX_WORKBOOK_CELLS:,}, deliver CSV instead",
            )

    def _sheet_end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        if self._is_read and name in ("v", "t", "f"):
            self._is_read = False
            text = "".join(self._text)
            if name == "f":
                self._formula, self._has_formula = text, True
                self._count(len(text))
                return
            self._value = text
            if self._type == "s":
                index = int(text) if text.isdecimal() and len(text) < 9 else len(self._lengths)
                self._count(self._lengths[index] if index < len(self._lengths) else 0)
            else:
                self._count(len(text))
        elif name == "c" and (self._type == "e" or (self._has_formula and not self._value and self._type != "str")):
            self._keep(self._value or f"={self._formula}")

    def _keep(self, text: str) -> None:
        """Remember a cell that the reader finds blank."""
        self._valueless += 1
        if self._valueless > MAX_VALUELESS_CELLS:
            raise _unsafe(
                self._resource,
                f"没有结果的公式和错误值超过 {MAX_VALUELESS_CELLS:,} 格，请重新计算后另存",
                f"more than {MAX_VALUELESS_CELLS:,} cells are errors or formulas without a result, calculate and save it again",
            )
        rows = self._checked.valueless.setdefault(self._name, {})
        rows.setdefault(self._row, {})[self._column] = text

    def _count(self, characters: int) -> None:
        self._characters += characters
        if self._characters > MAX_TEXT_CHARACTERS:
            raise _unsafe(self._resource, "文字总量过大，请改报 CSV", "its texts are too long, deliver CSV instead")

    def _sheet_text(self, text: str) -> None:
        if self._is_read:
            self._text.append(text)

    def _texts_text(self, text: str) -> None:
        self._characters += len(text)

    def _texts_end(self, name: str) -> None:
        if name.rpartition(":")[2] == "si":
            self._lengths.append(self._characters)
            self._characters = 0


def read(resource: Resource, checked: Checked) -> Iterator[tuple[int, list[Any]]]:
    """(row number, cells) of each row that has a value."""
    from python_calamine import CalamineWorkbook, SheetVisibleEnum

    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(checked.data))
        sheets = workbook.sheets_metadata
        named = [sheet.name for sheet in sheets if sheet.name.strip() in (resource.name, resource.title)]
        visible = [sheet.name for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible]
        names = named or visible or [sheet.name for sheet in sheets]
        if not names:
            return
        sheet = workbook.get_sheet_by_name(names[0])
        start = sheet.start
        if start is None:
            return
        rows = enumerate(sheet.iter_rows(), start[0] + 1)
        for number, row in _with_valueless(rows, checked.valueless_of(names[0]), start[1] + 1, sheet.width):
            if any(value not in ("", None) for value in row):
                yield number, row
    except Rejected:
        raise
    except BaseException as error:
        # A panic of the reader's is no Exception.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise _unsafe(resource, "工作簿已损坏", "the workbook is damaged") from error


def _with_valueless(
    rows: Iterator[tuple[int, list[Any]]], valueless: dict[int, dict[int, str]], first_column: int, width: int
) -> Iterator[tuple[int, list[Any]]]:
    """Rows with the cells that the reader finds blank, and behind them the rows in which it finds nothing at all."""
    last = 0
    for number, row in rows:
        last = number
        yield number, _filled(row, valueless.get(number, {}), first_column)
    for number in sorted(number for number in valueless if number > last):
        yield number, _filled([""] * width, valueless[number], first_column)


def _filled(row: list[Any], texts: dict[int, str], first_column: int) -> list[Any]:
    for column, text in texts.items():
        if 0 <= column - first_column < len(row):
            row[column - first_column] = text
    return row


def _batches(
    rows: Iterator[tuple[int, list[Any]]], columns: tuple[str | None, ...], bad: tolerant.BadLines
) -> Iterator[bytes]:
    kept = [(index, bad.resource.column(name)) for index, name in enumerate(columns) if name is not None]
    batch: list[bytes] = []
    size = 0
    for number, row in rows:
        values = [text(row[index], column) for index, column in kept]
        if any("\0" in value for value in values):
            bad.add(number, "format.nul_byte", ",".join(values))
            continue
        line = b"%d,%b\n" % (number, b",".join(tolerant.quote(value.encode()) for value in values))
        batch.append(line)
        size += len(line)
        if size > limits.CHUNK_BYTES:
            yield b"".join(batch)
            batch, size = [], 0
    if batch:
        yield b"".join(batch)


def text(value: Any, column: Column | None) -> str:
    """A cell as the text that a clerk sees; dates as the contract's file form."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int | float):
        return _number(float(value))
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    if isinstance(value, date) and not isinstance(value, datetime):
        kind = column.format if column else ""
        return f"{value:%Y%m}" if kind == "month" else f"{value:%Y%m%d}" if kind == "date" else value.isoformat()
    return (
        str(value)
        if isinstance(value, timedelta)
        else value.isoformat(" ")
        if isinstance(value, datetime)
        else str(value)
    )


def _number(value: float) -> str:
    """A number in 15 significant digits, all that a workbook keeps; beyond that with its exponent.

    >>> _number(6.0), _number(1234.5), _number(0.1 + 0.2), _number(150421198001011234.0)
    ('6', '1234.5', '0.3', '1.50421198001011E+17')
    """
    if abs(value) >= 1e15:
        return f"{value:.14E}"
    return f"{Decimal(f'{value:.15g}'):f}"


def _unsafe(resource: Resource, zh: str, en: str) -> Rejected:
    return Rejected(
        "delivery.unsafe_workbook",
        f"{headers.place_zh(resource)}工作簿不予读取：{zh}；请处理后重报",
        f"{resource.name}: the workbook is not read: {en}; send it again after that",
    )
