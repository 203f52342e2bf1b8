"""What a judged delivery would change, counted before it is published: added, removed, changed by column. Counts, never a value."""

from __future__ import annotations

from typing import Any

from psycopg import sql

from steppe import database
from steppe.database import Connection
from steppe.gate import partitions
from steppe.warehouse import targets
from steppe.warehouse.targets import Target

FOLDER = "20_warehouse"
# Names and numbers of persons are not in the warehouse, so that a change in them shows as a changed row only.
OTHER = "(other)"


def compare(connection: Connection, delivery_id: int) -> None:
    """Record in ``ops.difference`` what a delivery changes against what is known for its month. Commits. Safe to run again.

    It is told of a delivery that the gate has judged, whatever the verdict, as long as its rows are staged; only rows that the gate found
    new or changed are read.
    """
    with connection.transaction():
        row = connection.execute(
            "SELECT source, sender_code, period FROM ops.delivery WHERE delivery_id = %s", (delivery_id,)
        ).fetchone()
        if row is None or None in row:
            return
        source, sender_code, period = row
        for target in targets.of_source(source):
            judged = partitions.judged_name(target.resource, delivery_id)
            if connection.execute("SELECT to_regclass(%s)", (judged.as_string(connection),)).fetchone() != (None,):
                values = {
                    "delivery_id": delivery_id,
                    "resource": target.resource.name,
                    "sender_code": sender_code,
                    "period": period,
                }
                _compare(connection, target, judged, values)


def _compare(connection: Connection, target: Target, judged: sql.Identifier, values: dict[str, Any]) -> None:
    known = sql.SQL("known.sender_code = %(sender_code)s AND known.known_to = 'infinity' AND {}").format(_month(target))
    is_known = connection.execute(
        sql.SQL("SELECT EXISTS (SELECT FROM {} AS known WHERE {})").format(target.table.identifier, known), values
    ).fetchone()
    columns = _shared_columns(connection, target, judged)
    added, changed, by_column = 0, 0, [0] * (len(columns) + 1)
    if is_known == (True,):
        differs = [sql.SQL("staged.{0} IS DISTINCT FROM known.{0}").format(sql.Identifier(name)) for name in columns]
        differs.append(sql.SQL("NOT ({})").format(sql.SQL(" OR ").join(differs) if differs else sql.SQL("false")))
        found = connection.execute(
            sql.SQL(
                "SELECT count(*) FILTER (WHERE known.key_hash IS NULL), "
                "count(*) FILTER (WHERE known.row_hash <> staged.row_hash), {counts} "
                "FROM {judged} AS staged LEFT JOIN {target} AS known ON known.key_hash = staged.key_hash AND {known}"
            ).format(
                counts=sql.SQL(", ").join(
                    sql.SQL("count(*) FILTER (WHERE known.row_hash <> staged.row_hash AND {})").format(one)
                    for one in differs
                ),
                judged=judged,
                target=target.table.identifier,
                known=known,
            ),
            values,
        ).fetchone()
        added, changed, *by_column = found or (0, 0, *by_column)
    else:
        added = _accepted(connection, values)
    database.run(connection, f"{FOLDER}/record_difference.sql", values | {"added": added, "changed": changed})
    with connection.cursor() as cursor:
        cursor.executemany(
            database.statement(f"{FOLDER}/record_difference_column.sql"),
            [
                values | {"column_name": name, "rows_changed": rows}
                for name, rows in zip((*columns, OTHER), by_column, strict=True)
                if rows
            ],
        )


def _month(target: Target) -> sql.SQL:
    if target.resource.is_snapshot:
        return sql.SQL("known.valid_from <= %(period)s::date AND known.valid_to > %(period)s::date")
    return sql.SQL("known.period = %(period)s::date")


def _shared_columns(connection: Connection, target: Target, judged: sql.Identifier) -> list[str]:
    places = {"target": f"warehouse.{target.name}", "staging": judged.as_string(connection)}
    return [name for (name,) in database.run(connection, f"{FOLDER}/shared_columns.sql", places).fetchall()]


def _accepted(connection: Connection, values: dict[str, Any]) -> int:
    row = connection.execute(
        "SELECT rows_accepted FROM ops.delivery_resource WHERE delivery_id = %(delivery_id)s AND resource = %(resource)s",
        values,
    ).fetchone()
    return int(row[0]) if row else 0
