"""Payment orders in a running Airflow: two people answer over its REST API, each with a login of his own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from pipeline.running import APPROVERS, Installation, query
from sql.known import insert
from steppe import database, ledger
from steppe.orchestration import processes
from steppe.orchestration.approvals import APPROVE
from steppe.orchestration.client import AirflowUnreachable, Client

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(400)]

DAG = "/dags/pay_subsidies"
# Nobody else has claims there: no sender of the sample's first run reports for them.
SENDER, PAID, TAMPERED = "150500", "150521", "150522"
WAIT_SECONDS = 120
SECONDS_TO_READ = 5


@dataclass
class Payment:
    """A run of ``pay_subsidies`` that asks about one order of each banner, in their order; ``people`` are sessions by login."""

    run_id: str
    people: dict[str, Client]

    @staticmethod
    def order(banner: str) -> int:
        """Place of a banner's order among the run's mapped groups."""
        return sorted((PAID, TAMPERED)).index(banner)

    def answer(self, login: str, task: str, banner: str) -> None:
        """Answer some seconds after the question, as a person would: an answer that overtakes the scheduler's books is asked for again."""
        self.wait(lambda: self.is_asking(task, banner))
        time.sleep(SECONDS_TO_READ)
        body = {"chosen_options": [APPROVE], "params_input": {}}
        self.call(login, "PATCH", f"{self.instance(task, banner)}/hitlDetails", json=body)

    def decided(self, login: str, which: str, banner: str) -> str:
        """Answer the first or second question, again if it is put again, until what was said is recorded; how that task ended."""

        def look() -> str | None:
            if self.is_asking(f"ask_{which}", banner):
                self.answer(login, f"ask_{which}", banner)
            return _final(self.state(f"record_{which}", banner))

        return str(self.wait(look))

    def is_asking(self, task: str, banner: str) -> bool:
        return self.state(task, banner) in ("awaiting_input", "deferred")

    def state(self, task: str, banner: str) -> str | None:
        state: str | None = self.call("steppe", "GET", self.instance(task, banner))["state"]
        return state

    def instance(self, task: str, banner: str) -> str:
        return f"{DAG}/dagRuns/{self.run_id}/taskInstances/approve.{task}/{self.order(banner)}"

    def clear(self, task: str, banner: str) -> None:
        """As the runbook says: the question is asked again, and what follows it."""
        body = {
            "dry_run": False, "dag_run_id": self.run_id, "task_ids": [[f"approve.{task}", self.order(banner)]],
            "include_downstream": True, "only_failed": False, "reset_dag_runs": True,
        }  # fmt: skip
        self.call("steppe", "POST", f"{DAG}/clearTaskInstances", json=body)

    def call(self, login: str, method: str, path: str, **arguments: Any) -> Any:
        return self.people[login].call(method, path, **arguments)

    @staticmethod
    def wait(look: Callable[[], Any]) -> Any:
        """What a look finds, once it finds something; a question that is not asked yet is not found."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            try:
                if found := look():
                    return found
            except AirflowUnreachable as error:
                if "HTTP 404" not in str(error):
                    raise
            assert time.monotonic() < deadline, "nothing came in time"
            time.sleep(0.5)


def _final(state: str | None) -> str | None:
    return state if state in ("success", "failed", "upstream_failed", "skipped") else None


def owe(banner: str) -> None:
    """Somebody of the banner works away: 500 yuan for travel."""
    with database.connect("admin") as admin:
        row = {
            "region_code": banner, "sender_code": SENDER, "person_key": f"00000000-0000-0000-0000-000000{banner}", "month": "2020-05-01",
            "place_class": "other_province", "is_out_migrant": True, "out_migration_tier": 3, "evidence_tier": 3,
        }  # fmt: skip
        insert(admin, "fct_employment_month", row)
        # An order takes its month from what was published last; a warehouse of its own has nothing yet.
        admin.execute(
            "WITH told AS (INSERT INTO ops.delivery (sha256, file_name, size_bytes, source, sender_code, period, state, rows_in, "
            "rows_accepted, rows_quarantined, rows_duplicate) SELECT repeat('0', 64), 'x.zip', 1, 'labour_export', %(sender)s, "
            "'2020-06-01', 'published', 0, 0, 0, 0 WHERE NOT EXISTS (SELECT FROM ops.publication) RETURNING delivery_id) "
            "INSERT INTO ops.publication (delivery_id, source, sender_code, period, published_at) "
            "SELECT delivery_id, 'labour_export', %(sender)s, '2020-06-01', clock_timestamp() FROM told",
            {"sender": SENDER},
        )


@pytest.fixture(scope="module")
def payment(installation: Installation) -> Iterator[Payment]:
    with installation.active(), ExitStack() as sessions:
        for banner in (PAID, TAMPERED):
            owe(banner)
        with database.connect("loader") as loader:
            ledger.post_subsidies(loader, is_full=True)
        people = {login: sessions.enter_context(Client(login=login)) for login in ("steppe", "clerk", *APPROVERS)}
        run_id = processes.trigger("pay_subsidies", {"banners": [PAID, TAMPERED]})
        yield Payment(run_id, people)
        processes.wait_quiet(timeout_s=WAIT_SECONDS)


@pytest.fixture(autouse=True)
def active(installation: Installation) -> Iterator[None]:
    with installation.active():
        yield


def state(banner: str) -> tuple[Any, ...]:
    """State of the banner's order, who agreed, and what is at the bank, fen."""
    ((order_state, approvers, fen),) = query(
        "SELECT state, ARRAY(SELECT approver FROM ledger.approval WHERE approval.payment_reference = o.payment_reference ORDER BY 1), "
        "coalesce((SELECT sum(balance_fen) FROM ledger.account_balance AS b WHERE b.region_code = o.region_code "
        f"AND b.kind = 'subsidy_bank'), 0) FROM ledger.order_state AS o WHERE region_code = '{banner}'"
    )
    return order_state, approvers, int(fen)


