"""What the ledger holds, by kind of account."""

from __future__ import annotations

from dataclasses import dataclass

from steppe import database
from steppe.database import Connection


@dataclass(frozen=True)
class Total:
    """One kind of account: number of accounts, what was debited and credited, and the balance on its normal side, in fen."""

    kind: str
    label_zh: str
    label_en: str
    accounts: int
    debit_fen: int
    credit_fen: int
    balance_fen: int


def totals(connection: Connection) -> list[Total]:
    """Every kind of the chart, in its order, as far as the connection's role may see. Debits and credits sum to the same."""
    rows = database.run(connection, "30_ledger/select_totals.sql").fetchall()
    return [Total(*row[:4], *map(int, row[4:])) for row in rows]
