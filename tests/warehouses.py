"""Warehouses of the tests' own, each cloned from a migrated template."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from steppe import server, settings


@contextmanager
def fresh_warehouse(template: str, folder: Path) -> Iterator[str]:
    """A warehouse cloned from the template; connections made by ``steppe.database`` go to it until it is left.

    Inbox and archive are in the folder.
    """
    name = _cloned(template, folder)
    with _meant(name, folder):
        yield name
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def filled_template(template: str, folder: Path, fill: Callable[[], None]) -> str:
    """A warehouse that was filled once, for others to be cloned from; its name. It is kept as long as the server."""
    name = _cloned(template, folder)
    with _meant(name, folder):
        fill()
    return name


def _cloned(template: str, folder: Path) -> str:
    name = f"steppe_{folder.name[-40:].lower()}_{os.getpid()}".replace("-", "_")
    roles = sql.SQL("steppe_loader, steppe_analyst, steppe_auditor, steppe_page")
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        connection.execute(sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(sql.Identifier(name), roles))
    return name


@contextmanager
def _meant(name: str, folder: Path) -> Iterator[None]:
    """This warehouse is the one that ``steppe`` means."""
    (folder / "inbox").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STEPPE_WAREHOUSE_URL", server.url(name))
        patch.setenv("STEPPE_INBOX", str(folder / "inbox"))
        patch.setenv("STEPPE_ARCHIVE_URL", (folder / "archive").as_uri())
        yield
    # Deliveries are numbered from 1 in every test: what one left unpacked would be in the way of the next.
    shutil.rmtree(settings.home().work)
