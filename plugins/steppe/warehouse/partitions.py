"""Partitions: a table made from a query in one go becomes a partition of the table that carries its invariants.

A partition is made by a parallel CREATE TABLE AS, which skips the write-ahead log where ``wal_level`` is minimal, then gets its
constraints in one pass and is attached; attaching builds its indexes. That is several times faster than inserting into indexes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from steppe import database
from steppe.database import Connection


def fragment(path: str) -> sql.SQL:
    """The query of a file under ``include/sql/``, to stand inside another statement."""
    text = database.statement(path).decode().rstrip().rstrip(";")
    return sql.SQL(text)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Table:
    """A table by its schema and name."""

    schema: str
    name: str

    @property
    def identifier(self) -> sql.Identifier:
        return sql.Identifier(self.schema, self.name)

    @property
    def regclass(self) -> sql.Composed:
        """The table as a value that the catalogue knows."""
        return sql.SQL("{}::regclass").format(sql.Literal(f"{self.schema}.{self.name}"))

    def child(self, key: str) -> Table:
        """The partition that holds ``key``."""
        return Table(self.schema, f"{self.name}_{key}")


def exists(connection: Connection, table: Table) -> bool:
    """Whether there is a table of this name."""
    found = connection.execute("SELECT to_regclass(%s) IS NOT NULL", (f"{table.schema}.{table.name}",)).fetchone()
    return bool(found and found[0])


def columns(connection: Connection, table: Table) -> list[str]:
    """The table's columns, in order."""
    rows = connection.execute(
        sql.SQL(
            "SELECT attname FROM pg_attribute WHERE attrelid = {} AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
        ).format(table.regclass)
    )
    return [row[0] for row in rows]


def create(connection: Connection, child: Table, query: sql.Composable, values: Mapping[str, Any]) -> int:
    """Make a table from a query, in parallel where that can be; returns its rows."""
    # The planner's default price for handing a row from a worker to the leader keeps plans that yield every row serial.
    connection.execute("SELECT set_config('parallel_tuple_cost', '0.001', true)")
    return connection.execute(sql.SQL("CREATE TABLE {} AS {}").format(child.identifier, query), values).rowcount


def attach(connection: Connection, parent: Table, child: Table, column: str, bound: str) -> None:
    """Give ``child`` the invariants of ``parent`` and attach it as the partition for one value of the partitioning column."""
    not_null = connection.execute(
        sql.SQL(
            "SELECT attname FROM pg_attribute WHERE attrelid = {} AND attnum > 0 AND attnotnull ORDER BY attnum"
        ).format(parent.regclass)
    ).fetchall()
    checks = connection.execute(
        sql.SQL(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE conrelid = {} AND contype = 'c' ORDER BY conname"
        ).format(parent.regclass)
    ).fetchall()
    # One ALTER TABLE reads the table once for all of them.
    changes: list[sql.Composable] = [
        sql.SQL("ALTER COLUMN {} SET NOT NULL").format(sql.Identifier(column)) for (column,) in not_null
    ]
    changes += [
        sql.SQL("ADD CONSTRAINT {} {}").format(sql.Identifier(name), sql.SQL(definition)) for name, definition in checks
    ]
    # With this check attaching does not read it again.
    changes.append(sql.SQL("ADD CHECK ({} = {})").format(sql.Identifier(column), sql.Literal(bound)))
    connection.execute(sql.SQL("ALTER TABLE {} {}").format(child.identifier, sql.SQL(", ").join(changes)))
    connection.execute(
        sql.SQL("ALTER TABLE {} ATTACH PARTITION {} FOR VALUES IN ({})").format(
            parent.identifier, child.identifier, sql.Literal(bound)
        )
    )
