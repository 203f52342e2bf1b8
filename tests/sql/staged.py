"""Deliveries as the gate would leave them: rows and absent keys in ``staging``, state gated. For tests of what comes after."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from psycopg import sql
from steppe import contracts, database
from steppe.contracts import Column, Resource
from steppe.gate import partitions
from steppe.warehouse import targets

SENDER = "150400"
BANNER = "150404"
ALIVE = {
    "sex": "male",
    "birth_date": date(1980, 5, 1),
    "student_status": "not_student",
    "labour_ability": "ordinary",
    "life_status": "alive",
    "willing_to_go": "willing",
}
BY_NAME: dict[str, Any] = {
    "region_code": BANNER,
    "village_code": f"{BANNER}001001",
    "name": "张三",
    "phone": None,
    "work_place_class": None,
    "change_type": None,
    "channel": "self_found",
    "verification": "self_report",
    "contract_signed_on": None,
    "ended_on": None,
    "died_on": None,
    "work_region_code": "110105",
    "employer_uscc": None,
    "uscc": None,
    **ALIVE,
}
BY_FORMAT: dict[str, Any] = {
    "text": "x",
    "code": "other",
    "flag": False,
    "date": date(2020, 1, 1),
    "month": date(2020, 5, 1),
    "int": 1,
    "number": 100,
    "money": 0,
}

Row = Mapping[str, Any]


def number(position: int) -> str:
    """An ID number's form (18 characters), one per position."""
    return f"150404198005{position:06d}"


def _typed(resource: Resource, row: Row, period: date) -> dict[str, Any]:
    unknown = set(row) - {column.name for column in resource.columns}
    assert not unknown, f"{resource.name} has no {unknown}"

    def default(column: Column) -> Any:
        if column.name in BY_NAME and (BY_NAME[column.name] is not None or not column.required):
            return BY_NAME[column.name]
        return period if column.format == "month" else BY_FORMAT[column.format] if column.required else None

    return {column.name: row.get(column.name, default(column)) for column in resource.columns}


def key_of(resource: Resource, row: Row) -> str:
    return "|".join(str(row[name]) for name in resource.key)


def stage(
    connection: database.Connection,
    source: str,
    period: date,
    rows: Mapping[str, Sequence[Row]],
    *,
    sender: str = SENDER,
    also_seen: Mapping[str, Sequence[str]] | None = None,
    digest: str = "rules",
    made_at: datetime | None = None,
) -> int:
    """A gated delivery; commits.

    Args:
        connection: the loader's.
        source: contract.
        period: first day of the delivered month.
        rows: rows by resource; columns left out get a plausible value.
        sender: who delivers.
        also_seen: keys by resource that were delivered but are quarantined.
        digest: of the rule set.
        made_at: when the sender made the file.

    Returns:
        The delivery's number.
    """
    found = connection.execute(
        "INSERT INTO ops.delivery (sha256, file_name, size_bytes, source, sender_code, period, state, rule_set_digest, "
        "rows_in, rows_accepted, rows_quarantined, rows_duplicate, rows_unchanged, gated_at, made_at) "
        "VALUES (%s, 'test.zip', 1, %s, %s, %s, 'gated', %s, 0, 0, 0, 0, 0, clock_timestamp(), %s) RETURNING delivery_id",
        (
            sha256(
                json.dumps([source, str(period), sender, digest, rows, str(also_seen), _next()], default=str).encode()
            ).hexdigest(),
            source,
            sender,
            period,
            digest,
            made_at,
        ),
    ).fetchone()
    assert found
    delivery_id: int = found[0]
    unchanged = 0
    for target in targets.of_source(source):
        typed = [_typed(target.resource, row, period) for row in rows.get(target.resource.name, ())]
        seen = (also_seen or {}).get(target.resource.name, ())
        unchanged += _stage_resource(connection, target, delivery_id, sender, period, typed, seen, digest)
    connection.execute("UPDATE ops.delivery SET rows_unchanged = %s WHERE delivery_id = %s", (unchanged, delivery_id))
    connection.commit()
    return delivery_id


_count = 0


def _next() -> int:
    global _count  # noqa: PLW0603 - deliveries of one test differ even where their rows do not
    _count += 1
    return _count


def _stage_resource(  # noqa: PLR0917
    connection: database.Connection,
    target: targets.Target,
    delivery_id: int,
    sender: str,
    period: date,
    rows: Sequence[Row],
    also_seen: Sequence[str],
    digest: str,
) -> int:
    resource = target.resource
    judged = partitions.judged_name(resource, delivery_id)
    connection.execute(sql.SQL("CREATE UNLOGGED TABLE {} (LIKE {})").format(judged, target.staging))
    columns = [column.name for column in resource.columns]
    for row in rows:
        connection.execute(
            sql.SQL(
                "INSERT INTO {} (delivery_id, stream, row_ctid, row_hash, key_hash, failed_critical, failed_warning, {}) "
                "VALUES (%s, 0, '(0,1)', hashtextextended(%s, 1), hashtextextended(%s, 0), 0, 0, {})"
            ).format(
                judged,
                sql.SQL(", ").join(map(sql.Identifier, columns)),
                sql.SQL(", ").join([sql.Placeholder()] * len(columns)),
            ),
            [delivery_id, json.dumps(row, default=str, sort_keys=True), key_of(resource, row), *row.values()],
        )
    # As the gate does: what is known with this content for this month, accepted under the same rules, is left out.
    held = (
        "known.valid_from <= %(period)s AND known.valid_to > %(period)s"
        if resource.is_snapshot
        else "known.period = %(period)s"
    )
    values = {
        "sender": sender,
        "digest": digest,
        "period": period,
        "delivery_id": delivery_id,
        "resource": resource.name,
    }
    connection.cursor().executemany(
        "INSERT INTO quarantine.row (delivery_id, resource, line_no, rule_ids, record, key_hash) "
        "VALUES (%s, %s, %s, '{x.broken}', '{}', hashtextextended(%s, 0))",
        [(delivery_id, resource.name, line_no, key) for line_no, key in enumerate(also_seen, start=1)],
    )
    named = [*(key_of(resource, row) for row in rows), *also_seen]
    connection.execute(
        sql.SQL(
            "INSERT INTO staging.absent SELECT DISTINCT %(delivery_id)s::bigint, %(resource)s, known.key_hash, TRUE FROM {} AS known "
            "WHERE known.sender_code = %(sender)s AND known.known_to = 'infinity' AND " + held + " "  # type: ignore[arg-type]
            "AND known.key_hash <> ALL(ARRAY(SELECT hashtextextended(key, 0) FROM unnest(%(named)s::text[]) AS key))"
        ).format(target.table.identifier),
        values | {"named": named},
    )
    unchanged = connection.execute(
        sql.SQL(
            "DELETE FROM {} AS staged USING {} AS known WHERE known.row_hash = staged.row_hash "
            "AND known.key_hash = staged.key_hash AND known.sender_code = %(sender)s AND known.known_to = 'infinity' "
            "AND known.rule_set_digest = hashtextextended(%(digest)s, 0) AND " + held  # type: ignore[arg-type]
        ).format(judged, target.table.identifier),
        values,
    ).rowcount
    partitions.attach_judged(connection, resource, delivery_id)
    return unchanged


def resource(source: str, name: str) -> Resource:
    return contracts.load(source).resource(name)
