"""``./steppe incidents``: the list, a person's word, and what is said when there is nothing to say it of."""

from __future__ import annotations

import getpass
import json

import pytest
from steppe import alerts, cli
from steppe.alerts import Alert
from steppe.database import Connection
from steppe.errors import SteppeError
from typer.testing import CliRunner


def shown(*arguments: str) -> str:
    result = CliRunner().invoke(cli.app, ["incidents", *arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


@pytest.fixture
def two(loader: Connection) -> None:
    for severity in ("info", "critical"):
        alerts.raise_alert(
            loader, Alert("task_failed", severity, f"task_failed:{severity}", f"Steppe {severity} [load]", "b")
        )


def test_the_worst_comes_first(two: None) -> None:
    lines = shown().splitlines()
    assert [line.split()[:3] for line in lines[1:]] == [["2", "open", "critical"], ["1", "open", "info"]]
    assert "critical [load]" in lines[1]
    assert "docs/runbook.md#task_failed" in lines[1]


def test_a_person_acknowledges_and_resolves(two: None) -> None:
    shown("ack", "1", "2", "--note", "looking")
    assert {incident["state"] for incident in json.loads(shown("--json"))} == {"acknowledged"}
    shown("resolve", "2", "--by", "li")
    assert [incident["incident_id"] for incident in json.loads(shown("--json"))] == [1]
    assert len(json.loads(shown("--all", "--json"))) == 2


def test_who_said_it_is_kept(two: None, admin: Connection) -> None:
    shown("ack", "1")
    shown("resolve", "1", "--by", "li")
    rows = admin.execute("SELECT event, actor FROM ops.incident_event WHERE incident_id = 1 ORDER BY 1").fetchall()
    assert rows == [("acknowledged", getpass.getuser()), ("opened", "steppe"), ("resolved", "li")]


def test_nothing_and_nobody(warehouse: str) -> None:
    assert "Nothing needs a person" in shown()
    with pytest.raises(SteppeError, match="incident 7"):
        shown("ack", "7")
