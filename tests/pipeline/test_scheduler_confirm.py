"""Joint confirmation in a running Airflow: two people answer over its REST API, each with a login of his own (C2.7)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from typing import Any

import pytest
from pipeline.answering import Questions, wait
from pipeline.running import APPROVERS, Installation, query
from sql.known import insert
from steppe import database, warehouse
from steppe.orchestration import processes
from steppe.orchestration.client import Client
from steppe.warehouse import assessment

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(400)]

# Before the sample's months, so that what is told here changes no figure of theirs.
MONTH = date(2019, 1, 1)
BANNER, SENDER = "150525", "150500"


def work(place: int, **tiers: int) -> None:
    """A person at work, with his evidence of one indicator."""
    row = {
        "region_code": BANNER, "sender_code": SENDER, "month": MONTH, "person_key": f"00000000-0000-0000-0001-{place:012d}",
        "evidence_tier": 1,
    }  # fmt: skip
    with database.connect("admin") as admin:
        insert(admin, "fct_employment_month", row | tiers)


def refresh() -> None:
    with database.connect("loader") as loader:
        warehouse.marts.refresh_month(loader, MONTH, 10**9)


@pytest.fixture(scope="module")
def confirmation(installation: Installation) -> Iterator[Questions]:
    """A run that asks about each assessed figure of the month."""
    with installation.active(), ExitStack() as sessions:
        work(1, out_migration_tier=1)  # by both sides
        work(2, jingmeng_local_tier=4)  # by his own word only
        refresh()
        people = {login: sessions.enter_context(Client(login=login)) for login in ("steppe", *APPROVERS)}
        run_id = processes.trigger("confirm_assessment", {"month": f"{MONTH:%Y-%m}"})
        path = f"/dags/confirm_assessment/dagRuns/{run_id}/taskInstances/propose/xcomEntries/return_value"
        proposed = wait(lambda: people["steppe"].call("GET", path, params={"deserialize": True})["value"])
        about = tuple(candidate["reference"].split(" ")[0] for candidate in proposed)
        yield Questions("confirm_assessment", run_id, "sign", about, people)


@pytest.fixture(autouse=True)
def active(installation: Installation) -> Iterator[None]:
    with installation.active():
        yield


def state(indicator: str) -> tuple[Any, ...]:
    """State of the indicator's newest snapshot, who signed for which side, and what its figure is shown as."""
    ((found, signers, shown),) = query(
        "SELECT state, ARRAY(SELECT side || ' ' || signer FROM ops.confirmation AS c WHERE (c.indicator, c.month, c.snapshot_no) = "
        "(a.indicator, a.month, a.snapshot_no) ORDER BY 1), (SELECT confirmation FROM mart.target_progress AS p "
        "WHERE (p.indicator, p.month, p.region_code) = (a.indicator, a.month, a.region_code)) "
        f"FROM mart.assessment_state AS a WHERE indicator = '{indicator}' AND month = '{MONTH}' ORDER BY snapshot_no DESC LIMIT 1"
    )
    return found, signers, shown


def test_two_people_confirm_and_one_alone_does_not(confirmation: Questions) -> None:
    first, second = APPROVERS
    assert confirmation.decided(first, "hr", "out_migration") == "success"
    assert state("out_migration") == ("open", [f"hr {first}"], "未确认")
    assert confirmation.decided(second, "poverty", "out_migration") == "success"
    assert state("out_migration") == ("confirmed", [f"hr {first}", f"poverty {second}"], "已确认")


def test_what_the_sides_count_differently_stays_unconfirmed(confirmation: Questions) -> None:
    first, second = APPROVERS
    indicator = "jingmeng_local_transfer"
    _, body = confirmation.shown("ask_hr", indicator)
    assert "| 仅此一方 only this side | 0 | 1 |" in body
    assert "00000000-0000" not in body
    assert confirmation.decided(first, "hr", indicator) == "success"
    assert confirmation.decided(second, "poverty", indicator) == "success"
    assert state(indicator) == ("unequal", [f"hr {first}", f"poverty {second}"], "未确认")


def test_one_person_twice_and_another_digest_are_refused(confirmation: Questions) -> None:
    first, second = APPROVERS
    assert confirmation.decided(first, "hr", "beijing") == "success"
    assert confirmation.decided(first, "poverty", "beijing") == "failed"
    assert state("beijing") == ("open", [f"hr {first}"], "未确认")
    # A correction makes another digest: what the second person is shown now is not what the first one signed.
    work(3, out_migration_tier=1, beijing_tier=1)
    refresh()
    with database.connect("loader") as loader:
        assessment.freeze(loader, MONTH)
    confirmation.clear("ask_poverty", "beijing")
    assert confirmation.decided(second, "poverty", "beijing") == "failed"
    assert state("beijing") == ("open", [], "未确认")
