"""Incidents: one per cause, told when it is news, counted when it is not, and over when its cause is. Each rule beside its twin."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from psycopg import errors
from steppe import alerts, contracts, database, settings
from steppe.alerts.incidents import ESCALATE_AFTER, PLATFORM
from steppe.alerts.message import Alert
from steppe.database import Connection
from steppe.errors import SteppeError

NOW = datetime(2020, 6, 20, 9, tzinfo=settings.CALENDAR)
MAY = date(2020, 5, 1)
RUNBOOK = (settings.ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
TASK = Alert(
    "task_failed", "critical", "task_failed:post_ledgers.post:DiskFull", "Steppe 任务失败 / task failed", "正文"
)


def deliver(connection: Connection, sender: str = "150400", state: str = "gated") -> int:
    """A delivery of the PV revenue of May, published if asked for."""
    row = connection.execute(
        "INSERT INTO ops.delivery (sha256, file_name, size_bytes, source, sender_code, period, state, rule_id, reason_zh, reason_en, "
        "rows_in, rows_accepted, rows_quarantined, rows_duplicate, finished_at) "
        "SELECT lpad(count(*)::text, 64, '0'), 'x.zip', 1, 'pv_revenue', %(sender)s, %(period)s, %(state)s, %(rule)s, %(rule)s, "
        "%(rule)s, 100, 99, 1, 0, %(now)s FROM ops.delivery RETURNING delivery_id",
        {
            "sender": sender, "period": MAY, "state": state, "now": NOW,
            "rule": "delivery.checksum" if state == "rejected" else None,
        },
    ).fetchone()  # fmt: skip
    assert row
    if state == "published":
        connection.execute(
            "INSERT INTO ops.publication (delivery_id, source, sender_code, period, published_at) "
            "VALUES (%s, 'pv_revenue', %s, %s, %s)",
            (row[0], sender, MAY, NOW),
        )
    return int(row[0])


def fail_gate(connection: Connection, delivery_id: int, severity: str = "critical") -> Alert:
    """The alert for one row that broke a rule."""
    connection.execute(
        "INSERT INTO ops.gate_result (delivery_id, resource, rule_id, severity, outcome, rows_evaluated, rows_failed) "
        "VALUES (%s, 'station', 'station.capacity', %s, %s, 100, 1)",
        (delivery_id, severity, "fail" if severity == "critical" else "warn"),
    )
    alert = alerts.for_gate(connection, delivery_id)
    assert alert
    return alert


def quarantine(connection: Connection, delivery_id: int, *region_codes: str | None) -> None:
    for line_no, region_code in enumerate(region_codes, start=2):
        connection.execute(
            "INSERT INTO quarantine.row VALUES (%s, 'station', %s, '{x}', '{}', %s)",
            (delivery_id, line_no, region_code),
        )


def told(connection: Connection) -> list[tuple[Any, ...]]:
    """What people were told: the event, and the title without what every one begins with."""
    return connection.execute(
        "SELECT event.event, alert.severity FROM ops.alert INNER JOIN ops.incident_event AS event USING (incident_event_id) "
        "ORDER BY alert_id"
    ).fetchall()


def only(connection: Connection) -> alerts.Incident:
    (incident,) = alerts.list_incidents(connection, with_resolved=True)
    return incident


def test_a_repeat_is_counted_and_not_told(loader: Connection) -> None:
    for run in ("r1", "r2", "r2", "r3"):
        alerts.raise_alert(loader, replace(TASK, occurrence_key=run), now=NOW)
    assert (only(loader).state, only(loader).occurrences) == ("open", 3)  # r2 was told twice and is one
    assert told(loader) == [("opened", "critical")]
    # The twin: another cause is another incident.
    alerts.raise_alert(loader, replace(TASK, cause_key="task_failed:post_ledgers.verify:StepFailed"))
    assert len(alerts.list_incidents(loader)) == 2


def test_two_that_see_it_at_once_open_it_once(loader: Connection) -> None:
    both = threading.Barrier(2, timeout=10)

    def see(run: str) -> None:
        with database.connect("loader") as connection:
            both.wait()
            alerts.raise_alert(connection, replace(TASK, occurrence_key=run), now=NOW)

    threads = [threading.Thread(target=see, args=(run,)) for run in ("r1", "r2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(15)
    assert only(loader).occurrences == 2
    assert told(loader) == [("opened", "critical")]


def test_what_is_known_of_an_incident(loader: Connection) -> None:
    delivery_id = deliver(loader)
    url = "http://airflow.example/dags/ingest_pv_revenue/runs/r1/tasks/load/mapped/3"
    alerts.raise_alert(loader, fail_gate(loader, delivery_id), run_url=url, now=NOW)
    incident = only(loader)
    assert (incident.kind, incident.source, incident.sender_code, incident.period) == (
        "gate_failed", "pv_revenue", "150400", MAY,
    )  # fmt: skip
    assert incident.owner == contracts.load("pv_revenue").owner
    assert (incident.rows_in, incident.rows_affected, incident.occurrences) == (100, 1, 1)
    assert incident.run_url == url
    assert incident.runbook == "docs/runbook.md#gate_failed"
    assert incident.as_json()["period"] == "2020-05"
    ((body,),) = loader.execute("SELECT body FROM ops.alert").fetchall()
    assert f"事件 / incident {incident.incident_id} · {incident.owner} · ×1\n{url}" in body
    alerts.raise_alert(loader, TASK)
    assert {incident.owner for incident in alerts.list_incidents(loader)} == {incident.owner, PLATFORM}


def test_a_severity_that_rises_is_news_and_one_that_falls_is_not(loader: Connection) -> None:
    for run, severity in enumerate(("warning", "info", "warning", "critical", "warning")):
        alerts.raise_alert(loader, replace(TASK, severity=severity, occurrence_key=str(run)), now=NOW)
    assert told(loader) == [("opened", "warning"), ("changed", "critical")]
    assert only(loader).severity == "critical"


def test_what_becomes_something_else_is_news(loader: Connection) -> None:
    """A rejection that nobody corrects until the deadline has passed is the same matter, and worse."""
    rejected = deliver(loader, state="rejected")
    alerts.raise_alert(loader, alerts.for_rejection(loader, rejected), now=NOW)
    for hours in (49, 50):
        alerts.look(loader, "airflow", NOW + timedelta(hours=hours))
    (incident,) = [incident for incident in alerts.list_incidents(loader) if incident.sender_code == "150400"]
    assert (incident.kind, incident.occurrences) == ("delivery_uncorrected", 2)
    assert [event for event, _ in told(loader) if event == "changed"] == ["changed"]


def test_the_owner_of_a_contract_gives_the_severity(loader: Connection) -> None:
    late = Alert("delivery_late", "warning", "x", "t", "b", source="pv_revenue", sender_code="150400", period=MAY)
    alerts.raise_alert(loader, late)
    assert only(loader).severity == "critical"
    alerts.raise_alert(loader, replace(late, cause_key="y", source="social_insurance"))
    assert [incident.severity for incident in alerts.list_incidents(loader)] == ["critical", "warning"]


@pytest.mark.parametrize("source", contracts.sources())
def test_a_contract_s_severities_are_of_kinds_that_exist(source: str) -> None:
    from steppe.dictionary import ALERTS

    given = contracts.load(source).alert_severity
    assert set(given) <= set(ALERTS)
    assert set(given.values()) <= {"info", "warning", "critical"}


def test_a_rejection_is_over_when_a_later_delivery_goes_through(loader: Connection) -> None:
    alerts.raise_alert(loader, alerts.for_rejection(loader, deliver(loader, state="rejected")), now=NOW)
    assert alerts.recover(loader, NOW) == 0
    deliver(loader, "150100", state="published")  # somebody else's
    assert alerts.recover(loader, NOW) == 0
    deliver(loader, state="published")
    assert alerts.recover(loader, NOW + timedelta(hours=30)) == 1
    assert told(loader) == [("opened", "critical"), ("resolved", "info")]
    ((title, body),) = loader.execute("SELECT title, body FROM ops.alert ORDER BY alert_id DESC LIMIT 1").fetchall()
    assert title.startswith("Steppe 已解除 / resolved · 退回 / rejected: pv_revenue 150400")
    assert "1d 6h" in body


def test_a_gate_s_finding_is_over_when_a_correction_has_none(loader: Connection) -> None:
    first = deliver(loader)
    alerts.raise_alert(loader, fail_gate(loader, first), now=NOW)
    loader.execute("UPDATE ops.delivery SET state = 'published' WHERE delivery_id = %s", (first,))
    loader.execute(
        "INSERT INTO ops.publication (delivery_id, source, sender_code, period, published_at) VALUES (%s, 'pv_revenue', '150400', %s, %s)",
        (first, MAY, NOW),
    )
    assert alerts.recover(loader, NOW) == 0  # it was published itself, its rows stay in quarantine
    second = deliver(loader)
    alerts.raise_alert(loader, fail_gate(loader, second), now=NOW)
    assert (only(loader).occurrences, told(loader)) == (2, [("opened", "warning")])
    deliver(loader, state="published")
    assert alerts.recover(loader, NOW) == 1


def test_what_is_late_is_over_when_it_comes(loader: Connection) -> None:
    late = Alert("delivery_late", "warning", "x", "t", "b", source="pv_revenue", sender_code="150400", period=MAY)
    alerts.raise_alert(loader, late, now=NOW)
    assert alerts.recover(loader, NOW) == 0
    deliver(loader, state="rejected")
    assert alerts.recover(loader, NOW) == 1


@pytest.mark.parametrize(
    ("late", "comes_from", "is_over"),
    [("150400", "150000", True), ("150000", "150400", True), ("150400", "150500", False)],
)
def test_the_region_s_agency_speaks_for_everyone(loader: Connection, late: str, comes_from: str, is_over: bool) -> None:
    owed = Alert("delivery_late", "warning", "x", "t", "b", source="pv_revenue", sender_code=late, period=MAY)
    alerts.raise_alert(loader, owed, now=NOW)
    deliver(loader, comes_from)
    assert alerts.recover(loader, NOW) == is_over


def test_what_is_stuck_is_over_when_it_is_final(loader: Connection) -> None:
    delivery_id = deliver(loader)
    stuck = Alert("delivery_stuck", "critical", "x", "t", "b", delivery_id=delivery_id)
    alerts.raise_alert(loader, stuck, now=NOW)
    assert alerts.recover(loader, NOW) == 0
    loader.execute("UPDATE ops.delivery SET state = 'published' WHERE delivery_id = %s", (delivery_id,))
    assert alerts.recover(loader, NOW) == 1


def test_a_task_s_failing_is_over_when_it_goes_well(loader: Connection) -> None:
    alerts.raise_alert(loader, TASK)
    assert alerts.recover_task(loader, "post_ledgers", "verify") == 0
    assert alerts.recover_task(loader, "post_ledger", "post") == 0
    assert alerts.recover(loader, NOW) == 0
    assert alerts.recover_task(loader, "post_ledgers", "post") == 1
    assert alerts.recover_task(loader, "post_ledgers", "post") == 0


def test_what_comes_back_is_opened_again(loader: Connection) -> None:
    alerts.raise_alert(loader, replace(TASK, occurrence_key="r1"), now=NOW)
    alerts.recover_task(loader, "post_ledgers", "post", NOW)
    # The same sighting told once more is nothing new.
    assert alerts.raise_alert(loader, replace(TASK, occurrence_key="r1"), now=NOW) is None
    assert only(loader).state == "resolved"
    again = NOW + timedelta(days=3)
    assert alerts.raise_alert(loader, replace(TASK, occurrence_key="r2"), now=again) is not None
    assert (only(loader).state, only(loader).occurrences, only(loader).opened_at) == ("open", 2, again)
    assert [event for event, _ in told(loader)] == ["opened", "resolved", "reopened"]


def test_seen_again_while_it_is_found_to_be_over_it_stays(loader: Connection) -> None:
    alerts.raise_alert(loader, replace(TASK, occurrence_key="r1"), now=NOW)
    values = {"incident_id": only(loader).incident_id, "now": NOW, "last_seen_at": NOW}
    alerts.raise_alert(loader, replace(TASK, occurrence_key="r2"), now=NOW + timedelta(seconds=1))
    assert database.run(loader, "50_alerts/resolve_incident.sql", values).fetchall() == []
    values["last_seen_at"] = NOW + timedelta(seconds=1)
    assert len(database.run(loader, "50_alerts/resolve_incident.sql", values).fetchall()) == 1


def test_age_hands_it_to_the_next_level(loader: Connection) -> None:
    """旗县 → 盟市 → 自治区: all rows in quarantine are of one banner, so it begins there."""
    delivery_id = deliver(loader)
    quarantine(loader, delivery_id, "150421", "150421")
    alerts.raise_alert(loader, replace(fail_gate(loader, delivery_id), severity="critical"), now=NOW)
    seen, day = [], ESCALATE_AFTER["critical"]
    for moment in (NOW, NOW + day - timedelta(seconds=1), NOW + day, NOW + day * 1.5, NOW + day * 2, NOW + day * 9):
        alerts.escalate(loader, moment)
        seen.append((only(loader).level, only(loader).responsible))
    banner, league, region = ("banner", "阿鲁科尔沁旗"), ("league", "赤峰市"), ("region", "内蒙古自治区")
    assert seen == [banner, banner, league, league, region, region]
    assert [event for event, _ in told(loader)] == ["opened", "escalated", "escalated"]
    assert (
        "现由赤峰市（盟市）督办"
        in loader.execute("SELECT string_agg(body, '' ORDER BY alert_id) FROM ops.alert").fetchone()[0]
    )  # type: ignore[index]


@pytest.mark.parametrize(
    ("region_codes", "where"),
    [
        (["150421", "150421"], "阿鲁科尔沁旗"),
        (["150421", "150422"], "赤峰市"),
        (["150421", None], "赤峰市"),  # a line that could not be read
        (["150102"], "赤峰市"),  # another league's banner is not the sender's to ask
        ([], "赤峰市"),
    ],
)
def test_it_begins_with_the_smallest_region_that_covers_it(
    loader: Connection, region_codes: list[str | None], where: str
) -> None:
    delivery_id = deliver(loader)
    quarantine(loader, delivery_id, *region_codes)
    alerts.raise_alert(loader, fail_gate(loader, delivery_id))
    assert only(loader).responsible == where


def test_a_warning_gets_more_time_and_news_for_reading_all_of_it(loader: Connection) -> None:
    for severity in ("warning", "info"):
        alert = replace(TASK, severity=severity, cause_key=severity, region_code="150400")
        alerts.raise_alert(loader, alert, now=NOW)
    alerts.escalate(loader, NOW + ESCALATE_AFTER["critical"])
    assert [event for event, _ in told(loader)] == ["opened", "opened"]
    alerts.escalate(loader, NOW + timedelta(days=99))
    assert [(incident.severity, incident.level) for incident in alerts.list_incidents(loader)] == [
        ("warning", "region"), ("info", "league"),
    ]  # fmt: skip


def test_acknowledging_gives_the_level_its_time_afresh(loader: Connection) -> None:
    alerts.raise_alert(loader, replace(TASK, region_code="150400"), now=NOW)
    day = ESCALATE_AFTER["critical"]
    alerts.acknowledge(loader, 1, "li", "打过电话 13800138000", NOW + day / 2)
    assert only(loader).state == "acknowledged"
    alerts.raise_alert(loader, replace(TASK, region_code="150400", occurrence_key="r2"), now=NOW + day / 2)
    assert only(loader).state == "acknowledged"  # a repeat takes nothing back
    alerts.escalate(loader, NOW + day)
    assert only(loader).level == "league"
    alerts.escalate(loader, NOW + day * 1.5)
    assert (only(loader).level, only(loader).state) == ("region", "open")  # nobody kept the word
    row = loader.execute("SELECT actor, note FROM ops.incident_event WHERE event = 'acknowledged'").fetchone()
    assert row == ("li", "打过电话 ***")
    assert [event for event, _ in told(loader)] == ["opened", "escalated"]


def test_a_person_s_word_stands_until_there_is_something_new(loader: Connection) -> None:
    alerts.raise_alert(loader, replace(TASK, occurrence_key="r1"))
    alerts.resolve(loader, 1, "li", "测试文件")
    assert (only(loader).state, [event for event, _ in told(loader)]) == ("resolved", ["opened", "resolved"])
    assert alerts.raise_alert(loader, replace(TASK, occurrence_key="r1")) is None
    for impossible in (alerts.resolve, alerts.acknowledge):
        with pytest.raises(SteppeError, match="incident 1 is not"):
            impossible(loader, 1, "li")
    with pytest.raises(SteppeError, match="incident 99 is not"):
        alerts.acknowledge(loader, 99, "li")
    assert alerts.list_incidents(loader) == []


def test_the_news_says_what_to_do(loader: Connection) -> None:
    alerts.raise_alert(loader, replace(TASK, region_code="150400"), now=NOW)
    alerts.escalate(loader, NOW + timedelta(days=2))
    alerts.recover_task(loader, "post_ledgers", "post", NOW + timedelta(days=3))
    rows = loader.execute("SELECT title, body FROM ops.alert ORDER BY alert_id").fetchall()
    assert len(rows) == 3
    for title, body in rows[1:]:
        assert title.startswith("Steppe ")
        assert "\n处理：" in body
        assert "\nDo: " in body
        anchor = re.search(r"docs/runbook\.md#(\w+)", body)
        assert anchor
        assert f"\n## {anchor[1]}\n" in RUNBOOK
        assert len(f"{title}{body}".encode()) < 2000


def test_what_happened_cannot_be_rewritten(loader: Connection) -> None:
    alerts.raise_alert(loader, TASK)
    for statement in (
        "DELETE FROM ops.incident",
        "DELETE FROM ops.incident_event",
        "UPDATE ops.incident_event SET actor = 'nobody'",
    ):
        with pytest.raises(errors.InsufficientPrivilege):
            loader.execute(statement)
        loader.rollback()
    with database.connect("analyst") as analyst:
        assert analyst.execute("SELECT count(*) FROM ops.incident").fetchone() == (1,)
        with pytest.raises(errors.InsufficientPrivilege):
            analyst.execute("SELECT note FROM ops.incident_event")


def test_the_clock_is_the_machine_s_where_none_is_given(loader: Connection) -> None:
    alerts.raise_alert(loader, TASK)
    assert abs(only(loader).opened_at - datetime.now(UTC)) < timedelta(minutes=1)
