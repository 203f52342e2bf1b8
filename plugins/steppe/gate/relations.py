"""The SELECTs of ``include/sql/10_staging``, with a delivery's values bound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import psycopg

from steppe import database, settings
from steppe.contracts import Contract, Resource
from steppe.database import Connection

FOLDER = "10_staging"
# A file of fewer rows is judged with the whole delivery: one bad row of ten is no reason to send it back.
OWN_SHARE_FROM_ROWS = 200
# So few absent keys are never a mass deletion, unless they are all that was known.
ABSENT_ALWAYS_ALLOWED = 3


@dataclass(frozen=True)
class Delivery:
    """What the SQL of the gate binds.

    Attributes:
        next_period: the next month that the sender has published already; None when there is none.
        digest: of rules, code lists and references, see ``ops.delivery.rule_set_digest``.
        known_digest: the same as the warehouse keeps it.
        approved: delivery rules that a person has lifted for this delivery.
    """

    delivery_id: int
    contract: Contract
    sender_code: str
    period: date
    next_period: date | None
    digest: str
    known_digest: int
    approved: frozenset[str] = frozenset()

    def values(self) -> dict[str, Any]:
        """Values by name."""
        year, month = divmod(self.period.year * 12 + self.period.month, 12)
        return {
            "delivery_id": self.delivery_id,
            "sender_code": self.sender_code,
            "root_code": settings.REGION_CODE,
            "period": self.period,
            "period_end": date(year, month + 1, 1) - timedelta(days=1),
            "next_period": self.next_period or "infinity",
            "known_digest": self.known_digest,
        }


def nothing(contract: Contract, resource: Resource) -> dict[str, Any]:
    """Values of a delivery that does not exist, to ask for a relation's columns."""
    delivery = Delivery(0, contract, contract.senders[0], date(2020, 1, 1), None, "", 0)
    return outcome_values(delivery, resource, keys_known=0)


def outcome_values(delivery: Delivery, resource: Resource, *, keys_known: int) -> dict[str, Any]:
    """Values by name for the relation of one row that says what became of a resource's rows."""
    return delivery.values() | {
        "resource": resource.name,
        "judge_all": True,
        "keys_known": keys_known,
        "own_share_from_rows": OWN_SHARE_FROM_ROWS,
        "absent_always_allowed": ABSENT_ALWAYS_ALLOWED,
        "max_rejected_share": delivery.contract.max_rejected_share,
        "max_absent_share": delivery.contract.max_absent_share,
    }


def bind(connection: Connection, path: str, values: Mapping[str, Any]) -> str:
    """The text of a file under ``10_staging`` with its values in it, without a closing semicolon."""
    cursor = psycopg.ClientCursor(connection)
    text = cursor.mogrify(database.statement(f"{FOLDER}/{path}"), values)
    return text.rstrip().rstrip(";")
