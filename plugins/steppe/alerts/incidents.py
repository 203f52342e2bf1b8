"""Incidents: what alerts tell of is one matter per cause, from its first sighting until it is over.

``ops.incident`` holds the state, ``ops.incident_event`` what happened, ``ops.alert`` what people are told: that it began, came back,
became something else or worse, went up a level, is over. A repeat is counted and told to nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from psycopg.rows import class_row

from steppe import contracts, database, settings
from steppe.alerts.message import RUNBOOK, Alert, masked
from steppe.database import Connection
from steppe.errors import SteppeError

# Whose matter it is when it is no agency's: the desk that runs Steppe.
PLATFORM = "Steppe 值班"
# Who does what no person did.
SYSTEM = "steppe"
SEVERITIES = ("critical", "warning", "info")  # worst first
LEVELS = {"banner": "旗县", "league": "盟市", "region": "自治区"}  # lowest first
# How long a level has an unresolved incident before the next one up is told; acknowledging it starts the time afresh.
ESCALATE_AFTER = {"critical": timedelta(days=1), "warning": timedelta(days=3)}
# What stands before an incident's title in the news of it.
NEWS = {
    "opened": "",
    "reopened": "再次发生 / again · ",
    "changed": "有变化 / changed · ",
    "escalated": "升级 / escalated · ",
    "resolved": "已解除 / resolved · ",
}


@dataclass(frozen=True)
class Incident:
    """An incident as a list shows it."""

    incident_id: int
    kind: str
    severity: str
    state: str  # open, acknowledged or resolved
    owner: str
    source: str | None
    sender_code: str | None
    period: date | None
    delivery_id: int | None
    responsible: str  # name of the region whose turn it is
    level: str
    title: str
    occurrences: int
    rows_in: int | None
    rows_affected: int | None
    run_url: str | None
    opened_at: datetime
    last_seen_at: datetime
    resolved_at: datetime | None

    @property
    def runbook(self) -> str:
        return f"{RUNBOOK}#{self.kind}"

    def as_json(self) -> dict[str, Any]:
        """Fit for ``json.dumps``; the month as YYYY-MM."""
        named = asdict(self) | {"period": f"{self.period:%Y-%m}" if self.period else None, "runbook": self.runbook}
        return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in named.items()}


def raise_alert(
    connection: Connection, alert: Alert | None, *, run_url: str | None = None, now: datetime | None = None
) -> int | None:
    """Record a sighting, in the caller's transaction or, where there is none, in one of its own.

    Args:
        connection: the loader's.
        alert: what a builder of ``steppe.alerts`` gave; None where it found nothing to tell.
        run_url: Airflow's page of the task that saw it.
        now: the clock's by default.

    Returns:
        Number of the alert that tells of it; None when it is no news, or there is nothing to raise.
    """
    if alert is None:
        return None
    contract = contracts.load(alert.source) if alert.source else None
    severity = contract.alert_severity.get(alert.kind, alert.severity) if contract else alert.severity
    values: dict[str, Any] = vars(alert) | {
        "severity": severity,
        "owner": contract.owner if contract else PLATFORM,
        "region_code": alert.region_code or alert.sender_code or settings.REGION_CODE,
        "title": masked(alert.title),
        "run_url": run_url,
        "now": now or datetime.now(UTC),
    }
    with connection.transaction():
        held = _Held(*_row(connection, "hold_incident", values))
        event, values["severity"] = _judged(held, alert.kind, severity)
        values |= {
            "incident_id": held.incident_id,
            "is_opened": event in ("opened", "reopened"),
            "is_news": event in NEWS,
        }
        counted = database.run(connection, "50_alerts/update_sighting.sql", values).fetchone()
        if counted is None:  # this sighting is known
            return None
        seen = f"事件 / incident {held.incident_id} · {values['owner']} · ×{counted[0]}"
        values["body"] = "\n".join(filter(None, (masked(alert.body), seen, run_url)))
        return _record(connection, event, values)


@dataclass(frozen=True)
class _Held:
    """An incident as it stood before a sighting."""

    incident_id: int
    kind: str
    severity: str
    state: str
    occurrences: int  # 0: this is the first


def _judged(held: _Held, kind: str, severity: str) -> tuple[str, str]:
    """What a sighting means to an incident, and how severe it is then: while it lasts as one kind, as severe as at its worst."""
    if not held.occurrences:
        return "opened", severity
    if held.state == "resolved":
        return "reopened", severity
    if held.kind != kind:
        return "changed", severity
    worst = min(held.severity, severity, key=SEVERITIES.index)
    return ("changed" if worst != held.severity else "repeated"), worst


def recover(connection: Connection, now: datetime) -> int:
    """Resolve, and tell, what is over: the delivery came or went through, the channel or the process works again. How many."""
    return _resolve_found(connection, "50_alerts/select_recovered.sql", {}, now)


def recover_task(connection: Connection, dag_id: str, task_id: str, now: datetime | None = None) -> int:
    """Resolve, and tell, that a task fails no longer. How many incidents, one for each class of error."""
    values = {"task": f"task_failed:{dag_id}.{task_id}:"}
    return _resolve_found(connection, "50_alerts/select_failed_task.sql", values, now or datetime.now(UTC))


def escalate(connection: Connection, now: datetime) -> int:
    """Hand what is unresolved for too long to the next level, 旗县 → 盟市 → 自治区, and tell. How many."""
    with connection.transaction():
        moved = database.run(connection, "50_alerts/escalate_incidents.sql", {"now": now, **ESCALATE_AFTER}).fetchall()
        for *incident, region_name, level in moved:
            known = _News(*incident)
            age = _age(known.opened_at, now)
            body = (
                f"事件 {known.incident_id} 已 {age} 未解除，现由{region_name}（{LEVELS[level]}）督办，责任单位：{known.owner}。\n"
                f"处理：./steppe incidents ack {known.incident_id} 表示有人处理；./steppe incidents 列出全部。\n"
                f"What: incident {known.incident_id} is unresolved after {age}; it is now with the {level}.\n"
                f"Do: have its cause removed; ./steppe incidents ack {known.incident_id} says that somebody is at it. "
                f"{RUNBOOK}#{known.kind}"
            )
            values = vars(known) | {"body": body, "now": now}
            _record(connection, "escalated", values)
    return len(moved)


def acknowledge(
    connection: Connection, incident_id: int, actor: str, note: str | None = None, now: datetime | None = None
) -> None:
    """Say that a person is at it; the time of the level that has it starts afresh.

    Raises:
        SteppeError: it is not open.
    """
    values = {"incident_id": incident_id, "now": now or datetime.now(UTC), "actor": actor, "note": note}
    with connection.transaction():
        row = database.run(connection, "50_alerts/acknowledge_incident.sql", values).fetchone()
        if row is None:
            raise SteppeError(f"incident {incident_id} is not open: `./steppe incidents` lists those that are")
        _record(connection, "acknowledged", values | {"kind": row[0]})


def resolve(
    connection: Connection, incident_id: int, actor: str, note: str | None = None, now: datetime | None = None
) -> None:
    """Call it over, on a person's word, which stands until its cause is seen anew.

    Raises:
        SteppeError: there is no such incident, or it is resolved already.
    """
    if not _resolve(connection, incident_id, now or datetime.now(UTC), actor=actor, note=note):
        raise SteppeError(f"incident {incident_id} is not unresolved: `./steppe incidents` lists those that are")


def list_incidents(connection: Connection, *, with_resolved: bool = False) -> list[Incident]:
    """Incidents, the worst and oldest first."""
    with connection.transaction(), connection.cursor(row_factory=class_row(Incident)) as cursor:
        return cursor.execute(
            database.statement("50_alerts/select_incidents.sql"), {"with_resolved": with_resolved}
        ).fetchall()


@dataclass(frozen=True)
class _News:
    """An incident as the message about it needs it."""

    incident_id: int
    kind: str
    severity: str
    owner: str
    cause_key: str
    source: str | None
    sender_code: str | None
    period: date | None
    delivery_id: int | None
    title: str
    occurrences: int
    opened_at: datetime


def _resolve_found(connection: Connection, path: str, values: Mapping[str, Any], now: datetime) -> int:
    with connection.transaction():
        found = database.run(connection, path, values).fetchall()
    return sum(_resolve(connection, incident_id, now, last_seen_at=seen_at) for incident_id, seen_at in found)


def _resolve(
    connection: Connection,
    incident_id: int,
    now: datetime,
    *,
    last_seen_at: datetime | None = None,
    actor: str = SYSTEM,
    note: str | None = None,
) -> bool:
    """Whether it was resolved now. With ``last_seen_at``, only if it was not seen again since."""
    values: dict[str, Any] = {"incident_id": incident_id, "last_seen_at": last_seen_at, "now": now}
    with connection.transaction():
        row = database.run(connection, "50_alerts/resolve_incident.sql", values).fetchone()
        if row is None:
            return False
        known = _News(*row)
        age = _age(known.opened_at, now)
        body = (
            f"事件 {incident_id} 已解除，历时 {age}，共出现 {known.occurrences} 次。\n"
            f"处理：无需处理。\n"
            f"What: incident {incident_id} is over after {age}; it was seen {known.occurrences} times.\n"
            f"Do: nothing. {RUNBOOK}#incidents"
        )
        values |= vars(known) | {"severity": "info", "body": body, "actor": actor, "note": note}
        _record(connection, "resolved", values)
    return True


def _record(connection: Connection, event: str, values: Mapping[str, Any]) -> int | None:
    """Record an event, and raise the alert for one that is news; the alert's number."""
    defaults = {"occurrence_key": None, "delivery_id": None, "actor": SYSTEM, "note": None}
    named = defaults | dict(values) | {"event": event}
    named["note"] = masked(named["note"]) if named["note"] else None
    (named["incident_event_id"],) = _row(connection, "insert_event", named)
    if event not in NEWS:
        return None
    named["title"] = f"Steppe {NEWS[event]}{named['title'].removeprefix('Steppe ')}"
    (alert_id,) = _row(connection, "insert_alert", named)
    return int(alert_id)


def _row(connection: Connection, name: str, values: Mapping[str, Any]) -> tuple[Any, ...]:
    row = database.run(connection, f"50_alerts/{name}.sql", values).fetchone()
    if row is None:
        raise LookupError(f"{name}.sql yields no row")
    return row


def _age(since: datetime, now: datetime) -> str:
    """Such as ``2d 3h`` or ``0h``, for both languages."""
    days, seconds = divmod(int((now - since).total_seconds()), 86_400)
    return f"{days}d {seconds // 3600}h" if days else f"{seconds // 3600}h"
