"""Purpose: let a person allow what the gate sends back because it may be a mistake: a mass deletion, an unexplained change in counts.

Reads: `ops.delivery` (rejected under `delivery.mass_deletion` or `delivery.unexplained_change`, nobody asked yet), `ops.difference`.

Writes: `ops.approval_request`, `ops.approval`; an approved delivery is received again, and the next ingest judges and publishes it.

- `find` lists what has to be decided; mostly nothing.
- `ask` waits for a person: *Required Actions* on Airflow's page. The text has counts by resource, and where the delivery's page is.
- `decide` records who decided and why. Without an answer in five days the delivery stays rejected.

When it fails: nothing was published or lost. Clear the task: a question is asked once, a decision is never changed. After the five days,
have the delivery sent again with a new `created_at`; it is then asked about again.
"""

from __future__ import annotations

from airflow.sdk import DAG, CronTriggerTimetable, Param, get_current_context, task, task_group
from steppe.orchestration import approvals, defaults


@task
def find() -> list[dict[str, object]]:
    from steppe.orchestration import steps

    context = get_current_context()
    return steps.find_questions(context["run_id"], context["params"]["limit"])


@task
def decide(question: dict[str, object], answer: dict[str, object]) -> None:
    from steppe.orchestration import steps

    steps.decide(question, answer)


@task_group
def one(question: dict[str, object]) -> None:
    asked = approvals.ask(
        "ask", proposed_by="find", days=5, defaults=approvals.REFUSE, params={"reason": approvals.REASON}
    )
    decide(question, asked.output)


with DAG(
    "approve_deliveries",
    description="A person's word on deliveries that imply a mass deletion or an unexplained change",
    doc_md=__doc__,
    schedule=CronTriggerTimetable(defaults.EVERY_TEN_MINUTES, timezone=defaults.TIMEZONE),
    catchup=False,
    # A run lives as long as its questions wait, and the next ones must not wait for it.
    max_active_runs=16,
    default_args=defaults.task_arguments(),
    tags=[defaults.TAG, "gate"],
    params={
        "limit": Param(
            20,
            type="integer",
            minimum=1,
            maximum=100,
            title="Questions at most 问题上限",
            description="The oldest go first; the rest is left to the next run.",
        )
    },
):
    one.expand(question=find())
