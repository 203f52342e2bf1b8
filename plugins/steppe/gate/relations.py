"""The SELECTs of ``include/sql/10_staging``, with a delivery's values bound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import psycopg

from steppe import database
from steppe.contracts import Contract
from steppe.database import Connection

FOLDER = "10_staging"
# A digest that no version carries. Not NULL: the planner would see that nothing matches, and not run in parallel.
NOTHING_KNOWN = 0


@dataclass(frozen=True)
class Delivery:
    """What the SQL of the gate binds.

    Attributes:
        next_period: the next month that the sender has published already; None when there is none.
        digest: of rules, code lists and references, see ``ops.delivery.rule_set_digest``.
        known_digest: the same as the warehouse keeps it.
    """

    delivery_id: int
    contract: Contract
    sender_code: str
    period: date
    next_period: date | None
    digest: str
    known_digest: int

    def values(self, *, judge_all: bool = False) -> dict[str, Any]:
        """Values by name; with ``judge_all`` nothing counts as known unchanged."""
        year, month = divmod(self.period.year * 12 + self.period.month, 12)
        return {
            "delivery_id": self.delivery_id,
            "sender_code": self.sender_code,
            "period": self.period,
            "period_end": date(year, month + 1, 1) - timedelta(days=1),
            "next_period": self.next_period or "infinity",
            "known_digest": NOTHING_KNOWN if judge_all else self.known_digest,
        }


def nothing(contract: Contract) -> dict[str, Any]:
    """Values of a delivery that does not exist, to ask for a relation's columns."""
    return Delivery(0, contract, contract.senders[0], date(2020, 1, 1), None, "", NOTHING_KNOWN).values()


def bind(connection: Connection, path: str, values: Mapping[str, Any]) -> str:
    """The text of a file under ``10_staging`` with its values in it, without a closing semicolon."""
    cursor = psycopg.ClientCursor(connection)
    text = cursor.mogrify(database.statement(f"{FOLDER}/{path}"), values)
    return text.rstrip().rstrip(";")
