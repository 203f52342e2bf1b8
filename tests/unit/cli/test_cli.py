"""What every command has in common: help, exit codes, errors without a traceback and without a person's data."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import psycopg
import pytest
import typer
from steppe import cli
from steppe.commands import checks, console
from steppe.commands.deliveries import make_sample, parse_months, parse_scale
from steppe.errors import SettingsError, SteppeError
from typer.main import get_command
from typer.testing import CliRunner

COMMANDS = sorted(get_command(cli.app).commands)  # type: ignore[attr-defined]


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Run ``./steppe`` in this process; its exit code."""
    monkeypatch.setattr(sys, "argv", ["./steppe", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


def test_the_commands_are_these() -> None:
    assert COMMANDS == [
        "bench", "check", "compose-env", "correct", "deliver", "docs", "doctor", "down", "identity", "incidents", "ledger",
        "reload", "reset", "review", "run", "sample", "score", "sql", "status", "test", "up", "user", "waiver", "watch",
    ]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_each_has_help_with_an_example(command: str) -> None:
    group = {"identity": ["identity", "queue"], "ledger": ["ledger", "verify"], "waiver": ["waiver", "grant"]}
    arguments = group.get(command, [command])
    shown = CliRunner().invoke(cli.app, [*arguments, "--help"])
    assert shown.exit_code == 0
    assert f"./steppe {' '.join(arguments)}" in shown.output


def test_a_wrong_call_is_2(monkeypatch: pytest.MonkeyPatch) -> None:
    assert call(monkeypatch, "nothing") == 2
    assert call(monkeypatch, "sample", "--out", "x", "--scale", "2") == 2


@pytest.mark.parametrize(
    ("error", "code"), [(SteppeError("no"), 1), (SettingsError("no"), 78), (KeyboardInterrupt(), 130)]
)
def test_a_mistake_is_one_line(
    error: BaseException, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(**_: object) -> None:
        raise error

    monkeypatch.setattr(cli, "app", fails)
    assert call(monkeypatch, "status") == code
    assert "Traceback" not in capsys.readouterr().err


def test_a_fault_leaves_its_place_in_the_log_and_no_value(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    message = "cannot read '巴特尔' of 150428198001010019 at line 7"

    def fails(**_: object) -> None:
        raise ValueError(message)

    monkeypatch.setenv("STEPPE_HOME", str(tmp_path))
    monkeypatch.setattr(cli, "app", fails)
    assert call(monkeypatch, "status") == os.EX_SOFTWARE
    told = capsys.readouterr().err
    (log,) = (tmp_path / "log").glob("steppe-*.log")
    assert "Traceback" not in told
    assert "ValueError" in told
    kept = log.read_text()
    assert "in fails" in kept
    assert "at line 7" in kept
    assert "巴特尔" not in kept
    assert "150428198001010019" not in kept
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_a_databases_message_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEPPE_HOME", str(tmp_path))
    error = psycopg.errors.UniqueViolation("Key (id_number)=(secret) already exists")
    assert "secret" not in console.keep_traceback(error).read_text()


@pytest.mark.parametrize(("text", "share"), [("full", 1.0), ("1", 1.0), ("0.05", 0.05)])
def test_scale(text: str, share: float) -> None:
    assert parse_scale(text) == share


@pytest.mark.parametrize("text", ["0", "1.01", "-1", "tenth", "nan", "inf", ""])
def test_no_scale(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        parse_scale(text)


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("2020-05:2020-06", ["2020-05", "2020-06"]),
        ("2020-12:2021-01", ["2020-12", "2021-01"]),
        ("2020-05", ["2020-05"]),
    ],
)
def test_months(text: str, months: list[str]) -> None:
    assert parse_months(text) == months


def test_months_before_the_samples_baseline_are_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(SteppeError, match="no such sample"):
        make_sample(tmp_path, "0.01", "2019-05", 1)


@pytest.mark.parametrize("text", ["2020-06:2020-05", "2020-13", "2020-5", "2020-05:", "2020-05:2020-06:2020-07", ""])
def test_no_months(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        parse_months(text)


def test_tests_see_nothing_of_a_living_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    living = (
        "STEPPE_WAREHOUSE_URL",
        "STEPPE_ALERT_URLS",
        "STEPPE_HOME",
        "AIRFLOW_HOME",
        "AIRFLOW__CORE__EXECUTOR",
        "PGHOST",
    )
    for name in living:
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("STEPPE_TEST_SEED", "7")
    seen = checks.environment()
    assert [name for name in living if name in seen] == []
    assert seen["STEPPE_TEST_SEED"] == "7"


@pytest.mark.parametrize(
    ("style", "tests", "arguments", "code"),
    [(0, 0, [], 0), (3, 0, [], 3), (3, 1, [], 3), (0, 1, [], 1), (3, 0, ["-k", "x"], 0), (3, 5, ["-k", "x"], 5)],
)
def test_the_first_failure_is_the_exit_code(
    style: int, tests: int, arguments: list[str], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(checks, "_checks", lambda: style)
    monkeypatch.setattr(checks, "_pytest", lambda given: (asked.append(given), tests)[1])
    done = CliRunner().invoke(cli.app, ["test", *arguments])
    assert (done.exit_code, asked) == (code, [arguments])
