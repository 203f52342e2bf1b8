"""Publishing: what a gated delivery says becomes visible in one transaction, with its publication row and its final state."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from steppe import database, gate, intake
from steppe.database import Connection
from steppe.errors import Rejected, SteppeError
from steppe.warehouse import bitemporal, identity, matching, naming, targets
from steppe.warehouse.bitemporal import Change, Moment


@dataclass(frozen=True)
class Published:
    """What a publication did; ``is_new`` is false where it had been published before and nothing was done."""

    publication_id: int
    delivery_id: int
    source: str
    sender_code: str
    period: date
    supersedes_delivery_id: int | None
    published_at: datetime
    is_new: bool
    persons_named: int = 0
    changes: tuple[Change, ...] = ()


def publish(connection: Connection, delivery_id: int, *, only_differences: bool = False) -> Published:
    """Publish a gated delivery: tokens, warehouse rows, ``ops.publication`` and the delivery's state, all or nothing.

    Safe to run again, at once, or after a kill: a delivery is published once. What was staged of it is dropped after the commit.
    A verdict that another delivery of the same sender has overtaken is renewed first, because rows that had not changed when it was
    given may have changed since.

    Args:
        connection: the loader's, not in autocommit and with no transaction open.
        delivery_id: a delivery in state gated or published.
        only_differences: leave alone what is known with the same content, though it was judged again.

    Raises:
        SteppeError: the delivery is unknown, not judged yet, or rejected.
        Rejected: its renewed verdict rejects it, or a file that was made later is published for its month.
    """
    published = _publish_once(connection, delivery_id, only_differences)
    if published is None:
        gate.judge(connection, delivery_id, judge_all=only_differences)
        connection.commit()
        published = _publish_once(connection, delivery_id, only_differences)
    if published is None:
        raise SteppeError(f"delivery {delivery_id}: overtaken again while it was judged; publish it again")
    drop_staged(connection, delivery_id)
    return published


def _publish_once(connection: Connection, delivery_id: int, only_differences: bool) -> Published | None:
    """The publication, or None where the verdict is out of date."""
    with connection.transaction():
        delivery = database.run(connection, "20_warehouse/lock_delivery.sql", {"delivery_id": delivery_id}).fetchone()
        if delivery is None:
            raise SteppeError(f"delivery {delivery_id}: there is none of this number")
        source, sender_code, period, state = delivery
        if state == "published":
            return _published(connection, delivery_id)
        if state != "gated":
            raise SteppeError(f"delivery {delivery_id}: is {state}, only a gated delivery can be published")
        # One publication at a time per sender: his partitions, his persons and the order of his periods.
        connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('steppe.sender.' || %s, 0))", (sender_code,))
        row = database.run(connection, "20_warehouse/moment.sql", {"delivery_id": delivery_id}).fetchone()
        assert row is not None  # noqa: S101 - the delivery is locked
        next_period, supersedes, known_from, rule_set_digest, is_overtaken, is_outdated = row
        if is_outdated:
            raise _outdated(period)
        if is_overtaken:
            return None
        moment = Moment(delivery_id, sender_code, period, next_period, known_from, rule_set_digest)
        written = targets.of_source(source)
        is_newest = next_period is None
        naming.keep_replaced(connection, delivery_id, sender_code, written, is_newest=is_newest)
        named = identity.tokenise(connection, delivery_id, sender_code, written, is_newest=is_newest)
        naming.keep_others(connection, delivery_id, sender_code, written)
        matching.take_numbers_back(connection, delivery_id)
        changes = tuple(
            bitemporal.write(connection, target, moment, only_differences=only_differences) for target in written
        )
        # From here to the commit no other publication gets a number, so that numbers follow the order in which rows become visible
        # and a step that has handled number n has seen everything before it.
        connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('steppe.publication', 0))")
        database.run(
            connection,
            "20_warehouse/insert_publication.sql",
            {
                "delivery_id": delivery_id,
                "supersedes_delivery_id": supersedes,
                "published_at": known_from,
                "is_changed": any(change.inserted or change.ended for change in changes),
            },
        )
        database.run(
            connection,
            "20_warehouse/release_quarantine.sql",
            {"delivery_id": delivery_id, "published_at": known_from},
        )
        done = _published(connection, delivery_id)
    return replace(done, is_new=True, persons_named=named, changes=changes)


def _outdated(period: date) -> Rejected:
    return Rejected(
        "delivery.outdated",
        f"{period:%Y-%m} 已有 created_at 更晚的文件发布；如本文件更新，请核对时钟、重新打包后重报",
        f"a file with a later created_at is published for {period:%Y-%m}; if this one is newer, check the clock, pack it again and send it",
    )


def _published(connection: Connection, delivery_id: int) -> Published:
    row = connection.execute(
        "SELECT publication_id, delivery_id, source, sender_code, period, supersedes_delivery_id, published_at "
        "FROM ops.publication WHERE delivery_id = %s",
        (delivery_id,),
    ).fetchone()
    assert row is not None  # noqa: S101 - written in the transaction that made the delivery published
    publication_id, _, source, sender_code, period, supersedes, published_at = row
    return Published(publication_id, delivery_id, source, sender_code, period, supersedes, published_at, is_new=False)


def drop_staged(connection: Connection, delivery_id: int) -> None:
    """Drop what was landed and staged of a delivery that is final. Safe to run again; the caller's transaction must be over."""
    # A partitioned table can have one partition in the course of being detached; the lock belongs to the session, not to a transaction.
    connection.execute("SELECT pg_advisory_lock(hashtextextended('steppe.detach', 0))")
    connection.commit()
    try:
        gate.drop(connection, delivery_id)
        intake.drop(connection, delivery_id)
    finally:
        connection.rollback()
        connection.execute("SELECT pg_advisory_unlock(hashtextextended('steppe.detach', 0))")
        connection.commit()
