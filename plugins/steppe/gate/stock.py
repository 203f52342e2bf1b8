"""Row rules by stock Great Expectations alone, in the shape of the one pass: what the pass is held to, and ``check --engine gx``."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from psycopg import sql

from steppe.contracts import Resource
from steppe.database import Connection
from steppe.gate import metrics, onepass, partitions, relations, rules
from steppe.gate.comparing import Compared
from steppe.gate.metrics import Found
from steppe.gate.onepass import SEVERITIES, Engine, Judged
from steppe.gate.relations import Delivery


def judge(connection: Connection, delivery: Delivery, resource: Resource, compared: Compared) -> Judged:
    """Judge every row of a resource, unchanged ones too, into ``staging.<resource>_<delivery_id>``.

    GX names the failing rows; here they are only put beside the relation's columns.
    """
    suite = rules.suite(resource.name)
    relation = relations.bind(connection, f"{resource.name}.sql", delivery.values() | {"judge_all": compared.judge_all})
    connection.cursor().execute(b"CREATE TEMPORARY TABLE gate_relation ON COMMIT DROP AS " + relation.encode())
    # GX cannot name the type tid.
    connection.execute("ALTER TABLE gate_relation ALTER COLUMN row_ctid TYPE text")
    found = metrics.evaluate_rows(connection, suite, "gate_relation")
    connection.execute(
        "CREATE TEMPORARY TABLE gate_named (stream smallint, row_ctid tid, failed_critical bigint, failed_warning bigint) "
        "ON COMMIT DROP"
    )
    for severity in SEVERITIES:
        bits = {rule.rule_id: 1 << bit for bit, rule in enumerate(suite.bits(severity))}
        for one in found:
            if one.places_query and one.rule.rule_id in bits:
                insert = sql.SQL("INSERT INTO gate_named (stream, row_ctid, {}) ").format(
                    sql.Identifier(f"failed_{severity}")
                )
                places = one.places_query.replace(
                    "SELECT stream, row_ctid", f"SELECT stream, row_ctid::tid, {bits[one.rule.rule_id]}", 1
                )
                connection.cursor().execute(insert.as_bytes(connection) + places.encode())
    columns = ", ".join(f"judged.{column.name}" for column in resource.columns)
    rows = onepass.create(
        connection,
        partitions.judged_name(resource, delivery.delivery_id),
        f"SELECT {delivery.delivery_id}::bigint AS delivery_id, judged.stream, judged.row_ctid::tid AS row_ctid, judged.row_hash, "  # noqa: S608
        "judged.key_hash, coalesce(named.failed_critical, 0) AS failed_critical, "
        f"coalesce(named.failed_warning, 0) AS failed_warning, {columns} FROM gate_relation AS judged LEFT JOIN ("
        "SELECT stream, row_ctid, bit_or(failed_critical) AS failed_critical, bit_or(failed_warning) AS failed_warning "
        "FROM gate_named GROUP BY stream, row_ctid"
        ") AS named ON named.stream = judged.stream AND named.row_ctid = judged.row_ctid::tid",
    )
    row = connection.execute(
        "SELECT count(DISTINCT (stream, row_ctid)) FROM gate_named WHERE failed_critical <> 0"
    ).fetchone()
    connection.execute("DROP TABLE gate_named, gate_relation")
    return Judged(rows, int(row[0]) if row else 0, {one.rule.rule_id: one.rows_failed for one in found})


def judge_outcome(
    connection: Connection,
    delivery: Delivery,
    resource: Resource,
    values: Mapping[str, Any],
) -> list[Found]:
    """The rules on what became of a resource's rows, as GX itself evaluates them."""
    query = relations.bind(connection, "outcome.sql", values)
    answers = metrics.evaluate_tables(connection, rules.suite(resource.name), "outcome", query, {})
    # GX says whether a rule holds, not what it compared.
    seen = {one.rule: one for one in metrics.evaluate_outcome(connection, delivery.contract, resource, values)}
    return [dataclasses.replace(one, observed=seen[one.rule].observed, bound=seen[one.rule].bound) for one in answers]


# Stock GX sees every row.
ENGINE = Engine(judge, judge_outcome, judge_all=True)
