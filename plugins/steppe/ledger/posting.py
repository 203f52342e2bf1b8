"""Posting: a draft of transfers becomes one sealed batch per banner, whole or not at all.

Money moves from the credited to the debited account. An idempotency key is ``region:kind:…#version`` (see V006__ledger.sql): the same
key with the same body posts nothing, with another body it is refused. Nothing is ever changed: a reversal takes a transfer back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import date

import psycopg

from steppe import database
from steppe.database import Connection
from steppe.errors import SteppeError


class LedgerError(SteppeError):
    """A draft that the ledger refuses; nothing of it was posted."""


@dataclass(frozen=True)
class Transfer:
    """A movement of ``amount_fen`` from ``credit_account`` to ``debit_account``, inside one banner.

    Attributes:
        region_code: the banner; the idempotency key begins with it.
        idempotency_key: ``region:kind:…#version``; for a reversal, the original's with ``.reversal``.
        amount_fen: above zero.
        kind: kind of fact; the key's second part.
        event_date: day of the fact, however late it is posted.
        rule_version: version of the rules that derived it.
        delivery_id: delivery that states the fact.
        reverses_transfer_id: transfer of the same banner that this one takes back.
    """

    region_code: str
    idempotency_key: str
    debit_account: str
    credit_account: str
    amount_fen: int
    kind: str
    event_date: date
    rule_version: str
    delivery_id: int | None = None
    reverses_transfer_id: int | None = None


@dataclass(frozen=True)
class Posted:
    """What a posting added: batches (one per banner), transfers with reversals among them, and the sum of their amounts in fen."""

    batches: int = 0
    transfers: int = 0
    reversals: int = 0
    amount_fen: int = 0


def enter(connection: Connection, transfers: Iterable[Transfer]) -> Posted:
    """Post transfers that the caller has keyed: what is posted already is left alone, the rest goes in as one batch per banner.

    Args:
        connection: the loader's; the batch is one transaction, or part of the caller's.
        transfers: streamed to the server, so their number does not matter.

    Raises:
        LedgerError: a key is known with another body or comes twice, a reversal does not mirror its original, an account's kind is
            not in the chart, or an account would be overdrawn. Nothing was posted.
    """
    with connection.transaction():
        lock(connection)
        database.run(connection, "30_ledger/create_empty_draft.sql")
        with connection.cursor() as cursor, cursor.copy(database.statement("30_ledger/copy_draft.sql")) as copy:
            for transfer in transfers:
                copy.write_row(astuple(transfer))
        connection.execute("ANALYZE staging.ledger_draft")
        return post_draft(connection)


def lock(connection: Connection) -> None:
    """Be the only poster until the transaction ends: numbers and seals follow from what was posted before."""
    database.run(connection, "30_ledger/lock.sql")


def post_draft(connection: Connection, *, publication_id: int | None = None) -> Posted:
    """Post the transaction's ``staging.ledger_draft``; the caller holds the lock.

    Raises:
        LedgerError: see ``enter``.
    """
    database.run(connection, "30_ledger/create_posting.sql")
    refusal = database.run(connection, "30_ledger/find_refusal.sql").fetchone()
    if refusal is not None:
        raise LedgerError(_explain(*refusal))
    found = database.run(connection, "30_ledger/select_posting_time.sql").fetchone()
    assert found is not None  # noqa: S101 - an aggregate without GROUP BY has one row
    values = {"posted_at": found[0], "publication_id": publication_id}
    try:
        added = database.run(connection, "30_ledger/insert_batch.sql", values).fetchone()
    except psycopg.errors.UniqueViolation as error:
        # The detail quotes the key, which holds no personal data.
        raise LedgerError(
            f"the draft has a key twice: give each transfer its own. {error.diag.message_detail}"
        ) from None
    assert added is not None  # noqa: S101 - likewise
    database.run(connection, "30_ledger/drop_draft.sql")
    return Posted(*map(int, added))


def _explain(refusal: str, region_code: str, subject: str, batch_no: int | None, amount_fen: int | None) -> str:
    """What is refused, where, and what to do; keys and account codes hold no personal data."""
    reasons = {
        "malformed": f"the key {subject} is not region:kind:…#version, with .reversal on a reversal only",
        "conflict": (
            f"the draft's {subject} differs from the transfer posted under that key in batch {batch_no} of {region_code} "
            f"({amount_fen} fen): reverse that one and post the new version under the next number"
        ),
        "reversal": f"the draft's {subject} does not mirror the transfer that it reverses: reverse it whole, under its key",
        "unknown_kind": f"account {subject} has no kind of the chart: see ledger.account_kind",
        "overdrawn": f"account {subject} would stand at {amount_fen} fen: money must reach it before it is spent",
        "off_path": f"the draft's {subject} does not go the way of its kind, or leaves its fund or programme: see ledger.is_on_path",
        "not_allowed": f"{subject}: this fund may not pay this programme there and then: see ops.fund_rule",
    }
    return f"ledger {region_code}: {reasons[refusal]}"
