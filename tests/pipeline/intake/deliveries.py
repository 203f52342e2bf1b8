"""Deliveries for tests: good ones of a few rows, to be spoiled by the test that asks for them."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from steppe import contracts
from steppe.contracts import Resource

HOUSEHOLD = contracts.load("household_registry").resource("household")
PERSON = contracts.load("household_registry").resource("person")


def header(resource: Resource) -> str:
    return ",".join(column.header for column in resource.columns)


def line(resource: Resource, **values: str) -> str:
    """A CSV line with the given values; the others say which column they are in."""
    return ",".join(values.get(column.name, f"{column.name}值") for column in resource.columns)


def text(resource: Resource, lines: Iterable[str], newline: str = "\n") -> str:
    return "".join(row + newline for row in (header(resource), *lines))


def folder(
    place: Path,
    files: Mapping[str, bytes] | None = None,
    *,
    rows: Mapping[str, int] | None = None,
    file_changes: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Path:
    """Write a delivery of the household registry as a folder.

    Args:
        place: the folder to make.
        files: bytes by resource; a resource that is not named has its header and one row.
        rows: rows that the manifest states, where they are not the lines of the file less one.
        file_changes: changes to the manifest's entry of ``household``; None leaves an item out.
        changes: changes to the manifest's own items; None leaves an item out.
    """
    place.mkdir(parents=True)
    entries = []
    for resource in contracts.load("household_registry").resources:
        data = (files or {}).get(resource.name)
        if data is None:
            data = text(resource, [line(resource)]).encode("gb18030")
        (place / f"{resource.name}.csv").write_bytes(data)
        entry = {
            "resource": resource.name,
            "path": f"{resource.name}.csv",
            "format": "csv",
            "encoding": "GB18030",
            "sha256": hashlib.sha256(data).hexdigest(),
            "rows": (rows or {}).get(resource.name, data.count(b"\n") - 1),
            "control_totals": dict.fromkeys(resource.control_totals, "0.00"),
        }
        if resource is HOUSEHOLD or resource.name == "household":
            entry = {key: value for key, value in {**entry, **(file_changes or {})}.items() if value is not None}
        entries.append(entry)
    manifest = {
        "source": "household_registry",
        "contract_version": "1.0.0",
        "sender": "150400",
        "period": "2020-05",
        "created_at": "2020-06-03T09:00:00+08:00",
        "files": entries,
        **changes,
    }
    manifest = {key: value for key, value in manifest.items() if value is not None}
    (place / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")
    return place


def zipped(delivery: Path, *, method: int = zipfile.ZIP_DEFLATED, prefix: str = "") -> Path:
    """Pack a folder as a zip beside it."""
    target = delivery.with_name(delivery.name + ".zip")
    with zipfile.ZipFile(target, "w", method) as archive:
        for file in sorted(delivery.iterdir()):
            archive.write(file, prefix + file.name)
    return target
