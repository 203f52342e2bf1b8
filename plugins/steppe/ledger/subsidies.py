"""Subsidies (C3.4 to C5.4, C7.1): budget → commitment → payable → bank → beneficiary, and back.

Who is owed what is decided from the facts and rules known now (``eligibility``); what follows for the accounts is derived from decisions,
orders, approvals and the bank's answers (``30_ledger/create_subsidy_claim.sql``) and compared with what stands, like the PV money.
People come in between payable and bank: an order is released by the approvals of two of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from steppe import database
from steppe.database import Connection
from steppe.ledger import eligibility
from steppe.ledger.posting import LedgerError, Posted, lock, post_draft

PROGRAMME = "subsidy"
# Raised when create_subsidy_claim.sql derives other transfers from the same decisions.
RULE_VERSION = "subsidy-1"


@dataclass(frozen=True)
class Order:
    """A payment order that waits for approval; ``sha256`` (hex) is what an approval is bound to."""

    region_code: str
    region_name: str
    payment_reference: str
    line_count: int
    amount_fen: int
    sha256: str
    approvals: int
    parts: tuple[tuple[str, str, int, int], ...]  # (programme, fund, lines, fen)

    def describe(self) -> str:
        """What a person is shown before he approves it: Markdown, without a payee."""
        rows = [f"| {programme} | {fund} | {lines:,} | {yuan(fen)} |" for programme, fund, lines, fen in self.parts]
        return "\n".join(
            (
                "| 项目 programme | 资金 fund | 笔数 lines | 金额，元 yuan |",
                "|---|---|---:|---:|",
                *rows,
                f"| 合计 total | | {self.line_count:,} | {yuan(self.amount_fen)} |",
                "",
                f"明细见 lines: ledger.payment_line, {self.payment_reference}",
                "",
                f"摘要 digest: `{self.sha256}`",
            )
        )


def yuan(fen: int) -> str:
    """Fen as yuan with two decimals, without a float in between."""
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole:,}.{rest:02}"


def post_subsidies(connection: Connection, *, is_full: bool = False) -> Posted:
    """Decide every claim anew where facts or rules changed, and bring the ledger in line. Safe to run twice, at once, or to be killed.

    Args:
        connection: the loader's.
        is_full: decide whatever the mark says.

    Raises:
        LedgerError: the decisions lead to a posting that the ledger refuses; nothing was decided or posted.
    """
    with connection.transaction():
        lock(connection)
        mark, latest, rules_used, rules_now = _one(connection, "select_subsidy_mark")
        if (latest, rules_now) != (mark, rules_used) or is_full:
            (is_publishing,) = _one(connection, "select_publishing")
            eligibility.decide(connection)
            eligibility.record(connection)
            if not is_publishing:
                values = {"publication_id": latest, "rules_sha256": rules_now}
                database.run(connection, "30_ledger/update_subsidy_mark.sql", values)
        return _post_difference(connection, latest)


def propose(connection: Connection, region_codes: Sequence[str] | None = None) -> list[Order]:
    """Make an order for each banner with money that is committed and not lined up; returns every order that waits for approval.

    Args:
        connection: the loader's.
        region_codes: banners for which orders are made; every one by default.

    Raises:
        LedgerError: see ``post_subsidies``.
    """
    with connection.transaction():
        lock(connection)
        (_, latest, _, _) = _one(connection, "select_subsidy_mark")
        _post_difference(connection, latest)
        (proposed_at,) = _one(connection, "select_posting_time")
        values = {"proposed_at": proposed_at, "region_codes": None if region_codes is None else list(region_codes)}
        database.run(connection, "30_ledger/insert_order.sql", values)
        _post_difference(connection, latest)
        return open_orders(connection)


def open_orders(connection: Connection) -> list[Order]:
    """The orders that wait for approval, by banner."""
    rows = database.run(connection, "30_ledger/select_open_orders.sql").fetchall()
    orders = []
    for order, parts in groupby(rows, key=itemgetter(slice(0, 7))):
        code, name, reference, lines, fen, sha256, approvals = order
        of_it = tuple((programme, fund, count, int(part)) for *_, programme, fund, count, part in parts)
        orders.append(Order(code, name, reference, lines, int(fen), sha256, approvals, of_it))
    return orders


def approve(connection: Connection, payment_reference: str, sha256: str, approver: str, *, is_approved: bool) -> None:
    """Record what one person says of an order. The second approval releases it, with the next posting.

    Args:
        connection: the loader's.
        payment_reference: the order.
        sha256: digest of the order that the person saw.
        approver: login of the person.
        is_approved: False refuses the order; its money is proposed again.

    Raises:
        LedgerError: the order is not open, is not what the person saw, or this person has spoken already.
    """
    with connection.transaction():
        lock(connection)
        values = {
            "payment_reference": payment_reference,
            "sha256": sha256,
            "approver": approver,
            "verdict": "approved" if is_approved else "refused",
        }
        if database.run(connection, "30_ledger/insert_approval.sql", values).rowcount != 1:
            raise LedgerError(
                f"payment order {payment_reference}: no approval was recorded: it is not open, is no longer what was shown, "
                f"or {approver} has spoken already and another person must"
            )


def _post_difference(connection: Connection, publication_id: int) -> Posted:
    database.run(connection, "30_ledger/create_bank_line.sql")
    database.run(connection, "30_ledger/create_line.sql")
    (decided_at,) = _one(connection, "select_decision_time")
    if database.run(connection, "30_ledger/insert_stale.sql", {"decided_at": decided_at}).rowcount:
        database.run(connection, "30_ledger/create_line.sql")
    _one(connection, "create_region", {"is_full": True, "mark": 0})
    database.run(connection, "30_ledger/create_subsidy_claim.sql")
    database.run(connection, "30_ledger/create_draft.sql", {"programme": PROGRAMME, "rule_version": RULE_VERSION})
    return post_draft(connection, publication_id=publication_id)


def _one(connection: Connection, name: str, values: dict[str, Any] | None = None) -> tuple[Any, ...]:
    row = database.run(connection, f"30_ledger/{name}.sql", values).fetchone()
    assert row is not None  # noqa: S101 - each of these statements has exactly one row
    return row
