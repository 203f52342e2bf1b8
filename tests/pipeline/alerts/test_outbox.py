"""The outbox on a real PostgreSQL, against receivers that fail in their ways: nothing lost, nothing sent twice, every attempt recorded."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg import errors
from receivers import TOKEN, Behaviour, Kind, Receiver, closed_port, wait_until
from steppe import alerts, database, settings
from steppe.alerts import outbox
from steppe.alerts.message import Alert
from steppe.database import Connection


@pytest.fixture(autouse=True)
def _direct(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("STEPPE_ALERT_URLS", raising=False)


def an_alert(number: int = 1, severity: str = "warning") -> Alert:
    return Alert("gate_failed", severity, f"gate:{number}", f"Steppe 批次 {number}", f"正文 body {number}")


def attempts(connection: Connection) -> list[tuple[int, int, str, str]]:
    rows = connection.execute(
        "SELECT alert_id, attempt, outcome, response FROM ops.alert_delivery ORDER BY alert_delivery_id"
    ).fetchall()
    connection.commit()
    return rows


def test_a_cause_raises_one_alert(loader: Connection) -> None:
    first = alerts.raise_alert(loader, an_alert(1))
    assert first is not None
    assert alerts.raise_alert(loader, an_alert(1, "critical")) is None
    assert alerts.raise_alert(loader, an_alert(2)) not in (None, first)
    assert alerts.raise_alert(loader, None) is None
    assert loader.execute("SELECT count(*) FROM ops.alert").fetchone() == (2,)


def test_an_alert_is_part_of_the_callers_transaction(loader: Connection) -> None:
    loader.execute("SELECT 1")
    alerts.raise_alert(loader, an_alert(1))
    loader.rollback()
    assert loader.execute("SELECT count(*) FROM ops.alert").fetchone() == (0,)
    loader.rollback()
    alerts.raise_alert(loader, an_alert(1))  # no transaction is open: it commits by itself
    loader.rollback()
    assert loader.execute("SELECT count(*) FROM ops.alert").fetchone() == (1,)


def test_digits_that_could_be_an_id_or_a_phone_never_enter(loader: Connection) -> None:
    alerts.raise_alert(
        loader, Alert("task_failed", "critical", "x", "t 13800138000", "b 15042219900101123X, 2020-05 42")
    )
    row = loader.execute("SELECT title, body FROM ops.alert").fetchone()
    assert row == ("t ***", "b ***, 2020-05 42")


def test_the_loader_cannot_rewrite_what_was_sent(loader: Connection) -> None:
    alerts.raise_alert(loader, an_alert())
    for statement in (
        "DELETE FROM ops.alert_delivery",
        "UPDATE ops.alert_delivery SET outcome = 'sent'",
        "DELETE FROM ops.alert",
    ):
        with pytest.raises(errors.InsufficientPrivilege):
            loader.execute(statement)
        loader.rollback()


def test_every_alert_reaches_every_channel_once(loader: Connection) -> None:
    kinds: tuple[Kind, ...] = ("dingtalk", "wecom", "feishu", "webhook")
    receivers = [Receiver(kind) for kind in kinds]
    alerts.raise_alert(loader, an_alert(1))
    alerts.raise_alert(loader, an_alert(2))
    try:
        urls = [receiver.__enter__().url() for receiver in receivers]
        done = alerts.dispatch(loader, urls)
        assert (done.sent, done.failed, done.waiting, done.given_up) == (8, 0, 0, 0)
        assert alerts.dispatch(loader, urls).sent == 0
    finally:
        for receiver in receivers:
            receiver.__exit__(None, None, None)
    for receiver in receivers:
        assert len(receiver.accepted) == 2
        assert "正文 body 1" in receiver.accepted[0]
    assert len(attempts(loader)) == 8


def test_errcode_310000_is_recorded_as_failed_and_retried_until_accepted(loader: Connection) -> None:
    alerts.raise_alert(loader, an_alert())
    start = datetime.now(UTC)
    with Receiver("dingtalk").then("refuse", "refuse") as receiver:
        assert alerts.dispatch(loader, receiver.url(), start).failed == 1
        # Before the waiting time has passed nothing is sent: the twin of the retry below.
        assert alerts.dispatch(loader, receiver.url(), start + outbox.BACKOFF[0] / 2).waiting == 1
        assert len(receiver.requests) == 1
        assert alerts.dispatch(loader, receiver.url(), start + timedelta(minutes=1)).failed == 1
        assert alerts.dispatch(loader, receiver.url(), start + timedelta(minutes=5)).sent == 1
        assert alerts.dispatch(loader, receiver.url(), start + timedelta(hours=5)).sent == 0
        assert len(receiver.accepted) == 1
    found = attempts(loader)
    assert [(attempt, outcome) for _, attempt, outcome, _ in found] == [(1, "failed"), (2, "failed"), (3, "sent")]
    assert "errcode 310000" in found[0][3]
    assert TOKEN not in str(found)


@pytest.mark.parametrize("behaviour", ["die", "deny", "login"])
def test_a_failing_channel_does_not_hold_up_the_others(loader: Connection, behaviour: Behaviour) -> None:
    alerts.raise_alert(loader, an_alert())
    with Receiver("dingtalk").always(behaviour) as bad, Receiver("wecom") as good:
        done = alerts.dispatch(loader, [bad.url(), f"feishu://x/?gateway=http://127.0.0.1:{closed_port()}", good.url()])
    assert (done.sent, done.failed) == (1, 2)
    assert len(good.accepted) == 1
    assert [outcome for *_, outcome, _ in attempts(loader)] == ["failed", "failed", "sent"]


def test_a_failed_channel_rests_until_the_next_round(loader: Connection) -> None:
    for number in range(4):
        alerts.raise_alert(loader, an_alert(number))
    start = datetime.now(UTC)
    with Receiver("wecom").then("refuse") as receiver:
        done = alerts.dispatch(loader, receiver.url(), start)
        assert (done.sent, done.failed, done.waiting) == (0, 1, 3)
        # The three that were not tried come first and are not held up by the one that failed.
        assert alerts.dispatch(loader, receiver.url(), start + timedelta(seconds=1)).sent == 3
        assert alerts.dispatch(loader, receiver.url(), start + timedelta(minutes=1)).sent == 1
    assert sorted(alert for alert, _, outcome, _ in attempts(loader) if outcome == "sent") == [1, 2, 3, 4]


def test_attempts_are_bounded_and_a_dead_channel_is_an_alert_for_the_others(loader: Connection) -> None:
    alerts.raise_alert(loader, an_alert())
    now = datetime.now(UTC)
    with Receiver("dingtalk").always("refuse") as bad, Receiver("webhook") as good:
        for wait in (timedelta(0), *outbox.BACKOFF, timedelta(days=1)):
            now += wait
            for _ in range(2):  # a channel that failed rests for the round, so each of its two alerts needs one
                done = alerts.dispatch(loader, [bad.url(), good.url()], now)
        of_first = [request for request in bad.requests if "批次 1" in request.text]
        assert len(of_first) == outbox.MAX_ATTEMPTS
        assert done.given_up >= 1
        undeliverable = [text for text in good.accepted if "告警通道失败" in text]
        assert undeliverable
        assert TOKEN not in str(undeliverable)
    kinds = loader.execute("SELECT kind, count(*) FROM ops.alert GROUP BY kind ORDER BY kind").fetchall()
    # One a day and channel, and none about the alert that tells it.
    assert kinds == [("alert_undeliverable", 1), ("gate_failed", 1)]


def test_old_alerts_do_not_flood_a_new_channel(loader: Connection) -> None:
    alerts.raise_alert(loader, an_alert())
    with Receiver("webhook") as receiver:
        later = datetime.now(UTC) + outbox.WINDOW
        assert alerts.dispatch(loader, receiver.url(), later + timedelta(minutes=1)).sent == 0
        assert alerts.dispatch(loader, receiver.url(), later - timedelta(minutes=1)).sent == 1


def test_a_flood_is_sent_as_lists(loader: Connection) -> None:
    for number in range(23):
        alerts.raise_alert(loader, an_alert(number, "critical" if number == 22 else "info"))
    with Receiver("wecom").then("accept", "refuse") as receiver:
        start = datetime.now(UTC)
        done = alerts.dispatch(loader, receiver.url(), start)
        assert (done.sent, done.failed, done.waiting) == (10, 10, 3)
        assert alerts.dispatch(loader, receiver.url(), start + timedelta(minutes=1)).sent == 13
        texts = receiver.accepted
    assert all(len(text.encode()) < 2048 for text in texts)
    assert "批次 22" in texts[0].splitlines()[1]  # the critical one first
    for number in range(23):
        assert sum(f"批次 {number}\n" in f"{text}\n".replace("\r", "") for text in texts) == 1, number


def test_two_dispatchers_at_once_send_once(loader: Connection) -> None:
    for number in range(3):
        alerts.raise_alert(loader, an_alert(number))
    sent: list[alerts.Dispatched] = []
    inside = threading.Barrier(2, timeout=10)
    first_request = threading.Event()

    def pause() -> None:
        # Hold the first message while the second dispatcher goes through the whole outbox.
        if not first_request.is_set():
            first_request.set()
            inside.wait()

    with Receiver("webhook", on_request=pause) as receiver:

        def run() -> None:
            with database.connect("loader") as connection:
                sent.append(alerts.dispatch(connection, receiver.url()))

        one = threading.Thread(target=run)
        one.start()
        assert first_request.wait(10)
        two = threading.Thread(target=run)
        two.start()
        wait_until(lambda: len(receiver.requests) >= 3)
        inside.wait()
        one.join(10)
        two.join(10)
        assert len(receiver.accepted) == 3
    assert sum(done.sent for done in sent) == 3
    assert [attempt for _, attempt, _, _ in attempts(loader)] == [1, 1, 1]


def test_without_the_lock_two_dispatchers_would_send_twice(loader: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """The failing twin: with every lock granted and no second look, the same race sends the message twice."""
    alerts.raise_alert(loader, an_alert())
    monkeypatch.setattr(outbox, "_hold", lambda _connection, _channel, batch: list(batch))
    both = threading.Barrier(2, timeout=10)
    with Receiver("webhook", on_request=both.wait) as receiver:

        def run() -> None:
            with database.connect("loader") as connection:
                try:
                    alerts.dispatch(connection, receiver.url())
                except psycopg.Error:
                    connection.rollback()

        threads = [threading.Thread(target=run) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(15)
        assert len(receiver.accepted) == 2


def test_a_dispatcher_killed_while_sending_loses_nothing(loader: Connection) -> None:
    for number in range(2):
        alerts.raise_alert(loader, an_alert(number))
    with Receiver("webhook").then("accept", "hang") as receiver:
        program = "from steppe import alerts, database; alerts.dispatch(database.connect('loader'))"
        environment = os.environ | {"STEPPE_ALERT_URLS": receiver.url(), "PYTHONPATH": str(settings.ROOT / "plugins")}
        process = subprocess.Popen([sys.executable, "-c", program], env=environment)
        try:
            wait_until(lambda: len(receiver.requests) == 2, 30)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
        assert [outcome for *_, outcome, _ in attempts(loader)] == ["sent"]
        # Its locks went with its connection; the message that had no answer is sent, the one that had is not sent again.
        wait_until(lambda: alerts.dispatch(loader, receiver.url()).sent == 1)
        assert len(receiver.accepted) == 2
        assert len(set(receiver.accepted)) == 2
    assert [(alert, outcome) for alert, _, outcome, _ in attempts(loader)] == [(1, "sent"), (2, "sent")]


def test_without_channels_the_alerts_stay_and_the_summary_says_so(loader: Connection) -> None:
    alerts.raise_alert(loader, an_alert())
    done = alerts.dispatch(loader)
    assert done.channels == ()
    assert done.alerts == 1
    assert "STEPPE_ALERT_URLS" in done.summary
    assert "1 条告警" in done.summary
    with Receiver("webhook") as receiver:
        assert "STEPPE_ALERT_URLS" not in alerts.dispatch(loader, receiver.url()).summary


def test_an_unusable_address_is_recorded_as_failing(loader: Connection) -> None:
    alerts.raise_alert(loader, an_alert())
    assert alerts.dispatch(loader, "slack://a/b/c").failed == 1
    ((_, _, outcome, response),) = attempts(loader)
    assert outcome == "failed"
    assert "STEPPE_ALERT_URLS" in response
