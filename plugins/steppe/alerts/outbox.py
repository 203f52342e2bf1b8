"""The outbox: every alert reaches every channel, once, whatever crashes in between.

``ops.alert`` is written with the event; ``ops.alert_delivery`` gets a row for each attempt. What remains to be sent is
computed from the two, so nothing is lost when a process dies, and both tables only grow. One gap is inherent: a process that dies
between the receiver's yes and the row sends that message again, which carries the same alert number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from steppe import database, settings
from steppe.alerts.channels import Channel, Message, configured
from steppe.alerts.message import RUNBOOK, Alert, masked
from steppe.database import Connection

if TYPE_CHECKING:
    from steppe.alerts.services import Answer

# Waiting time after the first, second … failed attempt; after the last, the channel has had its chances for this alert.
BACKOFF = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 3_600, 4 * 3_600, 12 * 3_600))
MAX_ATTEMPTS = len(BACKOFF) + 1
# An alert older than this is history: a channel configured today is not flooded with it.
WINDOW = timedelta(days=7)
# So many failed attempts at one alert raise another alert, for the other channels.
UNDELIVERABLE_AFTER = 3
# More alerts than this at once are sent as lists: a robot of DingTalk is muted above 20 messages a minute, and so is a reader.
SINGLE_LIMIT, LIST_LENGTH = 5, 10


@dataclass(frozen=True)
class Dispatched:
    """What one round did. Counts are of (alert, channel) pairs."""

    channels: tuple[str, ...]
    sent: int
    failed: int
    waiting: int  # to be tried (again) later, or being sent by another process
    given_up: int  # all attempts used
    alerts: int  # raised within WINDOW

    @property
    def summary(self) -> str:
        """One line for a person, Chinese first."""
        if not self.channels:
            return (
                f"未配置告警通道，{self.alerts} 条告警只在 ops.alert 中：请设置 STEPPE_ALERT_URLS / "
                f"no channel configured, {self.alerts} alerts stand in ops.alert only: set STEPPE_ALERT_URLS"
            )
        return (
            f"{len(self.channels)} 个通道：已发 {self.sent}，失败 {self.failed}，待发 {self.waiting}，放弃 {self.given_up} / "
            f"{len(self.channels)} channels: {self.sent} sent, {self.failed} failed, {self.waiting} waiting, {self.given_up} given up"
        )


@dataclass(frozen=True)
class _Pending:
    alert_id: int
    kind: str
    severity: str
    title: str
    body: str
    attempts: int
    attempted_at: datetime | None

    def is_due(self, now: datetime) -> bool:
        return self.attempted_at is None or now >= self.attempted_at + BACKOFF[self.attempts - 1]


def raise_alert(connection: Connection, alert: Alert | None) -> int | None:
    """Record an alert, in the caller's transaction or, where there is none, in one of its own.

    Args:
        connection: the loader's.
        alert: what a builder of ``steppe.alerts`` gave; None where it found nothing to tell.

    Returns:
        Its number; None when this cause was raised before, or there is nothing to raise.
    """
    if alert is None:
        return None
    values = {**vars(alert), "title": masked(alert.title), "body": masked(alert.body)}
    with connection.transaction():
        row = database.run(connection, "50_alerts/insert_alert.sql", values).fetchone()
    return row[0] if row else None


def dispatch(
    connection: Connection, urls: str | Iterable[str] | None = None, now: datetime | None = None
) -> Dispatched:
    """Send what is due to every channel, each attempt recorded. Safe to run at once from several processes.

    A channel that fails rests until the next round, so that one dead receiver costs a round ten seconds, not ten per alert.

    Args:
        connection: the loader's; an open transaction is committed first, because each attempt is a transaction of its own.
        urls: Apprise addresses instead of ``STEPPE_ALERT_URLS``.
        now: the time from which waiting times count; the clock's by default.
    """
    now = now or datetime.now(UTC)
    connection.commit()
    channels = configured(urls)
    sent = failed = waiting = given_up = 0
    for channel in channels:
        pending = _pending(connection, channel, now)
        due = [alert for alert in pending if alert.is_due(now)]
        waiting += len(pending) - len(due)
        for position, batch in _batches(due):
            with connection.transaction():
                held = _hold(connection, channel, batch)
                answer = channel.send(_compose(held)) if held else None
                if answer:
                    _record(connection, channel, held, answer, now)
            waiting += len(batch) - len(held)
            if answer and answer.is_sent:
                sent += len(held)
            elif answer:
                failed += len(held)
                waiting += len(due) - position - len(batch)
                break
        given_up += _given_up(connection, channel, now)
    alerts = _count(connection, now)
    return Dispatched(tuple(channel.name for channel in channels), sent, failed, waiting, given_up, alerts)


def _batches(due: Sequence[_Pending]) -> Iterable[tuple[int, Sequence[_Pending]]]:
    size = 1 if len(due) <= SINGLE_LIMIT else LIST_LENGTH
    return ((position, due[position : position + size]) for position in range(0, len(due), size))


def _compose(alerts: Sequence[_Pending]) -> Message:
    if len(alerts) == 1:
        return Message(alerts[0].title, f"{alerts[0].body}\n#{alerts[0].alert_id}", alerts[0].severity)
    order = ("critical", "warning", "info")
    lines = [f"#{alert.alert_id} {alert.title}" for alert in alerts]
    lines.append(f"详情 / details: ./steppe status · {RUNBOOK}#many-alerts")
    return Message(
        f"Steppe {len(alerts)} 条告警 / {len(alerts)} alerts",
        "\n".join(lines),
        min((alert.severity for alert in alerts), key=order.index),
    )


def _pending(connection: Connection, channel: Channel, now: datetime) -> list[_Pending]:
    values = {"channel": channel.name, "since": now - WINDOW, "max_attempts": MAX_ATTEMPTS}
    with connection.transaction():
        rows = database.run(connection, "50_alerts/select_pending.sql", values).fetchall()
    return [_Pending(*row) for row in rows]


def _hold(connection: Connection, channel: Channel, batch: Sequence[_Pending]) -> list[_Pending]:
    """Those of the batch that this transaction alone may send now.

    The lock first, the look at the attempts second and in a statement of its own: its snapshot then shows what the holder before
    has committed.
    """
    held = []
    for alert in batch:
        values = {"channel": channel.name, "alert_id": alert.alert_id}
        lock = database.run(connection, "50_alerts/lock_attempt.sql", values).fetchone()
        if lock and lock[0]:
            attempts = database.run(connection, "50_alerts/count_attempts.sql", values).fetchone()
            if attempts and attempts[0] == alert.attempts:
                held.append(alert)
    return held


def _record(
    connection: Connection,
    channel: Channel,
    alerts: Sequence[_Pending],
    answer: Answer,
    now: datetime,
) -> None:
    suffix = f" (list of {len(alerts)})" if len(alerts) > 1 else ""
    for alert in alerts:
        values = {
            "alert_id": alert.alert_id,
            "channel": channel.name,
            "attempt": alert.attempts + 1,
            "outcome": "sent" if answer.is_sent else "failed",
            "response": answer.response + suffix,
            "attempted_at": now,
        }
        database.run(connection, "50_alerts/insert_attempt.sql", values)
    worn_out = any(
        alert.attempts + 1 == UNDELIVERABLE_AFTER and alert.kind != "alert_undeliverable" for alert in alerts
    )
    if worn_out and not answer.is_sent:
        raise_alert(connection, _undeliverable(channel, answer.response, now))


def _undeliverable(channel: Channel, response: str, now: datetime) -> Alert:
    day = now.astimezone(settings.CALENDAR).date()
    return Alert(
        kind="alert_undeliverable",
        severity="critical",
        # Once a day and channel: a dead channel is one problem, however many alerts wait for it.
        cause_key=f"alert_undeliverable:{channel.name}:{day}",
        title=f"Steppe 告警通道失败 / channel failing: {channel.name}",
        body=(
            f"通道 {channel.name} 连续 {UNDELIVERABLE_AFTER} 次发送失败，最近应答：{response}。告警未丢失，仍会重试。\n"
            f"处理：检查 STEPPE_ALERT_URLS 中该通道的地址、密钥、关键词与网络。\n"
            f"What: {channel.name} failed {UNDELIVERABLE_AFTER} times, last answer: {response}. Nothing is lost, it is tried again.\n"
            f"Do: check its address, token, keyword and network. {RUNBOOK}#alert_undeliverable"
        ),
    )


def _given_up(connection: Connection, channel: Channel, now: datetime) -> int:
    values = {"channel": channel.name, "since": now - WINDOW, "max_attempts": MAX_ATTEMPTS}
    with connection.transaction():
        row = database.run(connection, "50_alerts/count_given_up.sql", values).fetchone()
    return row[0] if row else 0


def _count(connection: Connection, now: datetime) -> int:
    with connection.transaction():
        row = database.run(connection, "50_alerts/count_alerts.sql", {"since": now - WINDOW}).fetchone()
    return row[0] if row else 0
