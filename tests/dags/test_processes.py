"""An installation's Airflow without starting it: whose processes, which files, which secrets."""

from __future__ import annotations

import configparser
import json
import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from steppe import contracts, settings
from steppe.orchestration import configuration, processes


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STEPPE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("STEPPE_AIRFLOW_URL", "postgresql+psycopg2://airflow:p%40ss@127.0.0.1:1/airflow")
    configuration.choose_port()
    return settings.home().path


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(("sleep", "60"), start_new_session=True) as process:
        yield process
        process.kill()


def keep(name: str, pid: int, started: float) -> None:
    (settings.home().run / f"airflow-{name}.json").write_text(json.dumps({"pid": pid, "started": started}))


def test_a_pid_that_a_stranger_has_now_is_left_alone(installation: Path, stranger: subprocess.Popen[bytes]) -> None:
    keep("scheduler", stranger.pid, psutil.Process(stranger.pid).create_time() - 60)
    assert not any(part.pid for part in processes.status())
    processes.stop()
    assert stranger.poll() is None


def test_a_process_of_ours_is_stopped(installation: Path, stranger: subprocess.Popen[bytes]) -> None:
    """The twin: the same process with the start time that the file tells."""
    keep("scheduler", stranger.pid, psutil.Process(stranger.pid).create_time())
    assert {part.name: part.pid for part in processes.status()}["scheduler"] == stranger.pid
    processes.stop()
    assert not psutil.pid_exists(stranger.pid)
    assert not any(part.pid for part in processes.status())


def test_a_child_in_a_group_of_its_own_goes_with_its_leader(installation: Path) -> None:
    """So do the processes of running tasks, which a signal to the scheduler's group does not reach."""
    script = "setsid sleep 60 & echo $!; trap '' TERM; wait; sleep 60"
    with subprocess.Popen(("bash", "-c", script), stdout=subprocess.PIPE, start_new_session=True) as leader:
        assert leader.stdout
        child = psutil.Process(int(leader.stdout.readline()))
        keep("scheduler", leader.pid, psutil.Process(leader.pid).create_time())
        before, processes.STOP_SECONDS = processes.STOP_SECONDS, 1
        try:
            processes.stop()
        finally:
            processes.STOP_SECONDS = before
        assert not psutil.pid_exists(leader.pid)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 4194304, "started": 1}'])
def test_a_damaged_pid_file_means_not_running(installation: Path, text: str) -> None:
    (settings.home().run / "airflow-scheduler.json").write_text(text)
    assert {part.name: part.pid for part in processes.status()}["scheduler"] is None


def test_secrets_are_in_closed_files_and_nowhere_else(installation: Path) -> None:
    file = configuration.write()
    passwords = installation / "airflow" / "passwords.json"
    for secret_file in (file, passwords):
        assert stat.S_IMODE(secret_file.stat().st_mode) == 0o600
    password = json.loads(passwords.read_text())["steppe"]
    assert len(password) >= 24
    assert password not in " ".join(configuration.environment().values())
    assert all(password not in argument for command in processes.COMMANDS.values() for argument in command)


def test_the_configuration_says_what_was_meant(installation: Path) -> None:
    file = configuration.write()
    parser = configparser.ConfigParser()
    parser.read(file)
    assert parser["database"]["sql_alchemy_conn"] == os.environ["STEPPE_AIRFLOW_URL"]
    assert parser["api"]["host"] == "127.0.0.1"
    assert parser["core"]["dags_are_paused_at_creation"] == "False"
    assert parser["usage_data_collection"]["enabled"] == "False"
    assert len(parser["api_auth"]["jwt_secret"]) >= 128, "64 bytes in hex"


def test_two_installations_share_no_secret_and_no_port(
    installation: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = configuration.sections()
    monkeypatch.setenv("STEPPE_HOME", str(tmp_path / "other"))
    configuration.choose_port()
    second = configuration.sections()
    for section, name in (("api", "port"), ("api", "secret_key"), ("api_auth", "jwt_secret"), ("core", "fernet_key")):
        assert first[section][name] != second[section][name]


def test_the_settings_of_another_airflow_do_not_leak_in(installation: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", "CeleryExecutor")
    monkeypatch.setenv("AIRFLOW_HOME", "/elsewhere")
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    environment = configuration.environment()
    assert "AIRFLOW__CORE__EXECUTOR" not in environment
    assert environment["AIRFLOW_HOME"] == str(installation / "airflow")
    assert "127.0.0.1" in environment["NO_PROXY"]


def test_the_dags_follow_from_the_contracts(installation: Path) -> None:
    assert processes.dag_ids() == {
        *(f"ingest_{source}" for source in contracts.sources()),
        "build_warehouse", "post_ledgers", "pay_subsidies", "publish_marts", "approve_deliveries",
        "confirm_assessment", "watch",
    }  # fmt: skip
