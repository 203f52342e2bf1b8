"""The one way a delivery changes a published table: what was true, and when we knew it, are both kept.

Content and validity of a row never change; only ``known_to`` is set, once. A delivery of period P that becomes known at T, with N the
next period that its sender has published already (infinity for the newest), speaks of the months [P, N):

- a version known now that overlaps [P, N), and whose key was delivered with other content or is absent from a snapshot, ends to be known
  at T; what it said of the months before P and from N on is said again by remnants known from T;
- the delivered rows become versions that hold for [P, N) and are known from T.

So late periods, re-deliveries and the ordinary next month are one case, and the order of arrival changes nothing: a period that has a
key in quarantine says nothing of it, so for that key N is the first later period that does. A monthly resource has no validity: what
the latest period tells of a key is known, absence says nothing, except that a second delivery of the same period withdraws what the
first told and it does not; then what the latest period before told of the key is known again (``warehouse.told_before``).
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


def write(connection: Connection, target: Target, moment: Moment, *, only_differences: bool = False) -> Change:
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
    values = moment.values() | {"resource": target.resource.name, "target": target.name}
    outdated = again = 0
    if target.resource.is_snapshot:
        _carry(connection, target, child, moment)
        if only_differences:
            _leave_alone(connection, target, child, columns)
        ended = _end_versions(connection, child, columns, values)
    else:
        outdated = _set_aside(connection, child, values)
        if only_differences:
            _leave_alone(connection, target, child, columns)
        ended, again = _end_keys(connection, child, values)
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    inserted = connection.execute(
        sql.SQL("INSERT INTO {} ({}) SELECT {} FROM delivered").format(child.identifier, names, names)
    ).rowcount
    return Change(target.name, inserted + again, ended, outdated)


# How a row came to be known, beside what it says.
_BOOKKEEPING = {"valid_from", "valid_to", "delivery_id", "row_hash", "rule_set_digest", "known_from", "known_to"}


def _leave_alone(connection: Connection, target: Target, child: Table, columns: list[str]) -> None:
    """Take from what is delivered the rows that are known with the same content for as long as they would hold."""
    said = [column for column in columns if column not in _BOOKKEEPING]
    held = (
        "version.valid_from <= delivered.valid_from AND version.valid_to >= delivered.valid_to"
        if target.resource.is_snapshot
        else "TRUE"  # the period is part of what is said
    )
    connection.execute(
        sql.SQL(
            "DELETE FROM delivered USING {} AS version WHERE version.key_hash = delivered.key_hash "
            "AND version.known_to = 'infinity' AND {} AND ({}) IS NOT DISTINCT FROM ({})"
        ).format(
            child.identifier,
            sql.SQL(held),  # type: ignore[arg-type]
            sql.SQL(", ").join(sql.Identifier("version", column) for column in said),
            sql.SQL(", ").join(sql.Identifier("delivered", column) for column in said),
        )
    )


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


# Keys of which a later period says nothing, because each of its deliveries has them in quarantine: under their own hash, in a line that
# could not be split, or under the other number by which 10_staging/present knows them.
_OTHER_NUMBER = {"person": "person_id", "self_employment": "business_code"}
_SPEAKS = """
INSERT INTO carried (key_hash, until, other_number)
SELECT key_hash, %(next_period)s, {number} FROM delivered
UNION
SELECT absent.key_hash, %(next_period)s, min({number})
FROM staging.absent
LEFT JOIN {child} AS version ON version.key_hash = absent.key_hash AND version.known_to = 'infinity'
WHERE absent.delivery_id = %(delivery_id)s AND absent.resource = %(resource)s
GROUP BY absent.key_hash
"""
_HIDDEN = """
UPDATE carried SET until = %(following)s::date
WHERE carried.until = %(later)s::date AND NOT EXISTS (
    SELECT FROM unnest(%(deliveries)s::bigint[]) AS told (delivery_id)
    WHERE NOT EXISTS (
        SELECT FROM quarantine.row AS rejected
        WHERE
            rejected.delivery_id = told.delivery_id AND rejected.resource = %(resource)s
            AND (
                rejected.key_hash = carried.key_hash OR rejected.record ->> %(other)s = carried.other_number
                OR EXISTS (
                    SELECT FROM regexp_split_to_table(rejected.record ->> 'text', '[",]') AS token (value)
                    WHERE
                        token.value = carried.other_number
                        OR carried.key_hash
                        = hashtextextended(CASE WHEN %(key_is_id)s THEN ops.normalise_id(token.value) ELSE token.value END, 0)
                )
            )
    )
)
"""


def _carry(connection: Connection, target: Target, child: Table, moment: Moment) -> None:
    """Let what is delivered, and what is absent, hold on over later periods that have the key in quarantine: table ``carried``."""
    connection.execute("DROP TABLE IF EXISTS pg_temp.carried")
    connection.execute(
        "CREATE TEMPORARY TABLE carried (key_hash bigint NOT NULL, until date NOT NULL, other_number text) ON COMMIT DROP"
    )
    if moment.next_period is None:
        return
    other = _OTHER_NUMBER.get(target.resource.name)
    values = moment.values() | {
        "resource": target.resource.name,
        "key_is_id": target.resource.key == ("id_number",),
        "other": other or "",
    }
    later = connection.execute(
        "SELECT period, array_agg(delivery_id) FROM ops.publication WHERE sender_code = %(sender_code)s AND period > %(period)s "
        "AND source = (SELECT source FROM ops.delivery WHERE delivery_id = %(delivery_id)s) GROUP BY period ORDER BY period",
        values,
    ).fetchall()
    number = sql.SQL("NULL::text") if other is None else sql.Identifier(other)
    connection.execute(sql.SQL(_SPEAKS).format(number=number, child=child.identifier), values)
    for (period, deliveries), following in zip(later, [*(period for period, _ in later[1:]), "infinity"], strict=True):
        connection.execute(_HIDDEN, values | {"later": period, "following": following, "deliveries": deliveries})
    connection.execute("DELETE FROM carried WHERE until = %(next_period)s", values)
    connection.execute(
        "UPDATE delivered SET valid_to = carried.until FROM carried WHERE carried.key_hash = delivered.key_hash"
    )


_FIND_ABSENT = """
CREATE TEMPORARY TABLE affected ON COMMIT DROP AS
SELECT version.ctid AS place, coalesce(carried.until, %(next_period)s::date) AS until
FROM staging.absent
INNER JOIN {child} AS version ON version.key_hash = absent.key_hash
LEFT JOIN carried ON carried.key_hash = absent.key_hash
WHERE
    absent.delivery_id = %(delivery_id)s AND absent.resource = %(resource)s
    AND version.known_to = 'infinity' AND version.valid_from < coalesce(carried.until, %(next_period)s::date)
    AND version.valid_to > %(period)s::date
