"""Workbooks (xlsx): judged as a zip and as XML before calamine reads them, then copied as numbered CSV lines.

Cells become the text that a clerk sees. A number of more than 15 digits is no longer what was typed, so it is written with its
exponent, as Excel shows it, for the gate to find: an ID number in such a cell is lost.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
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
_REFERENCE = re.compile(r"^([A-Z]{1,3})([0-9]{1,7})$")


@dataclass(frozen=True)
class Loaded:
    """What was copied."""

    rows: int
    bad_lines: int
    ignored_columns: int


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


def check(resource: Resource, extent: Extent) -> bytes:
    """The workbook's bytes, after everything in it was found safe to read.

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
            _check_members(resource, archive)
    except Rejected as error:
        if error.rule_id == "delivery.unsafe_workbook":
            raise
        raise _unsafe(resource, error.zh.split("；")[0], error.en.split(";")[0]) from error
    return data


def _check_members(resource: Resource, archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    if sum(member.file_size for member in members) > limits.MAX_WORKBOOK_BYTES:
        raise _unsafe(resource, "解压后过大，请改报 CSV", "it unpacks to too much, deliver CSV instead")
    if any("vbaproject" in member.filename.lower() for member in members):
        raise _unsafe(resource, "含宏，请另存为 xlsx", "it holds macros, save it as xlsx")
    lengths: list[int] = []
    parts = [member for member in members if member.filename.lower().endswith((".xml", ".rels", ".vml"))]
    parts.sort(key=lambda member: "sharedstrings" not in member.filename.lower())
    for member in parts:
        name = member.filename.lower()
        part = _Part(resource, lengths, is_sheet="/worksheets/" in name, is_texts="sharedstrings" in name)
        part.read(package.unpacked(archive, member))


class _Part:
    """One pass over an XML part: no document type, and for a sheet a bound on what its cells take in memory."""

    def __init__(self, resource: Resource, lengths: list[int], *, is_sheet: bool, is_texts: bool) -> None:
        self._resource, self._lengths = resource, lengths
        self._row = self._column = self._last_row = self._last_column = self._depth = 0
        self._characters = 0
        self._is_shared = self._in_value = False
        self._value: list[str] = []
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.EntityDeclHandler = self._doctype
        self._parser.StartElementHandler = self._start
        if is_sheet:
            self._parser.StartElementHandler = self._sheet_start
            self._parser.EndElementHandler = self._sheet_end
            self._parser.CharacterDataHandler = self._sheet_text
        elif is_texts:
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

    def _sheet_start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "c":
            self._cell(attributes)
        elif name == "row":
            given = attributes.get("r", "")
            self._row = int(given) if given.isdecimal() and len(given) < 9 else self._row + 1
            self._column = 0
        elif name in ("v", "t"):
            self._in_value = True
            self._value.clear()

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
        self._is_shared = attributes.get("t") == "s"
        if self._last_row * self._last_column > limits.MAX_WORKBOOK_CELLS:
            raise _unsafe(
                self._resource,
                f"单元格区域超过 {limits.MAX_WORKBOOK_CELLS:,} 格，请改报 CSV",
                f"its cells span more than {limits.MAX_WORKBOOK_CELLS:,}, deliver CSV instead",
            )

    def _sheet_end(self, name: str) -> None:
        if self._in_value and name.rpartition(":")[2] in ("v", "t"):
            self._in_value = False
            text = "".join(self._value)
            if self._is_shared:
                index = int(text) if text.isdecimal() and len(text) < 9 else len(self._lengths)
                self._count(self._lengths[index] if index < len(self._lengths) else 0)
            else:
                self._count(len(text))

    def _count(self, characters: int) -> None:
        self._characters += characters
        if self._characters > MAX_TEXT_CHARACTERS:
            raise _unsafe(self._resource, "文字总量过大，请改报 CSV", "its texts are too long, deliver CSV instead")

    def _sheet_text(self, text: str) -> None:
        if self._in_value:
            self._value.append(text)

    def _texts_text(self, text: str) -> None:
        self._characters += len(text)

    def _texts_end(self, name: str) -> None:
        if name.rpartition(":")[2] == "si":
            self._lengths.append(self._characters)
            self._characters = 0


def read(resource: Resource, data: bytes) -> Iterator[tuple[int, list[Any]]]:
    """(row number, cells) of each row that has a value, for bytes that were checked."""
    from python_calamine import CalamineWorkbook, SheetVisibleEnum

    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
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
        for offset, row in enumerate(sheet.iter_rows()):
            if any(value not in ("", None) for value in row):
                yield start[0] + offset + 1, row
    except Rejected:
        raise
    except BaseException as error:
        # A panic of the reader's is no Exception.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise _unsafe(resource, "工作簿已损坏", "the workbook is damaged") from error


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
