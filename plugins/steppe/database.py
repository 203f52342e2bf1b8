"""Connections to the warehouse and the SQL files that run on it.

SQL is a file under ``include/sql/``: identifiers literal, values bound as ``%(name)s``.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from steppe import settings
from steppe.errors import SettingsError

Connection = psycopg.Connection[TupleRow]


def _without_words(record: logging.LogRecord) -> bool:
    """Keep of an error only its class: psycopg logs what it ignores in the server's words, and these quote rows."""
    if isinstance(record.args, tuple):
        record.args = tuple(type(each).__name__ if isinstance(each, BaseException) else each for each in record.args)
    record.exc_info = record.exc_text = None
    return True


logging.getLogger("psycopg").addFilter(_without_words)


def admin_url() -> str:
    """The warehouse's address as its owner: ``STEPPE_WAREHOUSE_URL``, else the embedded server's."""
    given = os.environ.get("STEPPE_WAREHOUSE_URL")
    if given:
        return given
    from steppe import server

    return server.url(database="steppe")


def url(role: str = "loader") -> str:
    """The warehouse's address for one of ``settings.ROLES``, with that role's password."""
    if role not in settings.ROLES:
        raise SettingsError(f"unknown role {role!r}: use one of {', '.join(settings.ROLES)}")
    parts = urlsplit(admin_url())
    login = f"steppe_{role}:{quote(settings.secret(f'{role}_password'))}"
    address = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{login}@{address}"))


def public_url() -> str:
    """The warehouse's address without user or password, fit for printing."""
    parts = urlsplit(admin_url())
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query=""))


def connect(role: str = "loader", *, autocommit: bool = False, application: str = "steppe") -> Connection:
    """A connection as one role, or as ``admin`` (the owner of every object).

    Values are bound on the client, so that one file may hold several statements.
    """
    address = admin_url() if role == "admin" else url(role)
    try:
        return psycopg.connect(
            address,
            autocommit=autocommit,
            cursor_factory=psycopg.ClientCursor,
            application_name=application,
            connect_timeout=10,
        )
    except psycopg.OperationalError as error:
        raise SettingsError(
            f"the warehouse at {public_url()} does not answer ({type(error).__name__}): "
            "run `./steppe up`, or check STEPPE_WAREHOUSE_URL"
        ) from error


@contextmanager
def autocommitted(connection: Connection) -> Iterator[None]:
    """Let every statement be a transaction of its own until the block ends, for what cannot be part of one; none may be open."""
    before = connection.autocommit
    connection.autocommit = True
    try:
        yield
    finally:
        if not connection.closed:
            connection.autocommit = before


@cache
def statement(path: str) -> bytes:
    """The text of a file under ``include/sql/``, such as ``20_warehouse/dim_person.sql``."""
    return (settings.SQL / path).read_bytes()


def run(connection: Connection, path: str, values: Mapping[str, Any] | None = None) -> psycopg.Cursor[TupleRow]:
    """Run a SQL file with bound values; the cursor stands on its last statement's result."""
    cursor = connection.cursor()
    cursor.execute(statement(path), values)
    while cursor.nextset():
        pass
    return cursor


def migrate(connection: Connection) -> list[str]:
    """Bring the schema up to date; returns the names of the versions applied now.

    ``00_schema/V*.sql`` run once each, in order of name, inside one transaction under an advisory lock; a version whose text has
    changed since it was applied is refused. ``00_schema/R*.sql`` (functions, views) run again whenever their text has changed.

    Args:
        connection: the owner's (``connect("admin")``), not in autocommit.

    Raises:
        SettingsError: an applied version was edited.
    """
    applied: list[str] = []
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('steppe.migrate'))")
        connection.execute("CREATE SCHEMA IF NOT EXISTS ops")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS ops.schema_version "
            "(version text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
        )
        known: dict[str, str] = dict(connection.execute("SELECT version, sha256 FROM ops.schema_version").fetchall())
        for file in _migrations():
            digest = hashlib.sha256(file.read_bytes()).hexdigest()
            if known.get(file.stem) == digest:
                continue
            if file.stem in known and file.name.startswith("V"):
                raise SettingsError(
                    f"{file.name} was edited after it had been applied: restore it and put the change into a new version"
                )
            cursor = connection.cursor()
            cursor.execute(file.read_bytes())
            while cursor.nextset():
                pass
            connection.execute(
                "INSERT INTO ops.schema_version VALUES (%s, %s) ON CONFLICT (version) DO UPDATE "
                "SET sha256 = excluded.sha256, applied_at = now()",
                (file.stem, digest),
            )
            applied.append(file.stem)
    return applied


def unapplied(connection: Connection) -> list[str]:
    """Names of the versions that ``migrate`` would apply, or would refuse because they were edited."""
    known: dict[str, str] = dict(connection.execute("SELECT version, sha256 FROM ops.schema_version").fetchall())
    files = _migrations()
    return [file.stem for file in files if known.get(file.stem) != hashlib.sha256(file.read_bytes()).hexdigest()]


def _migrations() -> list[Path]:
    folder = settings.SQL / "00_schema"
    return sorted(folder.glob("V*.sql")) + sorted(folder.glob("R*.sql"))


def set_passwords(connection: Connection) -> None:
    """Give each login role the password that this installation's secrets hold."""
    for role in settings.ROLES:
        connection.execute(
            sql.SQL("ALTER ROLE {} PASSWORD {}").format(
                sql.Identifier(f"steppe_{role}"), sql.Literal(settings.secret(f"{role}_password"))
            )
        )
    connection.commit()
