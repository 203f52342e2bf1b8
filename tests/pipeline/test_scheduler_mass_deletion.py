"""A person's word on a delivery, given to a real Airflow: asked under Required Actions, answered, judged again and published."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pipeline.answering import Questions, wait
from pipeline.gate import gate_deliveries as deliveries
from pipeline.running import Outcome, query
from steppe import intake
from steppe.orchestration import configuration, processes
from steppe.orchestration.client import Client

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(600)]

# A sender and months of their own: nothing that is told here is in what the other tests count, nor is theirs missing here.
SENDER = "150500"
PLACE = {"region_code": "150523", "village_code": "150523100200"}
STATE = "SELECT state, rule_id FROM ops.delivery WHERE file_name = 'register-2019-04'"
REASON = "旗县合并，底册核减"


def deliver(place: Path, period: str, count: int) -> None:
    """A month's register in which every person has a household of his own."""
    rows = {
        "household": [deliveries.row("household", number, register_year="2018", **PLACE) for number in range(count)],
        "person": [deliveries.row("person", number, household_id=f"H{number:06d}", **PLACE) for number in range(count)],
    }
    source = "household_registry"
    intake.deliver(deliveries.write(place / f"register-{period}", rows, source=source, sender=SENDER, period=period))


def ingest() -> None:
    processes.trigger("ingest_household_registry")
    processes.wait_quiet(timeout_s=200)


@pytest.fixture
def question(outcome: Outcome, tmp_path: Path) -> Iterator[Questions]:
    """What is asked about a register of which half the persons are missing."""
    deliver(tmp_path, "2019-03", 60)
    deliver(tmp_path, "2019-04", 30)
    ingest()
    assert query(STATE) == [("rejected", "delivery.mass_deletion")]
    with Client() as client:
        processes.trigger("approve_deliveries")
        # The schedule may have come first: a question is asked by one run.
        asked = wait(lambda: client.call("GET", "/dags/approve_deliveries/dagRuns/~/hitlDetails")["hitl_details"])
        (run_id,) = {one["task_instance"]["dag_run_id"] for one in asked if "2019-04" in one["subject"]}
        yield Questions("approve_deliveries", run_id, "one", ("2019-04",), {"steppe": client})


def test_a_mass_deletion_is_published_on_a_person_s_word(question: Questions) -> None:
    began = datetime.now(UTC)
    subject, body = question.shown("ask", "2019-04")
    assert "2019-04" in subject
    assert "| 0 | 30 | 0 | 30 |" in body
    processes.wait_quiet(timeout_s=60)  # a question that waits for a person is nothing to wait for
    assert question.recorded(configuration.LOGIN, "ask", "decide", "2019-04", reason=REASON) == "success"
    assert query(STATE) == [("received", None)]
    ingest()

    assert query(STATE) == [("published", None)]
    assert query("SELECT decision, decided_by, reason FROM ops.approval") == [("approved", configuration.LOGIN, REASON)]
    assert processes.failed_runs(began) == []
