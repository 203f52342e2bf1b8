"""What the tasks do, one function each. Every one may run twice, at once with another, or be killed: the state is in ``ops``.

A rejected delivery is an outcome, not a failure: it is recorded, an alert is raised, and the task succeeds.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from datetime import date, datetime
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any, TypedDict

from airflow.sdk import get_current_context

from steppe import alerts, database, lineage, settings
from steppe.database import Connection
from steppe.errors import Rejected
from steppe.orchestration.failures import StepFailed, Unavailable, describe, step

log = logging.getLogger(__name__)


class Question(TypedDict):
    """What a person is asked about a rejected delivery."""

    delivery_id: int
    rule_id: str
    subject: str
    body: str


class Turn(TypedDict):
    """What one sender sent that is to be loaded, as it goes through XCom."""

    delivery_ids: list[int]  # oldest period first
    label: str  # such as `150400 2020-05` or `150400 2020-05 … 2020-06`


def _run_url() -> str | None:
    """Airflow's page of the task that runs now; None outside of one."""
    try:
        return str(get_current_context()["task_instance"].log_url)
    except RuntimeError:
        return None


class PaymentOrder(TypedDict):
    """A payment order as it goes through XCom and is shown to people."""

    payment_reference: str
    sha256: str
    subject: str
    body: str


class Candidate(TypedDict):
    """A frozen figure as it goes through XCom and is shown to people."""

    reference: str
    sha256: str
    subject: str
    body: str


def _connect(name: str, timeout_minutes: int = 0) -> Connection:
    connection = database.connect("loader", application=f"steppe {name}")
    connection.execute("SELECT set_config('statement_timeout', %s, false)", (f"{timeout_minutes}min",))
    connection.commit()
    return connection


@step
def receive(source: str, limit: int, sender: str | None = None) -> list[Turn]:
    """Take what is in the inbox for a source; returns the deliveries without a final state, one turn for each sender.

    Files that are refused at the door are final at once, and so are known contents: neither is returned.
    """
    from steppe import intake

    with _connect(f"receive {source}") as connection:
        intake.receive_inbox(connection, source)
        connection.commit()
        values = {"source": source, "most": limit, "sender": sender}
        rows = database.run(connection, "60_orchestration/select_waiting.sql", values).fetchall()
    turns = [_turn(code, list(sent)) for code, sent in groupby(rows, key=itemgetter(0))]
    log.info("%s: %d deliveries of %d senders to load", source, len(rows), len(turns))
    return turns


def _turn(sender_code: str, sent: list[tuple[str, int, date]]) -> Turn:
    months = list(dict.fromkeys(f"{period:%Y-%m}" for _, _, period in sent))
    label = f"{sender_code} {months[0]}" + (f" … {months[-1]}" if len(months) > 1 else "")
    return {"delivery_ids": [number for _, number, _ in sent], "label": label}


@step
def load(*delivery_ids: int) -> None:
    """Land, judge and publish deliveries of one source and sender, one after the other.

    Others of this sender wait: the gate compares with what is published, so a verdict holds only until the sender's next publication. The
    lock belongs to the working session. When a task is killed, the server lets go of it only after that session's last statement
    has ended.

    Raises:
        Unavailable, StepFailed: one could not be loaded. The others were tried all the same: periods may be published out of order.
    """
    failures = []
    with _connect(f"load {delivery_ids[0]}") as connection:
        database.run(connection, "60_orchestration/lock_turn.sql", {"delivery_id": delivery_ids[0]})
        connection.commit()
        turn = database.run(
            connection, "60_orchestration/select_turn.sql", {"delivery_ids": list(delivery_ids)}
        ).fetchall()
        connection.commit()
        for delivery_id, is_final in turn:
            try:
                with lineage.told("ingest.load", partial(lineage.of_delivery, connection, delivery_id)):
                    (_tidy if is_final else _load)(connection, delivery_id)
            except Exception as error:
                failures.append(describe("load", (delivery_id,), error))
                log.warning("%s", failures[-1])
                if connection.closed:
                    break
                connection.rollback()
    if failures:
        # Another try helps those that failed for a passing reason, and harms no other.
        raise next((failure for failure in failures if isinstance(failure, Unavailable)), failures[0])


def _load(connection: Connection, delivery_id: int) -> None:
    """From the beginning, whatever an earlier try has left: what is not published is cheap to make again."""
    from steppe import clerk, gate, intake, warehouse

    began = time.monotonic()
    try:
        intake.land(connection, delivery_id)
        warehouse.give_numbers(connection, delivery_id)
        connection.commit()
        landed = time.monotonic()
        gate.judge(connection, delivery_id)
        connection.commit()
        judged = time.monotonic()
        # Before the publication, so that no crash separates the two: what was staged is needed here, and an alert is raised once.
        warehouse.compare(connection, delivery_id)
        clerk.hand_back(connection, delivery_id)
        alerts.raise_alert(connection, alerts.for_gate(connection, delivery_id), run_url=_run_url())
        connection.commit()
        warehouse.publish(connection, delivery_id)
        connection.commit()
        log.info(
            "delivery %d: landed in %.2f s, judged in %.2f s, published in %.2f s",
            delivery_id,
            landed - began,
            judged - landed,
            time.monotonic() - judged,
        )
    except Rejected as rejected:
        connection.rollback()
        warehouse.compare(connection, delivery_id)
        clerk.hand_back(connection, delivery_id, rejected)
        gate.reject(connection, delivery_id, rejected)
        alerts.raise_alert(connection, alerts.for_rejection(connection, delivery_id), run_url=_run_url())
        connection.commit()
        log.info("delivery %d: rejected by %s", delivery_id, rejected.rule_id)
        _tidy(connection, delivery_id)


