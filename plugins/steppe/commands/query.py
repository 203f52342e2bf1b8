"""``./steppe sql``: questions to the warehouse as a person who may only read."""

from __future__ import annotations

import csv
import os
import re
import sys
from enum import StrEnum
from typing import Annotated
from urllib.parse import unquote, urlsplit, urlunsplit

import psycopg
import typer

from steppe import database, server
from steppe.commands import lifecycle
from steppe.errors import SteppeError


class Role(StrEnum):
    """Who may ask: the analyst sees the marts of his regions, the auditor also the quarantine and the vault."""

    analyst = "analyst"
    auditor = "auditor"


def sql(
    query: Annotated[
        str | None, typer.Option("-c", "--command", metavar="QUERY", help="Answer one query as CSV and end.")
    ] = None,
    role: Annotated[Role, typer.Option(help="The role to ask as.")] = Role.analyst,
) -> None:
    """Query the warehouse, read-only: CSV with -c, else an interactive psql.

    Examples:

        ./steppe sql -c "SELECT * FROM mart.target_progress"

        ./steppe sql --role auditor
    """
    lifecycle.ensure_warehouse()
    if query is None:
        _interactive(role)
    else:
        answer(query, role)


def answer(query: str, role: Role) -> None:
    """Write the rows of one query to standard output as CSV, as the server formats them and as they come.

    Raises:
        SteppeError: the query is wrong, or asks for what the role may not see.
    """
    statement = query.strip().rstrip(";")
    if not statement:
        raise SteppeError('the query is empty: ./steppe sql -c "SELECT …"')
    with database.connect(role.value, application="steppe sql") as connection:
        connection.read_only = True
        try:
            if re.match(r"(?i)(show|explain)\b", statement):
                _few_rows(connection, statement)
            else:
                _rows(connection, statement)
        except psycopg.errors.FeatureNotSupported as error:
            raise SteppeError("only a query that yields rows is answered, and nothing is changed: SELECT …") from error
        except psycopg.Error as error:
            raise SteppeError(
                f"{error.diag.message_primary or type(error).__name__}{_place(statement, error)}"
            ) from error
    sys.stdout.flush()


def _rows(connection: database.Connection, statement: str) -> None:
    # The line break ends a comment that the query may end with.
    with connection.cursor().copy(f"COPY ({statement}\n) TO STDOUT (FORMAT csv, HEADER)".encode()) as rows:
        for block in rows:
            sys.stdout.buffer.write(block)
    sys.stdout.buffer.flush()


def _few_rows(connection: database.Connection, statement: str) -> None:
    """SHOW and EXPLAIN, which COPY does not take."""
    cursor = connection.execute(statement.encode())
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([column.name for column in cursor.description or ()])
    writer.writerows(cursor)


def _place(statement: str, error: psycopg.Error) -> str:
    position = int(error.diag.statement_position or 0) - len("COPY (")
    if not 0 < position <= len(statement):
        return ""
    before = statement[: position - 1]
    line, column = before.count("\n") + 1, position - 1 - (before.rfind("\n") + 1) + 1
    return f" (line {line}, column {column}: … {statement[position - 1 : position + 30].splitlines()[0]})"


def _interactive(role: Role) -> None:
    """Become psql. Its password goes by the environment: an argument would be seen by every user of the machine."""
    program = server.psql()
    parts = urlsplit(database.url(role.value))
    address = urlunsplit(parts._replace(netloc=f"{parts.username}@{parts.netloc.rpartition('@')[2]}"))
    environment = os.environ | {
        "PGPASSWORD": unquote(parts.password or ""),
        "PGOPTIONS": "-c default_transaction_read_only=on",
        "PGAPPNAME": "steppe sql",
    }
    os.execve(program, [str(program), address], environment)  # noqa: S606 - a program and its arguments, no shell
