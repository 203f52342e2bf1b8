"""The account of what happened: counts that agree with ops, and status in words and as JSON."""

from __future__ import annotations

import json
from datetime import date

import pytest
from steppe import cli, database, summary
from steppe.orchestration import configuration
from typer.testing import CliRunner

DELIVERIES = """
INSERT INTO ops.delivery (
    sha256, file_name, size_bytes, source, sender_code, period, state, rule_id, reason_zh, reason_en,
    rows_in, rows_accepted, rows_quarantined, rows_duplicate
)
SELECT
    encode(sha256(file_name::bytea), 'hex'), file_name, 1, source, sender_code, '2020-05-01', state, rule_id, rule_id, rule_id || '!',
    rows_in, rows_accepted, rows_quarantined, rows_duplicate
FROM (VALUES
    ('a.zip', 'pv_revenue', '150400', 'published', NULL, 100, 90, 7, 3),
    ('b.zip', 'pv_revenue', '150500', 'published', NULL, 10, 10, 0, 0),
    ('c.zip', 'pv_revenue', '150600', 'rejected', 'delivery.checksum', NULL, NULL, NULL, NULL),
    ('d.txt', NULL, NULL, 'rejected', 'delivery.unknown_file', NULL, NULL, NULL, NULL),
    ('e.zip', 'social_insurance', '150400', 'landed', NULL, 5, NULL, NULL, NULL)
) AS made (file_name, source, sender_code, state, rule_id, rows_in, rows_accepted, rows_quarantined, rows_duplicate)
"""


@pytest.fixture
def filled(admin: database.Connection) -> database.Connection:
    admin.execute(DELIVERIES)
    admin.execute(
        "INSERT INTO quarantine.row (delivery_id, resource, line_no, rule_ids, record) VALUES "
        "(1, 'post', 2, ARRAY['post.id_format', 'post.unique'], '{}'), (1, 'post', 3, ARRAY['post.unique'], '{}')"
    )
    admin.execute(
        "INSERT INTO ops.alert (kind, severity, cause_key, title, body) VALUES ('delivery_rejected', 'critical', 'x', 't', 'b'), "
        "('delivery_rejected', 'critical', 'y', 't', 'b')"
    )
    admin.execute(
        "INSERT INTO ops.alert_delivery (alert_id, channel, attempt, outcome) VALUES (1, 'a', 1, 'failed'), (1, 'a', 2, 'sent'), "
        "(1, 'b', 1, 'failed')"
    )
    admin.commit()
    return admin


def test_deliveries_and_totals(filled: database.Connection, loader: database.Connection) -> None:
    known = summary.deliveries(loader)
    assert [delivery.is_final for delivery in known] == [True, True, True, True, False]
    assert known[0].period == date(2020, 5, 1)
    pv, insurance, unknown = summary.by_source(known)
    assert pv == summary.SourceTotals("pv_revenue", 3, 2, 1, 110, 100, 7, 3)
    assert (insurance.arrived, insurance.published, insurance.rows_in) == (
        1,
        0,
        0,
    )  # only what was published was loaded
    assert (unknown.source, unknown.rejected) == ("unknown", 1)
    assert summary.rejected_by_rule(known) == [
        ("delivery.checksum", 1, "delivery.checksum!"),
        ("delivery.unknown_file", 1, "delivery.unknown_file!"),
    ]


def test_quarantine_counts_a_row_under_each_rule(filled: database.Connection, loader: database.Connection) -> None:
    assert summary.quarantined(loader) == [
        summary.Broken("post", "post.unique", 2),
        summary.Broken("post", "post.id_format", 1),
    ]


def test_an_alert_is_sent_once_a_channel_took_it(filled: database.Connection, loader: database.Connection) -> None:
    assert summary.alerts(loader) == [summary.Alerts("delivery_rejected", 2, 0, 1, 2, ["a"])]


def test_progress_is_quiet_when_all_is_final_and_taken_up(
    filled: database.Connection, loader: database.Connection
) -> None:
    seen = summary.progress(loader)
    assert (seen.arrived, seen.landed, seen.published, seen.rejected, seen.alerts) == (5, 1, 2, 2, 2)
    assert not seen.is_quiet
    loader.rollback()
    filled.execute(
        "UPDATE ops.delivery SET state = 'rejected', rule_id = 'r', reason_zh = 'r', reason_en = 'r' WHERE state = 'landed'"
    )
    filled.commit()
    assert summary.progress(loader).is_quiet
    loader.rollback()
    filled.execute(
        "INSERT INTO ops.publication (delivery_id, source, sender_code, period, published_at) "
        "VALUES (1, 'pv_revenue', '150400', '2020-05-01', now())"
    )
    filled.commit()
    behind = summary.progress(loader)
    assert (behind.not_taken_up, behind.is_quiet) == (1, False)


def test_status_as_json(filled: database.Connection) -> None:
    done = CliRunner().invoke(cli.app, ["status", "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["warehouse"]["url"].startswith("postgresql://127.0.0.1:")
    assert set(told["airflow"]) == {"url", "healthy", "login"}
    assert [delivery["state"] for delivery in told["deliveries"]] == [
        "published",
        "published",
        "rejected",
        "rejected",
        "landed",
    ]
    assert told["deliveries"][0] | {"sender": "x"} == told["deliveries"][0] | {
        "id": 1, "file": "a.zip", "source": "pv_revenue", "sender": "x", "period": "2020-05", "rule_id": None, "is_final": True,
    }  # fmt: skip


def test_status_in_words(filled: database.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(configuration, "port", lambda: None)  # another test may have an Airflow running
    done = CliRunner().invoke(cli.app, ["status"])
    assert done.exit_code == 0, done.output
    assert "delivery.checksum" in done.stdout
    assert "not running" in done.stdout