"""

_FIND_CHANGED = """
INSERT INTO affected (place, until)
SELECT version.ctid AS place, delivered.valid_to AS until
FROM {child} AS version
INNER JOIN delivered ON version.key_hash = delivered.key_hash
WHERE version.known_to = 'infinity' AND version.valid_from < delivered.valid_to AND version.valid_to > %(period)s::date
"""

_END_AND_SAY_AGAIN = """
WITH ended AS (
    UPDATE {child} AS version SET known_to = %(known_from)s::timestamptz
    FROM affected
    WHERE version.ctid = affected.place
    RETURNING version.*, affected.until
),

remnant AS (
    INSERT INTO {child} ({columns})
    SELECT {before} FROM ended WHERE ended.valid_from < %(period)s::date
    UNION ALL
    SELECT {after} FROM ended WHERE ended.valid_to > ended.until
)

SELECT count(*) FROM ended
"""


def _end_versions(connection: Connection, child: Table, columns: list[str], values: dict[str, Any]) -> int:
    said_again = {"known_from": sql.SQL("%(known_from)s::timestamptz"), "known_to": sql.SQL("'infinity'::timestamptz")}
    before = said_again | {"valid_to": sql.SQL("%(period)s::date")}
    after = said_again | {"valid_from": sql.SQL("ended.until")}
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


# What an earlier file of this month told and a later month covers: this file takes its place, but for keys that it has in quarantine.
_FORGET = """
DELETE FROM warehouse.told_before AS covered
WHERE
    covered.target = %(target)s AND covered.sender_code = %(sender_code)s AND covered.period = %(period)s
    AND NOT EXISTS (
        SELECT FROM quarantine.row AS rejected
        WHERE
            rejected.delivery_id = %(delivery_id)s AND rejected.resource = %(resource)s AND rejected.key_hash = covered.key_hash
    )
