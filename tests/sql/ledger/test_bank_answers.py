"""What the bank answers, and what follows: paid, returned, sent again, owed back. Each step worked out by hand (yuan)."""

from __future__ import annotations

from typing import Any

import pytest
from sql.known import BANNER
from sql.ledger.region import PERSON, TRAVEL, Region
from steppe import ledger
from steppe.database import Connection
from steppe.ledger import LedgerError, Posted


@pytest.fixture
def region(admin: Connection, loader: Connection) -> Region:
    return Region(admin, loader)


def test_from_the_budget_to_the_beneficiary(region: Region) -> None:
    region.works_away(1)
    region.works_away(2)
    region.works_away(3, evidence_tier=4)

    # 3 budgets and two claims; the third is refused.
    assert region.post() == Posted(batches=1, transfers=5, reversals=0, amount_fen=3 * 200_000 + 100_000)
    assert region.balances() == {"available:poverty_alleviation": 1000, f"committed:{TRAVEL}": 1000}
    order = region.propose()
    assert (order.payment_reference, order.line_count, order.amount_fen) == (f"{BANNER}-202006-0001", 2, 100_000)
    assert region.balances() == {"available:poverty_alleviation": 1000, f"payable:{TRAVEL}": 1000}
    for approver in ("wang", "li"):
        region.post()
        assert region.balances()[f"payable:{TRAVEL}"] == 1000
        ledger.approve(region.loader, order.payment_reference, order.sha256, approver, is_approved=True)
    region.post()
    assert region.balances() == {"available:poverty_alleviation": 1000, f"bank:{TRAVEL}": 1000}
    region.answer(order, 1)
    region.answer(order, 2, "returned")
    region.post()
    assert region.balances() == {
        "available:poverty_alleviation": 1000, f"paid:person:{PERSON.format(1)}": 500, f"returned:{TRAVEL}": 500,
    }  # fmt: skip
    again = region.release()
    assert (again.line_count, again.amount_fen) == (1, 50_000)
    region.answer(again)
    region.post()
    assert region.balances() == {
        "available:poverty_alleviation": 1000, f"paid:person:{PERSON.format(1)}": 500, f"paid:person:{PERSON.format(2)}": 500,
    }  # fmt: skip


def test_a_late_fact_posts_the_difference_now(region: Region) -> None:
    """The amount of May is raised after May was paid: the rest is committed and paid on top, nothing is taken back."""
    region.works_away(1)
    region.post()
    order = region.release()
    region.answer(order)
    region.post()
    region.rule("programme", "amount_fen = 80000 WHERE programme_code = 'travel'")
    region.post()
    assert region.balances() == {
        "available:poverty_alleviation": 1200, f"committed:{TRAVEL}": 300, f"paid:person:{PERSON.format(1)}": 500,
    }  # fmt: skip
    rest = region.release()
    assert (rest.payment_reference, rest.amount_fen) == (f"{BANNER}-202006-0002", 30_000)
    region.answer(rest)
    region.post()
    assert region.balances()[f"paid:person:{PERSON.format(1)}"] == 800


def test_what_was_paid_and_is_no_longer_due_is_owed_back(region: Region) -> None:
    region.works_away(1)
    region.post()
    order = region.release()
    region.answer(order)
    region.works_away(1, evidence_tier=4)
    region.post()
    assert region.balances() == {"available:poverty_alleviation": 1500, f"clawback:person:{PERSON.format(1)}": 500}
    shown = region.loader.execute("SELECT kind, balance_fen FROM ledger.exception").fetchall()
    assert shown == [("subsidy_clawback", 50_000)]

    # The person gives it back: the bank's line says so, and the fund has it again.
    region.answer(order, status="returned")
    region.post()
    assert region.balances() == {"available:poverty_alleviation": 2000}


def test_part_of_a_returned_payment_is_sent_again_when_less_is_due(region: Region) -> None:
    region.works_away(1)
    region.post()
    order = region.release()
    region.answer(order, status="returned")
    region.rule("programme", "amount_fen = 30000 WHERE programme_code = 'travel'")
    region.post()
    assert region.balances() == {"available:poverty_alleviation": 1700, f"returned:{TRAVEL}": 300}
    again = region.release()
    assert again.amount_fen == 30_000
    region.answer(again)
    region.post()
    assert region.balances() == {"available:poverty_alleviation": 1700, f"paid:person:{PERSON.format(1)}": 300}


def test_a_payment_the_bank_made_after_all_is_not_sent_again(region: Region) -> None:
    region.works_away(1)
    region.post()
    order = region.release()
    region.answer(order, status="returned")
    region.post()
    again = region.propose()
    region.answer(order)  # corrected: it was paid
    region.post()
    assert region.balances() == {"available:poverty_alleviation": 1500, f"paid:person:{PERSON.format(1)}": 500}
    with pytest.raises(LedgerError, match="it is not open"):
        ledger.approve(region.loader, again.payment_reference, again.sha256, "wang", is_approved=True)


@pytest.mark.parametrize(
    "columns",
    [{"amount_fen": 50_001}, {"person_key": PERSON.format(9)}, {"line_code": "2"}, {"payment_reference": "other"}],
    ids=lambda columns: next(iter(columns)),
)
def test_a_bank_line_that_differs_pays_nothing(region: Region, columns: dict[str, Any]) -> None:
    region.works_away(1)
    region.post()
    order = region.release()
    region.answer(order, **columns)
    region.post()
    assert region.balances()[f"bank:{TRAVEL}"] == 500
