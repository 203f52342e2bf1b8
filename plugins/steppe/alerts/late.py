"""The deadline watch: which deliveries should be here and are not. It reads ``ops`` alone, so it holds whatever Airflow does.

Which months are expected of a source:

* in operation, every month from the first that arrived about when it was due (or ``STEPPE_FIRST_PERIOD``, such as ``2026-10``) up to the
  last whose deadline has passed;
* of a load of history (months that arrive long after their deadline, as a sample does), only the months that someone
  delivered, and not before the load has been quiet about that month for ``HISTORY_GRACE``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from steppe import contracts, database, settings
from steppe.alerts.message import RUNBOOK, Alert, cause, known_source, place, reason_command, title_zh
from steppe.contracts import Contract
from steppe.database import Connection
from steppe.errors import SettingsError

# A month that arrives later than this after its deadline is history being loaded, not the month's own delivery.
OPERATION_LAG = timedelta(days=31)
HISTORY_GRACE = timedelta(days=2)
# What a sender has to correct a rejected delivery, before silence about it becomes an alert of its own.
CORRECTION_GRACE = timedelta(days=2)
# A delivery passes the gate in minutes; one that is not final after this has met something that needs a person.
STUCK_AFTER = timedelta(hours=6)


@dataclass(frozen=True)
class Arrival:
    """What is known of one source, sender and month."""

    source: str
    sender_code: str
    period: date
    first_received_at: datetime
    last_received_at: datetime
    is_published: bool
    last_delivery_id: int
    last_state: str
    last_finished_at: datetime | None


@dataclass(frozen=True)
class Missing:
    """A month that a sender owes."""

    source: str
    sender_code: str
    period: date
    deadline: datetime


def find_late(connection: Connection, now: datetime) -> list[Alert]:
    """An alert for each (source, sender, month) whose deadline has passed with nothing received.

    Args:
        connection: the loader's.
        now: the moment to judge, with its time zone.

    Raises:
        SettingsError: ``STEPPE_FIRST_PERIOD`` is not a month, such as 2026-10.
    """
    arrivals, names = _arrivals(connection), _sender_names(connection)
    first = _first_period()
    found = [item for contract in contracts.load_all() for item in missing(contract, arrivals, now, first)]
    return [_late_alert(item, names.get(item.sender_code)) for item in found]


def find_uncorrected(connection: Connection, now: datetime) -> list[Alert]:
    """An alert for each rejected delivery that nobody corrected, ``CORRECTION_GRACE`` after the rejection and past the deadline."""
    names = _sender_names(connection)
    return [
        _uncorrected_alert(arrival, names.get(arrival.sender_code))
        for arrival in _arrivals(connection)
        if not arrival.is_published
        and arrival.last_state == "rejected"
        and arrival.last_finished_at is not None
        and now >= arrival.last_finished_at + CORRECTION_GRACE
        and now >= _deadline(arrival)
    ]


def find_stuck(connection: Connection, now: datetime) -> list[Alert]:
    """An alert for each delivery that has not reached a final state ``STUCK_AFTER`` its arrival."""
    with connection.transaction():
        rows = database.run(connection, "50_alerts/select_stuck.sql", {"before": now - STUCK_AFTER}).fetchall()
    return [_stuck_alert(row) for row in rows]


def missing(contract: Contract, arrivals: Iterable[Arrival], now: datetime, first: date | None) -> list[Missing]:
    """The months that the contract's senders owe at a moment, nothing of which was received.

    Args:
        first: operation began with this month; None finds out from the arrivals.
    """
    mine = [arrival for arrival in arrivals if arrival.source == contract.source]
    here = {(arrival.sender_code, arrival.period) for arrival in mine}
    live = [
        arrival.period
        for arrival in mine
        if arrival.first_received_at <= contract.deadline(arrival.period) + OPERATION_LAG
    ]
    if first is None and live:
        first = min(live)
    due = dict.fromkeys(_months_due(contract, first, now) if first else (), True)
    quiet_since: dict[date, datetime] = {}
    for arrival in mine:
        known = quiet_since.get(arrival.period)
        quiet_since[arrival.period] = max(known or arrival.last_received_at, arrival.last_received_at)
    for period, received in quiet_since.items():
        if period not in due and now >= max(contract.deadline(period), received + HISTORY_GRACE):
            due[period] = True
    return [
        Missing(contract.source, sender, period, contract.deadline(period))
        for period in sorted(due)
        for sender in _owing(contract, {code for code, arrived in here if arrived == period})
    ]


def _owing(contract: Contract, arrived: set[str]) -> Iterable[str]:
    """Who owes a month, given who delivered it. The region's own agency, where it may deliver, speaks for everyone.

    Leagues that deliver by themselves do not speak for each other; as long as nobody has delivered, the agency alone is asked.
    """
    agency = settings.REGION_CODE
    if agency not in contract.senders:
        return [sender for sender in contract.senders if sender not in arrived]
    if agency in arrived:
        return []
    return [sender for sender in contract.senders if sender not in arrived | {agency}] if arrived else [agency]


def _months_due(contract: Contract, first: date, now: datetime) -> Iterable[date]:
    period = first
    while contract.deadline(period) <= now:
        yield period
        period = date(period.year + period.month // 12, period.month % 12 + 1, 1)


def _first_period() -> date | None:
    given = os.environ.get("STEPPE_FIRST_PERIOD")
    if not given:
        return None
    try:
        return date.fromisoformat(f"{given}-01")
    except ValueError as error:
        raise SettingsError(f"STEPPE_FIRST_PERIOD is {given!r}: give a month, such as 2026-10") from error


def _deadline(arrival: Arrival) -> datetime:
    return contracts.load(arrival.source).deadline(arrival.period)


def _arrivals(connection: Connection) -> list[Arrival]:
    with connection.transaction():
        rows = database.run(connection, "50_alerts/select_arrivals.sql").fetchall()
    return [Arrival(*row) for row in rows if known_source(row[0])]


def _sender_names(connection: Connection) -> dict[str, str]:
    with connection.transaction():
        rows = database.run(connection, "50_alerts/select_senders.sql").fetchall()
    return dict(rows)


def _late_alert(item: Missing, sender_name: str | None) -> Alert:
    which = place(item.source, item.sender_code, sender_name, item.period)
    due = f"{item.deadline.astimezone(settings.CALENDAR):%Y-%m-%d %H:%M}"
    return Alert(
        kind="delivery_late",
        severity="warning",
        cause_key=cause("delivery_late", item.source, item.sender_code, item.period, "?"),
        title=f"Steppe 逾期未报 / late: {which}",
        body=(
            f"{title_zh(item.source)}（{which}）应于 {due}（北京时间）前报送，至今未收到。\n"
            f"处理：联系报送单位；收到后用 ./steppe deliver FILE 放入收件箱。\n"
            f"What: due {due} Asia/Shanghai, nothing received.\n"
            f"Do: ask the sender; put the file in with ./steppe deliver FILE. {RUNBOOK}#delivery_late"
        ),
        source=item.source,
        sender_code=item.sender_code,
        period=item.period,
    )


def _uncorrected_alert(arrival: Arrival, sender_name: str | None) -> Alert:
    which = place(arrival.source, arrival.sender_code, sender_name, arrival.period)
    number = arrival.last_delivery_id
    return Alert(
        kind="delivery_uncorrected",
        severity="critical",
        # The rejection's own incident, which has become worse.
        cause_key=cause("delivery_rejected", arrival.source, arrival.sender_code, arrival.period, str(number)),
        occurrence_key=f"uncorrected {number}",
        title=f"Steppe 退回未更正 / rejected and not corrected: {which}",
        body=(
            f"{title_zh(arrival.source)}（{which}）批次 {number} 已退回，截止日期已过，尚未收到更正。\n"
            f"处理：联系报送单位。原因：{reason_command(number)}\n"
            f"What: delivery {number} was rejected, its deadline has passed and no correction has come.\n"
            f"Do: ask the sender for it. {RUNBOOK}#delivery_uncorrected"
        ),
        source=arrival.source,
        sender_code=arrival.sender_code,
        period=arrival.period,
        delivery_id=number,
    )


def _stuck_alert(row: Sequence[Any]) -> Alert:
    delivery_id, state, named_source, sender_code, sender_name, period = row
    source = known_source(named_source)
    which = place(source, sender_code, sender_name, period)
    hours = int(STUCK_AFTER.total_seconds() // 3600)
    return Alert(
        kind="delivery_stuck",
        severity="critical",
        cause_key=f"delivery_stuck:{delivery_id}",
        occurrence_key=state,
        title=f"Steppe 批次停滞 / stuck: {which} · {state}",
        body=(
            f"批次 {delivery_id}（{which}）收到超过 {hours} 小时，仍为 {state}，既未发布也未退回。\n"
            f"处理：./steppe status；在 Airflow 页面触发 ingest_{source or '…'}，重跑是安全的。\n"
            f"What: delivery {delivery_id} is {state} more than {hours} hours after it arrived.\n"
            f"Do: ./steppe status, then trigger ingest_{source or '…'}; running it again is safe. {RUNBOOK}#delivery_stuck"
        ),
        source=source,
        sender_code=sender_code,
        period=period,
        delivery_id=delivery_id,
    )
