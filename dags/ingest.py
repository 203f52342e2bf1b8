"""Purpose: take the deliveries of one agency from the inbox to the warehouse.

Reads: the inbox; the contract in `include/contracts/`; the rules in `expectations/`.

Writes: `ops.delivery` (received → landed → gated → published, or rejected with the reason), the archive, `quarantine.row`,
`ops.gate_result`, the warehouse's dimensions and facts of the source, `ops.alert`.

- `receive` takes the files and lists what has no final state, sender by sender, oldest month first.
- `load` runs once per sender, over his deliveries one after the other: each is landed, judged and published in one transaction.
- `announce` sends alerts, and starts `build_warehouse` when something was published.

When it fails: a bad file does not fail a task. It is rejected, an alert says why, and `./steppe status` lists it. A red task means that
the database, the disk or this code failed: it was retried where that could help, and an alert was raised. Remove the cause, then clear
the task; each may run any number of times. Nothing is half published, and the next run takes up what was left.
"""

from __future__ import annotations

from airflow.sdk import DAG, CronTriggerTimetable, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException
from steppe import contracts
from steppe.contracts import Contract
from steppe.orchestration import assets, defaults


@task
def receive(source: str) -> list[dict[str, object]]:
    from steppe.orchestration import steps

    params = get_current_context()["params"]
    return steps.receive(source, params["limit"], params["sender"])


@task(pool=assets.GATE_POOL, map_index_template="{{ label }}")
def load(turn: dict[str, object]) -> None:
    from steppe.orchestration import steps

    get_current_context()["label"] = turn["label"]
    steps.load(*turn["delivery_ids"])


def ingest(contract: Contract) -> DAG:
    """The DAG of one source."""
    published = assets.published(contract.source)

    @task(outlets=[published])
    def announce() -> None:
        from steppe.orchestration import steps

        unbuilt = steps.announce(contract.source)
        if not unbuilt:
            raise AirflowSkipException("nothing new was published")
        get_current_context()["outlet_events"][published].extra = {"publications": unbuilt}

    with DAG(
        f"ingest_{contract.source}",
        description=f"{contract.title} {contract.title_zh}: inbox to warehouse",
        doc_md=__doc__,
        schedule=CronTriggerTimetable(defaults.EVERY_TEN_MINUTES, timezone=defaults.TIMEZONE),
        catchup=False,
        max_active_runs=1,
        default_args=defaults.task_arguments(),
        tags=[defaults.TAG, "ingest", contract.source],
        params={"limit": defaults.DELIVERIES_AT_MOST, "sender": defaults.SENDER},
    ) as dag:
        # A teardown runs whatever became of the deliveries, and leaves the state of the run to them.
        load.expand(turn=receive(contract.source)) >> announce().as_teardown()
    return dag


for each in contracts.load_all():
    globals()[f"ingest_{each.source}"] = ingest(each)
