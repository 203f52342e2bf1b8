"""What Prometheus is told, over HTTP, of a warehouse with a known past; and when the warehouse is away."""

from __future__ import annotations

import urllib.request
from datetime import datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from receivers import Receiver, closed_port
from steppe import alerts, metrics, settings
from steppe.database import Connection
from steppe.errors import SettingsError

NOW = datetime(2020, 6, 3, 9, tzinfo=settings.CALENDAR)


@pytest.fixture
def address(warehouse: str) -> str:
    found = f"127.0.0.1:{closed_port()}"
    metrics.serve(found)
    return found


def told(address: str) -> dict[str, float]:
    """Samples as ``name{value,value}``, in the order of the labels' names."""
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
        f"http://{address}/metrics", timeout=10
    ) as answer:
        text = answer.read().decode()
    return {
        f"{sample.name}{{{','.join(value for _, value in sorted(sample.labels.items()))}}}": sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def deliver(connection: Connection, source: str, state: str, seconds: float) -> int:
    row = connection.execute(
        "INSERT INTO ops.delivery (sha256, file_name, size_bytes, source, sender_code, period, state, rule_id, reason_zh, reason_en, "
        "rows_in, rows_accepted, rows_quarantined, rows_duplicate, landed_at, gated_at) SELECT lpad(count(*)::text, 64, '0'), 'x', 1, "
        "%(source)s, '150400', '2020-05-01', %(state)s, %(rule)s, %(rule)s, %(rule)s, 100, 95, 4, 1, %(landed)s, %(gated)s "
        "FROM ops.delivery RETURNING delivery_id",
        {
            "source": source, "state": state, "rule": "delivery.empty" if state == "rejected" else None,
            "landed": NOW, "gated": NOW + timedelta(seconds=seconds),
        },
    ).fetchone()  # fmt: skip
    assert row
    return int(row[0])


@pytest.fixture
def past(loader: Connection, monkeypatch: pytest.MonkeyPatch) -> Connection:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    for seconds in (0.2, 5):
        deliver(loader, "pv_revenue", "published", seconds)
    deliver(loader, "王小明", "rejected", 1)  # a manifest may claim any source
    loader.execute(
        "INSERT INTO ops.publication (delivery_id, source, sender_code, period, published_at) "
        "VALUES (1, 'pv_revenue', '150400', '2020-05-01', %s)",
        (NOW,),
    )
    loader.execute("INSERT INTO quarantine.row VALUES (1, 'station', 2, '{x}', '{}', '150421')")
    alerts.raise_alert(loader, alerts.Alert("task_failed", "critical", "x", "Steppe x", "b"), now=NOW)
    alerts.raise_alert(loader, alerts.Alert("gate_failed", "warning", "y", "Steppe y", "b"))
    with Receiver("webhook") as receiver:
        alerts.dispatch(loader, receiver.url())
    loader.commit()
    return loader


def test_what_is_told(past: Connection, address: str) -> None:
    found = told(address)
    assert found["steppe_warehouse_up{}"] == 1
    assert [found[f"steppe_rows_total{{{outcome},pv_revenue}}"] for outcome in ("in", "accepted", "quarantined", "duplicate")] == [
        200, 190, 8, 2,
    ]  # fmt: skip
    assert found["steppe_deliveries{pv_revenue,published}"] == 2
    assert found["steppe_deliveries{unknown,rejected}"] == 1
    assert "王小明" not in str(found)
    buckets = {
        bound: found[f"steppe_gate_seconds_bucket{{{bound},pv_revenue}}"] for bound in ("0.1", "0.3", "10", "+Inf")
    }
    assert buckets == {"0.1": 0, "0.3": 1, "10": 2, "+Inf": 2}
    assert found["steppe_gate_seconds_sum{pv_revenue}"] == 5.2
    assert found["steppe_gate_seconds_count{pv_revenue}"] == 2
    assert found["steppe_quarantined_rows{pv_revenue}"] == 1
    assert found["steppe_published_timestamp_seconds{pv_revenue}"] == NOW.timestamp()
    assert found["steppe_incidents{task_failed,critical,open}"] == 1
    assert found["steppe_incident_oldest_timestamp_seconds{critical}"] == NOW.timestamp()
    assert found["steppe_alerts_untold{}"] == 0
    assert found["steppe_alert_seconds_count{}"] == 1
    assert sum(value for name, value in found.items() if name.startswith("steppe_alert_attempts_total")) == 1


def test_what_nobody_took_is_counted(loader: Connection, address: str) -> None:
    assert told(address)["steppe_alerts_untold{}"] == 0
    alerts.raise_alert(loader, alerts.Alert("gate_failed", "warning", "y", "Steppe y", "b"))
    loader.commit()
    assert told(address)["steppe_alerts_untold{}"] == 1


def test_a_warehouse_that_is_away_is_told(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (settings.home().inbox / "waiting.zip").touch()
    monkeypatch.setenv("STEPPE_WAREHOUSE_URL", f"postgresql://nobody@127.0.0.1:{closed_port()}/steppe")
    assert told(address) == {"steppe_warehouse_up{}": 0, "steppe_inbox_waiting{}": 1}


@pytest.mark.parametrize("address", ["9464", "127.0.0.1:port", "256.0.0.1:9464"])
def test_no_address(address: str) -> None:
    with pytest.raises(SettingsError, match="STEPPE_METRICS_ADDRESS"):
        metrics.serve(address)
