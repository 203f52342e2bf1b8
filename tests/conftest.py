"""Fixtures: one embedded PostgreSQL for the session, a fresh migrated warehouse for each test that asks for one."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from steppe import database, installation, server, settings
from warehouses import fresh_warehouse


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
