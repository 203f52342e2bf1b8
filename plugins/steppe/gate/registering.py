"""The catalogue of rules as rows of ``ops.rule``, for marts and for people who ask in SQL."""

from __future__ import annotations

from steppe import contracts, database
from steppe.database import Connection
from steppe.gate import rules
from steppe.gate.relations import FOLDER

# Who answers for what is no single agency's: the form of a line, or of a delivery.
OWNER_OF_ALL = "自治区人社厅"


def register(connection: Connection) -> None:
    """Bring ``ops.rule`` up to date with the suites. Safe to run again; the caller commits.

    Args:
        connection: the owner's (``connect("admin")``).
    """
    of_resource = {resource.name: contract for contract in contracts.load_all() for resource in contract.resources}
    connection.execute("UPDATE ops.rule SET is_current = false")
    with connection.cursor() as cursor:
        cursor.executemany(
            database.statement(f"{FOLDER}/register_rule.sql"),
            [
                {
                    "rule_id": rule.rule_id,
                    "source": contract.source if contract else None,
                    "resource": rule.resource,
                    "owner": contract.owner if contract else OWNER_OF_ALL,
                    "clause": rule.clause,
                    "severity": rule.severity,
                    "kind": rule.kind,
                    "rejects": rule.rejects,
                    "why": rule.why,
                    "fix": rule.fix,
                    "is_waivable": rule.is_waivable,
                }
                for rule in rules.catalogue()
                for contract in (of_resource.get(rule.resource),)
            ],
        )
