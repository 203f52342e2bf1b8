"""The doctor: each part well and, beside it, each way of being unwell with what to do about it."""

from __future__ import annotations

import json
import os
import shutil
from collections import namedtuple
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from receivers import Receiver
from steppe import alerts, cli, database, doctor, settings
from steppe.database import Connection
from steppe.doctor import Finding, examine
from typer.testing import CliRunner

PERSON = "15042219900101123X"  # made up


def of(part: str) -> list[Finding]:
    return [finding for finding in examine() if finding.part == part]


def verdicts(part: str) -> set[str]:
    return {finding.verdict for finding in of(part)}


@pytest.fixture(autouse=True)
def _direct(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("STEPPE_ALERT_URLS", raising=False)


def test_every_finding_that_is_not_well_says_what_to_do(warehouse: str) -> None:
    found = list(examine())
    assert {finding.part for finding in found} == set(doctor.PARTS)
    assert [finding for finding in found if finding.verdict != "ok" and not finding.cure] == []
    runbook = (settings.ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    for finding in found:
        _, _, anchor = finding.cure.partition("docs/runbook.md#")
        assert not anchor or f"## {anchor}\n" in runbook, finding


def test_nothing_is_set_up_and_nothing_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEPPE_HOME", str(tmp_path))
    assert [(finding.part, finding.verdict) for finding in examine()] == [("keys", "fail")]
    assert not (tmp_path / "secrets" / "steppe.json").exists()


def test_the_database(warehouse: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert verdicts("database") == {"ok"}
    with database.connect("admin", autocommit=True) as connection:
        connection.execute("DELETE FROM ops.schema_version WHERE version LIKE 'V014%'")
    (finding,) = of("database")
    assert finding.verdict == "fail"
    assert "V014__incident" in finding.what
    with monkeypatch.context() as patch:
        patch.setattr(settings, "_stored_secret", lambda *_: "0" * 64)  # another installation's secrets
        (finding,) = of("database")
        assert "does not answer" in finding.what
    with monkeypatch.context() as patch:
        patch.setenv("STEPPE_WAREHOUSE_URL", "postgresql://nobody@127.0.0.1:9/steppe")
        assert verdicts("database") == {"fail"}


def test_the_keys(loader: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    assert verdicts("keys") == {"ok"}
    loader.execute("CREATE TABLE vault.identity_150400 PARTITION OF vault.identity FOR VALUES IN ('150400')")
    from steppe.warehouse.identity import tokeniser

    key = tokeniser(bytes.fromhex(settings.secret("person_token")))(PERSON.encode()).decode()
    loader.execute("INSERT INTO vault.identity VALUES (%s, '150400', '150421', %s, NULL, NULL, NULL, 1)", (key, PERSON))
    loader.commit()
    assert verdicts("keys") == {"ok"}
    monkeypatch.setenv("STEPPE_SECRET_PERSON_TOKEN", "ab" * 32)
    (finding,) = of("keys")
    assert (finding.verdict, "restore" in finding.cure) == ("fail", True)
    assert PERSON not in str(finding)


def test_keys_that_others_may_read(warehouse: str) -> None:
    file = settings.home().secrets / "steppe.json"
    file.chmod(0o640)
    try:
        assert verdicts("keys") == {"fail", "ok"}
    finally:
        file.chmod(0o600)


def test_the_inbox(warehouse: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    inbox = settings.home().inbox
    (inbox / "new.zip").touch()
    assert verdicts("inbox") == {"ok"}
    before = (datetime.now(UTC) - timedelta(hours=2)).timestamp()
    os.utime(inbox / "new.zip", (before, before))
    (finding,) = of("inbox")
    assert (finding.verdict, "2.0 h" in finding.what) == ("warn", True)
    monkeypatch.setenv("STEPPE_INBOX", str(tmp_path / "not mounted"))
    assert verdicts("inbox") == {"fail"}


@pytest.mark.parametrize(("free_gib", "verdict"), [(11, "ok"), (9, "warn"), (1, "fail")])
def test_the_disk(warehouse: str, monkeypatch: pytest.MonkeyPatch, free_gib: int, verdict: str) -> None:
    (settings.home().path / "postgres").mkdir(exist_ok=True)
    Path(settings.home().archive_url.removeprefix("file://")).mkdir()
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(100 * 2**30, 0, free_gib * 2**30))
    assert verdicts("disk") == {verdict}


def test_the_channels_with_a_test_message(warehouse: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert verdicts("channels") == {"warn"}
    with Receiver("dingtalk") as good, Receiver("wecom").always("refuse") as bad:
        monkeypatch.setenv("STEPPE_ALERT_URLS", f"{good.url()} {bad.url()}")
        assert [finding.verdict for finding in of("channels")] == ["ok", "fail"]
        assert "测试" in good.accepted[0]
        list(examine(with_message=False))
        assert len(good.requests) == 1


def test_incidents_that_nobody_has(loader: Connection) -> None:
    assert verdicts("incidents") == {"ok"}
    alerts.raise_alert(loader, alerts.Alert("task_failed", "critical", "x", "Steppe x", "b"))
    assert verdicts("incidents") == {"warn"}
    alerts.acknowledge(loader, 1, "li")
    assert verdicts("incidents") == {"ok"}


def test_airflow_that_was_never_started(loader: Connection) -> None:
    (finding,) = of("airflow")
    assert (finding.verdict, "./steppe up" in finding.cure) == ("fail", True)
    alerts.look(loader, "airflow", datetime.now(UTC))  # it runs elsewhere
    assert verdicts("airflow") == {"ok"}


def test_the_exit_code_is_the_verdict(loader: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = CliRunner().invoke(cli.app, ["doctor", "--no-message"])
    assert shown.exit_code == 1
    assert "✗ airflow" in shown.output
    assert "→ ./steppe up" in shown.output
    monkeypatch.setattr(doctor, "PARTS", {"inbox": doctor.PARTS["inbox"]})
    assert CliRunner().invoke(cli.app, ["doctor"]).exit_code == 0
    (finding,) = json.loads(CliRunner().invoke(cli.app, ["doctor", "--json"]).output)
    assert (finding["part"], finding["verdict"]) == ("inbox", "ok")
