"""Repair where it is certain: what was written in another form and can be read is read, and every such cell is put on record.

ID numbers are read in the one pass (``ops.normalise_id``), proven by their check character. Other values are mended only in rows that were
rejected, and judged again; so clean rows cost nothing. The record holds places and classes, never a value.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import psycopg
from psycopg import sql

from steppe import settings
from steppe.contracts import Resource
from steppe.database import Connection
from steppe.gate import metrics, onepass, partitions, quarantine, relations, rules
from steppe.gate.onepass import SEVERITIES, Judged
from steppe.gate.relations import FOLDER, Delivery
from steppe.planning import BY_KEY, BY_PLACE, planned

_MENDED = """
CREATE TEMPORARY TABLE gate_mended ON COMMIT DROP AS
SELECT line.delivery_id, line.stream, line.row_ctid, line.key_hash, line.row_hash, {columns}
FROM gate_place AS place
INNER JOIN {hashed} AS line
    ON line.delivery_id = %(delivery_id)s AND line.stream = place.stream AND line.row_ctid = place.row_ctid
WHERE ROW({before}) IS DISTINCT FROM ROW({after})
"""

_COUNTED = """
SELECT place.failed_critical, place.failed_warning, again.failed_warning, count(*)
FROM gate_again AS again
INNER JOIN gate_place AS place ON place.stream = again.stream AND place.row_ctid = again.row_ctid
GROUP BY place.failed_critical, place.failed_warning, again.failed_warning
"""

_RECORDED = """
INSERT INTO ops.repair (delivery_id, resource, line_no, column_name, before_class, after_class)
SELECT %(delivery_id)s, %(resource)s, place.line_no, cell.name, ops.written_class(cell.before), %(after_class)s
FROM gate_place AS place
INNER JOIN {raw} AS line
    ON line.delivery_id = %(delivery_id)s AND line.stream = place.stream AND line.ctid = place.row_ctid
