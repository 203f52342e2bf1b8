"""The corrected delivery: the file as it was sent, with what a clerk changed in its error workbook put in place.

Nobody has to find line 12,345 of a CSV file. What the workbook does not list is taken over byte by byte.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from steppe import contracts, settings
from steppe.clerk.reports import save
from steppe.clerk.workbook import ACTION, DELETE, LINE_NO, TEXT, shown
from steppe.contracts import Resource
from steppe.errors import SteppeError
from steppe.intake import headers, manifest, package, tolerant, workbook
from steppe.intake.manifest import File
from steppe.intake.package import MANIFEST, Extent

# As a sender adds up: an amount of too many decimals, which the gate does not read, is in his total, too.
_AMOUNT = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
Field = tuple[str, bytes]  # a value, and the field as it stands in the file


@dataclass(frozen=True)
class Corrected:
    """What was changed in one resource; ``totals`` names the money columns whose control total was restated."""

    resource: str
    rows: int
    corrected: int
    deleted: int
    totals: tuple[str, ...]


@dataclass(frozen=True)
class _Change:
    is_deleted: bool
    cells: dict[str, str]  # by column, as the workbook shows them
    is_whole: bool  # of a line that could not be split: every field comes from the workbook


def correct(path: Path, corrections: Path, out: Path) -> tuple[Corrected, ...]:
    """Write the delivery ``path`` with the corrections of its workbook to the zip ``out``.

    A control total that was the sum of the file is restated by what the corrections change; any other is left as the sender stated it.

    Raises:
        Rejected: the delivery or the workbook cannot be read.
        SteppeError: the workbook is not of this delivery.
    """
    with tempfile.TemporaryDirectory(prefix="steppe-correct-") as scratch, package.open_package(path) as opened:
        said = manifest.parse(opened.manifest())
        document = json.loads(opened.manifest().decode("utf-8-sig"))
        document["created_at"] = datetime.now(settings.CALENDAR).isoformat(timespec="seconds")
        entries = {entry["resource"]: entry for entry in document["files"]}
        done = []

        def fill(target: IO[bytes]) -> None:
            with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
                for resource in contracts.load(said.source).resources:
                    file = said.file(resource.name)
                    extent = opened.extent(file.path, Path(scratch))
                    if extent is None:
                        raise SteppeError(
                            f"{path}: the file of {resource.name} is missing; only a whole delivery can be corrected"
                        )
                    changes = _changes(resource, corrections)
                    done.append(
                        _rewrite(
                            archive, resource, file=file, extent=extent, changes=changes, entry=entries[resource.name]
                        )
                    )
                archive.writestr(MANIFEST, json.dumps(document, ensure_ascii=False, indent=1))

        save(out, fill)
    return tuple(done)


def _changes(resource: Resource, corrections: Path) -> dict[int, _Change]:
    """What the workbook asks of each line of a resource, by line number."""
    extent = Extent(corrections, 0, corrections.stat().st_size)
    rows = workbook.read(resource, workbook.check(resource, extent))
    _, header = next(rows, (0, []))
    places = {workbook.text(name, None).strip(): place for place, name in enumerate(header)}
    if LINE_NO not in places or ACTION not in places:
        return {}  # no sheet of this resource: nothing of it is wrong
    missing = [column.header for column in resource.columns if column.header not in places]
    if missing:
        raise SteppeError(
            f"{corrections}: the sheet of {resource.name} lacks {'、'.join(missing)}: put the columns back"
        )
    changes: dict[int, _Change] = {}
    for number, row in rows:
        line_no = workbook.text(row[places[LINE_NO]], None).strip()
        if not line_no.isdecimal() or int(line_no) in changes:
            raise SteppeError(
                f"{corrections}: {resource.name}, row {number}: {LINE_NO} is no line number, or there twice"
            )
        cells = {column.name: workbook.text(row[places[column.header]], column) for column in resource.columns}
        is_whole = TEXT in places and workbook.text(row[places[TEXT]], None) != ""
        is_deleted = workbook.text(row[places[ACTION]], None).strip() == DELETE
        if is_whole and not is_deleted and not any(cells.values()):
            raise SteppeError(
                f"{corrections}: {resource.name}, line {line_no} is not corrected: fill in its columns, or write {DELETE} in {ACTION}"
            )
        changes[int(line_no)] = _Change(is_deleted, cells, is_whole)
    return changes


def _rewrite(
    archive: zipfile.ZipFile,
    resource: Resource,
    *,
    file: File,
    extent: Extent,
    changes: dict[int, _Change],
    entry: dict[str, Any],
) -> Corrected:
    """Copy one file into the archive with its changes, and bring its entry of the manifest up to date."""
    if file.format == "xlsx":
        encoding, columns, records = "UTF-8", *_workbook_records(resource, extent)
    else:
        layout = headers.read(extent, resource, file.encoding or "GB18030")
        encoding, columns, records = layout.encoding, layout.known, _csv_records(resource, layout)
    codec = headers.PYTHON_CODECS[encoding]
    sums = _Sums(resource, columns)
    name = str(Path(file.path).with_suffix(".csv"))
    digest, rows, counts = hashlib.sha256(), 0, {"corrected": 0, "deleted": 0}
    with archive.open(name, "w", force_zip64=True) as target:

        def put(line: bytes) -> None:
            digest.update(line + b"\n")
            target.write(line + b"\n")

        put(",".join(resource.column(column).header for column in columns).encode(codec))
        for number, line, fields in records:
            change = changes.pop(number, None)
            if change is None:
                put(line)
                sums.keep(fields)
            elif change.is_deleted:
                counts["deleted"] += 1
                sums.replace(fields, None)
                continue
            else:
                after = _corrected(columns, fields, change, codec)
                counts["corrected"] += [raw for _, raw in fields or ()] != [raw for _, raw in after]
                put(b",".join(raw for _, raw in after))
                sums.replace(fields, after)
            rows += 1
    if changes:
        raise SteppeError(
            f"the file of {resource.name} has no line {min(changes)}: this workbook is of another delivery"
        )
    entry |= {"path": name, "format": "csv", "encoding": encoding, "sha256": digest.hexdigest(), "rows": rows}
    restated = sums.restate(entry.get("control_totals", {}))
    return Corrected(resource.name, rows, counts["corrected"], counts["deleted"], restated)


Records = Iterator[tuple[int, bytes, list[Field] | None]]  # number, line, fields; None where it cannot be split


def _csv_records(resource: Resource, layout: headers.Layout) -> Records:
    codec = headers.PYTHON_CODECS[layout.encoding]
    for number, line, record in tolerant.numbered(layout, resource):
        if isinstance(record, str):
            yield number, line, None
        else:
            yield number, record, [(tolerant.unquote(raw).decode(codec), raw) for raw in tolerant.split(record)]


def _workbook_records(resource: Resource, extent: Extent) -> tuple[tuple[str, ...], Records]:
    rows = workbook.read(resource, workbook.check(resource, extent))
    _, header = next(rows, (0, []))
    columns = headers.match([workbook.text(name, None).strip() for name in header], resource)
    kept = [(place, resource.column(name)) for place, name in enumerate(columns) if name is not None]

    def records() -> Records:
        for number, row in rows:
            values = [workbook.text(row[place], column) for place, column in kept]
            fields = [(value, tolerant.quote(value.encode())) for value in values]
            yield number, b",".join(raw for _, raw in fields), fields

    return tuple(column.name for _, column in kept), records()


def _corrected(columns: Sequence[str], fields: list[Field] | None, change: _Change, codec: str) -> list[Field]:
    """A record's fields after correction; a cell that still shows what the file has leaves the field as it is."""
    after = []
    for place, column in enumerate(columns):
        cell = change.cells[column]
        if fields is not None and not change.is_whole and cell == shown(fields[place][0]):
            after.append(fields[place])
        else:
            after.append((cell, tolerant.quote(cell.encode(codec))))
    return after


class _Sums:
    """Sums of the columns with a control total, before and after correction; what is no amount counts as nothing."""

    def __init__(self, resource: Resource, columns: Sequence[str]) -> None:
        self._places = {name: columns.index(name) for name in resource.control_totals}
        self._before = dict.fromkeys(self._places, Decimal(0))
        self._after = dict.fromkeys(self._places, Decimal(0))

    def keep(self, fields: list[Field] | None) -> None:
        self.replace(fields, fields)

    def replace(self, before: list[Field] | None, after: list[Field] | None) -> None:
        for sums, fields in ((self._before, before), (self._after, after)):
            for name, place in self._places.items() if fields else ():
                value = fields[place][0]  # type: ignore[index]
                sums[name] += Decimal(value) if _AMOUNT.fullmatch(value) else 0

    def restate(self, stated: dict[str, str]) -> tuple[str, ...]:
        """Restate the totals that were the sum of the file; names of those that changed."""
        changed = []
        for name in self._places:
            after = round(self._after[name], 2)
            if Decimal(stated[name]) == round(self._before[name], 2) != after:
                stated[name] = f"{after:.2f}"
                changed.append(name)
        return tuple(changed)
