"""The processes of an installation: Airflow's four and the watcher beside them. Start, stop, status, and what a caller asks of them.

Each is the leader of a process group of its own. Its pid file holds the pid and the time the process started: a pid that was given
to a stranger since is never signalled.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil  # type: ignore[import-untyped]
import psycopg

from steppe import contracts, settings
from steppe.errors import SettingsError, SteppeError
from steppe.orchestration import configuration
from steppe.orchestration.client import ACTIVE, WAITING_FOR_PEOPLE, AirflowUnreachable, Client, Progress, Run

# Tasks write their logs where the API server reads them: no process has to serve logs on a port of its own.
COMMANDS = {
    "api-server": ("airflow", "api-server"),
    "scheduler": ("airflow", "scheduler", "--skip-serve-logs"),
    "dag-processor": ("airflow", "dag-processor"),
    "triggerer": ("airflow", "triggerer", "--skip-serve-logs"),
    "watcher": ("steppe.cli", "watch"),
}
GATE_POOL = "gate"
CONSUMERS = ("build_warehouse", "post_ledgers", "publish_marts")
START_SECONDS, STOP_SECONDS = 300, 15


@dataclass(frozen=True)
class Status:
    """One process, as it is now."""

    name: str
    pid: int | None  # None when it does not run
    log: Path


def dag_ids() -> set[str]:
    """The DAGs of an installation, from its contracts."""
    return {f"ingest_{source}" for source in contracts.sources()} | {*CONSUMERS, *WAITING_FOR_PEOPLE, "watch"}


def _pid_file(name: str) -> Path:
    return settings.home().run / f"airflow-{name}.json"


def log_file(name: str) -> Path:
    return settings.home().log / f"airflow-{name}.log"


def _process(name: str) -> psutil.Process | None:
    """The running process of this name that we started, or None."""
    try:
        kept = json.loads(_pid_file(name).read_text())
        process = psutil.Process(kept["pid"])
        # psutil derives the start from the boot time, which moves a little when the clock is set.
        is_ours = abs(process.create_time() - kept["started"]) < 2 and process.status() != psutil.STATUS_ZOMBIE
    except (OSError, ValueError, KeyError, TypeError, psutil.NoSuchProcess):
        return None
    return process if is_ours else None


def status() -> list[Status]:
    """The processes, running or not."""
    found = [(name, _process(name)) for name in COMMANDS]
    return [Status(name, process.pid if process else None, log_file(name)) for name, process in found]


def is_running() -> bool:
    return all(part.pid for part in status())


def is_healthy() -> bool:
    """Whether all run and Airflow itself says that its own do their work."""
    if not is_running():
        return False
    try:
        with Client() as client:
            health = client.health()
    except SteppeError:
        return False
    return all(health.get(part) == "healthy" for part in ("metadatabase", "scheduler", "dag_processor", "triggerer"))


@contextlib.contextmanager
def _locked() -> Iterator[None]:
    with (settings.home().run / "airflow.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def migrate() -> bool:
    """Bring the metadata database to this version of Airflow; returns whether there was anything to do.

    Raises:
        SettingsError: Airflow could not.
    """
    stamp = settings.home().run / "airflow.migrated"
    current = _database_version()
    if current and stamp.exists() and stamp.read_text() == _stamp(current):
        return False
    log = log_file("migrate")
    with log.open("w") as output:
        done = subprocess.run(
            (sys.executable, "-m", "airflow", "db", "migrate"),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=configuration.environment(),
            cwd=settings.home().airflow,
            check=False,
        )
    if done.returncode != 0:
        raise SettingsError(f"Airflow's database could not be migrated: see {log}")
    stamp.write_text(_stamp(_database_version()))
    return True


def _database_version() -> str | None:
    """Revision of the metadata schema; None where there is none, or it is not a PostgreSQL that answers."""
    address = urlsplit(configuration.metadata_url())
    try:
        with psycopg.connect(address._replace(scheme="postgresql").geturl(), connect_timeout=10) as connection:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except psycopg.Error:
        return None
    return row[0] if row else None


def _stamp(revision: str | None) -> str:
    return sha256(f"{version('apache-airflow')} {revision} {configuration.metadata_url()}".encode()).hexdigest()


def start() -> None:
    """Start what does not run, and wait until Airflow calls itself healthy and knows every DAG. Safe to call twice and at once.

    What runs with other settings or an earlier version of the code is started afresh: tasks are forked from a scheduler that has loaded
    both, and would go on with the old.

    Raises:
        SettingsError: it did not become healthy; the message names the log.
    """
    with _locked():
        if not (is_current() and is_healthy()):
            fingerprint = _fingerprint()
            _stop()
            configuration.choose_port()
            configuration.write()
            migrate()
            for name in COMMANDS:
                _spawn(name)
            _fingerprint_file().write_text(fingerprint)
        _await_ready()


def is_current() -> bool:
    """Whether what was started last had today's settings and code."""
    kept = _fingerprint_file()
    return kept.exists() and kept.read_text() == _fingerprint()


