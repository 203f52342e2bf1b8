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
    assert row
    assert row[0] == "Steppe t ***"
    assert row[1].startswith("b ***, 2020-05 42\n")


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
        assert (done.sent, done.failed, done.waiting) == (8, 0, 0)
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
        assert alerts.dispatch(loader, receiver.url(), start + timedelta(seconds=1)).waiting == 4
        receiver.then("accept", "accept", "accept", "refuse")
        # The three that were not tried come first and are not held up by the one that failed.
        assert alerts.dispatch(loader, receiver.url(), start + timedelta(seconds=6)).sent == 3
        assert alerts.dispatch(loader, receiver.url(), start + timedelta(minutes=1)).sent == 1
    assert sorted(alert for alert, _, outcome, _ in attempts(loader) if outcome == "sent") == [1, 2, 3, 4]


def test_a_dead_channel_is_tried_ever_less_and_is_an_incident_for_the_others(loader: Connection) -> None:
    for number in range(3):
        alerts.raise_alert(loader, an_alert(number))
    start = datetime.now(UTC)
    with Receiver("dingtalk").always("refuse") as bad, Receiver("webhook") as good:
        urls = [bad.url(), good.url()]
        for minutes in range(6 * 60):
            alerts.dispatch(loader, urls, start + timedelta(minutes=minutes))
        # 5 s, 30 s, 2 min, 10 min, then each hour: however many alerts wait, one of them is tried.
        assert len(bad.requests) == 10
        assert len(good.accepted) == 4
        assert "告警通道失败" in good.accepted[3]
        assert TOKEN not in good.accepted[3]
        assert "连续 3 次" in good.accepted[3]
        # It is told to the others only; when it works again it gets the rest, and all are told.
        bad.always("accept")
        for hour in (8, 9):
            alerts.dispatch(loader, urls, start + timedelta(hours=hour))
        assert alerts.recover(loader, start + timedelta(hours=9)) == 1
        alerts.dispatch(loader, urls, start + timedelta(hours=9))
        for receiver in (bad, good):
            assert len({text for text in receiver.accepted if "正文 body" in text}) == 3
            assert len(receiver.accepted) == (4 if receiver is bad else 5)
            assert "已解除" in receiver.accepted[-1]


