"""A column told in 万元 where the contract says 元: proven by the manifest's control total, to the fen, or not touched."""

from __future__ import annotations

from decimal import Decimal

from psycopg import sql

from steppe.contracts import Resource
from steppe.database import Connection
from steppe.gate.relations import Delivery
from steppe.intake import Manifest

WAN = 10_000
# What a wrong unit leads to: a sum that differs, or so many decimals that no amount can be read.
SIGNS = ("delivery.control_total", "delivery.rejected_share")

Proven = tuple[tuple[Resource, str], ...]

_SUMMED = """
SELECT count(*) FILTER (WHERE {column} IS NOT NULL AND ops.to_number_or_null({column}) IS NULL), sum(ops.to_number_or_null({column}))
FROM {raw} WHERE delivery_id = %(delivery_id)s
"""

_CONVERTED = """
UPDATE {raw} SET {column} = round(ops.to_number_or_null({column}) * %(wan)s, 2)::text
WHERE delivery_id = %(delivery_id)s AND {column} IS NOT NULL
"""

_RECORDED = """
INSERT INTO ops.repair (delivery_id, resource, line_no, column_name, before_class, after_class, row_count)
VALUES (%(delivery_id)s, %(resource)s, 1, %(column)s, 'wan_yuan', 'yuan', %(rows)s)
ON CONFLICT (delivery_id, resource, line_no, column_name) DO NOTHING
"""


def proven(connection: Connection, delivery: Delivery, said: Manifest) -> Proven:
    """Columns whose sum is the control total once it is told in 元; none where any sum stays unexplained."""
    found = []
    for resource in delivery.contract.resources:
        for column in resource.control_totals:
            unreadable, total = connection.execute(
                sql.SQL(_SUMMED).format(column=sql.Identifier(column), raw=sql.Identifier("raw", resource.name)),
                {"delivery_id": delivery.delivery_id},
            ).fetchone() or (0, None)
            stated = Decimal(said.file(resource.name).control_totals[column])
            if unreadable or (total or 0) not in (stated, stated / WAN):
                return ()
            if total and total != stated:
                found.append((resource, column))
    return tuple(found)


def convert(connection: Connection, delivery: Delivery, columns: Proven) -> None:
    """Tell the columns in 元, and put it on record. The caller's transaction decides whether it stays."""
    for resource, column in columns:
        values = {"delivery_id": delivery.delivery_id, "resource": resource.name, "column": column, "wan": WAN}
        rows = connection.execute(
            sql.SQL(_CONVERTED).format(column=sql.Identifier(column), raw=sql.Identifier("raw", resource.name)), values
        ).rowcount
        connection.execute(_RECORDED, values | {"rows": rows})
