"""What two people are asked before an order goes to the bank: Airflow shows it under "Required Actions" and knows who answered."""

from __future__ import annotations

from datetime import timedelta

from airflow.providers.standard.operators.hitl import HITLOperator

APPROVE, REFUSE = "同意 approve", "退回 refuse"
# The order at hand, of those that the run proposed.
_ORDER = "ti.xcom_pull(task_ids='propose')[ti.map_index]"


def ask(task_id: str) -> HITLOperator:
    """A task that waits for one person's answer about the order that its mapped group is for; it gives up after two weeks."""
    return HITLOperator(
        task_id=task_id,
        subject="{{ " + _ORDER + "['subject'] }}",
        body="{{ " + _ORDER + "['body'] }}",
        options=[APPROVE, REFUSE],
        response_timeout=timedelta(days=14),
    )
