"""Building: dimensions without a delivery of their own, and ``fct_employment_month``, from what was published since the last build."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg import sql

from steppe import database, settings
from steppe.database import Connection
from steppe.warehouse import partitions
from steppe.warehouse.marks import Step, advance, pending
from steppe.warehouse.partitions import Table

EMPLOYMENT = Table("warehouse", "fct_employment_month")
_QUERY = "20_warehouse/fct_employment_month.sql"


@dataclass(frozen=True)
class Cell:
    """A sender and month of ``fct_employment_month``, with the rows that a build changed in it."""

    sender_code: str
    month: date


@dataclass(frozen=True)
class Built:
    """What a build did: the publications it handled, the cells it looked at, the rows it inserted and ended."""

    publications: int
    cells: tuple[Cell, ...] = ()
    inserted: int = 0
    ended: int = 0


def build(connection: Connection) -> Built:
    """Bring the derived tables up to the last publication, in one transaction. Safe to run again or at once.

    Only the senders and months that publications, and decisions on persons, since the last build touch are computed anew. The first time a
    month is filled it is made as a whole; later, rows that differ are superseded, so that what was known before stays.

    Args:
        connection: the loader's, not in autocommit and with no transaction open.
    """
    with connection.transaction():
        work = pending(connection, Step.BUILD)
        asked_for = connection.execute("DELETE FROM ops.cell_to_build RETURNING sender_code, month").fetchall()
        if not work.publications and not asked_for:
            return Built(0)
        row = connection.execute("SELECT clock_timestamp()").fetchone()
        assert row is not None  # noqa: S101 - one row always
        known_from: datetime = row[0]
        database.run(connection, "20_warehouse/merge_dim_region.sql")
        database.run(connection, "20_warehouse/insert_dim_date.sql")
        database.run(connection, "20_warehouse/supersede_dim_village.sql", {"known_from": known_from})
        touched = database.run(
            connection, "20_warehouse/touched_cells.sql", {"after": work.after, "up_to": work.up_to}
        ).fetchall()
        touched = sorted({*touched, *asked_for}, key=lambda cell: (cell[1], cell[0]))
        senders: dict[date, list[str]] = defaultdict(list)
        for sender_code, month in touched:
            senders[month].append(sender_code)
        inserted = ended = 0
        for month, codes in sorted(senders.items()):
            more, less = _write_month(connection, month, codes, known_from)
            inserted, ended = inserted + more, ended + less
            if more or less:
                connection.execute(
                    "INSERT INTO ops.employment_change (sender_code, month) SELECT unnest(%s::text[]), %s "
                    "ON CONFLICT DO NOTHING",
                    (codes, month),
                )
        advance(connection, Step.BUILD, work)
    return Built(work.publications, tuple(Cell(*cell) for cell in touched), inserted, ended)


def _write_month(connection: Connection, month: date, senders: list[str], known_from: datetime) -> tuple[int, int]:
    """Fill or correct one month for some senders; returns rows inserted and rows ended."""
    child = EMPLOYMENT.child(f"{month:%Y%m}")
    query = partitions.fragment(_QUERY)
    values = {
        "month": month,
        "sender_codes": senders,
        "region_code": settings.REGION_CODE,
        "known_from": known_from,
    }
    database.run(connection, "20_warehouse/employment_evidence.sql", values)
    if partitions.exists(connection, child):
        changed = _supersede(connection, child, query, values)
    else:
        changed = partitions.create(connection, child, query, values), 0
        partitions.attach(connection, EMPLOYMENT, child, "month", month.isoformat())
    connection.execute(
        "DROP TABLE warehouse.place_now, warehouse.alias_now, warehouse.insured_now, warehouse.spell_now"
    )
    return changed


def _supersede(
    connection: Connection, child: Table, query: sql.Composable, values: Mapping[str, Any]
) -> tuple[int, int]:
    """End what is no longer so and say what is; a row that has not changed is left alone."""
    columns = partitions.columns(connection, EMPLOYMENT)
    connection.execute("DROP TABLE IF EXISTS pg_temp.built")
    connection.execute(sql.SQL("CREATE TEMPORARY TABLE built ON COMMIT DROP AS {}").format(query), values)
    content = [column for column in columns if column not in ("known_from", "known_to")]
    ended = connection.execute(
        sql.SQL(
            "UPDATE {child} AS known SET known_to = %(known_from)s::timestamptz "
            "WHERE known.known_to = 'infinity' AND known.sender_code = any(%(sender_codes)s::text []) "
            "AND NOT EXISTS (SELECT FROM built WHERE built.person_key = known.person_key "
            "AND ({built}) IS NOT DISTINCT FROM ({known}))"
        ).format(
            child=child.identifier,
            built=sql.SQL(", ").join(sql.Identifier("built", column) for column in content),
            known=sql.SQL(", ").join(sql.Identifier("known", column) for column in content),
        ),
        values,
    ).rowcount
    inserted = connection.execute(
        sql.SQL(
            "INSERT INTO {child} ({columns}) SELECT {columns} FROM built WHERE NOT EXISTS ("
            "SELECT FROM {child} AS known WHERE known.known_to = 'infinity' "
            "AND known.person_key = built.person_key AND known.region_code = built.region_code)"
        ).format(child=child.identifier, columns=sql.SQL(", ").join(map(sql.Identifier, columns))),
    ).rowcount
    return inserted, ended
