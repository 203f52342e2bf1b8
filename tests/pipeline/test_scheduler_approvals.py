"""Payment orders in a running Airflow: two people answer over its REST API, each with a login of his own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from pipeline.answering import WAIT_SECONDS, Questions
from pipeline.running import APPROVERS, Installation, query
from sql.known import insert
from steppe import database, ledger
from steppe.orchestration import processes
from steppe.orchestration.client import AirflowUnreachable, Client

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(400)]

# Nobody else has claims there: no sender of the sample's first run reports for them.
SENDER, PAID, TAMPERED = "150500", "150521", "150522"


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
def payment(installation: Installation) -> Iterator[Questions]:
    with installation.active(), ExitStack() as sessions:
        for banner in (PAID, TAMPERED):
            owe(banner)
        with database.connect("loader") as loader:
            ledger.post_subsidies(loader, is_full=True)
        people = {login: sessions.enter_context(Client(login=login)) for login in ("steppe", "clerk", *APPROVERS)}
        run_id = processes.trigger("pay_subsidies", {"banners": [PAID, TAMPERED]})
        yield Questions("pay_subsidies", run_id, "approve", (PAID, TAMPERED), people)
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


def test_who_only_looks_is_not_let_answer(payment: Questions) -> None:
    with pytest.raises(AirflowUnreachable, match="HTTP 403"):
        payment.answer("clerk", "ask_first", PAID)
    assert state(PAID) == ("open", [], 0)


def test_two_people_release_an_order_and_one_alone_does_not(payment: Questions) -> None:
    assert payment.decided("wang", "first", PAID) == "success"
    assert state(PAID) == ("open", ["wang"], 0)

    assert payment.decided("wang", "second", PAID) == "failed"
    assert state(PAID) == ("open", ["wang"], 0)

    payment.clear("ask_second", PAID)
    assert payment.decided("li", "second", PAID) == "success"
    assert state(PAID) == ("released", ["li", "wang"], 50_000)


@pytest.fixture
def tampered(payment: Questions) -> Iterator[None]:
    """The order's digest is another than the one that is shown; put right again for those who share the ledger."""

    def give(digest: bytes) -> None:
        with database.connect("admin") as admin:
            admin.execute("UPDATE ledger.payment_order SET sha256 = %s WHERE region_code = %s", (digest, TAMPERED))

    ((digest,),) = query(f"SELECT sha256 FROM ledger.payment_order WHERE region_code = '{TAMPERED}'")
    give(bytes(32))
    yield
    give(digest)


def test_an_answer_about_an_order_that_was_changed_meanwhile_is_refused(payment: Questions, tampered: None) -> None:
    assert payment.decided("wang", "first", TAMPERED) == "failed"
    assert state(TAMPERED) == ("open", [], 0)
    with database.connect("loader") as loader:
        found = [(violation.region_code, violation.rule_id) for violation in ledger.verify(loader)]
    assert found == [(TAMPERED, "order.sha256")]


def test_no_answer_shows_a_person(payment: Questions) -> None:
    """What Airflow keeps of the question holds sums and the digest, no payee."""
    subject, body = payment.shown("ask_first", PAID)
    assert f" {PAID}-" in subject
    assert "500.00" in body
    assert "00000000-0000-0000-0000" not in subject + body
