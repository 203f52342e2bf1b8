"""What the warehouse says, as one digest for each table of facts, dimensions and marts: two warehouses that say the same have the same.

Left out is how it came to be known: numbers of deliveries, hashes of delivered rows, times of loading. Versions of one content that follow
each other are one: a month that was told again without a change says nothing new.
"""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import sql

from steppe.database import Connection

# Not what is said, but how it came about: what is kept for the publisher; the ledger's journal, in which corrections stay, and what was
# approved and paid, which no delivery tells; cases that were found and persons that were drawn at the time, and stay so whatever arrives
# later.
_NOT_CONTENT = (
    "warehouse.told_before",
    "mart.account_month",
    "mart.money_mark",
    "mart.unpaid_entitlements",
    "mart.fund_balance",
    "mart.programme_month",
    "mart.callback_sample",
    "mart.signal_case",
)
_TABLES = """
SELECT
    relation.relnamespace::regnamespace::text,
    relation.relname::text,
    array_agg(attribute.attname::text ORDER BY attribute.attnum)
    FILTER (
        WHERE attribute.atttypid <> 'timestamptz'::regtype
        AND attribute.attname !~ '(^|_)delivery_id$' AND attribute.attname NOT IN ('row_hash', 'key_hash', 'rule_set_digest')
    ),
    bool_or(attribute.attname = 'known_to')
FROM pg_class AS relation
INNER JOIN pg_attribute AS attribute ON relation.oid = attribute.attrelid AND attribute.attnum > 0 AND NOT attribute.attisdropped
WHERE
    relation.relnamespace IN ('warehouse'::regnamespace, 'mart'::regnamespace)
    AND relation.relkind IN ('r', 'p') AND NOT relation.relispartition
    AND relation.oid::regclass::text <> ALL(%s::text[])
GROUP BY relation.relnamespace, relation.relname
ORDER BY 1, 2
"""


@dataclass(frozen=True)
class Content:
    """What one table says now: how many rows of content, and a digest over them that does not depend on their order."""

    table: str
    rows: int
    digest: str


def digests(connection: Connection) -> tuple[Content, ...]:
    """The content of every table of ``warehouse`` and ``mart``, as known now.

    Args:
        connection: the loader's, or another's who sees every row.
    """
    tables = connection.execute(_TABLES, (list(_NOT_CONTENT),)).fetchall()
    return tuple(_digest(connection, *table) for table in tables)


def _digest(connection: Connection, schema: str, name: str, columns: list[str], is_bitemporal: bool) -> Content:
    values = [column for column in columns if column not in ("valid_from", "valid_to")]
    content: list[sql.Composable] = [sql.Identifier(column) for column in values]
    grouping = sql.SQL(", ").join(content)
    if len(values) < len(columns):
        content.append(sql.SQL("range_agg(daterange(valid_from, valid_to))"))
    row = connection.execute(
        sql.SQL(
            "SELECT count(*), coalesce(sum(hashtextextended(said.line, 0)::numeric), 0), "
            "coalesce(sum(hashtextextended(said.line, 1)::numeric), 0) "
            "FROM (SELECT ROW({content})::text AS line FROM {table} WHERE {known} GROUP BY {grouping}) AS said"
        ).format(
            content=sql.SQL(", ").join(content),
            table=sql.Identifier(schema, name),
            known=sql.SQL("known_to = 'infinity'" if is_bitemporal else "TRUE"),
            grouping=grouping,
        )
    ).fetchone()
    assert row is not None  # noqa: S101 - one row always
    rows, first, second = row
    return Content(f"{schema}.{name}", rows, f"{int(first) % 2**64:016x}{int(second) % 2**64:016x}")
