"""Purpose: turn what is owed into payment orders that go to the bank once two people have agreed to each.

Reads: the decisions and what stands in the ledger; the answers of two people, which Airflow's page takes under "Required Actions".

Writes: `ledger.payment_order`, `ledger.payment_line`, `ledger.approval` (bound to the digest of the order that was shown),
`ledger.transfer` (payable, then sent to the bank).

When it fails: `ask_…` red: nobody answered in two weeks; the order waits on, clear the task. `record_…` red: the same person answered
twice, or the order is no longer what was shown, or the posting was refused; the log says which. Clear the `ask_…` before it, so that
another person answers; or trigger the DAG again, and what is owed now is shown anew. Nothing is paid twice.
"""

from __future__ import annotations

from airflow.sdk import DAG, Param, get_current_context, task, task_group
from steppe.orchestration import approvals, assets, defaults


@task(pool=assets.GATE_POOL)
def propose() -> list[dict[str, str]]:
    from steppe.orchestration import steps

    return steps.propose(get_current_context()["params"]["banners"])


@task.short_circuit(ignore_downstream_trigger_rules=False)
def record_first(order: dict[str, str], answer: dict[str, object]) -> bool:
    from steppe.orchestration import steps

    return steps.record_approval(order, answer)


@task(pool=assets.GATE_POOL, outlets=[assets.LEDGER])
def record_second(order: dict[str, str], answer: dict[str, object]) -> None:
    from steppe.orchestration import steps

    steps.record_approval(order, answer)


@task_group
def approve(order: dict[str, str]) -> None:
    first, second = approvals.ask("ask_first"), approvals.ask("ask_second")
    record_first(order, first.output) >> second
    record_second(order, second.output)


with DAG(
    "pay_subsidies",
    description="Payment orders, the approvals of two people, and their release to the bank",
    doc_md=__doc__,
    catchup=False,
    max_active_runs=1,
    default_args=defaults.task_arguments(),
    tags=[defaults.TAG, "ledger"],
    params={
        "banners": Param(
            [],
            type="array",
            items={"type": "string", "pattern": "^[0-9]{6}$"},
            title="Banners 旗县",
            description="Codes of the banners that pay now; none means every banner.",
        )
    },
):
    approve.expand(order=propose())
