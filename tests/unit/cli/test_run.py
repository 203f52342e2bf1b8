"""./steppe run: what it starts, what it delivers, and when it says that all is well. Airflow and the sample are stand-ins here."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest
from steppe import cli, contracts, database, installation, settings
from steppe.commands import run as command
from steppe.commands.run import Plan
from steppe.orchestration import configuration, processes
from steppe.orchestration.client import Progress, Run
from typer.testing import CliRunner

RECEIVE = """
INSERT INTO ops.delivery (sha256, file_name, size_bytes, source, sender_code, period, state, rule_id, reason_zh, reason_en)
VALUES (%s, %s, 1, 'pv_revenue', '150400', '2020-05-01', %s, %s, %s, %s)
"""


@dataclass
class Stage:
    """What the stand-ins were asked, and how they behave."""

    triggered: list[str] = field(default_factory=list)
    made: int = 0
    failed: list[Run] = field(default_factory=list)
    take_up: bool = True
    active: list[Run] = field(default_factory=list)


def arrive(digest: str, name: str, *, is_final: bool = True) -> None:
    rejected = ("rejected", "delivery.empty", "空", "empty")
    with database.connect("admin") as connection:
        connection.execute(RECEIVE, (digest, name, *(rejected if is_final else ("received", None, None, None))))


@pytest.fixture
def stage(warehouse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """An installation in a home of its own whose Airflow takes up what is in the inbox, at once."""
    seen = Stage()
    session = settings.home()
    for shared in (session.secrets, session.run):
        (tmp_path / shared.name).symlink_to(shared)
    monkeypatch.setattr(settings, "home", lambda: settings.Home(tmp_path))

    def generate(plan: Plan) -> SimpleNamespace:
        seen.made += 1
        plan.folder.mkdir(parents=True)
        files = [plan.folder / name for name in ("a.zip", "b.zip")]
        for file in files:
            file.write_text(file.name)
        return SimpleNamespace(files=files)

    def take_up(progress: Callable[[Progress], None], _timeout: float) -> None:
        progress(Progress(active=(), events_waiting=0, elapsed_s=0.0))
        for file in settings.home().inbox.iterdir():
            if seen.take_up:
                digest = command._sha256(file)
                file.unlink()
                arrive(digest, file.name)

    monkeypatch.setattr(command, "_generate", generate)
    monkeypatch.setattr(command, "ProcessPoolExecutor", lambda workers, **_: ThreadPoolExecutor(workers))
    monkeypatch.setattr(installation, "prepare", lambda **_: [])
    monkeypatch.setattr(configuration, "port", lambda: 1)
    monkeypatch.setattr(processes, "is_healthy", lambda: True)
    monkeypatch.setattr(processes, "start", lambda: None)
    monkeypatch.setattr(processes, "trigger", seen.triggered.append)
    monkeypatch.setattr(processes, "active_runs", lambda: seen.active)
    monkeypatch.setattr(processes, "wait_quiet", take_up)
    monkeypatch.setattr(processes, "failed_runs", lambda **_: seen.failed)
    return seen


def call(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli.app, ["run", *arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


INGEST = [f"ingest_{source}" for source in contracts.sources()]


def test_first_run_makes_delivers_and_accounts_and_second_does_nothing(stage: Stage) -> None:
    code, told = call()
    assert (code, stage.made, stage.triggered) == (0, 1, INGEST)
    assert "2 deliveries put into the inbox" in told
    assert "delivery.empty" in told
    assert "status --show-password" in told
    stage.triggered.clear()
    code, told = call()
    assert (code, stage.made, stage.triggered) == (0, 1, [])
    assert "nothing new to deliver" in told


def test_a_run_under_way_is_left_alone_and_looked_after(stage: Stage) -> None:
    under_way = INGEST[0]
    stage.active = [Run(under_way, "scheduled__1", "running"), Run("watch", "scheduled__1", "running")]
    assert call()[0] == 0
    assert stage.triggered == INGEST[1:]  # it took up everything, and nothing waits behind it


def test_what_a_run_under_way_did_not_take_up_is_started(stage: Stage) -> None:
    stage.active = [Run(INGEST[0], "scheduled__1", "running")]
    stage.take_up = False
    call()
    assert stage.triggered == INGEST[1:] * 2  # once more, when it had ended


def test_a_delivery_that_is_not_final_is_not_well(stage: Stage) -> None:
    arrive("0" * 64, "stuck.zip", is_final=False)
    code, told = call("--no-sample")
    assert code == 1
    assert "stuck.zip is received" in told


def test_a_failed_dag_is_not_well(stage: Stage) -> None:
    stage.failed = [Run("build_warehouse", "manual__1", "failed")]
    code, told = call()
    assert code == 1
    assert "failed: build_warehouse manual__1" in told


def test_what_is_published_and_not_taken_up_is_started(stage: Stage) -> None:
    arrive("0" * 64, "a.zip")
    with database.connect("admin") as connection:
        connection.execute(
            "INSERT INTO ops.publication (delivery_id, source, sender_code, period, published_at) "
            "SELECT delivery_id, source, sender_code, period, now() FROM ops.delivery"
        )
    code, told = call("--no-sample")
    assert (code, stage.triggered) == (1, ["build_warehouse"])  # the stand-in builds nothing
    assert "1 still to go" in told


def test_a_warehouse_of_others_gets_no_sample(stage: Stage) -> None:
    arrive("0" * 64, "real.zip")
    code, told = call()
    assert (code, stage.made) == (0, 0)
    assert "it gets none" in told


def test_a_run_that_was_cut_off_delivers_only_what_is_missing(stage: Stage) -> None:
    stage.take_up = False
    call()
    assert sorted(file.name for file in settings.home().inbox.iterdir()) == ["a.zip", "b.zip"]
    (settings.home().inbox / "b.zip").unlink()
    stage.take_up = True
    code, told = call()
    assert (code, stage.made) == (0, 1)
    assert "1 deliveries put into the inbox" in told


def test_the_plan_is_kept_and_what_is_asked_goes_before_it(stage: Stage) -> None:
    assert command._plan(None, None, None) == Plan()
    call("--scale", "0.01", "--seed", "7")
    assert json.loads((settings.home().path / "sample" / "plan.json").read_text())["scale"] == "0.01"
    assert command._plan(None, None, None) == Plan(scale="0.01", seed=7)
    assert command._plan("full", None, None) == Plan(scale="full", seed=7)


def test_nobody_waits_for_a_sample_when_airflow_does_not_start(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()

    def fails() -> None:
        raise RuntimeError

    def generate(_: Plan) -> SimpleNamespace:
        assert ended.wait(timeout=20), "the sample is waited for"
        raise ChildProcessError

    monkeypatch.setattr(processes, "start", fails)
    monkeypatch.setattr(command, "_generate", generate)
    monkeypatch.setattr(command, "active_children", lambda: [SimpleNamespace(terminate=ended.set)])
    done = CliRunner().invoke(cli.app, ["run"])
    assert isinstance(done.exception, RuntimeError)
    assert ended.is_set()
    assert not Plan().stamp.exists()


def test_each_sample_has_a_stamp_of_its_own() -> None:
    assert len({Plan(seed=seed).stamp for seed in range(5)} | {Plan(scale="0.2").stamp}) == 6
