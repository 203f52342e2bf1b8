"""Statements: what went through some accounts, and what became of a payee's claims."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from steppe import database
from steppe.database import Connection


@dataclass(frozen=True)
class Entry:
    """A transfer as one of its accounts sees it; ``balance_fen`` stands after it, on the account's normal side."""

    region_code: str
    account_code: str
    transfer_id: int
    posted_at: datetime
    event_date: date
    idempotency_key: str
    other_account: str
    debit_fen: int
    credit_fen: int
    balance_fen: int


@dataclass(frozen=True)
class Claim:
    """A claim as it is decided now: the conditions that are not met, and the lines of orders that it stands on."""

    region_code: str
    claim_key: str
    event_date: date
    outcome: str
    amount_fen: int
    fund_code: str | None
    rule_version: str | None
    unmet: list[str]
    orders: list[str]


def accounts_of(connection: Connection, payee_kind: str, payee_code: str) -> list[str]:
    """The accounts of a payee; for a village, also those of its PV money."""
    kinds = connection.execute("SELECT kind, subject FROM ledger.account_kind ORDER BY chart_order").fetchall()
    found = [f"{kind}:{payee_code}" for kind, subject in kinds if subject == payee_kind]
    return found + [f"{kind}:{payee_kind}:{payee_code}" for kind, subject in kinds if subject == "payee"]


def statement(connection: Connection, accounts: Sequence[str]) -> list[Entry]:
    """Every transfer of the accounts, as far as the connection's role may see."""
    rows = database.run(connection, "30_ledger/select_statement.sql", {"accounts": list(accounts)}).fetchall()
    return [Entry(*row) for row in rows]


def claims(connection: Connection, payee_kind: str, payee_code: str) -> list[Claim]:
    """Every claim of a payee; for a person, also those of others that are for him."""
    values = {"payee_kind": payee_kind, "payee_code": payee_code}
    return [Claim(*row) for row in database.run(connection, "30_ledger/select_claims.sql", values).fetchall()]
