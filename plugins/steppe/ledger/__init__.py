"""The ledger: accounts and transfers that always balance, append-only, sealed batch by batch and banner by banner.

``post`` brings the ledger in line with the facts known now, ``verify`` recomputes all of it, ``totals`` sums it up.
"""

from steppe.ledger.posting import LedgerError, Posted, Transfer, enter
from steppe.ledger.pv import post
from steppe.ledger.totals import Total, totals
from steppe.ledger.verification import Violation, verify

__all__ = ["LedgerError", "Posted", "Total", "Transfer", "Violation", "enter", "post", "totals", "verify"]
