"""A running Airflow for the tests that need a real one, and what its first run came to."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from receivers import Receiver
from steppe import contracts, database
from steppe.orchestration import configuration, processes
from steppe.orchestration.client import WAITING_FOR_PEOPLE, Progress
from steppe.page import users

SENDERS = ("150400", "152501")
BROKEN = "household_registry_150400_202006.zip"


@dataclass(frozen=True)
class Outcome:
    """What the first run of all DAGs came to."""

    files: tuple[Path, ...]
    receiver: Receiver
    seen: tuple[Progress, ...]


def break_manifest(path: Path, target: Path) -> Path:
    """A copy of a delivery whose manifest has a wrong checksum for its first file."""
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for member in source.namelist():
            content = source.read(member)
            if member == "manifest.json":
                manifest = json.loads(content)
                manifest["files"][0]["sha256"] = "0" * 64
                content = json.dumps(manifest).encode()
            copy.writestr(member, content)
    return target


def query(statement: str) -> list[tuple[Any, ...]]:
    with database.connect("admin") as connection:
        return connection.execute(statement).fetchall()


def failed(since: datetime | None = None) -> list[str]:
    """DAGs with failed runs, beside those whose runs fail where a person's answer is refused, as tests of theirs want it."""
    return [run.dag_id for run in processes.failed_runs(since) if run.dag_id not in WAITING_FOR_PEOPLE]


def run_ingest(progress: Callable[[Progress], None] | None = None) -> None:
    for source in contracts.sources():
        processes.trigger(f"ingest_{source}")
    processes.wait_quiet(progress, timeout_s=400)


@dataclass(frozen=True)
class Installation:
    """A running Airflow over a warehouse of its own; ``settings`` are the variables that it was started with."""

    receiver: Receiver
    settings: dict[str, str]

    @contextmanager
    def active(self) -> Iterator[None]:
        """This installation is the one that ``steppe`` means; outside, other tests mean theirs."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.settings.items():
                patch.setenv(name, value)
            yield


# Airflow's users beside the installation's own: what each may see of the warehouse.
PEOPLE = {"clerk": (["150404"], False), "audit": ([], True)}
# Those who agree to payment orders, and see nothing of the warehouse.
APPROVERS = ("wang", "li")


def let_in() -> None:
    """Give each of them a login and a role; to be done before Airflow starts."""
    with database.connect("admin") as connection:
        for name, (regions, is_auditor) in PEOPLE.items():
            configuration.add_login(name)
            users.give(connection, name, regions, is_auditor=is_auditor)
    for name in APPROVERS:
        configuration.add_login(name, may_approve=True)