INNER JOIN {read} AS again ON again.stream = place.stream AND again.row_ctid = place.row_ctid
CROSS JOIN LATERAL (VALUES {cells}) AS cell (name, before, after)
WHERE cell.before IS DISTINCT FROM cell.after
"""


def mend(connection: Connection, delivery: Delivery, resource: Resource, judged: Judged) -> Judged:
    """Judge rejected rows again without full-width characters and blanks around their values; those that pass are accepted after all.

    Keys, and what rows are compared by, are left alone: they were compared as they were written.
    """
    names = mendable(resource)
    if not judged.rejected or not names:
        return judged
    before = [sql.Identifier("line", name) for name in names]
    after = [sql.SQL("ops.plain_text({})").format(name) for name in before]
    columns = [
        sql.SQL("ops.plain_text({0}) AS {1}" if name in names else "{0}").format(
            sql.Identifier("line", name), sql.Identifier(name)
        )
        for name in (column.name for column in resource.columns)
    ]
    with planned(connection, BY_PLACE):
        quarantine.find_places(connection, delivery.delivery_id, resource, sql.SQL("failed_critical <> 0"))
        mended = connection.execute(
            sql.SQL(_MENDED).format(
                columns=sql.SQL(", ").join(columns),
                hashed=sql.Identifier("raw", f"{resource.name}_hashed"),
                before=sql.SQL(", ").join(before),
                after=sql.SQL(", ").join(after),
            ),
            {"delivery_id": delivery.delivery_id},
        ).rowcount
    if mended and _judge_again(connection, delivery, resource):
        judged = _recounted(connection, resource, judged)
        _record(connection, delivery, resource, sql.Identifier("gate_mended"), "plain")
    connection.execute("DROP TABLE IF EXISTS pg_temp.gate_again, pg_temp.gate_mended, pg_temp.gate_place")
    return judged


def note(connection: Connection, delivery: Delivery, resource: Resource, judged: Judged) -> None:
    """Put on record which accepted rows have an ID number that was written in another form."""
    rule_id = f"{resource.name}.id_rewritten"
    if not judged.failed.get(rule_id):
        return
    (bit,) = (bit for bit, rule in enumerate(rules.suite(resource.name).bits("warning")) if rule.rule_id == rule_id)
    which = sql.SQL("failed_warning & {} <> 0").format(sql.Literal(1 << bit))
    with planned(connection, BY_PLACE):
        quarantine.find_places(connection, delivery.delivery_id, resource, which)
    read = partitions.judged_name(resource, delivery.delivery_id)
    _record(connection, delivery, resource, read, "id_of_18_characters")
    connection.execute("DROP TABLE gate_place")


def mendable(resource: Resource) -> list[str]:
    """Names of the columns in which a value is repaired: those of digits or codes that no other row is compared by."""
    conflict = settings.SQL / FOLDER / "conflict" / f"{resource.name}.sql"
    compared = set(re.findall(r"\w+", conflict.read_text(encoding="utf-8"))) if conflict.exists() else set()
    return [
        column.name
        for column in resource.columns
        if column.format != "text" and column.name not in resource.key and column.name not in compared
    ]


def _judge_again(connection: Connection, delivery: Delivery, resource: Resource) -> int:
    """Judge ``gate_mended``; what passes takes the place of the rejected rows, and is all that is left in it. Returns how many."""
    relation = relations.bind(connection, f"{resource.name}.sql", delivery.values() | {"judge_all": True})
    source = f"raw.{resource.name}_hashed AS line"
    if relation.count(source) != 1:
        raise AssertionError(f"{resource.name}.sql reads {source} once")
    asked = metrics.conditions(connection, delivery.contract, resource)
    query = onepass.statement(delivery, resource, asked, relation.replace(source, "gate_mended AS line"))
    try:
        with connection.transaction():
            connection.cursor().execute(
                f"CREATE TEMPORARY TABLE gate_again ON COMMIT DROP AS SELECT * FROM ({query}\n) AS again "  # noqa: S608
                "WHERE failed_critical = 0".encode()
            )
    except psycopg.DataError:  # a condition raises on some row: it stays rejected
        return 0
    at_place = sql.SQL("again.stream = {0}.stream AND again.row_ctid = {0}.row_ctid")
    connection.execute(
        sql.SQL("DELETE FROM gate_mended AS mended WHERE NOT EXISTS (SELECT FROM gate_again AS again WHERE {})").format(
            at_place.format(sql.Identifier("mended"))
        )
    )
    judged = partitions.judged_name(resource, delivery.delivery_id)
    connection.execute(
        sql.SQL("DELETE FROM {} AS judged USING gate_again AS again WHERE {}").format(
            judged, at_place.format(sql.Identifier("judged"))
        )
    )
    return connection.execute(sql.SQL("INSERT INTO {} SELECT * FROM gate_again").format(judged)).rowcount


def _recounted(connection: Connection, resource: Resource, judged: Judged) -> Judged:
    """The counts without what the mended rows broke before, and with what they still break."""
    failed = Counter({rule_id: rows for rule_id, rows in judged.failed.items() if rows is not None})
    accepted = 0
    for critical, warning, still, rows in connection.execute(_COUNTED).fetchall():
        accepted += rows
        for severity, before, after in zip(SEVERITIES, (critical, warning), (0, still), strict=True):
            for bit, rule in enumerate(rules.suite(resource.name).bits(severity)):
                failed[rule.rule_id] += rows * ((after >> bit & 1) - (before >> bit & 1))
    known = {rule_id: failed[rule_id] if rows is not None else None for rule_id, rows in judged.failed.items()}
    return replace(judged, rejected=judged.rejected - accepted, failed=known)


def _record(
    connection: Connection, delivery: Delivery, resource: Resource, read: sql.Identifier, after_class: str
) -> None:
    """Put the cells of ``gate_place`` on record whose text in raw is not what was read."""
    names = ["id_number"] if after_class == "id_of_18_characters" else mendable(resource)
    cells = sql.SQL(", ").join(
        sql.SQL("({}, line.{}, again.{})").format(sql.Literal(name), sql.Identifier(name), sql.Identifier(name))
        for name in names
    )
    with planned(connection, BY_KEY):
        connection.execute(
            sql.SQL(_RECORDED).format(raw=sql.Identifier("raw", resource.name), read=read, cells=cells),
            {"delivery_id": delivery.delivery_id, "resource": resource.name, "after_class": after_class},
        )
