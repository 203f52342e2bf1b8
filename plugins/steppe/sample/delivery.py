"""Deliveries on disk: tables of text, their files in a sender's own way of writing, the manifest and the zip around them."""

from __future__ import annotations

import hashlib
import io
import json
import random
import re
import zipfile
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from steppe import contracts
from steppe.contracts import Resource
from steppe.sample.days import Month
from steppe.sample.identity import Ints, Texts
from steppe.sample.region import Sender

_ZIP_LEVEL = 1


@dataclass
class Table:
    """The rows of one resource, by column, as they will stand in the file.

    Attributes:
        columns: contract column → its values; a row that is added comes last here and is placed in the file by ``places``.
        pools: kinds of rows that a defect may be put in → their positions.
        breaks: row → how its line is broken as text.
    """

    resource: Resource
    columns: dict[str, list[str]]
    pools: Mapping[str, Ints]
    base: int
    places: list[int] = field(default_factory=list)
    breaks: dict[int, str] = field(default_factory=dict)

    @staticmethod
    def of(resource: Resource, columns: Mapping[str, Texts], pools: Mapping[str, Ints]) -> Table:
        """A table whose columns come in the order of the contract."""
        ordered = {column.name: columns[column.name].tolist() for column in resource.columns}
        return Table(resource, ordered, pools, len(next(iter(ordered.values()))))

    @staticmethod
    def joined(parts: Sequence[Table]) -> Table:
        """One table of several parts of a resource, before anything was added to them."""
        starts = np.cumsum([0, *(part.base for part in parts)])
        pools = {
            name: np.concatenate([start + part.pools[name] for start, part in zip(starts, parts, strict=False)])
            for name in parts[0].pools
        }
        columns = {name: [value for part in parts for value in part.columns[name]] for name in parts[0].columns}
        return Table(parts[0].resource, columns, pools, int(starts[-1]))

    def __len__(self) -> int:
        return self.base + len(self.places)

    def row(self, at: int) -> dict[str, str]:
        return {name: values[at] for name, values in self.columns.items()}

    def add(self, row: Mapping[str, str], chance: random.Random, *, after: int) -> int:
        """Add a row somewhere after the base row ``after``; its position."""
        for name, values in self.columns.items():
            values.append(row[name])
        self.places.append(chance.randint(min(after, self.base - 1), self.base - 1))
        return len(self) - 1

    def line_number(self, at: int) -> int:
        """Number of the row's record in the file; the header is 1."""
        if at < self.base:
            return at + 2 + bisect_left(sorted(self.places), at)
        place, added = self.places[at - self.base], at - self.base
        before = sum(1 for other, at_place in enumerate(self.places) if (at_place, other) < (place, added))
        return place + 3 + before

    def order(self) -> list[int]:
        """Positions in the order of the file."""
        if not self.places:
            return list(range(self.base))
        added = sorted(range(len(self.places)), key=lambda index: (self.places[index], index))
        found: list[int] = []
        start = 0
        for index in added:
            stop = self.places[index] + 1
            found.extend(range(start, stop))
            found.append(self.base + index)
            start = max(start, stop)
        found.extend(range(start, self.base))
        return found

    def total_fen(self, column: str) -> int:
        """Sum of the amounts in the file; what is no amount counts as nothing."""
        return sum(int(text.replace(".", "")) for text in self.columns[column] if _AMOUNT.fullmatch(text))


_AMOUNT = re.compile(r"-?[0-9]+\.[0-9]{2}")


@dataclass(frozen=True)
class File:
    """A file of a delivery, as bytes, with what the manifest says of it."""

    name: str
    content: bytes
    entry: dict[str, Any]


