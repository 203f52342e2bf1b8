"""What people are asked before something goes on: Airflow shows it under "Required Actions" and knows who answered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Param

APPROVE, REFUSE = "同意 approve", "退回 refuse"
REASON = Param(
    None,
    type=["null", "string"],
    title="Reason 理由",
    description="Five characters or more to approve; no personal data 同意须填五字以上，勿填个人信息",
)


def ask(task_id: str, *, proposed_by: str = "propose", days: int = 14, **more: Any) -> HITLOperator:
    """A task that waits for one person's answer about what its mapped group is for; it gives up after two weeks.

    Args:
        proposed_by: the task that returned, for each of the mapped, ``subject`` and ``body``.
        more: of ``HITLOperator``; with ``defaults`` nothing is given up, and no answer is that answer.
    """
    at_hand = f"ti.xcom_pull(task_ids='{proposed_by}')[ti.map_index]"
    return HITLOperator(
        task_id=task_id,
        subject="{{ " + at_hand + "['subject'] }}",
        body="{{ " + at_hand + "['body'] }}",
        options=[APPROVE, REFUSE],
        response_timeout=timedelta(days=days),
        **more,
    )
