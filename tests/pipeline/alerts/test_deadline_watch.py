"""The deadline watch on real tables: late, rejected without correction, stuck — each once."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from steppe import alerts, contracts, settings
from steppe.alerts.late import CORRECTION_GRACE, STUCK_AFTER
from steppe.database import Connection
from steppe.errors import SettingsError

CONTRACT = contracts.load("pv_revenue")
MAY = date(2020, 5, 1)
DEADLINE = CONTRACT.deadline(MAY)


def receive(
    connection: Connection,
    number: int,
    sender: str,
    state: str = "published",
    at: datetime = DEADLINE - timedelta(days=1),
) -> int:
    is_final = state in ("published", "rejected")
    row = connection.execute(
        "INSERT INTO ops.delivery (sha256, file_name, size_bytes, source, sender_code, period, state, rule_id, reason_zh, reason_en, "
        "rows_in, rows_accepted, rows_quarantined, rows_duplicate, received_at, finished_at) "
        "VALUES (%(sha256)s, 'x.zip', 1, 'pv_revenue', %(sender)s, %(period)s, %(state)s, %(rule)s, %(rule)s, %(rule)s, "
        "0, 0, 0, 0, %(at)s, %(finished)s) RETURNING delivery_id",
        {
            "sha256": f"{number:064x}",
            "sender": sender,
            "period": MAY,
            "state": state,
            "rule": "delivery.empty" if state == "rejected" else None,
            "at": at,
            "finished": at if is_final else None,
        },
    ).fetchone()
    assert row
    if state == "published":
        connection.execute(
            "INSERT INTO ops.publication (delivery_id, source, sender_code, period, published_at) "
            "VALUES (%s, 'pv_revenue', %s, %s, %s)",
            (row[0], sender, MAY, at),
        )
    return int(row[0])


@pytest.fixture(autouse=True)
def _undated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STEPPE_FIRST_PERIOD", raising=False)


def test_late_senders_are_told_once(loader: Connection) -> None:
    for number, sender in enumerate(CONTRACT.senders[:-1]):
        receive(loader, number, sender)
    assert alerts.find_late(loader, DEADLINE - timedelta(minutes=1)) == []
    (late,) = alerts.find_late(loader, DEADLINE)
    assert (late.kind, late.source, late.sender_code, late.period) == (
        "delivery_late",
        "pv_revenue",
        CONTRACT.senders[-1],
        MAY,
    )
    assert "2020-06-15 18:00" in late.body
    assert "docs/runbook.md#delivery_late" in late.body
    assert alerts.raise_alert(loader, late) is not None
    for again in alerts.find_late(loader, DEADLINE + timedelta(days=1)):
        assert alerts.raise_alert(loader, again) is None
    receive(loader, 99, CONTRACT.senders[-1], at=DEADLINE + timedelta(days=2))
    assert alerts.find_late(loader, DEADLINE + timedelta(days=3)) == []


def test_the_first_month_is_checked(loader: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEPPE_FIRST_PERIOD", "2020-05")
    sources = {alert.source for alert in alerts.find_late(loader, DEADLINE)}
    assert sources == set(contracts.sources())
    monkeypatch.setenv("STEPPE_FIRST_PERIOD", "May 2020")
    with pytest.raises(SettingsError, match="2026-10"):
        alerts.find_late(loader, DEADLINE)


def test_a_rejection_that_nobody_corrects(loader: Connection) -> None:
    at = DEADLINE - timedelta(hours=1)
    rejected = receive(loader, 1, "150400", "rejected", at)
    assert alerts.find_uncorrected(loader, DEADLINE) == []  # there is still time to correct it
    (alert,) = alerts.find_uncorrected(loader, at + CORRECTION_GRACE)
    assert (alert.kind, alert.delivery_id) == ("delivery_uncorrected", rejected)
    assert alerts.raise_alert(loader, alerts.for_rejection(loader, rejected)) is not None
    assert alerts.raise_alert(loader, alert) is not None  # of the same incident: it has become worse
    assert alerts.raise_alert(loader, alert) is None
    assert len(alerts.list_incidents(loader)) == 1
    receive(loader, 2, "150400")
    assert alerts.find_uncorrected(loader, at + CORRECTION_GRACE) == []


def test_a_rejection_long_before_the_deadline_is_no_hurry(loader: Connection) -> None:
    receive(loader, 1, "150400", "rejected", DEADLINE - timedelta(days=10))
    assert alerts.find_uncorrected(loader, DEADLINE - timedelta(days=1)) == []
    assert len(alerts.find_uncorrected(loader, DEADLINE)) == 1


@pytest.mark.parametrize(
    ("state", "is_stuck"),
    [("received", True), ("landed", True), ("gated", True), ("published", False), ("rejected", False)],
)
def test_a_delivery_that_does_not_end_is_stuck(loader: Connection, state: str, is_stuck: bool) -> None:
    at = datetime(2020, 6, 3, tzinfo=settings.CALENDAR)
    number = receive(loader, 1, "150400", state, at)
    assert alerts.find_stuck(loader, at + STUCK_AFTER) == []
    found = alerts.find_stuck(loader, at + STUCK_AFTER + timedelta(seconds=1))
    assert [alert.delivery_id for alert in found] == ([number] if is_stuck else [])
    for alert in found:
        assert alerts.raise_alert(loader, alert) is not None
        assert alerts.raise_alert(loader, alert) is None
