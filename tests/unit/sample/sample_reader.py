"""A reader of the sample's deliveries that shares no code with the maker."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from steppe import contracts

SCALE, MONTHS, SEED = 0.006, ["2020-05", "2020-06"], 20200601


@dataclass(frozen=True)
class Answer:
    kind: str
    level: str
    file_name: str
    resource: str
    line_no: int | None
    rule_ids: tuple[str, ...]


@dataclass(frozen=True)
class Made:
    """A sample on disk."""

    folder: Path
    facts: dict[str, Any]
    answers: tuple[Answer, ...]
    signs: dict[str, frozenset[str]]  # by signal: whom it is to find, in any month

    def delivery(self, source: str, sender: str, month: str, suffix: str = "") -> Path:
        return self.folder / "deliveries" / f"{source}_{sender}_{month}{suffix}.zip"

    def right(self) -> Iterator[Path]:
        """The deliveries that are not refused as a whole."""
        refused = {answer.file_name for answer in self.answers if answer.level == "delivery"}
        for path in sorted((self.folder / "deliveries").iterdir()):
            if path.name not in refused:
                yield path

    def bad_lines(self, path: Path, resource: str) -> set[int]:
        return {
            answer.line_no
            for answer in self.answers
            if answer.file_name == path.name
            and answer.resource == resource
            and answer.line_no
            and answer.level == "row"
        }

    def clean_rows(self, path: Path, resource: str) -> list[dict[str, str]]:
        """Rows of a delivery by contract column: no defect in them, exact repeats once."""
        repeated = {
            answer.line_no
            for answer in self.answers
            if (answer.file_name, answer.resource, answer.level) == (path.name, resource, "duplicate")
        }
        bad = self.bad_lines(path, resource) | repeated
        return [row for line, row in rows(path, resource) if line not in bad]


def manifest(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as archive:
        document: dict[str, Any] = json.loads(archive.read("manifest.json"))
    return document


def lines(path: Path, resource: str) -> list[bytes]:
    """The lines of a CSV file; a line's number is its place here plus 1."""
    with zipfile.ZipFile(path) as archive:
        return archive.read(f"{resource}.csv").splitlines()


def rows(path: Path, resource: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and values of every line that has the right number of fields, of CSV and workbook alike."""
    said = manifest(path)
    entry = next(file for file in said["files"] if file["resource"] == resource)
    columns = [column.name for column in contracts.load(said["source"]).resource(resource).columns]
    if entry["format"] == "xlsx":
        yield from _workbook_rows(path, entry["path"], columns)
        return
    codec = {"GB18030": "gb18030", "UTF-8": "utf-8-sig"}[entry["encoding"]]
    for number, line in enumerate(lines(path, resource), start=1):
        try:
            text = line.decode(codec)
        except UnicodeDecodeError:
            continue
        values = next(csv.reader([text.replace("\0", "")]))
        if number > 1 and len(values) == len(columns):
            yield number, dict(zip(columns, values, strict=True))


def _workbook_rows(path: Path, name: str, columns: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    from openpyxl import load_workbook

    with zipfile.ZipFile(path) as archive:
        sheet = load_workbook(io.BytesIO(archive.read(name)), read_only=True).active
        assert sheet is not None
        for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
            if number > 1:
                yield number, {name: str(value or "") for name, value in zip_longest(columns, values)}


def read(folder: Path, key: Path) -> Made:
    with key.open(encoding="utf-8", newline="") as handle:
        answers = tuple(
            Answer(
                row["kind"],
                row["level"],
                row["file_name"],
                row["resource"],
                int(row["line_no"]) if row["line_no"] else None,
                tuple(filter(None, row["rule_ids"].split(";"))),
            )
            for row in csv.DictReader(handle)
        )
    signs = defaultdict(set)
    with (folder / "signs.csv").open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            signs[row["signal"]].add(row["subject"])
    facts = json.loads((folder / "region.json").read_text(encoding="utf-8"))
    return Made(folder, facts, answers, {signal: frozenset(found) for signal, found in signs.items()})
