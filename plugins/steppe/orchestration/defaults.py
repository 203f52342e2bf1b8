"""What all DAGs share: owner, retries and what happens when a task fails for good."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from airflow.sdk import Param

OWNER = "employment-assistance"
TAG = "steppe"
TIMEZONE = "Asia/Shanghai"
EVERY_TEN_MINUTES = "*/10 * * * *"
# The last deadline of the contracts is on the 15th in the evening.
AFTER_THE_DEADLINES = "0 9 16 * *"
DELIVERIES_AT_MOST = Param(
    500,
    type="integer",
    minimum=1,
    maximum=1000,
    title="Deliveries at most 批次上限",
    description="The oldest months go first; the rest is left to the next run.",
)
SENDER = Param(
    None,
    type=["null", "string"],
    pattern="^[0-9]{6}$",
    title="Sender 报送单位",
    description="Code of one sender, to load only what it sent; empty for all.",
)


def alert_failure(context: Mapping[str, Any]) -> None:
    """A task failed for good: an incident, told at once. The exception's text stays in the task's log."""
    from steppe.orchestration import steps

    instance = context["task_instance"]
    error = context.get("exception")
    steps.task_failed(
        dag_id=instance.dag_id,
        task_id=instance.task_id,
        run_id=instance.run_id,
        map_index=instance.map_index if instance.map_index is not None else -1,
        error=getattr(error, "original", None) or (type(error).__name__ if error else "killed"),
        run_url=getattr(instance, "log_url", None),
    )


def tell_success(context: Mapping[str, Any]) -> None:
    """A task went well: an incident of its failing is over. Of mapped tasks one says nothing of the others; ``announce`` knows."""
    from steppe.orchestration import steps

    instance = context["task_instance"]
    if instance.map_index is None or instance.map_index < 0:
        steps.task_succeeded(instance.dag_id, instance.task_id)


def task_arguments() -> dict[str, Any]:
    """``default_args``: only what passes is retried (``failures.Unavailable``, or a task that was killed), with growing pauses."""
    return {
        "owner": OWNER,
        "retries": 3,
        "retry_delay": timedelta(seconds=10),
        "retry_exponential_backoff": 2.0,
        "max_retry_delay": timedelta(minutes=5),
        "on_failure_callback": alert_failure,
        "on_success_callback": tell_success,
    }


def timeout_minutes(default: int) -> Param:
    """Parameter of a DAG whose work is a statement or a few: when to give one up."""
    return Param(
        default,
        type="integer",
        minimum=1,
        maximum=720,
        title="Statement timeout, minutes 语句时限（分钟）",
        description="One SQL statement that runs longer is cancelled, and the task is retried.",
    )
