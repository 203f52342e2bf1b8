"""Fixtures: one embedded PostgreSQL for the session, a fresh migrated warehouse for each test that asks for one."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from steppe import database, installation, server, settings
from warehouses import fresh_warehouse
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# What is set up once for a process and takes long: tests of these modules stay together.
SHARED = {
    "tests/pipeline/test_scheduler": "airflow",
    "tests/pipeline/test_answer_key": "stated sample",
    "tests/pipeline/test_sample_figures": "stated sample",
    "tests/page/": "page",
}


class ByServers(LoadScopeScheduling):
    """Where two processes share the work, a module's tests stay together, and so do those of modules with one set-up."""

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        return next((scope for begin, scope in SHARED.items() if module.startswith(begin)), module)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByServers:
    return ByServers(config, log)


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """A STEPPE_HOME of the session's own, with a running embedded server."""
    path = Path(tempfile.mkdtemp(prefix="steppe-test-"))
    before = os.environ.get("STEPPE_HOME")
    os.environ["STEPPE_HOME"] = str(path)
    server.start()
    _spare_the_disk()
    try:
        yield settings.home().path
    finally:
        server.remove()
        shutil.rmtree(path, ignore_errors=True)
        os.environ.pop("STEPPE_HOME")
        if before is not None:
            os.environ["STEPPE_HOME"] = before


def _spare_the_disk() -> None:
    """Nobody needs these databases after a loss of power, and a thousand are made and dropped; a killed server still loses nothing."""
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("ALTER SYSTEM SET full_page_writes = off")
        connection.execute("SELECT pg_reload_conf()")


@pytest.fixture(scope="session")
def template(home: Path) -> str:
    """Name of a migrated database with reference data, to be cloned."""
    server.ensure_database("steppe_template")
    os.environ["STEPPE_WAREHOUSE_URL"] = server.url("steppe_template")
    try:
        installation.prepare_warehouse(scale=0.1)
    finally:
        os.environ.pop("STEPPE_WAREHOUSE_URL")
    return "steppe_template"


@pytest.fixture
def warehouse(template: str, tmp_path: Path) -> Iterator[str]:
    """A fresh warehouse for one test; its name."""
    with fresh_warehouse(template, tmp_path) as name:
        yield name


@pytest.fixture
def loader(warehouse: str) -> Iterator[database.Connection]:
    with database.connect("loader") as connection:
        yield connection


@pytest.fixture
def admin(warehouse: str) -> Iterator[database.Connection]:
    with database.connect("admin") as connection:
        yield connection
