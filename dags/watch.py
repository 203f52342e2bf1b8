"""Purpose: notice what did not happen and what is over, hand on what waits too long, and send again what a channel refused.

Reads: the deadlines in the contracts, `ops.delivery`, `ops.publication`, `ops.incident`, `ops.alert`, `ops.alert_delivery`.

Writes: `ops.incident` and its news in `ops.alert` for deliveries that are late, stuck, or rejected and never corrected, that are over, and
that go up a level (旗县, 盟市, 自治区); `ops.alert_delivery` for each attempt to send.

When it fails: no alert is lost, they stand in `ops.alert` and are sent by the next run or the next ingest. The cause is the database or
this code; a channel that does not answer fails no task. Clear the task, or wait ten minutes.
"""

from __future__ import annotations

from airflow.sdk import DAG, CronTriggerTimetable, Param, get_current_context, task
from steppe.orchestration import defaults


@task
def find_late() -> None:
    from steppe.orchestration import steps

    steps.find_late(get_current_context()["params"]["as_of"])


@task
def dispatch() -> None:
    from steppe.orchestration import steps

    steps.dispatch()


with DAG(
    "watch",
    description="Late deliveries, and alerts that are still to be sent",
    doc_md=__doc__,
    schedule=CronTriggerTimetable(defaults.EVERY_TEN_MINUTES, timezone=defaults.TIMEZONE),
    catchup=False,
    max_active_runs=1,
    default_args=defaults.task_arguments(),
    tags=[defaults.TAG, "alerts"],
    params={
        "as_of": Param(
            None,
            type=["null", "string"],
            format="date-time",
            title="As of 截至",
            description="Moment at which deadlines are judged, with its time zone; empty for now.",
        )
    },
):
    # Also when the watch itself failed: its alert has to go out.
    find_late() >> dispatch().as_teardown()
