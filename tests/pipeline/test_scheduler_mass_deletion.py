"""A person's word on a delivery, given to a real Airflow: asked under Required Actions, answered, judged again and published."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pipeline.gate import gate_deliveries as deliveries
from pipeline.running import Outcome, query
from steppe import intake
from steppe.orchestration import approvals, configuration, processes
from steppe.orchestration.client import Client

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(600)]

STATE = "SELECT state, rule_id FROM ops.delivery WHERE file_name = 'register-2019-04'"
REASON = "旗县合并，底册核减"


def deliver(place: Path, period: str, count: int) -> None:
    """A month's register in which every person has a household of his own."""
    rows = {
        "household": [deliveries.row("household", number, register_year="2018") for number in range(count)],
        "person": [deliveries.row("person", number, household_id=f"H{number:06d}") for number in range(count)],
    }
    intake.deliver(deliveries.write(place / f"register-{period}", rows, source="household_registry", period=period))


def ingest() -> None:
    processes.trigger("ingest_household_registry")
    processes.wait_quiet(timeout_s=200)


def until(look: Callable[[], Any], seconds: float = 90) -> Any:
    """What is seen as soon as there is something."""
    deadline = time.monotonic() + seconds
    while not (seen := look()) and time.monotonic() < deadline:
        time.sleep(1)
    return seen


def questions(client: Client) -> list[dict[str, Any]]:
    answer = client.call("GET", "/dags/approve_deliveries/dagRuns/~/hitlDetails")
    return [one for one in answer["hitl_details"] if not one["response_received"]]


def test_a_mass_deletion_is_published_on_a_person_s_word(outcome: Outcome, tmp_path: Path) -> None:
    deliver(tmp_path, "2019-03", 60)
    deliver(tmp_path, "2019-04", 30)
    ingest()
    assert query(STATE) == [("rejected", "delivery.mass_deletion")]

    with Client() as client:
        processes.trigger("approve_deliveries")
        (question,) = until(lambda: questions(client))
        assert "2019-04" in question["subject"]
        assert "| 0 | 30 | 0 | 30 |" in question["body"]
        processes.wait_quiet(timeout_s=60)  # a question that waits for a person is nothing to wait for
        asked = question["task_instance"]
        client.call(
            "PATCH",
            f"/dags/approve_deliveries/dagRuns/{asked['dag_run_id']}/taskInstances/{asked['task_id']}/{asked['map_index']}/hitlDetails",
            json={"chosen_options": [approvals.APPROVE], "params_input": {"reason": REASON}},
        )
        assert until(lambda: query(STATE) == [("received", None)])
    ingest()

    assert query(STATE) == [("published", None)]
    assert query("SELECT decision, decided_by, reason FROM ops.approval") == [("approved", configuration.LOGIN, REASON)]
    assert processes.failed_runs() == []
