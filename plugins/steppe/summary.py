"""What happened, as data: what arrived, what became of it, how far the targets are, whether the ledger agrees.

Counts and rule names only; no value of a row.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from psycopg.rows import class_row

from steppe import database

Row = TypeVar("Row")

FINAL = ("published", "rejected")


@dataclass(frozen=True)
class Delivery:
    """One delivered content and its life."""

    delivery_id: int
    file_name: str
    source: str | None
    sender_code: str | None
    period: date | None
    state: str
    rule_id: str | None
    reason_zh: str | None
    reason_en: str | None
    rows_in: int | None
    rows_accepted: int | None
    rows_quarantined: int | None
    rows_duplicate: int | None
    rows_unchanged: int | None
    times_arrived: int
    workbook: str | None = None  # the rows to correct, below the folder reports

    @property
    def is_final(self) -> bool:
        return self.state in FINAL

    def as_json(self) -> dict[str, Any]:
        """Fit for ``json.dumps``; the month as YYYY-MM."""
        named = asdict(self)
        return {
            "id": named.pop("delivery_id"),
            "file": named.pop("file_name"),
            "source": named.pop("source"),
            "sender": named.pop("sender_code"),
            "period": f"{self.period:%Y-%m}" if self.period else None,
            **{name: value for name, value in named.items() if name != "period"},
            "is_final": self.is_final,
        }


@dataclass(frozen=True)
class Broken:
    """How many quarantined rows broke one rule."""

    resource: str
    rule_id: str
    rows_failed: int


@dataclass(frozen=True)
class Open:
    """Quarantined rows that no later delivery has replaced, in how many senders' months, and the oldest one's age."""

    open_rows: int
    months: int
    age_days: int


@dataclass(frozen=True)
class Waiver:
    """A rule that may be broken until a day, and the rows that it let through; ``scope`` is empty when it holds for everybody."""

    waiver_id: int
    rule_id: str
    scope: str
    valid_from: date
    expires_on: date
    owner: str
    reason: str
    state: str
    rows_waived: int


@dataclass(frozen=True)
class Alerts:
    """Alerts of one kind: raised, incidents unresolved, sent to at least one channel, attempts that failed, channels that took one."""

    kind: str
    alerts: int
    unresolved: int
    alerts_sent: int
    failed_attempts: int
    channels: list[str]


@dataclass(frozen=True)
class Progress:
    """Where the deliveries are now; ``not_taken_up`` counts publications that facts, ledger or marts lack."""

    arrived: int
    received: int
    landed: int
    gated: int
    published: int
    rejected: int
    not_taken_up: int
    alerts: int

    @property
    def is_quiet(self) -> bool:
        return self.arrived == self.published + self.rejected and self.not_taken_up == 0


@dataclass(frozen=True)
class Target:
    """One target of the region (C6.2), persons; ``target_persons`` is scaled when the population is a sample."""

    indicator: str
    month: str
    achieved_persons: int
    comparison: str
    target_persons: int
    full_target_persons: int
    population_scale: Decimal
    is_met: bool
    gap_persons: int
    projected_persons: int
    achieved_insured: int
    confirmation: str


@dataclass(frozen=True)
class SourceTotals:
    """Rows of one source's published deliveries: in = accepted + quarantined + duplicate."""

    source: str
    arrived: int
    published: int
    rejected: int
    rows_in: int
    rows_accepted: int
    rows_quarantined: int
    rows_duplicate: int


def deliveries(connection: database.Connection) -> list[Delivery]:
    """Every delivery, in order of arrival."""
    return _rows(connection, "70_summary/deliveries.sql", Delivery)


def quarantined(connection: database.Connection) -> list[Broken]:
    """Quarantined rows by rule, most first."""
    return _rows(connection, "70_summary/quarantined.sql", Broken)


def open_rows(connection: database.Connection) -> Open:
    """What somebody still has to correct."""
    return _rows(connection, "70_summary/open_rows.sql", Open)[0]


def waivers(connection: database.Connection) -> list[Waiver]:
    """Every waiver, those that no longer hold included."""
    return _rows(connection, "70_summary/waivers.sql", Waiver)


def alerts(connection: database.Connection) -> list[Alerts]:
    return _rows(connection, "70_summary/alerts.sql", Alerts)


def progress(connection: database.Connection) -> Progress:
    return _rows(connection, "70_summary/progress.sql", Progress)[0]


def targets(connection: database.Connection) -> list[Target]:
    """The region's targets and how far they are, at the latest month and at the scale of this warehouse."""
    return _rows(connection, "70_summary/targets.sql", Target)


def by_source(known: list[Delivery]) -> list[SourceTotals]:
    """Totals by source, in order of the alphabet; deliveries whose source could not be told come last."""

    def total(source: str) -> SourceTotals:
        of_source = [delivery for delivery in known if (delivery.source or "") == source]
        published = [delivery for delivery in of_source if delivery.state == "published"]
        return SourceTotals(
            source=source or "unknown",
            arrived=len(of_source),
            published=len(published),
            rejected=sum(delivery.state == "rejected" for delivery in of_source),
            rows_in=sum(delivery.rows_in or 0 for delivery in published),
            rows_accepted=sum(delivery.rows_accepted or 0 for delivery in published),
            rows_quarantined=sum(delivery.rows_quarantined or 0 for delivery in published),
            rows_duplicate=sum(delivery.rows_duplicate or 0 for delivery in published),
        )

    names = {delivery.source or "" for delivery in known}
    return [total(name) for name in sorted(names, key=lambda name: (not name, name))]


def rejected_by_rule(known: list[Delivery]) -> list[tuple[str, int, str]]:
    """(rule, deliveries, the reason of the first) of the rejected ones, most first."""
    refused = [delivery for delivery in known if delivery.state == "rejected"]
    counts = Counter(delivery.rule_id or "" for delivery in refused)
    reasons = {delivery.rule_id or "": delivery.reason_en or "" for delivery in reversed(refused)}
    return [
        (rule, number, reasons[rule]) for rule, number in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]


def _rows(connection: database.Connection, path: str, kind: type[Row]) -> list[Row]:
    with connection.cursor(row_factory=class_row(kind)) as cursor:
        return cursor.execute(database.statement(path)).fetchall()