def file(table: Table, sender: Sender) -> File:
    """Write a table in the sender's format."""
    resource = table.resource
    entry: dict[str, Any] = {"resource": resource.name, "rows": len(table)}
    if sender.file_format == "xlsx":
        content, name, entry["format"] = _workbook(table), f"{resource.name}.xlsx", "xlsx"
    else:
        content, name, entry["format"] = _csv(table, sender), f"{resource.name}.csv", "csv"
        entry["encoding"] = sender.encoding
    entry |= {"path": name, "sha256": hashlib.sha256(content).hexdigest()}
    if resource.control_totals:
        entry["control_totals"] = {name: amount(table.total_fen(name)) for name in resource.control_totals}
    return File(name, content, entry)


def amount(fen: int) -> str:
    """Fen as yuan with two decimals."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def manifest(source: str, sender: str, month: Month, files: Sequence[File], day: int = 3) -> dict[str, Any]:
    """A manifest as a sender writes it, on the given day of the month after."""
    return {
        "source": source,
        "contract_version": contracts.load(source).version,
        "sender": sender,
        "period": month.text,
        "created_at": f"{month.next.text}-{day:02d}T09:00:00+08:00",
        "files": [file.entry for file in files],
    }


def write_zip(path: Path, members: Mapping[str, bytes], month: Month) -> Path:
    """Pack members under a fixed time, so that the same content is the same file."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            member = zipfile.ZipInfo(name, (month.next.year, month.next.number, 3, 9, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o100644 << 16
            member.create_system = 3
            archive.writestr(member, content, compresslevel=_ZIP_LEVEL)
    return path


def members(said: Mapping[str, Any], files: Sequence[File]) -> dict[str, bytes]:
    """The members of a delivery: manifest first, then the files."""
    text = json.dumps(said, ensure_ascii=False, indent=1)
    return {"manifest.json": text.encode(), **{file.name: file.content for file in files}}


def _csv(table: Table, sender: Sender) -> bytes:
    values = [_quoted(column) if _is_free_text(name) else column for name, column in table.columns.items()]
    lines = list(map(",".join, zip(*values, strict=True)))
    names = list(table.columns)
    text_at = next((index for index, name in enumerate(names) if _is_free_text(name)), 0)
    for at, how in table.breaks.items():
        lines[at] = _broken(lines[at], how, text_at)
    header = ",".join(column.header for column in table.resource.columns)
    if table.places:
        lines = [lines[at] for at in table.order()]
    end = sender.line_end
    text = header + end + end.join(lines) + end
    mark = "\ufeff" if sender.has_mark else ""
    # Surrogates stand for bytes that are no text in any encoding.
    return (mark + text).encode(sender.encoding.lower(), "surrogateescape")


def _is_free_text(name: str) -> bool:
    """Whether a column's text may need quotes; what is no name is a code, a number or a date."""
    return name == "name" or name.endswith("_name")


def _quoted(column: list[str]) -> list[str]:
    return ['"' + text.replace('"', '""') + '"' if "," in text or '"' in text else text for text in column]


def _broken(line: str, how: str, text_at: int) -> str:
    fields = line.split(",")
    if how == "few":
        return ",".join(fields[:-2])
    if how == "many":
        return ",".join([*fields[: text_at + 1], "", *fields[text_at + 1 :]])
    fields[text_at] = {"nul": "\0", "bytes": "\udcff\udcfe", "quote": '"'}[how] + fields[text_at]
    return ",".join(fields)


def _workbook(table: Table) -> bytes:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet(table.resource.title)
    sheet.append([column.header for column in table.resource.columns])
    columns = list(table.columns.values())
    for at in table.order():
        sheet.append([column[at] or None for column in columns])
    raw = io.BytesIO()
    book.save(raw)
    return _timeless(raw.getvalue())


def _timeless(workbook: bytes) -> bytes:
    """The same workbook without the moment it was written at."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as source, zipfile.ZipFile(target, "w") as copy:
        for member in source.infolist():
            content = source.read(member)
            if member.filename == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", b"2020-06-03T09:00:00", content)
            fixed = zipfile.ZipInfo(member.filename, (2020, 6, 3, 9, 0, 0))
            fixed.compress_type = zipfile.ZIP_DEFLATED
            copy.writestr(fixed, content, compresslevel=_ZIP_LEVEL)
    return target.getvalue()
