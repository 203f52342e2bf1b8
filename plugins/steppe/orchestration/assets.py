"""What joins the DAGs: each asset is updated by one DAG and starts the next."""

from __future__ import annotations

from airflow.sdk import Asset

# The pool of the heavy tasks (landing, gate, publication), as wide as the machine has cores.
GATE_POOL = "gate"

FACTS = Asset("steppe://warehouse/facts", group="steppe")
LEDGER = Asset("steppe://ledger/transfers", group="steppe")
MARTS = Asset("steppe://mart/tables", group="steppe")


def published(source: str) -> Asset:
    """Deliveries of one source that became visible."""
    return Asset(f"steppe://warehouse/{source}", group="steppe")
