"""Contracts: what each agency delivers, read from ``include/contracts/<source>.odcs.yaml`` (Open Data Contract Standard 3).

A contract is the only place that knows a source's columns, headers, types, code lists, deadline and personal data.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from steppe import settings
from steppe.errors import SettingsError

Format = Literal["text", "code", "flag", "date", "month", "int", "number", "money"]


@dataclass(frozen=True)
class CodeList:
    """A list of codes and the version that gives them their meaning."""

    name: str
    version: str
    source: str
    values: dict[str, str]  # code in the file -> value in the warehouse
    labels: dict[str, str]  # code in the file -> Chinese label


@dataclass(frozen=True)
class Column:
    """A column of a resource: ``name`` here, ``header`` in the agency's file."""

    name: str
    header: str
    format: Format
    type: str  # PostgreSQL type in staging
    description: str
    required: bool
    key_position: int | None
    is_personal: bool
    code_list: CodeList | None
    has_control_total: bool


@dataclass(frozen=True)
class Resource:
    """A table of a delivery."""

    name: str
    title: str
    description: str
    grain: str
    is_snapshot: bool  # a key that is absent has ended
    columns: tuple[Column, ...]

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the columns that identify a row within a delivery, in order."""
        keyed = [column for column in self.columns if column.key_position]
        return tuple(column.name for column in sorted(keyed, key=lambda column: column.key_position or 0))

    @property
    def control_totals(self) -> tuple[str, ...]:
        """Names of the money columns whose sum the manifest states."""
        return tuple(column.name for column in self.columns if column.has_control_total)

    @property
    def personal(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.is_personal)

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


@dataclass(frozen=True)
class Contract:
    """One source: its resources, senders, deadline and tolerances."""

    source: str
    version: str
    title: str
    title_zh: str
    purpose: str
    owner: str
    senders: tuple[str, ...]
    encodings: tuple[str, ...]
    deadline_day: int  # of the month after the period
    deadline_time: time
    max_rejected_share: float
    max_absent_share: float
    alert_severity: dict[str, str]  # kind of alert -> severity that the owner gives it
    code_lists: dict[str, CodeList]
    resources: tuple[Resource, ...]

    def resource(self, name: str) -> Resource:
        return next(resource for resource in self.resources if resource.name == name)

    def deadline(self, period: date) -> datetime:
        """When the delivery of a period (first day of a month) is due, in Asia/Shanghai."""
        year, month = (period.year + 1, 1) if period.month == 12 else (period.year, period.month + 1)
        return datetime.combine(date(year, month, self.deadline_day), self.deadline_time, settings.CALENDAR)


def sources() -> tuple[str, ...]:
    """Names of all sources, in order of the alphabet."""
    return tuple(sorted(path.name.removesuffix(".odcs.yaml") for path in settings.CONTRACTS.glob("*.odcs.yaml")))


@cache
def load(source: str) -> Contract:
    """The contract of one source.

    Raises:
        SettingsError: no such contract.
    """
    path = settings.CONTRACTS / f"{source}.odcs.yaml"
    if not path.exists():
        raise SettingsError(f"no contract for source {source!r}: there are {', '.join(sources())}")
    return _parse(path)


def load_all() -> tuple[Contract, ...]:
    return tuple(load(source) for source in sources())


def _custom(node: dict[str, Any]) -> dict[str, Any]:
    return {item["property"]: item["value"] for item in node.get("customProperties", [])}


def _parse(path: Path) -> Contract:
    text = path.read_text(encoding="utf-8")
    document = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    custom, sla = _custom(document), {item["property"]: item["value"] for item in document["slaProperties"]}
    lists = {
        name: CodeList(
            name=name,
            version=str(node["version"]),
            source=node["source"],
            values={code: entry["value"] for code, entry in node["codes"].items()},
            labels={code: entry["label"] for code, entry in node["codes"].items()},
        )
        for name, node in custom["codeLists"].items()
    }
    return Contract(
        source=document["id"],
        version=document["version"],
        title=document["name"],
        title_zh=text.split("\n", 1)[0].removeprefix("#").partition("—")[0].strip(),
        purpose=document["description"]["purpose"],
        owner=document["team"]["name"],
        senders=tuple(custom["senders"]),
        encodings=tuple(custom["encodings"]),
        deadline_day=int(sla["deadlineDay"]),
        deadline_time=time.fromisoformat(sla["deadlineTime"]),
        max_rejected_share=float(custom["maxRejectedShare"]),
        max_absent_share=float(custom["maxAbsentShare"]),
        alert_severity=custom.get("alertSeverity", {}),
        code_lists=lists,
        resources=tuple(_resource(node, lists) for node in document["schema"]),
    )


def _resource(node: dict[str, Any], lists: dict[str, CodeList]) -> Resource:
    return Resource(
        name=node["name"],
        title=node["businessName"],
        description=node["description"],
        grain=node["dataGranularityDescription"],
        is_snapshot=bool(_custom(node)["snapshot"]),
        columns=tuple(_column(column, lists) for column in node["properties"]),
    )


def _column(node: dict[str, Any], lists: dict[str, CodeList]) -> Column:
    custom = _custom(node)
    return Column(
        name=node["name"],
        header=node["businessName"],
        format=custom["format"],
        type=node["physicalType"],
        description=node["description"],
        required=node["required"],
        key_position=node.get("primaryKeyPosition"),
        is_personal=node["classification"] == "personal",
        code_list=lists[custom["codeList"]] if "codeList" in custom else None,
        has_control_total=bool(custom.get("controlTotal")),
    )
