"""Reloading: a month that is published is read again from the archive, for a reason that is kept.

Every row is judged by the rules of today and compared with what is known; only what differs is written, as a new version. Where nothing
differs that is the proof that the warehouse says what the archive says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

import psycopg

from steppe import database, gate, intake
from steppe.database import Connection
from steppe.errors import Rejected, SteppeError
from steppe.warehouse import content, matching, publication


@dataclass(frozen=True)
class Asked:
    """What is to be read again: a source's month (its first day), of one sender or of all; why, without personal data; who asks."""

    source: str
    period: date
    why: str
    requested_by: str
    sender_code: str | None = None


@dataclass(frozen=True)
class Reloaded:
    """What became of one delivery that was read again; ``rule_id`` where the rules of today refuse it."""

    delivery_id: int
    sender_code: str
    inserted: int = 0
    ended: int = 0
    rule_id: str | None = None

    @property
    def outcome(self) -> str:
        return "refused" if self.rule_id else "changed" if self.inserted or self.ended else "identical"


@dataclass(frozen=True)
class Reload:
    """What a reload did, and the tables of facts and marts that say something else than before."""

    reload_id: int
    deliveries: tuple[Reloaded, ...]
    differing: tuple[str, ...]


def reload(
    connection: Connection,
    asked: Asked,
    follow: Callable[[Connection], object],
) -> Reload:
    """Read what stands of a source's month again, delivery by delivery, and let everything that follows from it follow.

    Safe to be killed and run again: a delivery that was cut off is loaded by the next ingest, or by the next reload.

    Args:
        connection: the loader's, not in autocommit and with no transaction open.
        asked: what is read again, why, and on whose word; kept in ``ops.reload``.
        follow: brings facts, ledger and marts up to the publications; it commits.

    Raises:
        SteppeError: nothing is published for the month, or the reason says nothing or holds a number of a person.
    """
    values = vars(asked)
    standing = [row[0] for row in database.run(connection, "20_warehouse/select_standing.sql", values)]
    if not standing:
        raise SteppeError(f"nothing of {asked.source} is published for {asked.period:%Y-%m}")
    follow(connection)
    before = {one.table: one for one in content.digests(connection)}
    reload_id = _begin(connection, values, _digest(before))
    done = tuple(_again(connection, reload_id, delivery_id) for delivery_id in standing)
    follow(connection)
    after = {one.table: one for one in content.digests(connection)}
    connection.execute(
        "UPDATE ops.reload SET ended_at = clock_timestamp(), digest_after = %s WHERE reload_id = %s",
        (_digest(after), reload_id),
    )
    connection.commit()
    return Reload(reload_id, done, tuple(table for table in after if after[table] != before.get(table)))


def _digest(contents: dict[str, content.Content]) -> str:
    return sha256("\n".join(f"{one.table} {one.rows} {one.digest}" for one in contents.values()).encode()).hexdigest()


def _begin(connection: Connection, values: dict[str, object], digest: str) -> int:
    try:
        with connection.transaction():
            row = connection.execute(
                "INSERT INTO ops.reload (source, period, sender_code, why, requested_by, digest_before) VALUES "
                "(%(source)s, %(period)s, %(sender_code)s, %(why)s, %(requested_by)s, %(digest)s) RETURNING reload_id",
                values | {"digest": digest},
            ).fetchone()
    except psycopg.errors.CheckViolation:
        raise SteppeError("a reason has five characters or more, without ID or phone numbers") from None
    connection.commit()
    assert row is not None  # noqa: S101 - inserted
    return int(row[0])


def _again(connection: Connection, reload_id: int, delivery_id: int) -> Reloaded:
    # The turn that a task of the ingest takes: nobody else loads this sender's deliveries meanwhile.
    row = database.run(connection, "20_warehouse/lock_turn.sql", {"delivery_id": delivery_id}).fetchone()
    assert row is not None  # noqa: S101 - a publication refers to it
    turn, sender_code, _ = row
    connection.commit()
    try:
        with connection.transaction():
            connection.execute(
                "INSERT INTO ops.reload_delivery (reload_id, delivery_id) VALUES (%s, %s)", (reload_id, delivery_id)
            )
            database.run(connection, "20_warehouse/reopen_delivery.sql", {"delivery_id": delivery_id})
        done = _load(connection, delivery_id, sender_code)
        with connection.transaction():
            connection.execute(
                "UPDATE ops.reload_delivery SET outcome = %s, rows_inserted = %s, rows_ended = %s, rule_id = %s "
                "WHERE reload_id = %s AND delivery_id = %s",
                (done.outcome, done.inserted, done.ended, done.rule_id, reload_id, delivery_id),
            )
    finally:
        if not connection.closed:
            connection.rollback()
            connection.execute("SELECT pg_advisory_unlock(%s)", (turn,))
            connection.commit()
    return done


def _load(connection: Connection, delivery_id: int, sender_code: str) -> Reloaded:
    try:
        intake.land(connection, delivery_id)
        matching.give_numbers(connection, delivery_id)
        gate.judge(connection, delivery_id, judge_all=True)
        published = publication.publish(connection, delivery_id, only_differences=True)
    except Rejected as rejected:
        connection.rollback()
        with connection.transaction():
            database.run(connection, "20_warehouse/close_delivery.sql", {"delivery_id": delivery_id})
        publication.drop_staged(connection, delivery_id)
        return Reloaded(delivery_id, sender_code, rule_id=rejected.rule_id)
    inserted, ended = (sum(getattr(change, of) for change in published.changes) for of in ("inserted", "ended"))
    return Reloaded(delivery_id, sender_code, inserted, ended)
