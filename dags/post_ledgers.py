"""Purpose: turn facts into transfers that balance: the PV stations' money, and the subsidies that are owed under the rules in force.

Reads: the warehouse's facts of publications after its marks in `ops.step_mark`; for subsidies also the rules (`ops.programme` and the
tables beside it), payment orders and their approvals.

Writes: `ledger.account`, `ledger.transfer` (append-only; a correction is a linked reversal), `ledger.seal`, `ledger.decision` (why paid,
why not), its marks.

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
    description="Decisions, transfers and seals of PV money and subsidies, after the facts were built",
    doc_md=__doc__,
    schedule=[assets.FACTS],
    catchup=False,
    max_active_runs=1,
    default_args=defaults.task_arguments(),
    tags=[defaults.TAG, "ledger"],
    params={"timeout_minutes": defaults.timeout_minutes(30)},
):
    post() >> verify()
