"""Indicators (口径, C2.7): each figure is the length of the list that its registered file yields, computed here and nowhere else.

A file under ``include/sql/40_mart/indicator/`` is one SELECT of ``person_key`` (or an event's key), ``region_code`` (banner),
``village_code``, ``part`` (a class of the indicator, or NULL) and ``tier`` (evidence, or NULL) for a month. ``ops.indicator`` says which
file a version of an indicator has, and from when it is the one in force; every version is computed, so that two can be compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg.rows import class_row

from steppe import database, settings
from steppe.database import Connection


@dataclass(frozen=True)
class Definition:
    """A version of an indicator and the file under ``include/sql/`` that yields whoever counts."""

    indicator: str
    version: int
    sql_file: str


def definitions(connection: Connection) -> list[Definition]:
    """Every registered version."""
    with connection.cursor(row_factory=class_row(Definition)) as cursor:
        return cursor.execute("SELECT indicator, version, sql_file FROM ops.indicator ORDER BY 1, 2").fetchall()


def compute(connection: Connection, month: date) -> None:
    """Make ``mart.indicator_value`` hold every version of every indicator for one month; part of the caller's transaction."""
    for definition in definitions(connection):
        list_members(connection, definition, month)
        values = {
            "indicator": definition.indicator,
            "version": definition.version,
            "month": month,
            "region_code": settings.REGION_CODE,
        }
        database.run(connection, "40_mart/indicator_value.sql", values)
    # What shows the figures looks them up by place; the planner has to know that a month has many.
    connection.execute("ANALYZE mart.indicator_value (indicator, version, part, place_code, month)")


def members(connection: Connection, definition: Definition, month: date) -> list[tuple[Any, ...]]:
    """Who counts: (person_key, region_code, village_code, part, tier) of each; what the figure is the length of."""
    return database.run(connection, definition.sql_file, {"month": month}).fetchall()


def list_members(connection: Connection, definition: Definition, month: date) -> None:
    """Put who counts into the temporary table ``indicator_member``, which lasts as long as the caller's transaction."""
    connection.execute("DROP TABLE IF EXISTS pg_temp.indicator_member")
    connection.execute(
        b"CREATE TEMPORARY TABLE indicator_member ON COMMIT DROP AS " + database.statement(definition.sql_file),
        {"month": month},
    )
    connection.execute("ANALYZE pg_temp.indicator_member")
