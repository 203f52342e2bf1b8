"""A whole list as a file: CSV as it comes, xlsx through a temporary file. Memory does not grow with the list.

A text that a spreadsheet would take for a formula is told to be text: in CSV by an apostrophe before it, in xlsx by the cell's type.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from fastapi.responses import FileResponse, StreamingResponse
from starlette.background import BackgroundTask

from steppe import settings
from steppe.page import listing, rendering, wording
from steppe.page.reading import Readers, Reading
from steppe.page.rendering import Asked, Unseen, Wanted

# What a spreadsheet may read as a formula, or as the end of the text before it.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
CHUNK_ROWS = 500


class Form(StrEnum):
    """The kinds of file."""

    csv = "csv"
    xlsx = "xlsx"


def answer(request: Request, readers: Readers, name: str, form: Form) -> Response:
    """A list as a file; that it holds names is written down first.

    Raises:
        Stranger: the user reads as nobody.
        Unseen: no such list or place for him.
    """
    asked, user = Asked(request), request.state.reader
    with readers.reading(user) as reading:
        found = rendering.wanted(asked, reading, name)
        told = _about(asked, reading, found)
    query = found.query
    if query is None or found.month is None:
        raise Unseen(name)
    if found.with_names:
        readers.record_named_view(user, found.as_recorded(form))

    def rows() -> Iterator[list[Any]]:
        """The headings in the reader's language, then the values as they are kept, money in yuan."""
        with readers.reading(user) as reading:
            found_rows = listing.stream(reading, query)
            columns = next(found_rows)
            yield [asked.label(column) for column in columns]
            for row in found_rows:
                yield [_kept(column, value, asked) for column, value in zip(columns, row, strict=True)]

    file_name = f"{name}-{found.place.code}-{found.month:%Y-%m}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{file_name}"'}
    if form is Form.csv:
        return StreamingResponse(_csv(rows()), media_type="text/csv; charset=utf-8", headers=headers)
    file = _xlsx(rows(), told)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return FileResponse(file, media_type=kind, headers=headers, background=BackgroundTask(file.unlink))


def _kept(column: str, value: Any, asked: Asked) -> Any:
    """A value for a cell: numbers, days and moments as such, fen as yuan, codes and the rest as told."""
    if value is None:
        return None
    if column.endswith("_fen"):
        return Decimal(value) / 100
    if isinstance(value, datetime):
        return value.astimezone(settings.CALENDAR).replace(tzinfo=None)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, (date, Decimal, int)) and not (
        isinstance(value, bool) or wording.has_label(column, str(value))
    ):
        return value
    return asked.told(column, value)


def _about(asked: Asked, reading: Reading, found: Wanted) -> list[tuple[str, str]]:
    """What a person who finds the file later must know of it: the same that the page says above the list."""
    now = datetime.now(settings.CALENDAR)
    told = [
        (asked.t("清单", "List"), asked.t(found.view.title_zh, found.view.title_en)),
        (asked.t("地区", "Place"), found.place.name),
        (asked.t("月份", "Month"), asked.told("month", found.month)),
        (asked.t("导出时间", "Exported at"), f"{now:%Y-%m-%d %H:%M}"),
        (asked.t("导出人", "Exported by"), reading.user),
    ]
    for row in reading.rows("standing.sql", found.values):
        published = asked.told("published_at", row["published_at"])
        told.append(
            (asked.told("source", row["source"]), f"{row['senders_delivered']}/{row['senders_expected']}, {published}")
        )
    for row in reading.rows("definitions.sql", found.values):
        version = asked.told("valid_from", row["valid_from"]) if row["version"] is None else f"v{row['version']}"
        status = asked.told("definition_status", row["status"])
        told.append((asked.t("口径", "Definition"), f"{asked.told('definition', row['name'])} {version}, {status}"))
    if found.view.has_figures:
        told += [
            (asked.t("确认状态", "Confirmation"), asked.told("confirmation", row["confirmation"]))
            for row in reading.rows("confirmation.sql", found.values)
        ]
    return told


def safe(value: Any) -> Any:
    """A value that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _csv(rows: Iterator[Sequence[Any]]) -> Iterator[bytes]:
    """UTF-8 with the mark by which Excel knows it."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write("\ufeff")
    for number, row in enumerate(rows, start=1):
        writer.writerow([safe(value) for value in row])
        if number % CHUNK_ROWS == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()


def _xlsx(rows: Iterator[Sequence[Any]], about: list[tuple[str, str]]) -> Path:
    """Written row by row to the disk; a second sheet says what it is."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet("data")
    sheet.freeze_panes = "A2"

    def cell(value: Any) -> Any:
        if not isinstance(value, str) or not value.startswith(FORMULA):
            return value
        text = WriteOnlyCell(sheet, value)
        text.data_type = "s"
        return text

    append: Callable[[Sequence[Any]], None] = sheet.append
    for row in rows:
        append([cell(value) for value in row])
    told = book.create_sheet("about")
    for line in about:
        told.append(line)
    with tempfile.NamedTemporaryFile(prefix="steppe-", suffix=".xlsx", delete=False) as file:
        book.save(file)
    return Path(file.name)
