"""Rejected rows: out of staging, into ``quarantine.row`` with their place, their rules and their original text."""

from __future__ import annotations

from collections.abc import Iterator

from psycopg import sql

from steppe import database
from steppe.contracts import Resource
from steppe.database import Connection
from steppe.gate import partitions, rules
from steppe.gate.onepass import SEVERITIES, Judged
from steppe.gate.relations import FOLDER, Delivery
from steppe.gate.verdict import Finding
from steppe.planning import BY_PLACE, planned


def move(connection: Connection, delivery: Delivery, resource: Resource, judged: Judged) -> dict[str, int]:
    """Move a resource's rows that broke a critical rule, and its bad lines; returns the bad lines by rule."""
    if judged.rejected:
        _move_rows(connection, delivery, resource)
    values = {"delivery_id": delivery.delivery_id, "resource": resource.name}
    return dict(database.run(connection, f"{FOLDER}/quarantine_lines.sql", values).fetchall())


def _move_rows(connection: Connection, delivery: Delivery, resource: Resource) -> None:
    suite = rules.suite(resource.name)
    values = {
        "delivery_id": delivery.delivery_id,
        "resource": resource.name,
        "critical": suite.named("critical"),
        "warning": suite.named("warning"),
    }
    with planned(connection, BY_PLACE):
        find_places(connection, delivery.delivery_id, resource, sql.SQL("failed_critical <> 0"))
        connection.execute(
            sql.SQL(
                "INSERT INTO quarantine.row (delivery_id, resource, line_no, rule_ids, record, region_code, key_hash) "
                "SELECT %(delivery_id)s, %(resource)s, place.line_no, "
                "ARRAY(SELECT rule_id FROM unnest(%(critical)s::text[]) WITH ORDINALITY AS rule (rule_id, place_no) "
                "WHERE place.failed_critical >> (place_no - 1)::integer & 1 = 1) "
                "|| ARRAY(SELECT rule_id FROM unnest(%(warning)s::text[]) WITH ORDINALITY AS rule (rule_id, place_no) "
                "WHERE place.failed_warning >> (place_no - 1)::integer & 1 = 1), "
                "to_jsonb(line) - ARRAY['delivery_id', 'stream', 'line_no'], CASE WHEN line.region_code IN ("
                "SELECT region.region_code FROM ops.region AS region WHERE region.level = 'banner') "
                "THEN line.region_code END, place.key_hash "
                "FROM gate_place AS place "
                "INNER JOIN {raw} AS line ON line.delivery_id = %(delivery_id)s "
                "AND line.stream = place.stream AND line.ctid = place.row_ctid"
            ).format(raw=sql.Identifier("raw", resource.name)),
            values,
        )
        connection.execute(
            sql.SQL("DELETE FROM {} AS judged USING gate_place AS place WHERE judged.ctid = place.judged_ctid").format(
                partitions.judged_name(resource, delivery.delivery_id)
            )
        )
    connection.execute("DROP TABLE gate_place")


def find_places(connection: Connection, delivery_id: int, resource: Resource, which: sql.SQL | sql.Composed) -> None:
    """A temporary table ``gate_place`` with the record number of some judged rows; to be made and joined as ``BY_PLACE`` tells."""
    connection.execute(
        sql.SQL(
            "CREATE TEMPORARY TABLE gate_place ON COMMIT DROP AS WITH broken AS MATERIALIZED ("
            "SELECT ctid AS judged_ctid, stream, row_ctid, key_hash, failed_critical, failed_warning FROM {judged} WHERE {which}"
            ") SELECT broken.judged_ctid, broken.stream, broken.row_ctid, broken.key_hash, broken.failed_critical, "
            "broken.failed_warning, "
            "line.line_no + CASE broken.stream WHEN 1 THEN ("
            "SELECT count(*) FROM {raw} WHERE delivery_id = %(delivery_id)s AND stream = 0"
            ") ELSE 0 END AS line_no "
            "FROM broken INNER JOIN {raw} AS line ON line.delivery_id = %(delivery_id)s "
            "AND line.stream = broken.stream AND line.ctid = broken.row_ctid"
        ).format(
            judged=partitions.judged_name(resource, delivery_id),
            which=which,
            raw=sql.Identifier("raw", resource.name),
        ),
        {"delivery_id": delivery_id},
    )


