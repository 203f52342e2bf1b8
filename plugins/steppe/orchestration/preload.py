"""What the scheduler imports at its start, so that tasks, which are forked from it, need not."""

from __future__ import annotations

import gc
import importlib
import logging

# What a task's process imports before and while it runs one of our tasks: a second of processor time for each, without this.
MODULES = (
    "airflow.dag_processing.dagbag",
    "airflow.dag_processing.importers",
    "airflow.providers.standard.decorators.python",
    "airflow.sdk.execution_time.supervisor",
    "airflow.sdk.execution_time.task_runner",
    "airflow.sdk.definitions.connection",
    "airflow.sdk.definitions.decorators.setup_teardown",
    "jinja2.ext",
    "encodings.idna",
    "steppe.alerts.services",
    "steppe.orchestration.assets",
    "steppe.orchestration.defaults",
    "steppe.orchestration.steps",
    "steppe.intake",
    "steppe.ledger",
    "steppe.warehouse",
)


def warm() -> None:
    """Import the gate's and the tasks' libraries, compile the rules and read the contracts. No connection is left open across a fork.

    What fails here fails again in the task that needs it, and is told there: the scheduler starts in any case.
    """
    from steppe import contracts, gate

    for module in MODULES:
        importlib.import_module(module)
    try:
        contracts.load_all()
        gate.warm()
    except Exception as error:
        logging.getLogger(__name__).warning("not preloaded: %s", type(error).__qualname__)
    gc.collect()
