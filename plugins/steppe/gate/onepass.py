"""All row rules of a resource in one parallel pass over the rows that are new or changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from steppe.contracts import Resource
from steppe.database import Connection
from steppe.gate import metrics, partitions, relations, rules
from steppe.gate.comparing import Compared
from steppe.gate.metrics import Condition, Found
from steppe.gate.relations import Delivery
from steppe.gate.rules import Rule, Severity

SEVERITIES: tuple[Severity, Severity] = ("critical", "warning")


@dataclass(frozen=True)
class Judged:
    """The outcome of the pass.

    Attributes:
        rows: rows judged.
        rejected: rows that broke a critical rule.
        failed: by rule, how many rows broke it; None for a rule that could not run.
    """

    rows: int
    rejected: int
    failed: dict[str, int | None]


@dataclass(frozen=True)
class Engine:
    """What evaluates the rules on rows and on the outcome; rules on the delivered rows as a whole are stock GX's always."""

    judge_rows: Callable[[Connection, Delivery, Resource, Compared], Judged]
    judge_outcome: Callable[[Connection, Delivery, Resource, Mapping[str, Any]], list[Found]]
    judge_all: bool  # whether rows that have not changed are judged too


def create(connection: Connection, table: sql.Identifier, query: str) -> int:
    """Make an unlogged table of a query's rows, in parallel; returns how many."""
    # The text is complete: nothing is bound here, and a percent sign in it is only a percent sign.
    statement = sql.SQL("CREATE UNLOGGED TABLE {} AS ").format(table).as_bytes(connection) + query.encode()
    return connection.cursor().execute(statement).rowcount


def judge(connection: Connection, delivery: Delivery, resource: Resource, compared: Compared) -> Judged:
    """Judge the new and changed rows of a resource into a table of their own, ``staging.<resource>_<delivery_id>``."""
    asked = metrics.conditions(connection, delivery.contract, resource)
    table = partitions.judged_name(resource, delivery.delivery_id)
    values = delivery.values() | {"judge_all": compared.judge_all}
    relation = relations.bind(connection, f"{resource.name}.sql", values)
    unable = {condition.rule.rule_id for condition in asked if condition.clause is None}
    try:
        with connection.transaction():
            rows = create(connection, table, statement(delivery, resource, asked, relation))
    except psycopg.DataError:
        # One condition raises on some row: find out which, so that the others still count.
        unable |= {condition.rule.rule_id for condition in asked if not _runs(connection, relation, condition)}
        asked = tuple(
            Condition(condition.rule, None if condition.rule.rule_id in unable else condition.clause)
            for condition in asked
        )
        rows = create(connection, table, statement(delivery, resource, asked, relation))
    # Picked out in parallel first: nearly every row breaks nothing, which the planner cannot know when it groups.
    broken = connection.execute(
        sql.SQL(
            "WITH failing AS MATERIALIZED (SELECT failed_critical, failed_warning FROM {} "
            "WHERE failed_critical <> 0 OR failed_warning <> 0) "
            "SELECT failed_critical, failed_warning, count(*) FROM failing GROUP BY failed_critical, failed_warning"
        ).format(table)
    ).fetchall()
    suite = rules.suite(resource.name)
    failed: dict[str, int | None] = {}
    for severity, position in zip(SEVERITIES, (0, 1), strict=True):
        for bit, rule in enumerate(suite.bits(severity)):
            failed[rule.rule_id] = sum(row[2] for row in broken if row[position] >> bit & 1)
    failed |= dict.fromkeys(unable)
    return Judged(rows, sum(count for critical, _, count in broken if critical), failed)


def _runs(connection: Connection, relation: str, condition: Condition) -> bool:
    if condition.clause is None:
        return False
    query = f"SELECT count(*) FROM ({relation}\n) AS judged WHERE {condition.clause}"  # noqa: S608 - GX's own clause
    try:
        with connection.transaction():
            connection.cursor().execute(query.encode())
    except psycopg.DataError:
        return False
    return True


def statement(delivery: Delivery, resource: Resource, asked: tuple[Condition, ...], relation: str) -> str:
    """The query of the pass: the relation's rows with one bit for each rule that they break."""
    clauses = {
        condition.rule.rule_id: _after_mapping(resource, condition.rule, condition.clause)
        for condition in asked
        if condition.clause is not None
    }
    suite = rules.suite(resource.name)
    columns = ",\n    ".join(column.name for column in resource.columns)
    bitmaps = ",\n    ".join(
        f"{_bitmap(suite.bits(severity), clauses)} AS failed_{severity}" for severity in SEVERITIES
    )
    return (
        f"SELECT\n    {delivery.delivery_id}::bigint AS delivery_id,\n    stream,\n    row_ctid,\n    row_hash,\n"
        f"    key_hash,\n    {bitmaps},\n    {columns}\nFROM (\n{relation}\n) AS judged"
    )


def _after_mapping(resource: Resource, rule: Rule, clause: str) -> str:
    """A code that was mapped is one of its list: the list is asked only where the mapping gave nothing."""
    for name in rule.columns:
        if resource.column(name).format in ("code", "flag") and clause.startswith(f"{name}_code IS NOT NULL"):
            return f"{name} IS NULL AND ({clause})"
    return clause


def _bitmap(severity_rules: tuple[Rule, ...], clauses: dict[str, str]) -> str:
    """An expression with one bit for each broken rule; a row that breaks none is told by the shorter question first."""
    asked = [(bit, clauses[rule.rule_id]) for bit, rule in enumerate(severity_rules) if rule.rule_id in clauses]
    if not asked:
        return "0::bigint"
    anything = "\n        OR ".join(f"({clause})" for _, clause in asked)
    bits = "\n        | ".join(f"CASE WHEN {clause} THEN {1 << bit}::bigint ELSE 0 END" for bit, clause in asked)
    return f"CASE WHEN NOT (\n        {anything}\n    ) THEN 0::bigint ELSE (\n        {bits}\n    ) END"


def judge_outcome(
    connection: Connection, delivery: Delivery, resource: Resource, values: Mapping[str, Any]
) -> list[Found]:
    """The rules on what became of a resource's rows."""
    return metrics.evaluate_outcome(connection, delivery.contract, resource, values)


ENGINE = Engine(judge, judge_outcome, judge_all=False)
