"""The ledger: accounts and transfers that always balance, append-only, sealed batch by batch and banner by banner.

``post`` brings the ledger in line with the PV facts known now, ``post_subsidies`` decides who is owed what and does the same for
subsidies, ``propose`` and ``approve`` turn what is owed into orders that two people release. ``statement`` and
``claims`` show it, ``verify`` recomputes all of it.
"""

from steppe.ledger.posting import LedgerError, Posted, Transfer, enter
from steppe.ledger.pv import post
from steppe.ledger.statements import Claim, Entry, accounts_of, claims, statement
from steppe.ledger.subsidies import Order, approve, open_orders, post_subsidies, propose
from steppe.ledger.totals import Total, totals
from steppe.ledger.verification import Violation, verify

__all__ = [
    "Claim",
    "Entry",
    "LedgerError",
    "Order",
    "Posted",
    "Total",
    "Transfer",
    "Violation",
    "accounts_of",
    "approve",
    "claims",
    "enter",
    "open_orders",
    "post",
    "post_subsidies",
    "propose",
    "statement",
    "totals",
    "verify",
]
