"""Purpose: derive the dimensions and facts that are made from several agencies' deliveries.

Reads: `ops.publication` after its marks in `ops.identity_mark` and `ops.step_mark`; the warehouse's published rows; the vault, where names
are compared; `ops.parameter`, `ops.region`.

Writes: `ops.identity_case` (doubts for a person to decide), `warehouse.person_link`, `person_contested`; then `warehouse.dim_region`,
`dim_date`, `dim_village`, `fct_employment_month` (person × month); its marks.

When it fails: readers keep the facts of the last success. The cause is the database, the disk or this code; an alert was raised. Clear
the task: it starts from its mark and gives the same result however often it runs. A statement that ran too long was
cancelled; trigger the DAG with a larger timeout.
"""

from __future__ import annotations

from airflow.sdk import DAG, AssetAny, get_current_context, task
from steppe import contracts
from steppe.orchestration import assets, defaults


@task(pool=assets.GATE_POOL)
def identify() -> None:
    from steppe.orchestration import steps

    steps.identify(get_current_context()["params"]["timeout_minutes"])


@task(outlets=[assets.FACTS], pool=assets.GATE_POOL)
def build() -> None:
    from steppe.orchestration import steps

    steps.build(get_current_context()["params"]["timeout_minutes"])


with DAG(
    "build_warehouse",
    description="Facts made from several agencies' deliveries, after any of them was published",
    doc_md=__doc__,
    schedule=AssetAny(*(assets.published(source) for source in contracts.sources())),
    catchup=False,
    max_active_runs=1,
    default_args=defaults.task_arguments(),
    tags=[defaults.TAG, "warehouse"],
    params={"timeout_minutes": defaults.timeout_minutes(60)},
):
    identify() >> build()