def test_a_channel_that_two_processes_find_dead_is_one_incident(
    loader: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each began before the other had failed, so that neither alone saw three failures."""
    alerts.raise_alert(loader, an_alert())
    start = datetime.now(UTC)
    look = outbox._past
    first: set[str] = set()

    def began_long_ago(connection: Connection, channel: alerts.Channel, now: datetime) -> outbox._Past:
        if channel.name in first:
            return look(connection, channel, now)
        first.add(channel.name)
        return outbox._Past(0, None)

    with Receiver("dingtalk").always("refuse") as dead, Receiver("webhook") as good:
        urls = [dead.url(), good.url()]
        for minutes in (0, 1):
            alerts.dispatch(loader, urls, start + timedelta(minutes=minutes))
        monkeypatch.setattr(outbox, "_past", began_long_ago)
        alerts.dispatch(loader, urls, start + timedelta(minutes=10))
    (row,) = loader.execute("SELECT cause_key FROM ops.incident WHERE kind = 'alert_undeliverable'").fetchall()
    assert row[0].rpartition("#")[2].isalnum()  # the channel as a whole: no alert's number follows


def test_one_alert_that_a_channel_always_refuses_is_an_incident_of_its_own(loader: Connection) -> None:
    """Such as by a keyword that it lacks: the channel works, and must not seem to fail and recover with every other alert."""
    start = datetime.now(UTC)
    with Receiver("dingtalk").dislike("正文 body 0") as picky, Receiver("webhook") as good:
        alerts.raise_alert(loader, an_alert(0))
        for minutes in range(0, 60, 5):
            alerts.raise_alert(loader, an_alert(minutes + 1))
            alerts.dispatch(loader, [picky.url(), good.url()], start + timedelta(minutes=minutes))
            alerts.recover(loader, start + timedelta(minutes=minutes))
    told = [text.splitlines()[0] for text in good.accepted if "告警通道失败" in text]
    assert len(told) == 1
    (row,) = loader.execute("SELECT cause_key, state FROM ops.incident WHERE kind = 'alert_undeliverable'").fetchall()
    assert row[0].endswith(":1")
    assert told[0].endswith("· #1")
    assert row[1] == "open"


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


def routed(receiver: Receiver, query: str) -> str:
    return f"{receiver.url()}&{query}"


def test_an_alert_goes_to_those_who_take_it_and_to_all_when_nobody_does(loader: Connection) -> None:
    def concerning(source: str, region: str) -> Alert:
        return Alert("gate_failed", "warning", source, f"Steppe {source}", "b", source=source, region_code=region)

    with Receiver("webhook") as energy, Receiver("wecom") as league, Receiver("feishu") as head:
        urls = [routed(energy, "owner=能源局"), routed(league, "region=150400"), routed(head, "level=region")]
        alerts.raise_alert(loader, concerning("pv_revenue", "150421"))
        alerts.raise_alert(loader, concerning("social_insurance", "150421"))
        alerts.raise_alert(loader, concerning("household_registry", "150500"))
        alerts.dispatch(loader, urls)
        taken = [[text.split()[1] for text in receiver.accepted] for receiver in (energy, league, head)]
        assert taken == [
            ["pv_revenue", "household_registry"],
            ["pv_revenue", "social_insurance", "household_registry"],
            ["household_registry"],
        ]
        assert alerts.dispatch(loader, urls).waiting == 0


def test_each_level_gets_what_has_come_up_to_it(loader: Connection) -> None:
    start = datetime.now(UTC)
    with Receiver("webhook") as duty, Receiver("wecom") as league, Receiver("feishu") as head:
        urls = [duty.url(), routed(league, "region=150400&level=league"), routed(head, "level=region")]
        alert = Alert("gate_failed", "critical", "x", "Steppe x", "b", region_code="150421")
        alerts.raise_alert(loader, alert, now=start)
        for days in range(3):
            alerts.escalate(loader, start + timedelta(days=days))
            alerts.dispatch(loader, urls, start + timedelta(days=days))
        assert [len(receiver.accepted) for receiver in (duty, league, head)] == [3, 2, 1]
        alerts.resolve(loader, 1, "li", now=start + timedelta(days=3))
        alerts.dispatch(loader, urls, start + timedelta(days=3))
        assert [len(receiver.accepted) for receiver in (duty, league, head)] == [4, 3, 2]


def test_quiet_hours_hold_back_what_is_not_critical(loader: Connection) -> None:
    night = datetime(2026, 6, 3, 23, tzinfo=settings.CALENDAR)
    with Receiver("webhook") as receiver:
        url = routed(receiver, "quiet=22:00-07:00")
        alerts.raise_alert(loader, an_alert(1), now=night)
        alerts.raise_alert(loader, an_alert(2, "critical"), now=night)
        done = alerts.dispatch(loader, url, night)
        assert (done.sent, done.waiting) == (1, 1)
        assert "批次 2" in receiver.accepted[0]
        assert alerts.dispatch(loader, url, night + timedelta(hours=8)).sent == 1


def test_a_channel_that_hangs_comes_after_those_that_work(loader: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("steppe.alerts.channels.ATTEMPT_SECONDS", 0.5)
    start = datetime.now(UTC)
    order: list[str] = []
    with (
        Receiver("webhook", on_request=lambda: order.append("hangs")).always("hang") as bad,
        Receiver("wecom", on_request=lambda: order.append("works")) as good,
    ):
        for number in range(3):
            alerts.raise_alert(loader, an_alert(number))
            alerts.dispatch(loader, [bad.url(), good.url()], start + timedelta(minutes=number))
    assert order == ["hangs", "works", "works", "hangs", "works", "hangs"]
