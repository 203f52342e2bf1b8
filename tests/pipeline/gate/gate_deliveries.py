"""Small deliveries for the gate's tests: one clean row as the template of each resource, and rows that differ from it."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml
from steppe import contracts

SOURCE, SENDER, PERIOD = "household_registry", "150400", "2020-05"
Row = dict[str, str]


def of_all_sources(folder: str) -> dict[str, Any]:
    """What the YAML files of a folder beside this one say, source by source, of their resources."""
    found: dict[str, Any] = {}
    for path in sorted((Path(__file__).parent / folder).glob("*.yaml")):
        found |= yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


# One row of each resource that breaks no rule, as the agency writes it. "*" is filled in by ``row``, different for each row.
CLEAN: dict[str, Row] = of_all_sources("clean")


def id_number(place: int) -> str:
    """A valid ID number of a woman of 赤峰, a different one for each place from 0 to 13,999."""
    day, order = divmod(place, 500)
    body = f"150421198506{day + 1:02d}{order * 2:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11]


def uscc(place: int) -> str:
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = f"91150421MA{place:07d}"
    total = sum(alphabet.index(character) * 3**index for index, character in enumerate(body))
    return body + alphabet[-total % 31]


def row(resource: str, place: int, **changes: Any) -> Row:
    """The clean row of a resource with keys of its own, changed."""
    keys = {
        "id_number": id_number(place),
        "person_id": f"P{place:06d}",
        "spell_id": f"E{place:06d}",
        "birth_date": f"198506{place // 500 + 1:02d}",
        "household_id": f"H{place:06d}",
        "station_code": f"S{place:06d}",
        "village_code": f"150421{place:06d}",
        "uscc": uscc(place),
        "credit_code": uscc(place),
        "business_code": uscc(place),
    }
    made = {name: keys.get(name, f"K{place:06d}") if value == "*" else value for name, value in CLEAN[resource].items()}
    return made | {name: "" if value is None else str(value) for name, value in changes.items()}


def persons(count: int, **changes: Any) -> list[Row]:
    """Rows of as many persons."""
    return [row("person", place, **changes) for place in range(count)]


def register(people: Sequence[Row], households: int = 40) -> dict[str, Sequence[Row]]:
    """A register delivery's rows, by resource."""
    return {"household": [row("household", place) for place in range(households)], "person": people}


def write(
    folder: Path,
    rows: Mapping[str, Sequence[Row]],
    *,
    source: str,
    period: str = PERIOD,
    sender: str = SENDER,
    totals: Mapping[str, str] | None = None,
    encoding: str = "GB18030",
    extra: Mapping[str, Sequence[str]] | None = None,
) -> Path:
    """Write a delivery folder.

    Args:
        totals: control totals that the manifest states instead of the right ones.
        extra: lines appended to a resource's file as they are; the manifest counts them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for resource in contracts.load(source).resources:
        listed = rows.get(resource.name, ())
        path = folder / f"{resource.name}.csv"
        with path.open("w", encoding=encoding, newline="") as handle:
            writer = csv.writer(handle, lineterminator="\n")
            writer.writerow([column.header for column in resource.columns])
            writer.writerows([[one[column.name] for column in resource.columns] for one in listed])
            lines = (extra or {}).get(resource.name, ())
            handle.writelines(f"{line}\n" for line in lines)
        files.append(
            {
                "resource": resource.name,
                "path": path.name,
                "format": "csv",
                "encoding": encoding,
                "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
                "rows": len(listed) + len(lines),
                "control_totals": {name: total(listed, name) for name in resource.control_totals} | dict(totals or {}),
            }
        )
    manifest = {
        "source": source,
        "contract_version": contracts.load(source).version,
        "sender": sender,
        "period": period,
        "created_at": "2020-12-03T09:00:00+08:00",
        "files": files,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")
    return folder


def total(rows: Sequence[Row], name: str) -> str:
    """The sum of a money column in yuan; what is no amount counts as nothing."""
    found = Decimal(0)
    for one in rows:
        with contextlib.suppress(InvalidOperation):
            found += Decimal(one[name] or 0)
    return f"{found:.2f}"