def _tidy(connection: Connection, delivery_id: int) -> None:
    """Remove what was landed and staged of a delivery that is final; a publication does so itself, unless it was killed."""
    from steppe import gate, intake

    gate.drop(connection, delivery_id)
    intake.drop(connection, delivery_id)
    connection.commit()


@step
def announce(source: str) -> int:
    """Tell people (alerts of rejected deliveries, all that is due is sent) and return how many publications wait to be built.

    Where every delivery is final, whatever failed in ``load`` is over.
    """
    from steppe import clerk

    with _connect(f"announce {source}") as connection:
        untold = database.run(connection, "60_orchestration/select_untold.sql", {"source": source}).fetchall()
        for (delivery_id,) in untold:
            clerk.hand_back(connection, delivery_id)
            alerts.raise_alert(connection, alerts.for_rejection(connection, delivery_id), run_url=_run_url())
        values = {"source": source, "most": 1, "sender": None}
        if database.run(connection, "60_orchestration/select_waiting.sql", values).fetchone() is None:
            alerts.recover_task(connection, f"ingest_{source}", "load")
        _dispatch(connection)
        row = database.run(connection, "60_orchestration/count_unbuilt.sql", {"source": source}).fetchone()
    return int(row[0]) if row else 0


@step
def find_questions(run_id: str, most: int) -> list[Question]:
    """What a person has to decide: rejections that may be right after all. A run that is tried again gets its own questions again."""
    from steppe import clerk, gate

    with _connect("find questions") as connection:
        asked = gate.ask(connection, run_id, most)
        connection.commit()
        questions = [(number, rule_id, *clerk.question(connection, number)) for number, rule_id in asked]
    return [
        {"delivery_id": number, "rule_id": rule_id, "subject": subject, "body": body}
        for number, rule_id, subject, body in questions
    ]


@step
def decide(question: Question, answer: Mapping[str, Any]) -> None:
    """Record what a person answered. To approve takes a reason; without one, or without an answer in time, the delivery stays rejected.

    Args:
        question: what the person was shown.
        answer: what ``HITLOperator`` returns.
    """
    from steppe import gate
    from steppe.orchestration.approvals import APPROVE

    user = answer["responded_by_user"] or {}
    reason = (answer["params_input"].get("reason") or "").strip()
    is_approved = answer["chosen_options"] == [APPROVE] and len(reason) >= gate.approvals.REASON_LENGTH
    with _connect(f"decide {question['delivery_id']}") as connection:
        is_received = gate.decide(
            connection,
            question["delivery_id"],
            question["rule_id"],
            is_approved=is_approved,
            by=user.get("name") or user.get("id") or "timeout",
            reason=reason or "未说明 none given",
        )
        connection.commit()
    log.info("delivery %d: %s", question["delivery_id"], "received again" if is_received else "stays rejected")


@step
def identify(timeout_minutes: int) -> None:
    """Compare the persons of the publications since last time with everybody on file, for people to decide what is doubtful."""
    from steppe import warehouse

    with _connect("identify", timeout_minutes) as connection:
        log.info("%s", warehouse.identify(connection))


@step
def build(timeout_minutes: int) -> None:
    """Derive dimensions and facts from the publications since last time."""
    from steppe import warehouse

    described = partial(lineage.of_folder, "20_warehouse", derived_only=True)
    with _connect("build", timeout_minutes) as connection, lineage.told("build_warehouse.build", described):
        log.info("%s", warehouse.build(connection))
        connection.commit()


@step
def post(timeout_minutes: int) -> None:
    """Post the money of the publications since last time and seal the batches: first the PV money, then the subsidies."""
    from steppe import ledger

    described = partial(lineage.of_folder, "30_ledger")
    with _connect("post", timeout_minutes) as connection, lineage.told("post_ledgers.post", described):
        for business in (ledger.post, ledger.post_subsidies):
            log.info("%s", business(connection))
            connection.commit()


@step
def propose(banners: list[str]) -> list[PaymentOrder]:
    """Make payment orders of what is committed; returns those of the banners (of every one by default) that wait for approval."""
    from steppe import ledger

    with _connect("propose") as connection:
        orders = ledger.propose(connection, banners or None)
        connection.commit()
    return [
        {
            "payment_reference": order.payment_reference,
            "sha256": order.sha256,
            "subject": f"{order.region_name} 付款单 {order.payment_reference}：{order.line_count} 笔",
            "body": order.describe(),
        }
        for order in orders
        if not banners or order.region_code in banners
    ]


