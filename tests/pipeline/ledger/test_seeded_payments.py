"""A bank with known faults answers the sample's orders: each fault is found where a person looks for it, and none is invented."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import random
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from psycopg.rows import class_row
from steppe import database, ledger, sample, warehouse
from steppe.database import Connection
from steppe.sample import bank
from warehouses import fresh_warehouse
from whole_path import deliver, load

KNOWN_SEED = 20200701
UNSEEN_SEED = int(os.environ.get("STEPPE_TEST_SEED") or random.SystemRandom().randrange(1, 2**31))
# Two offices and the region's agency: enough for orders that bear every fault, a few seconds to load.
SENDERS = ("_150400_", "_152200_", "_150000_")

# The faults that stand in the queue, by the queue's name; all but the underpaid are money that nobody was due.
QUEUED = {
    "duplicate": "duplicate", "underpaid": "wrong_amount", "overpaid": "wrong_amount", "wrong_payee": "wrong_payee",
    "orphan_line": "orphan", "orphan_order": "orphan",
}  # fmt: skip
# The faults with which the money did not reach the one who is due it.
UNPAID = {"returned": "returned"} | dict.fromkeys(("unanswered", "underpaid", "overpaid", "wrong_payee"), "at_bank")

SENT = """
SELECT DISTINCT ON (line.payment_reference, line.line_no)
    line.region_code, line.payment_reference, line.line_no, line.programme_code, line.fund_code, line.payee_kind,
    coalesce(identity.id_number, line.payee_code) AS payee, coalesce(identity.name, line.payee_code) AS name, line.amount_fen
FROM ledger.payment_line AS line
INNER JOIN ledger.order_state USING (region_code, payment_reference)
LEFT JOIN vault.identity ON line.payee_kind = 'person' AND line.payee_code = identity.person_key::text
WHERE order_state.state = 'released'
ORDER BY line.payment_reference, line.line_no, identity.name
"""


# Claims of June's training that were paid, of persons with no other: (claim, ID number, fen).
PAID_TRAINING = """
SELECT line.claim_key, identity.id_number, line.amount_fen
FROM ledger.payment_line AS line
INNER JOIN ledger.claim_money AS money USING (region_code, claim_key)
INNER JOIN vault.identity ON line.payee_code = identity.person_key::text
WHERE line.claim_key LIKE 'training_living:%:2020-06' AND money.paid_fen = line.amount_fen
    AND (SELECT count(*) FROM ledger.payment_line AS other WHERE other.payee_code = line.payee_code) = 1
GROUP BY line.claim_key, identity.id_number, line.amount_fen
ORDER BY line.claim_key
LIMIT 3
"""


@dataclass(frozen=True)
class Answer:
    """A row of the bank's key."""

    fault: str
    payment_reference: str
    line_no: str
    told_reference: str
    told_line: str
    told_fen: str


@dataclass(frozen=True)
class Scored:
    """What the bank did, and a ledger that has posted it; one order waits for its second approval.

    ``withdrawn`` are claims that were paid and then corrected away: claim → fen.
    """

    connection: Connection
    key: tuple[Answer, ...]
    waiting: str
    withdrawn: dict[str, int]


@pytest.fixture(scope="module", params=[KNOWN_SEED, UNSEEN_SEED], ids=["known seed", f"seed {UNSEEN_SEED}"])
def scored(request: pytest.FixtureRequest, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scored]:
    folder = tmp_path_factory.mktemp("seeded_payments")
    made = sample.generate(folder / "sample", scale=0.003, months=["2020-05", "2020-06"], seed=request.param)
    with fresh_warehouse(template, folder), database.connect("loader") as loader:
        deliver(file for file in made.files if any(sender in file.name for sender in SENDERS))
        load(loader)
        warehouse.build(loader)
        ledger.post_subsidies(loader)
        first, *others = ledger.propose(loader)
        for order in others:
            for approver in ("wang", "li"):
                ledger.approve(loader, order.payment_reference, order.sha256, approver, is_approved=True)
        ledger.approve(loader, first.payment_reference, first.sha256, "wang", is_approved=True)
        ledger.post_subsidies(loader)
        with loader.cursor(row_factory=class_row(bank.Sent)) as cursor:
            sent = cursor.execute(SENT).fetchall()
        loader.commit()
        answered = bank.answer(folder / "bank", sent, "2020-07", request.param)
        deliver([answered.file])
        load(loader)
        ledger.post_subsidies(loader)
        paid = loader.execute(PAID_TRAINING).fetchall()
        loader.commit()
        training = next(file for file in made.files if file.name == "training_150000_202006.zip")
        deliver([without_days(training, folder / training.name, {id_number for _, id_number, _ in paid})])
        load(loader)
        ledger.post_subsidies(loader)
        loader.commit()
        with answered.answer_key_path.open(encoding="utf-8", newline="") as handle:
            key = tuple(Answer(**row) for row in csv.DictReader(handle))
        withdrawn = {claim: int(fen) for claim, _, fen in paid}
        yield Scored(loader, key, first.payment_reference, withdrawn)


