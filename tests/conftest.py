"""Fixtures: one embedded PostgreSQL for the session, a fresh migrated warehouse for each test that asks for one."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from steppe import database, installation, server, settings


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """A STEPPE_HOME of the session's own, with a running embedded server."""
    path = Path(tempfile.mkdtemp(prefix="steppe-test-"))
    before = os.environ.get("STEPPE_HOME")
    os.environ["STEPPE_HOME"] = str(path)
    server.start()
    try:
        yield settings.home().path
    finally:
        server.remove()
        shutil.rmtree(path, ignore_errors=True)
        os.environ.pop("STEPPE_HOME")
        if before is not None:
            os.environ["STEPPE_HOME"] = before


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


@contextmanager
def fresh_warehouse(template: str, folder: Path) -> Iterator[str]:
    """A warehouse cloned from the template; connections made by ``steppe.database`` go to it until it is left.

    Inbox and archive are in the folder.
    """
    name = f"steppe_{folder.name[-40:].lower()}_{os.getpid()}".replace("-", "_")
    roles = sql.SQL("steppe_loader, steppe_analyst, steppe_auditor")
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
        connection.execute(sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(sql.Identifier(name), roles))
    (folder / "inbox").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STEPPE_WAREHOUSE_URL", server.url(name))
        patch.setenv("STEPPE_INBOX", str(folder / "inbox"))
        patch.setenv("STEPPE_ARCHIVE_URL", (folder / "archive").as_uri())
        yield name
    # Deliveries are numbered from 1 in every test: what one left unpacked would be in the way of the next.
    shutil.rmtree(settings.home().work)
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


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