def unreadable(connection: Connection, delivery: Delivery, resource: Resource) -> tuple[int, dict[str, int]]:
    """Lines that could not be split, and by control-total column the rows whose amount cannot be read."""
    values = {"delivery_id": delivery.delivery_id, "resource": resource.name}
    row = database.run(connection, f"{FOLDER}/count_bad_lines.sql", values).fetchone()
    bad_lines = int(row[0]) if row else 0
    if not resource.control_totals:
        return bad_lines, {}
    counts = sql.SQL(", ").join(
        sql.SQL("count(*) FILTER (WHERE ops.yuan_to_fen({0}) IS NULL AND {0} IS NOT NULL)").format(sql.Identifier(name))
        for name in resource.control_totals
    )
    found = connection.execute(
        sql.SQL("SELECT {} FROM {} WHERE delivery_id = %(delivery_id)s").format(
            counts, sql.Identifier("raw", resource.name)
        ),
        values,
    ).fetchone()
    return bad_lines, dict(zip(resource.control_totals, found or (), strict=True))


def warned(
    connection: Connection, delivery_id: int, resource: Resource, limit: int, *, and_notes: bool = False
) -> list[tuple[int, list[str], dict[str, str | None]]]:
    """Rows of a delivery that was just judged which broke warnings only: line number, rules, original text by column.

    Args:
        and_notes: with rows and rules of severity info, which were repaired and need nobody.
    """
    suite = rules.suite(resource.name)
    bits = suite.bits(SEVERITIES[1]) if and_notes else suite.bits(SEVERITIES[1])[: len(suite.named(SEVERITIES[1]))]
    which = sql.SQL("failed_warning & {} <> 0").format(sql.Literal((1 << len(bits)) - 1))
    judged = partitions.judged_name(resource, delivery_id)
    has_any = sql.SQL("SELECT EXISTS (SELECT FROM {} WHERE {})").format(judged, which)
    if connection.execute(has_any).fetchone() == (False,):
        return []
    with planned(connection, BY_PLACE):
        find_places(connection, delivery_id, resource, which)
        rows = connection.execute(
            sql.SQL(
                "SELECT place.line_no, place.failed_warning, to_jsonb(line) - ARRAY['delivery_id', 'stream', 'line_no'] "
                "FROM (SELECT * FROM gate_place ORDER BY line_no LIMIT %(limit)s) AS place "
                "INNER JOIN {} AS line ON line.delivery_id = %(delivery_id)s "
                "AND line.stream = place.stream AND line.ctid = place.row_ctid ORDER BY place.line_no"
            ).format(sql.Identifier("raw", resource.name)),
            {"delivery_id": delivery_id, "limit": limit},
        ).fetchall()
    connection.execute("DROP TABLE gate_place")
    return [
        (line_no, [rule.rule_id for bit, rule in enumerate(bits) if failed >> bit & 1], record)
        for line_no, failed, record in rows
    ]


def findings(connection: Connection, delivery: Delivery, resource: Resource, limit: int) -> Iterator[Finding]:
    """Where a delivery that was just judged is wrong: its quarantined rows, then its warnings; at most ``limit`` rows of each."""
    values = {"delivery_id": delivery.delivery_id, "resource": resource.name, "limit": limit}
    located = database.run(connection, f"{FOLDER}/findings.sql", values).fetchall()
    located += [
        (line_no, rule_ids)
        for line_no, rule_ids, _ in warned(connection, delivery.delivery_id, resource, limit, and_notes=True)
    ]
    by_id = rules.of_rows(resource.name)
    for line_no, rule_ids in located:
        for rule_id in rule_ids:
            rule = by_id[rule_id]
            column = "、".join(resource.column(name).header for name in rule.columns) or None
            yield Finding(resource.name, line_no, rule_id, rule.severity, column, rule.fix)
