"""The watch: what did not happen, what is over, what has waited too long. It reads ``ops`` alone, so it holds whatever Airflow does.

Two look, each on its own: the DAG ``watch`` and the watcher beside Airflow. Each leaves a heartbeat and notices when the other's stops.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from steppe import database, settings
from steppe.alerts.incidents import escalate, raise_alert, recover
from steppe.alerts.late import find_late, find_stuck, find_uncorrected
from steppe.alerts.message import RUNBOOK, Alert
from steppe.database import Connection

# Both look at least every ten minutes.
SILENT_AFTER = timedelta(minutes=30)
PARTS = {"airflow": ("Airflow 调度", "Airflow"), "watcher": ("守护进程", "the watcher")}


@dataclass(frozen=True)
class Looked:
    """What one look came to, in incidents."""

    found: int
    told: int
    recovered: int
    escalated: int

    def __str__(self) -> str:
        return f"{self.found} need a person, {self.told} of them are news; {self.recovered} are over, {self.escalated} went up a level"


def look(connection: Connection, component: str, now: datetime, as_of: datetime | None = None) -> Looked:
    """Raise what is late, uncorrected, stuck or silent; resolve what is over; escalate what has waited too long.

    Args:
        connection: the loader's.
        component: who looks, ``airflow`` or ``watcher``.
        now: the moment, with its time zone.
        as_of: the moment at which deadlines are judged, if it is another.

    Raises:
        SettingsError: ``STEPPE_FIRST_PERIOD`` is not a month.
    """
    judged_at = as_of or now
    found = [
        *find_late(connection, judged_at),
        *find_uncorrected(connection, judged_at),
        *find_stuck(connection, judged_at),
        *find_silent(connection, component, now),
    ]
    told = [raise_alert(connection, alert, now=now) for alert in found]
    return Looked(
        found=len(found),
        told=sum(number is not None for number in told),
        recovered=recover(connection, now),
        escalated=escalate(connection, now),
    )


def find_silent(connection: Connection, component: str, now: datetime) -> list[Alert]:
    """Leave a heartbeat, and an alert when the other part has left none for ``SILENT_AFTER``. One never heard of gets as long from now."""
    with connection.transaction():
        values = {"component": component, "now": now}
        rows = database.run(connection, "50_alerts/beat.sql", values).fetchall()
    return [_silent_alert(other, beat_at) for other, beat_at in rows if now - beat_at >= SILENT_AFTER]


def _silent_alert(component: str, beat_at: datetime) -> Alert:
    zh, en = PARTS[component]
    since = f"{beat_at.astimezone(settings.CALENDAR):%Y-%m-%d %H:%M}"
    return Alert(
        kind=f"{component}_silent",
        severity="critical",
        cause_key=f"{component}_silent",
        occurrence_key=since,
        title=f"Steppe {zh}无声 / silent: {component}",
        body=(
            f"{zh}自 {since}（北京时间）起没有动静。数据不会丢失，但可能无人处理新批次或发送告警。\n"
            f"处理：./steppe doctor 查明原因；./steppe up 启动缺少的进程。\n"
            f"What: {en} has done nothing since {since} Asia/Shanghai. No delivery is lost, but none may be loaded.\n"
            f"Do: ./steppe doctor says what is wrong; ./steppe up starts what is missing. {RUNBOOK}#{component}_silent"
        ),
    )
