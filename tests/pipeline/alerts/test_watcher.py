"""The watcher on its own: late senders without any DAG, both silences, a warehouse that is away, and receivers that fail in every way."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg import sql
from receivers import Behaviour, Kind, MailServer, Receiver, wait_until
from steppe import alerts, contracts, server, settings, watcher
from steppe.alerts import Alert
from steppe.alerts.watching import SILENT_AFTER
from steppe.database import Connection

NOW = datetime(2026, 6, 3, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(watcher, "SEND_SECONDS", 0.05)
    monkeypatch.setattr("steppe.alerts.outbox.BACKOFF", (timedelta(seconds=0.1),))
    monkeypatch.setattr("steppe.alerts.outbox.SINGLE_LIMIT", 100)


@contextmanager
def watching() -> Iterator[None]:
    """A watcher at work in a thread of its own."""
    stop = threading.Event()
    thread = threading.Thread(target=watcher.watch, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(30)


def told(connection: Connection, kind: str) -> list[str]:
    return [incident.title for incident in alerts.list_incidents(connection) if incident.kind == kind]


def test_late_senders_are_found_though_no_dag_ever_ran(loader: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEPPE_FIRST_PERIOD", f"{datetime.now(UTC) - timedelta(days=80):%Y-%m}")
    with Receiver("webhook") as receiver:
        monkeypatch.setenv("STEPPE_ALERT_URLS", receiver.url())
        with watching():
            wait_until(lambda: bool(receiver.accepted), 120)
    owed = {(incident.source, incident.sender_code) for incident in alerts.list_incidents(loader)}
    agency = settings.REGION_CODE  # speaks for everyone where it may deliver
    assert owed == {
        (contract.source, sender)
        for contract in contracts.load_all()
        for sender in ([agency] if agency in contract.senders else contract.senders)
    }
    monkeypatch.setenv("STEPPE_FIRST_PERIOD", f"{datetime.now(UTC).year + 1}-01")
    assert alerts.find_late(loader, datetime.now(UTC)) == []


@pytest.mark.parametrize(("looks", "other"), [("airflow", "watcher"), ("watcher", "airflow")])
def test_each_notices_the_other_s_silence(loader: Connection, looks: str, other: str) -> None:
    for minutes in (0, 29):  # never heard of: it gets its time from the first look
        alerts.look(loader, looks, NOW + timedelta(minutes=minutes))
    assert told(loader, f"{other}_silent") == []
    alerts.look(loader, looks, NOW + SILENT_AFTER)
    alerts.look(loader, looks, NOW + SILENT_AFTER * 2)
    (incident,) = [each for each in alerts.list_incidents(loader) if each.kind.endswith("_silent")]
    assert (incident.kind, incident.occurrences) == (f"{other}_silent", 1)
    alerts.look(loader, other, NOW + SILENT_AFTER * 3)
    assert told(loader, f"{other}_silent") == []


def test_one_look_and_one_round(loader: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    alerts.raise_alert(loader, Alert("task_failed", "critical", "x", "Steppe x", "b"))
    with Receiver("webhook") as receiver:
        monkeypatch.setenv("STEPPE_ALERT_URLS", receiver.url())
        assert "已发 1" in watcher.once(loader)
        assert len(receiver.accepted) == 1


def test_the_warehouse_s_own_absence_is_told(warehouse: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No alert can be raised then; the watcher speaks for itself, once, and says when it is back."""
    monkeypatch.setattr(watcher, "AWAY_SECONDS", 0.2)
    name = sql.Identifier(warehouse)
    at_work = (
        "SELECT pid FROM pg_stat_activity WHERE datname = %s AND application_name = 'steppe watcher' AND state = 'idle'"
    )
    with ExitStack() as stack:
        receiver = stack.enter_context(Receiver("webhook"))
        monkeypatch.setenv("STEPPE_ALERT_URLS", receiver.url())
        maintenance = stack.enter_context(psycopg.connect(server.url("postgres"), autocommit=True))
        stack.enter_context(watching())
        wait_until(lambda: bool(maintenance.execute(at_work, (warehouse,)).fetchall()))
        maintenance.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
        maintenance.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (warehouse,))
        wait_until(lambda: len(receiver.accepted) == 1, 120)
        maintenance.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(name))
        wait_until(lambda: len(receiver.accepted) == 2, 120)
    assert "数据库无应答" in receiver.accepted[0]
    assert "docs/runbook.md#database_down" in receiver.accepted[0]
    assert "数据库已恢复" in receiver.accepted[1]


def test_nothing_is_lost_and_nothing_comes_twice(loader: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two watchers, five kinds of receiver, each of which refuses, answers an error and dies before it works; one hangs."""
    kinds: tuple[Kind, ...] = ("dingtalk", "wecom", "feishu", "webhook")
    faults: tuple[Behaviour, ...] = ("refuse", "deny", "login", "die", "redirect")
    wanted = {f"批次 {number}" for number in range(8)}
    with ExitStack() as stack:
        receivers = [stack.enter_context(Receiver(kind).then(*faults)) for kind in kinds]
        receivers[2].then("hang")
        mail = stack.enter_context(MailServer(refuse_recipients={"no@example.org"}))
        urls = [*(receiver.url() for receiver in receivers), mail.url("yes@example.org", "no@example.org")]
        monkeypatch.setenv("STEPPE_ALERT_URLS", " ".join(urls))
        for _ in range(2):
            stack.enter_context(watching())
        for number in range(8):
            alerts.raise_alert(
                loader, Alert("gate_failed", "warning", f"gate:{number}", f"Steppe 批次 {number}|", "正文")
            )

        def arrived(texts: list[str]) -> bool:
            return {title for title in wanted if any(f"{title}|" in text for text in texts)} == wanted

        wait_until(lambda: all(arrived(receiver.accepted) for receiver in receivers), 240)
        wait_until(lambda: arrived([str(message["Subject"]) for _, message in mail.messages]), 120)
        # That each failed is told by the others, those that recovered are told of, and the mailbox that does not exist stays an incident.
        wait_until(
            lambda: any("#" in title and "mailto" in title for title in told(loader, "alert_undeliverable")), 120
        )
        loader.rollback()

        def knows_of_the_mailbox(receiver: Receiver) -> bool:
            return any("告警通道失败 / channel failing: mailto" in text for text in receiver.accepted)

        wait_until(lambda: all(map(knows_of_the_mailbox, receivers)), 120)
    for receiver in receivers:
        of_ours = [text.splitlines()[0] for text in receiver.accepted if "|" in text]
        assert len(of_ours) == len(set(of_ours)) == len(wanted)
    assert len({str(message["Subject"]) for _, message in mail.messages}) == len(mail.messages)
    attempts = loader.execute("SELECT outcome, count(*) FROM ops.alert_delivery GROUP BY 1 ORDER BY 1").fetchall()
    assert {outcome for outcome, _ in attempts} == {"failed", "sent"}
