"""The one way a delivery changes a published table: what was true, and when we knew it, are both kept.

Content and validity of a row never change; only ``known_to`` is set, once. A delivery of period P that becomes known at T, with N the
next period that its sender has published already (infinity for the newest), speaks of the months [P, N):

- a version known now that overlaps [P, N), and whose key was delivered with other content or is absent from a snapshot, ends to be known
  at T; what it said of the months before P and from N on is said again by remnants known from T;
- the delivered rows become versions that hold for [P, N) and are known from T.

So late periods, re-deliveries and the ordinary next month are one case. A monthly resource has no validity: a key told again replaces
what was known, absence says nothing, except that a second delivery of the same period withdraws what the first told and it does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg import sql

from steppe.database import Connection
from steppe.errors import SteppeError
from steppe.warehouse import partitions
from steppe.warehouse.partitions import Table
from steppe.warehouse.targets import Target


@dataclass(frozen=True)
class Moment:
    """What a publication says of time, and on whose behalf."""

    delivery_id: int
    sender_code: str
    period: date
    next_period: date | None  # None: nothing later is published
    known_from: datetime
    rule_set_digest: int

    def values(self) -> dict[str, Any]:
        """The values that the SQL of every target binds."""
        return {
            "delivery_id": self.delivery_id,
            "sender_code": self.sender_code,
            "period": self.period,
            "next_period": self.next_period or "infinity",
            "known_from": self.known_from,
            "rule_set_digest": self.rule_set_digest,
        }


@dataclass(frozen=True)
class Change:
    """Rows of one target that a publication changed."""

    target: str
    inserted: int
    ended: int
    outdated: int  # told by a late delivery, but a later period had told the key already


def write(connection: Connection, target: Target, moment: Moment) -> Change:
    """Publish the delivery's rows of one target, inside the caller's transaction.

    Raises:
        SteppeError: a staged row would be lost (its person has no token).
    """
    child = target.table.child(moment.sender_code)
    staged = _staged(connection, target, moment)
    if not partitions.exists(connection, child):
        return _first(connection, target, child, moment, staged)
    columns = partitions.columns(connection, target.table)
    connection.execute("DROP TABLE IF EXISTS pg_temp.delivered")
    delivered = connection.execute(
        sql.SQL("CREATE TEMPORARY TABLE delivered ON COMMIT DROP AS {}").format(partitions.fragment(target.query)),
        moment.values(),
    ).rowcount
    _complete(target, staged, delivered)
    connection.execute("ANALYZE delivered (key_hash)")
    if target.resource.is_snapshot:
        outdated = 0
        ended = _end_versions(connection, target, child, columns, moment)
    else:
        outdated = _drop_outdated(connection, child, moment)
        ended = _end_keys(connection, target, child, moment)
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    inserted = connection.execute(
        sql.SQL("INSERT INTO {} ({}) SELECT {} FROM delivered").format(child.identifier, names, names)
    ).rowcount
    return Change(target.name, inserted, ended, outdated)


def _staged(connection: Connection, target: Target, moment: Moment) -> int:
    row = connection.execute(
        sql.SQL("SELECT count(*) FROM {} WHERE delivery_id = %(delivery_id)s").format(target.staging), moment.values()
    ).fetchone()
    return int(row[0]) if row else 0


def _complete(target: Target, staged: int, delivered: int) -> None:
    if staged != delivered:
        raise SteppeError(
            f"{target.name}: {staged - delivered} of {staged} staged rows of {target.resource.name} found no person token; "
            "nothing was published: run the publication again"
        )


def _first(connection: Connection, target: Target, child: Table, moment: Moment, staged: int) -> Change:
    """A sender's first rows: a table of its own, indexed when it is full."""
    inserted = partitions.create(connection, child, partitions.fragment(target.query), moment.values())
    _complete(target, staged, inserted)
    partitions.attach(connection, target.table, child, "sender_code", moment.sender_code)
    # The next delivery's joins, here and in the gate, need to know how many rows are known now; a small sample tells.
    connection.execute("SET LOCAL default_statistics_target = 10")
    connection.execute(sql.SQL("ANALYZE {}").format(child.identifier))
    return Change(target.name, inserted, 0, 0)