@step
def record_approval(order: PaymentOrder, answer: Mapping[str, Any]) -> bool:
    """Record what a person answered on Airflow's page, and release the order with the second approval; whether it still waits.

    Args:
        order: what the person was shown.
        answer: what ``HITLOperator`` returns.
    """
    from steppe import ledger
    from steppe.orchestration.approvals import APPROVE

    with _connect(f"approve {order['payment_reference']}") as connection:
        ledger.approve(
            connection,
            order["payment_reference"],
            order["sha256"],
            answer["responded_by_user"]["id"],
            is_approved=answer["chosen_options"] == [APPROVE],
        )
        connection.commit()
        log.info("%s", ledger.post_subsidies(connection))
        connection.commit()
        waiting = {each.payment_reference for each in ledger.open_orders(connection)}
    return order["payment_reference"] in waiting


@step
def freeze(month: str | None) -> list[Candidate]:
    """Freeze the assessed figures of a month (``YYYY-MM``; the newest by default); returns those that wait for a signature."""
    from steppe.warehouse import assessment

    with _connect("freeze") as connection:
        candidates = assessment.freeze(connection, date.fromisoformat(f"{month}-01") if month else None)
        connection.commit()
    return [
        {
            "reference": candidate.reference,
            "sha256": candidate.sha256,
            "subject": f"{candidate.label} {candidate.month:%Y-%m}：{candidate.poverty_persons} 人",
            "body": candidate.describe(),
        }
        for candidate in candidates
    ]


@step
def record_signature(candidate: Candidate, side: str, answer: Mapping[str, Any]) -> bool:
    """Record what a person answered for a department (``hr``, ``poverty``); whether the figure still waits for the other.

    Args:
        candidate: what the person was shown.
        side: department.
        answer: what ``HITLOperator`` returns.
    """
    from steppe.orchestration.approvals import APPROVE
    from steppe.warehouse import assessment

    with _connect(f"confirm {candidate['reference']}") as connection:
        is_waiting = assessment.sign(
            connection,
            candidate["reference"],
            candidate["sha256"],
            side,
            answer["responded_by_user"]["id"],
            is_signed=answer["chosen_options"] == [APPROVE],
        )
        connection.commit()
    return is_waiting


@step
def verify(timeout_minutes: int) -> None:
    """Check the ledger's invariants.

    Raises:
        StepFailed: one does not hold; the message names banner and rule, not accounts or amounts.
    """
    from steppe import ledger

    with _connect("verify", timeout_minutes) as connection:
        violations = ledger.verify(connection)
    if violations:
        broken = sorted({f"{violation.region_code} {violation.rule_id}" for violation in violations})
        raise StepFailed(f"the ledger breaks {len(broken)} invariants, see docs/runbook.md: {', '.join(broken[:5])}")


@step
def refresh(timeout_minutes: int) -> None:
    """Bring the marts up to date."""
    from steppe import warehouse

    with (
        _connect("refresh", timeout_minutes) as connection,
        lineage.told("publish_marts.refresh", partial(lineage.of_marts, connection)),
    ):
        log.info("%s", warehouse.refresh_marts(connection))
        connection.commit()


@step
def compare_sources(timeout_minutes: int) -> None:
    """Look whether the agencies agree about the months of which there is news, and tell where they do not."""
    from steppe import warehouse

    with _connect("compare sources", timeout_minutes) as connection:
        for compared in warehouse.compare_sources(connection):
            log.info("%s", compared)
            for alert in alerts.for_disagreements(connection, compared.month):
                alerts.raise_alert(connection, alert, run_url=_run_url())
        connection.commit()
        _dispatch(connection)


@step
def find_late(as_of: str | None = None) -> None:
    """Look for what did not happen, with deadlines judged at a moment (ISO 8601; now by default); see ``alerts.look``."""
    judged_at = datetime.fromisoformat(as_of) if as_of else None
    if judged_at and judged_at.tzinfo is None:
        judged_at = judged_at.replace(tzinfo=settings.CALENDAR)
    with _connect("find late") as connection:
        log.info("%s", alerts.look(connection, "airflow", datetime.now(settings.CALENDAR), judged_at))


@step
def dispatch() -> None:
    """Send the alerts that are due, those included that a channel refused before."""
    with _connect("dispatch") as connection:
        _dispatch(connection)


def task_failed(
    *, dag_id: str, task_id: str, run_id: str, map_index: int, error: str, run_url: str | None = None
) -> None:
    """Raise the alert for a failed task and send it."""
    with _connect("task failed") as connection:
        found = alerts.for_task_failure(dag_id, task_id, run_id, map_index, error)
        alerts.raise_alert(connection, found, run_url=run_url)
        connection.commit()
        _dispatch(connection)


def task_succeeded(dag_id: str, task_id: str) -> None:
    """An incident of this task's failing is over."""
    with _connect("task succeeded") as connection:
        alerts.recover_task(connection, dag_id, task_id)


def _dispatch(connection: Connection) -> None:
    log.info("%s", alerts.dispatch(connection).summary)
