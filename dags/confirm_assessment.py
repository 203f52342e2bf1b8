"""Purpose: freeze the assessed figures of a month, show both departments where they differ, and take both signatures (共同确认, C2.7).

Reads: the registered figures and their lists, the HR side's own records; the answers of two people, which Airflow's page takes under
"Required Actions".

Writes: `mart.assessment` with its figures and persons, `ops.confirmation` (bound to the digest that was shown), and in
`mart.target_progress` whether a figure is 已确认. A difference, a refusal or a missing signature leaves it 未确认.

When it fails: `propose` red: the month asked for has no figures; publish the marts, clear it. `ask_…` red: nobody answered in two
weeks; clear it. `record_…` red: one person answered for both departments, or what was shown has been superseded by a correction; the
log says which. Clear the `ask_…` before it, so that another person answers; or trigger the DAG again, and the present figures are
shown. What was signed stays.
"""

from __future__ import annotations

from airflow.sdk import DAG, Param, get_current_context, task, task_group
from airflow.timetables.trigger import CronTriggerTimetable
from steppe.orchestration import approvals, assets, defaults


@task(pool=assets.GATE_POOL)
def propose() -> list[dict[str, str]]:
    from steppe.orchestration import steps

    return steps.freeze(get_current_context()["params"]["month"])


@task.short_circuit(ignore_downstream_trigger_rules=False)
def record_hr(candidate: dict[str, str], answer: dict[str, object]) -> bool:
    from steppe.orchestration import steps

    return steps.record_signature(candidate, "hr", answer)


@task
def record_poverty(candidate: dict[str, str], answer: dict[str, object]) -> None:
    from steppe.orchestration import steps

    steps.record_signature(candidate, "poverty", answer)


@task_group
def sign(candidate: dict[str, str]) -> None:
    hr, poverty = approvals.ask("ask_hr"), approvals.ask("ask_poverty")
    record_hr(candidate, hr.output) >> poverty
    record_poverty(candidate, poverty.output)


with DAG(
    "confirm_assessment",
    description="Assessed figures of a month: frozen, signed by both departments, confirmed",
    doc_md=__doc__,
    schedule=CronTriggerTimetable(defaults.AFTER_THE_DEADLINES, timezone=defaults.TIMEZONE),
    catchup=False,
    max_active_runs=1,
    default_args=defaults.task_arguments(),
    tags=[defaults.TAG, "mart"],
    params={
        "month": Param(
            None,
            type=["null", "string"],
            pattern="^[0-9]{4}-(0[1-9]|1[0-2])$",
            title="Month 月份",
            description="Month up to which is counted, such as 2020-06; empty for the newest with figures.",
        )
    },
):
    sign.expand(candidate=propose())
