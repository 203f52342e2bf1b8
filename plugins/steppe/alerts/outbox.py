"""The outbox: every alert reaches every channel that takes it, once, whatever crashes in between.

``ops.alert`` is written with the event; ``ops.alert_delivery`` gets a row for each attempt. What remains to be sent is
computed from the two, so nothing is lost when a process dies, and both tables only grow. One gap is inherent: a process that dies
between the receiver's yes and the row sends that message again, which carries the same alert number.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from steppe import database
from steppe.alerts.channels import Channel, Message, configured
from steppe.alerts.incidents import SEVERITIES, raise_alert
from steppe.alerts.message import RUNBOOK, Alert
from steppe.database import Connection

if TYPE_CHECKING:
    from steppe.alerts.services import Answer

# Waiting time after the first, second … attempt that failed; the last holds for all after it. It is that of an alert that the channel
# refuses, and of a channel that refuses whatever it is offered: a dead one costs a round ten seconds now and then, not ten per alert.
BACKOFF = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 3_600))
# An alert older than this is history: a channel configured today is not flooded with it.
WINDOW = timedelta(days=7)
# So many attempts that failed one after the other raise an alert, for the other channels.
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
            f"{len(self.channels)} 个通道：已发 {self.sent}，失败 {self.failed}，待发 {self.waiting} / "
            f"{len(self.channels)} channels: {self.sent} sent, {self.failed} failed, {self.waiting} waiting"
        )


@dataclass(frozen=True)
class _Pending:
    alert_id: int
    cause_key: str
    event: str | None
    severity: str
    worst: str
    owner: str | None
    level: str | None
    regions: list[str]
    title: str
    body: str
    attempts: int
    attempted_at: datetime | None


@dataclass(frozen=True)
class _Past:
    """How a channel did lately: attempts that failed since it last took something, and the last attempt."""

    failures: int
    attempted_at: datetime | None


def dispatch(
    connection: Connection, urls: str | Iterable[str] | None = None, now: datetime | None = None
) -> Dispatched:
    """Send what is due to every channel that takes it, each attempt recorded. Safe to run at once from several processes.

    Channels that work come first; one that fails rests until the next round.

    Args:
        connection: the loader's; an open transaction is committed first, because each attempt is a transaction of its own.
        urls: Apprise addresses instead of ``STEPPE_ALERT_URLS``.
        now: the time from which waiting times count; the clock's by default.
    """
    now, began = now or datetime.now(UTC), time.monotonic()
    connection.commit()
    channels = configured(urls)
    past = {channel: _past(connection, channel, now) for channel in channels}
    sent = failed = waiting = 0
    for channel in sorted(channels, key=lambda each: past[each].failures):
        before = past[channel]
        pending = [alert for alert in _pending(connection, channel, now) if _is_for(channel, alert, channels)]
        is_resting = not _is_up(before.failures, before.attempted_at, now)
        due = [] if is_resting else [alert for alert in pending if _is_due(channel, alert, now)]
        waiting += len(pending) - len(due)
        for position, batch in _batches(due):
            with connection.transaction():
                held = _hold(connection, channel, batch)
                answer = channel.send(_compose(held)) if held else None
                at = now + timedelta(seconds=time.monotonic() - began)
                if answer:
                    _record(connection, channel, held, answer, at)
            waiting += len(batch) - len(held)
            if answer and answer.is_sent:
                sent += len(held)
            elif answer:
                failed += len(held)
                waiting += len(due) - position - len(batch)
                # Asked again: another process may have tried meanwhile, and a dead channel must not look like one alert's trouble.
                failures = _past(connection, channel, now).failures
                raise_alert(connection, _undeliverable(channel, failures, held[0], answer.response), now=at)
                break
    return Dispatched(tuple(channel.name for channel in channels), sent, failed, waiting, _count(connection, now))


def _is_up(attempts: int, attempted_at: datetime | None, now: datetime) -> bool:
    """Whether the waiting time after so many attempts that failed is over."""
    if not attempts or attempted_at is None:
        return True
    return now >= attempted_at + BACKOFF[min(attempts, len(BACKOFF)) - 1]


def _is_due(channel: Channel, alert: _Pending, now: datetime) -> bool:
    return _is_up(alert.attempts, alert.attempted_at, now) and not channel.route.rests(alert, now)


def _is_for(channel: Channel, alert: _Pending, channels: Sequence[Channel]) -> bool:
    """Whether a channel gets an alert. What no channel takes goes to all of them; that one fails is told to the others."""
    if alert.cause_key == _cause(channel) and alert.event != "resolved":
        return False
    return channel.route.takes(alert) or not any(other.route.takes(alert) for other in channels)


def _batches(due: Sequence[_Pending]) -> Iterable[tuple[int, Sequence[_Pending]]]:
    size = 1 if len(due) <= SINGLE_LIMIT else LIST_LENGTH
    return ((position, due[position : position + size]) for position in range(0, len(due), size))


def _compose(alerts: Sequence[_Pending]) -> Message:
    if len(alerts) == 1:
        return Message(alerts[0].title, f"{alerts[0].body}\n#{alerts[0].alert_id}", alerts[0].severity)
    lines = [f"#{alert.alert_id} {alert.title}" for alert in alerts]
    lines.append(f"详情 / details: ./steppe incidents · {RUNBOOK}#many-alerts")
    return Message(
        f"Steppe {len(alerts)} 条告警 / {len(alerts)} alerts",
        "\n".join(lines),
        min((alert.severity for alert in alerts), key=SEVERITIES.index),
    )


def _past(connection: Connection, channel: Channel, now: datetime) -> _Past:
    values = {"channel": channel.name, "since": now - WINDOW}
    with connection.transaction():
        row = database.run(connection, "50_alerts/select_past.sql", values).fetchone()
    return _Past(*row) if row else _Past(0, None)


def _pending(connection: Connection, channel: Channel, now: datetime) -> list[_Pending]:
    values = {"channel": channel.name, "since": now - WINDOW}
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
    connection: Connection, channel: Channel, alerts: Sequence[_Pending], answer: Answer, attempted_at: datetime
) -> None:
    suffix = f" (list of {len(alerts)})" if len(alerts) > 1 else ""
    for alert in alerts:
        values = {
            "alert_id": alert.alert_id,
            "channel": channel.name,
            "attempt": alert.attempts + 1,
            "outcome": "sent" if answer.is_sent else "failed",
            "response": answer.response + suffix,
            "attempted_at": attempted_at,
        }
        database.run(connection, "50_alerts/insert_attempt.sql", values)


def _cause(channel: Channel) -> str:
    return f"alert_undeliverable:{channel.name}"


def _undeliverable(channel: Channel, failures: int, alert: _Pending, response: str) -> Alert | None:
    """What to tell the others after an attempt that failed: the channel takes nothing, or it takes all but one alert, or nothing yet."""
    if failures >= UNDELIVERABLE_AFTER:
        cause_key, which, zh, en = _cause(channel), "", "", ""
        times = failures
    elif alert.attempts + 1 >= UNDELIVERABLE_AFTER:
        cause_key, which, zh, en = (
            f"{_cause(channel)}:{alert.alert_id}",
            f" · #{alert.alert_id}",
            f"（告警 #{alert.alert_id}）",
            f" with alert #{alert.alert_id}",
        )
        times = alert.attempts + 1
    else:
        return None
    return Alert(
        kind="alert_undeliverable",
        severity="critical",
        cause_key=cause_key,
        occurrence_key=str(alert.alert_id),
        title=f"Steppe 告警通道失败 / channel failing: {channel.name}{which}",
        body=(
            f"通道 {channel.name} 连续 {times} 次发送失败{zh}，最近应答：{response}。告警未丢失，仍会重试。\n"
            f"处理：检查 STEPPE_ALERT_URLS 中该通道的地址、密钥、关键词与网络。\n"
            f"What: {channel.name} failed {times} times{en}, last answer: {response}. Nothing is lost, it is tried again.\n"
            f"Do: check its address, token, keyword and network. {RUNBOOK}#alert_undeliverable"
        ),
    )


def _count(connection: Connection, now: datetime) -> int:
    with connection.transaction():
        row = database.run(connection, "50_alerts/count_alerts.sql", {"since": now - WINDOW}).fetchone()
    return row[0] if row else 0