def _fingerprint_file() -> Path:
    return settings.home().run / "airflow.fingerprint"


def _fingerprint() -> str:
    """Digest of what the processes take over at their start: our variables, the code, the rules, the contracts, who may log in."""
    digest = sha256()
    for name, value in sorted(os.environ.items()):
        if name.startswith("STEPPE_"):
            digest.update(f"{name}={value}\n".encode())
    for folder in (settings.ROOT / "plugins", settings.INCLUDE, settings.EXPECTATIONS):
        for file in sorted(folder.rglob("*")):
            if file.is_file() and file.suffix != ".pyc":
                facts = file.stat()
                digest.update(f"{file} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    digest.update(configuration.metadata_url().encode())
    digest.update(" ".join((*configuration.logins(), *sorted(configuration.approvers()))).encode())
    return digest.hexdigest()


def _spawn(name: str) -> None:
    log = log_file(name)
    log.touch(mode=0o600)
    with log.open("a") as output:
        process = subprocess.Popen(
            (sys.executable, "-m", *COMMANDS[name]),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=configuration.environment(),
            cwd=settings.home().airflow,
            start_new_session=True,
        )
    kept = {"pid": process.pid, "started": psutil.Process(process.pid).create_time()}
    _pid_file(name).write_text(json.dumps(kept))


def _await_ready() -> None:
    deadline = time.monotonic() + START_SECONDS
    wanted, reason = dag_ids(), "it does not answer"
    with Client() as client:
        while time.monotonic() < deadline:
            ended = [part for part in status() if part.pid is None]
            if ended:
                raise SettingsError(f"the {ended[0].name} ended at its start: see {ended[0].log}")
            with contextlib.suppress(AirflowUnreachable):
                unwell = sorted(part for part, state in client.health().items() if state != "healthy")
                errors = client.import_errors()
                if errors:
                    raise SettingsError(f"a DAG does not load: {errors[0]}")
                missing = sorted(wanted - client.dag_ids())
                if not unwell and not missing:
                    client.ensure_pool(
                        GATE_POOL, configuration.cores(), "Landing, gate, publication: one slot per core"
                    )
                    return
                reason = f"not healthy: {', '.join(unwell)}" if unwell else f"DAGs missing: {', '.join(missing)}"
            time.sleep(0.25)
    raise SettingsError(f"Airflow is not ready after {START_SECONDS} s ({reason}): see {settings.home().log}")


def stop() -> None:
    """Stop what we started, and the tasks that run under it; they are taken up again later."""
    with _locked():
        _stop()


def _stop() -> None:
    leaders = [process for process in map(_process, COMMANDS) if process]
    # A task's process has a group of its own and outlives a scheduler that is killed: remember the whole tree first.
    family = {child for leader in leaders for child in _children(leader)} | set(leaders)
    for leader in leaders:
        with contextlib.suppress(psutil.NoSuchProcess):
            leader.terminate()
    _, alive = psutil.wait_procs(list(family), timeout=STOP_SECONDS)
    for process in {*alive, *(child for leader in alive for child in _children(leader))}:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=5)
    for name in COMMANDS:
        _pid_file(name).unlink(missing_ok=True)


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return list(process.children(recursive=True))
    except psutil.NoSuchProcess:
        return []


def trigger(dag_id: str, params: dict[str, Any] | None = None) -> str:
    """Start a run of a DAG; returns the run's id."""
    with Client() as client:
        return client.trigger(dag_id, params)


def wait_quiet(progress: Callable[[Progress], None] | None = None, timeout_s: float = 1800) -> None:
    """Wait until every run has ended, those that assets start included, whatever their outcome.

    Args:
        progress: called once a second with what is going on.
        timeout_s: give up after so many seconds.

    Raises:
        AirflowUnreachable: not quiet in time.
    """
    with Client() as client:
        client.wait_quiet(CONSUMERS, progress, timeout_s)


def failed_runs(since: datetime | None = None) -> list[Run]:
    """Runs that failed, newest first; ``since`` leaves out older ones."""
    with Client() as client:
        return client.runs("failed", since=since)


def active_runs() -> list[Run]:
    """Runs that are queued or running."""
    with Client() as client:
        return client.runs(*ACTIVE)