def without_days(file: Path, target: Path, id_numbers: set[str]) -> Path:
    """The training's delivery as it is corrected: these persons attended no day."""
    with zipfile.ZipFile(file) as source:
        members = {name: source.read(name) for name in source.namelist()}
    said = json.loads(members["manifest.json"])
    (entry,) = (entry for entry in said["files"] if entry["resource"] == "attendance")
    rows = [line.split(",") for line in members[entry["path"]].decode(entry["encoding"], "surrogateescape").split("\n")]
    person, days = rows[0].index("证件号码"), rows[0].index("出勤天数")
    changed = [row for row in rows[1:] if len(row) > days and row[person] in id_numbers]
    for row in changed:
        row[days] = "0"
    assert len(changed) >= len(id_numbers) > 0
    content = "\n".join(map(",".join, rows)).encode(entry["encoding"], "surrogateescape")
    entry["sha256"] = hashlib.sha256(content).hexdigest()
    said["created_at"] = "2020-08-01T09:00:00+08:00"
    members |= {entry["path"]: content, "manifest.json": json.dumps(said).encode()}
    with zipfile.ZipFile(target, "w") as written:
        for name, member in members.items():
            written.writestr(name, member)
    return target


def test_every_fault_was_seeded_and_the_gate_let_it_pass(scored: Scored) -> None:
    """The file is in order: what is wrong shows only beside the orders."""
    assert {answer.fault for answer in scored.key} == set(bank.FAULTS)
    ((state, accepted, quarantined),) = scored.connection.execute(
        "SELECT state, rows_accepted, rows_quarantined FROM ops.delivery WHERE source = 'payment'"
    ).fetchall()
    assert (state, quarantined) == ("published", 0)
    assert accepted > 10 * len(bank.FAULTS)


def test_the_queue_holds_every_faulty_line_and_no_other(scored: Scored) -> None:
    found = scored.connection.execute("SELECT payment_reference, line_code, fault FROM mart.payment_queue").fetchall()
    assert sorted(found) == sorted(
        (answer.told_reference, answer.told_line, QUEUED[answer.fault])
        for answer in scored.key
        if answer.fault in QUEUED
    )


def test_money_that_nobody_was_due_is_found_to_the_fen(scored: Scored) -> None:
    found = scored.connection.execute(
        "SELECT payment_reference, line_code, reason, amount_fen FROM mart.ineligible_payments WHERE reason <> 'no_longer_due'"
    ).fetchall()
    assert sorted(found) == sorted(
        (
            answer.told_reference, answer.told_line, QUEUED[answer.fault],
            bank.OVERPAID_FEN if answer.fault == "overpaid" else int(answer.told_fen),
        )
        for answer in scored.key
        if answer.fault in QUEUED.keys() - {"underpaid"}
    )  # fmt: skip


def test_what_was_paid_and_then_corrected_away_is_found(scored: Scored) -> None:
    found = scored.connection.execute(
        "SELECT claim_key, amount_fen, unmet FROM mart.ineligible_payments WHERE reason = 'no_longer_due'"
    ).fetchall()
    assert found
    assert sorted(found) == [(claim, fen, ["attended_days"]) for claim, fen in sorted(scored.withdrawn.items())]


def test_what_the_bank_paid_twice_is_found(scored: Scored) -> None:
    found = scored.connection.execute("SELECT second_payment, amount_fen FROM mart.double_funding").fetchall()
    assert sorted(found) == sorted(
        (f"{answer.told_reference} {answer.told_line}", int(answer.told_fen))
        for answer in scored.key
        if answer.fault == "duplicate"
    )


def test_every_unpaid_entitlement_is_found_with_where_its_money_is(scored: Scored) -> None:
    found = scored.connection.execute(
        "SELECT line.payment_reference, line.line_no, unpaid.state FROM ledger.unpaid_entitlements AS unpaid "
        "LEFT JOIN ledger.payment_line AS line USING (region_code, claim_key)"
    ).fetchall()
    expected = [
        (answer.payment_reference, int(answer.line_no), UNPAID[answer.fault])
        for answer in scored.key
        if answer.fault in UNPAID
    ]
    waiting = scored.connection.execute(
        "SELECT payment_reference, line_no, 'awaiting_approval' FROM ledger.payment_line WHERE payment_reference = %s",
        (scored.waiting,),
    ).fetchall()
    assert waiting
    assert sorted(found) == sorted([*expected, *waiting])


def test_the_ledger_verifies_and_pays_what_was_sent_and_not_returned(scored: Scored) -> None:
    assert ledger.verify(scored.connection) == []
    ((paid, sent),) = scored.connection.execute(
        "SELECT (SELECT sum(balance_fen) FROM ledger.account_balance WHERE kind IN ('subsidy_paid', 'subsidy_clawback')), "
        "(SELECT sum(line.amount_fen) FROM ledger.payment_line AS line WHERE payment_reference <> %s)",
        (scored.waiting,),
    ).fetchall()
    unpaid = {(answer.payment_reference, answer.line_no) for answer in scored.key if answer.fault in UNPAID}
    lines = scored.connection.execute(
        "SELECT payment_reference, line_no::text, amount_fen FROM ledger.payment_line"
    ).fetchall()
    assert paid == sent - sum(fen for reference, line, fen in lines if (reference, line) in unpaid)


def test_a_bank_with_too_few_lines_is_refused() -> None:
    with pytest.raises(ValueError, match="0 lines to persons cannot bear 8 faults"):
        bank.answer(None, [], "2020-07", 1)  # type: ignore[arg-type]
