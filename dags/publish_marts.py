"""Purpose: bring the tables that people read up to date.

Reads: the warehouse's facts and dimensions, the ledger, `ops.target`, `ops.parameter`.

Writes: the lists of a month in `mart` and, by `ops.indicator`, the figures over them (`indicator_value`, `target_progress`,
`last_year_migrants`, `four_clears`, `five_fields`); `pv_revenue_share`, `account_month`; its mark in `ops.step_mark`;
`ops.across_result` (whether the agencies agree), and an alert where they do not.

When it fails: readers keep the marts of the last success. The cause is the database, the disk or this code; an alert was raised. Clear
the task: it may run any number of times. A statement that ran too long was cancelled; trigger the DAG with a larger timeout.
"""

from __future__ import annotations

from airflow.sdk import DAG, get_current_context, task
from steppe.orchestration import assets, defaults


@task(outlets=[assets.MARTS], pool=assets.GATE_POOL)
def refresh() -> None:
    from steppe.orchestration import steps

    steps.refresh(get_current_context()["params"]["timeout_minutes"])


@task(pool=assets.GATE_POOL)
def compare_sources() -> None:
    from steppe.orchestration import steps

    steps.compare_sources(get_current_context()["params"]["timeout_minutes"])


with DAG(
    "publish_marts",
    description="Targets, lists and shares for people, after the ledger was posted and verified",
    doc_md=__doc__,
    schedule=[assets.LEDGER],
    catchup=False,
    max_active_runs=1,
    default_args=defaults.task_arguments(),
    tags=[defaults.TAG, "mart"],
    params={"timeout_minutes": defaults.timeout_minutes(30)},
):
    refresh() >> compare_sources()