"""

_SET_ASIDE = """
WITH outdated AS (
    DELETE FROM delivered USING {child} AS version
    WHERE
        version.key_hash = delivered.key_hash AND version.known_to = 'infinity' AND version.period > %(period)s::date
    RETURNING delivered.*
)

INSERT INTO warehouse.told_before (target, sender_code, region_code, key_hash, period, content)
SELECT %(target)s, sender_code, region_code, key_hash, period, to_jsonb(outdated) FROM outdated
"""


def _set_aside(connection: Connection, child: Table, values: dict[str, Any]) -> int:
    """Put aside what a later period has told already: a late delivery does not undo newer knowledge of the same key."""
    connection.execute(_FORGET, values)
    return connection.execute(sql.SQL(_SET_ASIDE).format(child=child.identifier), values).rowcount


_END_TOLD_AGAIN = """
WITH ended AS (
    UPDATE {child} AS version SET known_to = %(known_from)s::timestamptz
    FROM delivered
    WHERE version.key_hash = delivered.key_hash AND version.known_to = 'infinity'
    RETURNING version.*
),

covered AS (
    INSERT INTO warehouse.told_before (target, sender_code, region_code, key_hash, period, content)
    SELECT %(target)s, sender_code, region_code, key_hash, period, to_jsonb(ended) FROM ended WHERE period < %(period)s::date
)

SELECT count(*) FROM ended
"""

# Key by key, from what is withdrawn: it is little as a rule, and the planner cannot know how much is put aside.
_WITHDRAW = """
WITH withdrawn AS (
    UPDATE {child} AS version SET known_to = %(known_from)s::timestamptz
    FROM staging.absent
    WHERE
        absent.delivery_id = %(delivery_id)s AND absent.resource = %(resource)s
        AND version.key_hash = absent.key_hash AND version.known_to = 'infinity' AND version.period = %(period)s::date
    RETURNING version.key_hash
),

latest AS (
    SELECT covered.place
    FROM withdrawn
    CROSS JOIN LATERAL (
        SELECT told.ctid AS place
        FROM warehouse.told_before AS told
        WHERE told.target = %(target)s AND told.sender_code = %(sender_code)s AND told.key_hash = withdrawn.key_hash
        ORDER BY told.period DESC
        FETCH FIRST ROW WITH TIES
    ) AS covered
),

again AS (
    DELETE FROM warehouse.told_before AS covered
    WHERE covered.ctid = any(ARRAY(SELECT latest.place FROM latest))
    RETURNING covered.content
),

known AS (
    INSERT INTO {child}
    SELECT (
        jsonb_populate_record(
            NULL::{child},
            again.content || jsonb_build_object('known_from', %(known_from)s::timestamptz, 'known_to', 'infinity')
        )
    ).*
    FROM again
    RETURNING 1
)

SELECT (SELECT count(*) FROM withdrawn), (SELECT count(*) FROM known)
"""


def _end_keys(connection: Connection, child: Table, values: dict[str, Any]) -> tuple[int, int]:
    """End what is told again or withdrawn; returns the rows that ended and those that are known again."""
    told_again = connection.execute(sql.SQL(_END_TOLD_AGAIN).format(child=child.identifier), values).fetchone()
    row = connection.execute(sql.SQL(_WITHDRAW).format(child=child.identifier), values).fetchone()
    withdrawn, again = row or (0, 0)
    return (int(told_again[0]) if told_again else 0) + int(withdrawn), int(again)
