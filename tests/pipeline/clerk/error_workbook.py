"""An error workbook as a clerk has it on the screen, and what he does with it."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
from steppe import contracts
from steppe.clerk import workbook

RED, YELLOW = "00FFC7CE", "00FFEB9C"
Truth = Mapping[tuple[str, int], Mapping[str, str]]  # by resource and line number, what the row says when it is right


def is_coloured(cell: Any) -> bool:
    return cell.fill.patternType == "solid" and cell.fill.fgColor.rgb in (RED, YELLOW)


def sheets(path: Path, source: str) -> dict[str, Any]:
    """The sheets of rows by resource."""
    book = openpyxl.load_workbook(path)
    titles = {resource.title: resource.name for resource in contracts.load(source).resources}
    return {titles[sheet.title]: sheet for sheet in book.worksheets if sheet.title in titles}


def lines(sheet: Any) -> dict[int, list[Any]]:
    """Cells by line number."""
    return {int(row[0].value): list(row) for row in sheet.iter_rows(min_row=2)}


def summary(path: Path) -> list[list[str]]:
    sheet = openpyxl.load_workbook(path)[workbook.SUMMARY]
    return [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]


def follow(path: Path, source: str, truth: Truth) -> None:
    """Do what the workbook says and nothing else: put the right value into each coloured cell; strike a row that has none."""
    book = openpyxl.load_workbook(path)
    for resource in contracts.load(source).resources:
        if resource.title not in book.sheetnames:
            continue
        sheet = book[resource.title]
        header = [cell.value for cell in sheet[1]]
        for row in sheet.iter_rows(min_row=2):
            right = truth.get((resource.name, int(row[0].value)))
            if right is None:
                row[header.index(workbook.ACTION)].value = workbook.DELETE
                continue
            for column in resource.columns:
                cell = row[header.index(column.header)]
                if is_coloured(cell):
                    cell.value = right[column.name] or None
    book.save(path)


def change(path: Path, source: str, resource: str, line_no: int, values: Mapping[str, str]) -> None:
    """Enter values into one listed row, whatever is coloured."""
    book = openpyxl.load_workbook(path)
    sheet = book[contracts.load(source).resource(resource).title]
    header = [cell.value for cell in sheet[1]]
    row = next(row for row in sheet.iter_rows(min_row=2) if row[0].value == str(line_no))
    for column in contracts.load(source).resource(resource).columns:
        if column.name in values:
            row[header.index(column.header)].value = values[column.name]
    book.save(path)


def repacked(delivery: Path, resource: str, place: Path) -> Path:
    """A delivery folder with one file as a workbook instead of CSV."""
    shutil.copytree(delivery, place)
    book = openpyxl.Workbook()
    with (place / f"{resource}.csv").open(encoding="gb18030", newline="") as handle:
        for row in csv.reader(handle):
            book.active.append(row)
            for cell in book.active[book.active.max_row]:
                cell.data_type = "s"
    (place / f"{resource}.csv").unlink()
    book.save(place / f"{resource}.xlsx")
    manifest = json.loads((place / "manifest.json").read_text(encoding="utf-8"))
    (file,) = [file for file in manifest["files"] if file["resource"] == resource]
    digest = hashlib.sha256((place / f"{resource}.xlsx").read_bytes()).hexdigest()
    file |= {"path": f"{resource}.xlsx", "format": "xlsx", "encoding": None, "sha256": digest}
    (place / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")
    return place
