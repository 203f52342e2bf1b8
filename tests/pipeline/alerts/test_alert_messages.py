"""What alerts say, built from rows of ``ops``: what, where, what to do, a section of the runbook, and nothing personal."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from steppe import alerts, contracts, settings
from steppe.alerts.message import REASONS, Alert
from steppe.database import Connection
from steppe.errors import SettingsError

# Made up; a clerk named a file after a person, and the reason repeats it.
PERSONAL = ("王小明", "15042219900101123X", "13800138000")
RUNBOOK = (settings.ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")


def deliver(connection: Connection, state: str = "rejected", **columns: object) -> int:
    values = {
        "sha256": "ab12" * 16,
        "file_name": f"{''.join(PERSONAL)}.zip",
        "size_bytes": 1,
        "source": "household_registry",
        "sender_code": "150400",
        "period": "2020-05-01",
        "state": state,
    }
    if state == "rejected":
        values |= {
            "rule_id": "delivery.control_total",
            "reason_zh": f"文件 {' '.join(PERSONAL)} 不符",
            "reason_en": f"{' '.join(PERSONAL)} differs",
            "finished_at": "2020-06-03 09:00+08",
        }
    values |= columns
    names, marks = ", ".join(values), ", ".join(f"%({name})s" for name in values)
    row = connection.execute(
        f"INSERT INTO ops.delivery ({names}) VALUES ({marks}) RETURNING delivery_id", values
    ).fetchone()
    assert row
    return int(row[0])


def find(connection: Connection, delivery_id: int, rule_id: str, result: str, *, failed: int, of: int) -> None:
    """Record a result, such as ``critical fail``."""
    severity, outcome = result.split()
    connection.execute(
        "INSERT INTO ops.gate_result (delivery_id, resource, rule_id, severity, outcome, rows_evaluated, rows_failed) "
        "VALUES (%s, 'person', %s, %s, %s, %s, %s)",
        (delivery_id, rule_id, severity, outcome, of, failed),
    )


def check_form(alert: Alert | None) -> Alert:
    """Properties of every alert."""
    assert alert is not None
    text = f"{alert.title}\n{alert.body}"
    assert "\n" not in alert.title
    assert alert.title.startswith("Steppe ")
    assert len(text.encode()) < 1600  # whole in WeCom's 2048 bytes, with incident and run
    assert re.search(r"[一-鿿]", alert.body.splitlines()[0])
    assert "处理：" in alert.body
    assert "Do: " in alert.body
    anchor = re.search(r"docs/runbook\.md#(\w+)", alert.body)
    assert anchor
    assert f"\n## {anchor[1]}" in RUNBOOK
    for value in PERSONAL:
        assert value not in text
    return alert


def test_a_rejection_says_what_where_and_what_to_do(loader: Connection) -> None:
    number = deliver(loader)
    find(loader, number, "person.id_check_digit", "critical fail", failed=700, of=6000)
    alert = check_form(alerts.for_rejection(loader, number))
    assert alert.severity == "critical"
    assert alert.title.endswith("household_registry 150400 赤峰市 2020-05 · delivery.control_total")
    assert "控制总数不符" in alert.body
    assert "person.id_check_digit 700" in alert.body
    assert f"WHERE delivery_id = {number}" in alert.body
    assert (alert.source, alert.sender_code, alert.delivery_id) == ("household_registry", "150400", number)
    assert alerts.raise_alert(loader, alert) is not None
    assert alerts.raise_alert(loader, alerts.for_rejection(loader, number)) is None


@pytest.mark.parametrize(
    ("rule_id", "is_approvable"), [("delivery.mass_deletion", True), ("delivery.control_total", False)]
)
def test_what_may_be_right_may_be_approved(loader: Connection, rule_id: str, is_approvable: bool) -> None:
    alert = check_form(alerts.for_rejection(loader, deliver(loader, rule_id=rule_id)))
    assert ("Required Actions 批准" in alert.body) == is_approvable
    assert ("approve it" in alert.body) == is_approvable


def test_an_unknown_file_is_told_by_its_content(loader: Connection) -> None:
    number = deliver(loader, source=None, sender_code=None, period=None, rule_id="delivery.unknown_file")
    alert = check_form(alerts.for_rejection(loader, number))
    assert "ab12ab12ab12" in alert.body
    assert alert.source is None


def test_what_a_manifest_claims_is_not_repeated(loader: Connection) -> None:
    """A manifest may hold anything where a source or a sender belongs."""
    number = deliver(loader, source="王小明", sender_code="15042219900101123X", rule_id="delivery.sender_unknown")
    alert = check_form(alerts.for_rejection(loader, number))
    assert (alert.source, alert.sender_code) == (None, None)


def test_a_rule_without_a_text_of_its_own_is_still_told(loader: Connection) -> None:
    alert = check_form(alerts.for_rejection(loader, deliver(loader, rule_id="delivery.of_tomorrow")))
    assert "delivery.of_tomorrow" in alert.title


def test_a_published_delivery_has_no_rejection(loader: Connection) -> None:
    assert alerts.for_rejection(loader, deliver(loader, "gated")) is None
    with pytest.raises(SettingsError, match="delivery 999"):
        alerts.for_rejection(loader, 999)


def test_quarantined_rows_are_one_alert_with_the_most_frequent_rules(loader: Connection) -> None:
    number = deliver(loader, "gated", rows_in=6000, rows_quarantined=30)
    for failed in range(1, 8):
        find(loader, number, f"person.rule_{failed}", "critical fail", failed=failed, of=6000)
    find(loader, number, "person.clean", "critical pass", failed=0, of=6000)
    alert = check_form(alerts.for_gate(loader, number))
    assert (alert.kind, alert.severity) == ("gate_failed", "warning")
    assert "person.rule_7 7，person.rule_6 6" in alert.body
    assert "(+2)" in alert.body
    assert "person.clean" not in alert.body
    assert "30/6000" in alert.title


@pytest.mark.parametrize(("quarantined", "severity"), [(149, "warning"), (150, "critical")])
def test_half_of_what_rejects_is_critical(loader: Connection, quarantined: int, severity: str) -> None:
    """The contract rejects a delivery above 5 % of failing rows; half of it is where a person looks at once."""
    number = deliver(loader, "gated", rows_in=6000, rows_quarantined=quarantined)
    find(loader, number, "person.id_format", "critical fail", failed=quarantined, of=6000)
    assert check_form(alerts.for_gate(loader, number)).severity == severity


@pytest.mark.parametrize(("failed", "kind"), [(59, None), (60, "gate_warning")])
def test_a_warning_is_an_alert_from_one_per_cent(loader: Connection, failed: int, kind: str | None) -> None:
    number = deliver(loader, "gated", rows_in=6000, rows_quarantined=0)
    find(loader, number, "person.phone_format", "warning warn", failed=failed, of=6000)
    alert = alerts.for_gate(loader, number)
    assert (alert.kind if alert else None) == kind
    if alert:
        assert check_form(alert).severity == "info"


def test_a_rule_that_could_not_run_is_critical(loader: Connection) -> None:
    number = deliver(loader, "gated", rows_in=10, rows_quarantined=0)
    find(loader, number, "person.id_format", "critical error", failed=0, of=0)
    alert = check_form(alerts.for_gate(loader, number))
    assert (alert.kind, alert.severity) == ("gate_failed", "critical")
    assert "未能执行" in alert.title


def test_a_clean_or_rejected_delivery_has_no_gate_alert(loader: Connection) -> None:
    clean = deliver(loader, "gated", rows_in=10, rows_quarantined=0)
    find(loader, clean, "person.id_format", "critical pass", failed=0, of=10)
    assert alerts.for_gate(loader, clean) is None
    rejected = deliver(loader, sha256="cd34" * 16)
    find(loader, rejected, "person.id_format", "critical fail", failed=9, of=10)
    assert alerts.for_gate(loader, rejected) is None


def test_a_task_failure_tells_the_class_of_the_error_only(loader: Connection) -> None:
    alert = check_form(
        alerts.for_task_failure(
            "ingest_pv_revenue", "judge", f"manual__2020 {PERSONAL[0]}\n", 3, f"ValueError('{PERSONAL[1]}')"
        )
    )
    assert alert.title.endswith("ingest_pv_revenue.judge[3] · ValueError")
    assert alerts.raise_alert(loader, alert) is not None
    assert alerts.raise_alert(loader, alert) is None
    # The same task in another run is a repeat; with another error it is another matter.
    again = alerts.for_task_failure("ingest_pv_revenue", "judge", "another_run", 3, "ValueError")
    assert alerts.raise_alert(loader, again) is None
    other = alerts.for_task_failure("ingest_pv_revenue", "judge", "another_run", 3, "KeyError")
    assert alerts.raise_alert(loader, other) is not None


def test_each_kind_and_each_rejecting_rule_has_its_place_in_the_runbook(admin: Connection) -> None:
    row = admin.execute(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'ops.alert'::regclass "
        "AND conname = 'alert_kind_check'"
    ).fetchone()
    assert row
    kinds = set(re.findall(r"'(\w+)'::text", row[0]))
    assert "delivery_rejected" in kinds
    assert kinds <= set(re.findall(r"^## (\w+)$", RUNBOOK, re.MULTILINE))
    for rule_id in REASONS:
        assert f"`{rule_id}`" in RUNBOOK, rule_id


def test_each_rejecting_rule_of_the_code_has_a_reason() -> None:
    used: set[str] = set()
    for file in (settings.ROOT / "plugins" / "steppe").rglob("*.py"):
        if "alerts" not in file.parts:
            used |= set(re.findall(r'"(delivery\.[a-z_]+)"', file.read_text(encoding="utf-8")))
    assert used <= set(REASONS)


def test_dispatch_sends_the_text_as_it_stands(loader: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    from receivers import Receiver

    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    alert = alerts.for_rejection(loader, deliver(loader))
    assert alert
    alerts.raise_alert(loader, alert)
    with Receiver("dingtalk") as receiver:
        assert alerts.dispatch(loader, receiver.url(), datetime.now(UTC)).sent == 1
        owner = contracts.load("household_registry").owner
        assert receiver.accepted == [f"{alert.title}\n{alert.body}\n事件 / incident 1 · {owner} · ×1\n#1"]