_FIND_ABSENT = """
CREATE TEMPORARY TABLE affected ON COMMIT DROP AS
SELECT version.ctid AS place
FROM staging.absent
INNER JOIN {child} AS version ON version.key_hash = absent.key_hash
WHERE
    absent.delivery_id = %(delivery_id)s AND absent.resource = %(resource)s
    AND version.known_to = 'infinity' AND version.valid_from < %(next_period)s::date AND version.valid_to > %(period)s::date
"""

_FIND_CHANGED = """
INSERT INTO affected (place)
SELECT version.ctid AS place
FROM {child} AS version
INNER JOIN delivered ON version.key_hash = delivered.key_hash
WHERE version.known_to = 'infinity' AND version.valid_from < %(next_period)s::date AND version.valid_to > %(period)s::date
"""

_END_AND_SAY_AGAIN = """
WITH ended AS (
    UPDATE {child} AS version SET known_to = %(known_from)s::timestamptz
    FROM affected
    WHERE version.ctid = affected.place
    RETURNING version.*
),

remnant AS (
    INSERT INTO {child} ({columns})
    SELECT {before} FROM ended WHERE ended.valid_from < %(period)s::date
    UNION ALL
    SELECT {after} FROM ended WHERE ended.valid_to > %(next_period)s::date
)

SELECT count(*) FROM ended
"""


def _end_versions(connection: Connection, target: Target, child: Table, columns: list[str], moment: Moment) -> int:
    said_again = {"known_from": sql.SQL("%(known_from)s::timestamptz"), "known_to": sql.SQL("'infinity'::timestamptz")}
    before = said_again | {"valid_to": sql.SQL("%(period)s::date")}
    after = said_again | {"valid_from": sql.SQL("%(next_period)s::date")}
    values = moment.values() | {"resource": target.resource.name}
    connection.execute("DROP TABLE IF EXISTS pg_temp.affected")
    for find in (_FIND_ABSENT, _FIND_CHANGED):
        connection.execute(sql.SQL(find).format(child=child.identifier), values)
    row = connection.execute(
        sql.SQL(_END_AND_SAY_AGAIN).format(
            child=child.identifier,
            columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
            before=sql.SQL(", ").join(before.get(column, sql.Identifier("ended", column)) for column in columns),
            after=sql.SQL(", ").join(after.get(column, sql.Identifier("ended", column)) for column in columns),
        ),
        values,
    ).fetchone()
    return int(row[0]) if row else 0


def _drop_outdated(connection: Connection, child: Table, moment: Moment) -> int:
    """Leave out what a later period has told already: a late delivery does not undo newer knowledge of the same key."""
    return connection.execute(
        sql.SQL(
            "DELETE FROM delivered USING {} AS version WHERE version.key_hash = delivered.key_hash "
            "AND version.known_to = 'infinity' AND version.period > %(period)s::date"
        ).format(child.identifier),
        moment.values(),
    ).rowcount


def _end_keys(connection: Connection, target: Target, child: Table, moment: Moment) -> int:
    values = moment.values() | {"resource": target.resource.name}
    ended = connection.execute(
        sql.SQL(
            "UPDATE {} AS version SET known_to = %(known_from)s::timestamptz FROM delivered "
            "WHERE version.key_hash = delivered.key_hash AND version.known_to = 'infinity'"
        ).format(child.identifier),
        values,
    ).rowcount
    return (
        ended
        + connection.execute(
            sql.SQL(
                "UPDATE {} AS version SET known_to = %(known_from)s::timestamptz FROM staging.absent "
                "WHERE absent.delivery_id = %(delivery_id)s AND absent.resource = %(resource)s "
                "AND version.key_hash = absent.key_hash AND version.known_to = 'infinity' AND version.period = %(period)s::date"
            ).format(child.identifier),
            values,
        ).rowcount
    )
