"""A person's word on what the gate sends back because it may be a mistake, and may be right: asked once, decided once, on record."""

from __future__ import annotations

from steppe import database
from steppe.database import Connection
from steppe.gate.relations import FOLDER

# So long is a reason at least; the table asks for it too.
REASON_LENGTH = 5
# What a sender cannot correct when it is true.
APPROVABLE = ("delivery.mass_deletion", "delivery.unexplained_change")


def ask(connection: Connection, run_id: str, most: int) -> list[tuple[int, str]]:
    """(delivery, rule) of the rejections that this run asks about, the oldest first. The caller commits.

    Each is asked by one run; a run that asks again gets its own questions again, as long as they are not decided.
    """
    values = {"run_id": run_id, "most": most, "approvable": list(APPROVABLE)}
    return database.run(connection, f"{FOLDER}/ask_approvals.sql", values).fetchall()


def decide(connection: Connection, delivery_id: int, rule_id: str, *, is_approved: bool, by: str, reason: str) -> bool:
    """Record a decision; whether the delivery is received again because of it. The caller commits.

    A decision stands: a second one changes nothing. A delivery that a later one has overtaken stays rejected all the same.
    """
    values = {
        "delivery_id": delivery_id,
        "rule_id": rule_id,
        "decision": "approved" if is_approved else "refused",
        "decided_by": by,
        "reason": reason,
    }
    if not database.run(connection, f"{FOLDER}/insert_approval.sql", values).rowcount or not is_approved:
        return False
    return database.run(connection, f"{FOLDER}/receive_again.sql", values).rowcount == 1
