"""Purpose: turn published settlements, allocations and wages of the PV stations into transfers that balance.

Reads: `warehouse.fct_pv_settlement_month`, `fct_pv_allocation_month`, `fct_pv_post_month` of publications after its mark in
`ops.step_mark`.

Writes: `ledger.account`, `ledger.transfer` (append-only; a correction is a linked reversal), `ledger.seal`, its mark.

When it fails: `post` red: nothing of the batch was posted; remove the cause and clear it, a transfer has a key and is never posted twice.
`verify` red: an invariant of the ledger does not hold, and the marts were left as they are. Do not repair rows by hand: read
docs/runbook.md, section "ledger".
"""

from __future__ import annotations

from airflow.sdk import DAG, get_current_context, task
from steppe.orchestration import assets, defaults


@task(pool=assets.GATE_POOL)
def post() -> None:
    from steppe.orchestration import steps

    steps.post(get_current_context()["params"]["timeout_minutes"])


@task(outlets=[assets.LEDGER])
def verify() -> None:
    from steppe.orchestration import steps

    steps.verify(get_current_context()["params"]["timeout_minutes"])


with DAG(
    "post_ledgers",
    description="Transfers and seals of the PV money, after the facts were built",
    doc_md=__doc__,
    schedule=[assets.FACTS],
    catchup=False,
    max_active_runs=1,
    default_args=defaults.task_arguments(),
    tags=[defaults.TAG, "ledger"],
    params={"timeout_minutes": defaults.timeout_minutes(30)},
):
    post() >> verify()