def test_who_only_looks_is_not_let_answer(payment: Payment) -> None:
    with pytest.raises(AirflowUnreachable, match="HTTP 403"):
        payment.answer("clerk", "ask_first", PAID)
    assert state(PAID) == ("open", [], 0)


def test_two_people_release_an_order_and_one_alone_does_not(payment: Payment) -> None:
    assert payment.decided("wang", "first", PAID) == "success"
    assert state(PAID) == ("open", ["wang"], 0)

    assert payment.decided("wang", "second", PAID) == "failed"
    assert state(PAID) == ("open", ["wang"], 0)

    payment.clear("ask_second", PAID)
    assert payment.decided("li", "second", PAID) == "success"
    assert state(PAID) == ("released", ["li", "wang"], 50_000)


@pytest.fixture
def tampered(payment: Payment) -> Iterator[None]:
    """The order's digest is another than the one that is shown; put right again for those who share the ledger."""

    def give(digest: bytes) -> None:
        with database.connect("admin") as admin:
            admin.execute("UPDATE ledger.payment_order SET sha256 = %s WHERE region_code = %s", (digest, TAMPERED))

    ((digest,),) = query(f"SELECT sha256 FROM ledger.payment_order WHERE region_code = '{TAMPERED}'")
    give(bytes(32))
    yield
    give(digest)


def test_an_answer_about_an_order_that_was_changed_meanwhile_is_refused(payment: Payment, tampered: None) -> None:
    assert payment.decided("wang", "first", TAMPERED) == "failed"
    assert state(TAMPERED) == ("open", [], 0)
    with database.connect("loader") as loader:
        found = [(violation.region_code, violation.rule_id) for violation in ledger.verify(loader)]
    assert found == [(TAMPERED, "order.sha256")]


def test_no_answer_shows_a_person(payment: Payment) -> None:
    """What Airflow keeps of the question holds sums and the digest, no payee."""
    shown = payment.call("steppe", "GET", f"{payment.instance('ask_first', PAID)}/hitlDetails")
    assert f" {PAID}-" in shown["subject"]
    assert "500.00" in shown["body"]
    assert "00000000-0000-0000-0000" not in shown["subject"] + shown["body"]
