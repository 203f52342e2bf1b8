"""Rows as publication and build leave them in the warehouse, for tests of what reads it: any table, any sender.

A row names only what it is about: every other column that must be filled has a plain value of its type.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from psycopg import sql
from steppe.database import Connection

SENDER, BANNER = "150400", "150404"
PLAIN: dict[str, Any] = {
    "text": "x", "integer": 1, "smallint": 1, "bigint": 1, "numeric": 1, "boolean": False, "date": "2020-01-01",
    "uuid": str(uuid5(NAMESPACE_OID, "somebody")), "timestamp with time zone": "2020-01-01 00:00:00+08",
}  # fmt: skip
BY_NAME: dict[str, Any] = {
    "region_code": BANNER, "sender_code": SENDER, "village_code": f"{BANNER}001001", "valid_from": "2020-01-01",
    "valid_to": "infinity", "known_to": "infinity", "labour_ability": "ordinary", "life_status": "alive", "status": "employed",
}  # fmt: skip

_numbers = itertools.count(1)


def insert(connection: Connection, table: str, row: Mapping[str, Any]) -> None:
    """One row of ``warehouse.<table>``, known now; for the owner.

    Raises:
        AssertionError: the table has no such column.
    """
    columns = dict(
        connection.execute(
            "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = to_regclass('warehouse.' || %s) "
            "AND attnum > 0 AND NOT attisdropped AND (attnotnull OR attname = any(%s))",
            (table, list(row)),
        ).fetchall()
    )
    assert set(row) <= set(columns), f"{table} has no {set(row) - set(columns)}"
    number = next(_numbers)
    values = {name: row.get(name, BY_NAME.get(name, PLAIN[kind])) for name, kind in columns.items()}
    if "key_hash" in columns:
        values |= {"key_hash": number, "row_hash": number, "delivery_id": row.get("delivery_id", number)}
    connection.execute(
        sql.SQL("CREATE TABLE IF NOT EXISTS warehouse.{} PARTITION OF warehouse.{} DEFAULT").format(
            sql.Identifier(f"{table}_given"), sql.Identifier(table)
        )
    )
    connection.execute(
        sql.SQL("INSERT INTO warehouse.{} ({}) VALUES ({})").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, values)),
            sql.SQL(", ").join(sql.Placeholder() * len(values)),
        ),
        list(values.values()),
    )


def end(connection: Connection, table: str, **key: Any) -> None:
    """What is known under a key is known no longer; for the owner."""
    connection.execute(
        sql.SQL("UPDATE warehouse.{} SET known_to = clock_timestamp() WHERE known_to = 'infinity' AND {}").format(
            sql.Identifier(table),
            sql.SQL(" AND ").join(sql.SQL("{} = %s").format(sql.Identifier(column)) for column in key),
        ),
        list(key.values()),
    )
