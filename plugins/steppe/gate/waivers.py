"""Waivers: a known failure passes for a while, on somebody's word and on record.

Only a rule that says so (``meta.waivable``) can be waived: a row that breaks it can be stored and derived from all the same. Waivers in
force are part of the rule set's digest, so that a row is judged again when one begins or ends.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import psycopg
from psycopg import sql

from steppe import database
from steppe.contracts import Resource
from steppe.database import Connection
from steppe.errors import SteppeError
from steppe.gate import partitions, rules
from steppe.gate.onepass import Judged
from steppe.gate.relations import FOLDER, Delivery


@dataclass(frozen=True)
class Waiver:
    """What is asked for.

    Attributes:
        sender_code: only this sender; None for every one.
        region_code: only rows of this banner; None for every one.
        period: only this month of data; None for every one.
        expires_on: its last day.
    """

    rule_id: str
    reason: str
    owner: str
    valid_from: date
    expires_on: date
    sender_code: str | None = None
    region_code: str | None = None
    period: date | None = None


def grant(connection: Connection, waiver: Waiver, granted_by: str) -> int:
    """Enter a waiver; its number. The caller commits.

    Args:
        connection: the owner's (``connect("admin")``).

    Raises:
        SteppeError: there is no such rule or place, the rule cannot be waived, or the term is not a year at most.
    """
    row = connection.execute(
        "SELECT is_waivable FROM ops.rule WHERE rule_id = %s AND is_current", (waiver.rule_id,)
    ).fetchone()
    if row is None:
        raise SteppeError(f"there is no rule {waiver.rule_id}: docs/rules.md lists them")
    if not row[0]:
        raise SteppeError(
            f"{waiver.rule_id} cannot be waived: a row that breaks it cannot be stored; have it corrected"
        )
    try:
        with connection.transaction():
            found = database.run(
                connection, f"{FOLDER}/insert_waiver.sql", vars(waiver) | {"granted_by": granted_by}
            ).fetchone()
    except psycopg.errors.ForeignKeyViolation:
        raise SteppeError("sender and region are six-digit codes of this region's places") from None
    except psycopg.errors.CheckViolation:
        raise SteppeError(
            "a waiver names its owner and a reason of five characters or more, without ID or phone numbers, and holds for a year at most"
        ) from None
    if found is None:
        raise AssertionError("insert_waiver.sql returns the waiver")
    return int(found[0])


def end(connection: Connection, waiver_id: int, reason: str, ended_by: str) -> None:
    """End a waiver before it expires. The caller commits.

    Raises:
        SteppeError: there is none, it has ended already, or there is no reason.
    """
    try:
        with connection.transaction():
            connection.execute(
                "INSERT INTO ops.waiver_end (waiver_id, reason, ended_by) VALUES (%s, %s, %s)",
                (waiver_id, reason, ended_by),
            )
    except psycopg.errors.ForeignKeyViolation:
        raise SteppeError(f"there is no waiver {waiver_id}: `./steppe waiver list` lists them") from None
    except psycopg.errors.UniqueViolation:
        raise SteppeError(f"waiver {waiver_id} has been ended already") from None
    except psycopg.errors.CheckViolation:
        raise SteppeError("the reason has five characters or more, without ID or phone numbers") from None


@dataclass(frozen=True)
class Waived:
    """Rows for which one rule was waived, and until when."""

    rows: int
    waiver_ids: tuple[int, ...]
    expires_on: date


def apply(
    connection: Connection, delivery: Delivery, resource: Resource, judged: Judged
) -> tuple[Judged, dict[str, Waived]]:
    """Take waived rules off the judged rows that can be stored; what is left, and by rule what was waived."""
    bits = {rule.rule_id: 1 << bit for bit, rule in enumerate(rules.suite(resource.name).bits("critical"))}
    held = database.run(connection, f"{FOLDER}/waivers.sql", delivery.values() | {"rule_ids": [*bits]}).fetchall()
    waived: dict[str, Waived] = {}
    for waiver_id, rule_id, region_code, expires_on in held:
        rows = _clear(connection, delivery, resource, bits[rule_id], region_code)
        if rows:
            values = {"delivery_id": delivery.delivery_id, "waiver_id": waiver_id, "row_count": rows}
            database.run(connection, f"{FOLDER}/record_waiver_use.sql", values)
            before = waived.get(rule_id, Waived(0, (), expires_on))
            waived[rule_id] = Waived(
                before.rows + rows, (*before.waiver_ids, waiver_id), min(before.expires_on, expires_on)
            )
    if not waived:
        return judged, {}
    row = connection.execute(
        sql.SQL("SELECT count(*) FROM {} WHERE failed_critical <> 0").format(
            partitions.judged_name(resource, delivery.delivery_id)
        )
    ).fetchone()
    return dataclasses.replace(judged, rejected=int(row[0]) if row else 0), waived


def _clear(connection: Connection, delivery: Delivery, resource: Resource, bit: int, region_code: str | None) -> int:
    required: Sequence[str] = [column.name for column in resource.columns if column.required]
    storable = sql.SQL(" AND ").join(sql.SQL("{} IS NOT NULL").format(sql.Identifier(name)) for name in required)
    return connection.execute(
        sql.SQL(
            "UPDATE {} SET failed_critical = failed_critical & ~%(bit)s::bigint WHERE failed_critical & %(bit)s <> 0 "
            "AND (%(region_code)s::text IS NULL OR region_code = %(region_code)s) AND {}"
        ).format(partitions.judged_name(resource, delivery.delivery_id), storable),
        {"bit": bit, "region_code": region_code},
    ).rowcount
