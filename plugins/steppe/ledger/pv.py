"""The PV money (C5.3, C7.1): grid company → settlement account → village → posts' wages and other uses.

What should stand is derived from the facts known now (``30_ledger/create_claim.sql``), compared with what stands, and the difference is
posted: a new fact is a transfer, a changed one a reversal and a new version, one no longer stated a reversal. A fact that comes late
keeps its own date and is posted now.
"""

from __future__ import annotations

from typing import Any

from steppe import database
from steppe.database import Connection
from steppe.ledger.posting import Posted, lock, post_draft

PROGRAMME = "pv"
# Raised when create_claim.sql derives other transfers from the same facts.
RULE_VERSION = "pv-1"


def post(connection: Connection, *, is_full: bool = False) -> Posted:
    """Bring the ledger in line with the PV facts known now. Safe to run twice, at once, or to be killed: one transaction.

    Only the banners of senders that published PV facts after the step's mark are compared; with nothing new, nothing is read.

    Args:
        connection: the loader's.
        is_full: compare every banner, whatever the mark says. It posts nothing new after a run that was not full.

    Raises:
        LedgerError: the facts lead to a posting that the ledger refuses; nothing was posted.
    """
    with connection.transaction():
        lock(connection)
        mark, latest = _one(connection, "select_mark")
        if latest == mark and not is_full:
            return Posted()
        # A publication that is still under way may have a lower number than the last one: then the mark waits for it.
        (is_publishing,) = _one(connection, "select_publishing")
        (regions,) = _one(connection, "create_region", {"is_full": is_full, "mark": mark})
        posted = _post_difference(connection, latest) if regions else Posted()
        if not is_publishing:
            database.run(connection, "30_ledger/update_mark.sql", {"publication_id": latest})
        return posted


def _post_difference(connection: Connection, publication_id: int) -> Posted:
    database.run(connection, "30_ledger/create_claim.sql")
    database.run(connection, "30_ledger/create_draft.sql", {"programme": PROGRAMME, "rule_version": RULE_VERSION})
    return post_draft(connection, publication_id=publication_id)


def _one(connection: Connection, name: str, values: dict[str, Any] | None = None) -> tuple[Any, ...]:
    row = database.run(connection, f"30_ledger/{name}.sql", values).fetchone()
    assert row is not None  # noqa: S101 - each of these statements has exactly one row
    return row
