"""Fixtures: the stated sample loaded once; one Airflow for the session, with three users, and the first run of all its DAGs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from pipeline.running import BROKEN, SENDERS, Installation, Outcome, break_manifest, let_in, run_ingest
from psycopg import sql
from receivers import Receiver
from steppe import database, intake, sample, scoring, server
from steppe.orchestration import processes
from steppe.orchestration.client import Progress
from warehouses import filled_template
from whole_path import deliver, load


@pytest.fixture(scope="session")
def stated(template: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, sample.Sample]:
    """The sample of which docs/signals.md speaks, published and not built yet: a template to clone, and the files with their answers."""
    made = sample.generate(tmp_path_factory.mktemp("stated") / "sample", *scoring.STATED_SAMPLE)

    def fill() -> None:
        with database.connect("loader") as loader:
            deliver(made.files)
            load(loader)

    return filled_template(template, tmp_path_factory.mktemp("stated_path"), fill), made


@pytest.fixture(scope="session")
def installation(home: Path, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Started once; the receiver refuses the first alert."""
    folder = tmp_path_factory.mktemp("scheduler")
    name = "steppe_scheduler"
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
        connection.execute(
            sql.SQL(
                "GRANT CONNECT, TEMPORARY ON DATABASE {} TO steppe_loader, steppe_analyst, steppe_auditor, steppe_page"
            ).format(sql.Identifier(name))
        )
    server.ensure_database("airflow")
    (folder / "inbox").mkdir()
    with Receiver("dingtalk") as receiver:
        receiver.then("refuse")
        own = Installation(
            receiver,
            {
                "STEPPE_WAREHOUSE_URL": server.url(name),
                "STEPPE_INBOX": str(folder / "inbox"),
                "STEPPE_ARCHIVE_URL": (folder / "archive").as_uri(),
                "STEPPE_ALERT_URLS": receiver.url(),
                "STEPPE_LINEAGE_URL": (folder / "lineage.ndjson").as_uri(),
            },
        )
        try:
            with own.active():
                let_in()
                processes.start()
            yield own
        finally:
            processes.stop()


@pytest.fixture(scope="session")
def first_run(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Two senders' deliveries of two months, one of them broken, through every DAG."""
    folder = tmp_path_factory.mktemp("sample")
    made = sample.generate(folder / "made", 0.002, ["2020-05", "2020-06"], 5)
    files = [file for file in made.files if any(f"_{sender}_" in file.name for sender in SENDERS)]
    assert BROKEN in {file.name for file in files}
    (folder / "sent").mkdir()
    sent = [break_manifest(file, folder / "sent" / BROKEN) if file.name == BROKEN else file for file in files]
    seen: list[Progress] = []
    with installation.active():
        for file in sent:
            intake.deliver(file)
        run_ingest(seen.append)
    return Outcome(tuple(sent), installation.receiver, tuple(seen))


@pytest.fixture
def outcome(installation: Installation, first_run: Outcome) -> Iterator[Outcome]:
    with installation.active():
        yield first_run
