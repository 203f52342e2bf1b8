"""What leaves a task when something breaks: enough to act on, nothing of the rows that were at hand."""

from __future__ import annotations

import traceback
from typing import Any

import psycopg
import pytest
import sqlalchemy
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException
from steppe import database
from steppe.errors import SettingsError
from steppe.orchestration import failures

CANARY = "15040419800101123X"


@failures.step
def duplicate(delivery_id: int, connection: database.Connection) -> None:
    connection.execute("CREATE TEMPORARY TABLE person (id_number text PRIMARY KEY)")
    connection.execute(f"INSERT INTO person VALUES ('{CANARY}'), ('{CANARY}')")


@failures.step
def fail(error: BaseException) -> None:
    raise error


def logged(failure: BaseException) -> str:
    """All that a log shows of an exception, its causes and context included."""
    return "".join(traceback.format_exception(failure))


def test_a_database_error_quotes_the_row_and_the_failure_does_not(loader: database.Connection) -> None:
    with pytest.raises(failures.StepFailed) as caught:
        duplicate(17, loader)
    loader.rollback()
    assert "duplicate(17): psycopg.errors.UniqueViolation (SQLSTATE 23505)" in str(caught.value)
    assert CANARY not in logged(caught.value)
    assert caught.value.original == "UniqueViolation"
    with pytest.raises(psycopg.errors.UniqueViolation) as unguarded:
        duplicate.__wrapped__(17, loader)  # type: ignore[attr-defined]
    loader.rollback()
    assert CANARY in logged(unguarded.value), "the twin: without the guard the value is in the log"


def test_a_killed_connection_is_retried(loader: database.Connection, admin: database.Connection) -> None:
    admin.execute("SELECT pg_terminate_backend(%s)", (loader.info.backend_pid,))

    @failures.step
    def ask() -> None:
        loader.execute("SELECT 1")

    with pytest.raises(failures.Unavailable):
        ask()


@pytest.mark.parametrize(
    "error",
    [
        SettingsError("the warehouse does not answer: run `./steppe up`"),
        ConnectionResetError("peer"),
        OSError(28, "No space left on device"),
        MemoryError(),
        psycopg.errors.DeadlockDetected("lost"),
        psycopg.errors.QueryCanceled("timeout"),
        psycopg.OperationalError("server closed the connection"),
        sqlalchemy.exc.OperationalError("SELECT 1", {}, psycopg.OperationalError("gone")),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_passes_is_retried(error: Exception) -> None:
    with pytest.raises(failures.Unavailable) as caught:
        fail(error)
    assert not isinstance(caught.value, AirflowFailException)


@pytest.mark.parametrize(
    "error",
    [
        ValueError(CANARY),
        KeyError(CANARY),
        psycopg.errors.CheckViolation(CANARY),
        psycopg.errors.UndefinedTable(CANARY),
        sqlalchemy.exc.IntegrityError(f"INSERT {CANARY}", {"id": CANARY}, psycopg.errors.UniqueViolation(CANARY)),
        UnicodeDecodeError("gb18030", CANARY.encode(), 0, 1, "illegal"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_defect_fails_at_once_and_keeps_its_values(error: Any) -> None:
    with pytest.raises(failures.StepFailed) as caught:
        fail(error)
    assert CANARY not in logged(caught.value)
    assert type(error).__name__ in str(caught.value)
    assert "test_failures.py" in logged(caught.value)


def test_a_settings_error_tells_its_text() -> None:
    with pytest.raises(failures.Unavailable, match=r"run `\./steppe up`"):
        fail(SettingsError("the warehouse does not answer: run `./steppe up`"))


def test_airflows_own_exceptions_pass() -> None:
    with pytest.raises(AirflowSkipException):
        fail(AirflowSkipException("nothing new"))
