"""What people read of the subsidies: every seeded fault of the bank is found with its reason, and nothing else is."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg import sql
from sql.known import BANNER
from sql.ledger.region import PERSON, Region
from steppe import database, warehouse
from steppe.database import Connection


@pytest.fixture
def region(admin: Connection, loader: Connection) -> Region:
    return Region(admin, loader)


def rows(loader: Connection, mart: str, *columns: str) -> list[tuple[Any, ...]]:
    """What a mart holds once it was refreshed."""
    warehouse.refresh_marts(loader)
    return held(loader, mart, *columns)


def held(connection: Connection, mart: str, *columns: str) -> list[tuple[Any, ...]]:
    found = connection.execute(
        sql.SQL("SELECT {} FROM mart.{} ORDER BY 1, 2").format(
            sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(mart)
        )
    ).fetchall()
    connection.commit()
    return found


def test_where_unpaid_money_stands(region: Region) -> None:
    for person, month in ((1, "2020-03-01"), (2, "2020-04-01"), (3, "2020-05-01")):
        region.works_away(person, month)
    region.post()
    order = region.release()
    region.answer(order, 1)
    region.answer(order, 2, "returned")
    region.works_away(4, "2020-06-01")
    region.works_away(5, "2020-07-01")
    region.works_away(6, "2020-07-01", evidence_tier=4)
    region.post()

    person = {PERSON.format(number): number for number in range(1, 7)}
    unpaid = rows(
        region.loader, "unpaid_entitlements", "event_date", "state", "payee_code", "unpaid_fen", "returned_on"
    )
    assert [(person[payee], state, fen, returned is not None) for _, state, payee, fen, returned in unpaid] == [
        (2, "returned", 50_000, True), (3, "at_bank", 50_000, False), (4, "committed", 50_000, False), (5, "awaiting_funds", 50_000, False),
    ]  # fmt: skip
    decided = rows(region.loader, "subsidy_decisions", "payee_code", "outcome", "unmet")
    assert [(person[payee], unmet) for payee, outcome, unmet in decided if outcome == "refused"] == [
        (6, ["evidence_tier"])
    ]
    fund = "budget_fen", "available_fen", "committed_fen", "bank_fen", "returned_fen", "paid_fen"
    assert rows(region.loader, "fund_balance", "fund_code", *fund)[2] == (
        "poverty_alleviation", 200_000, 0, 50_000, 50_000, 50_000, 50_000,
    )  # fmt: skip
    month = rows(region.loader, "programme_month", "month", "claims", "eligible_claims", "granted_fen", "paid_fen")
    assert [each[1:] for each in month] == [
        (1, 1, 50_000, 50_000), (1, 1, 50_000, 0), (1, 1, 50_000, 0), (1, 1, 50_000, 0), (2, 1, 50_000, 0),
    ]  # fmt: skip


FAULTS = [
    pytest.param({"amount_fen": 50_001}, "wrong_amount", 1, id="a fen more"),
    pytest.param({"amount_fen": 49_999}, "wrong_amount", 0, id="a fen less"),
    pytest.param({"person_key": PERSON.format(9)}, "wrong_payee", 50_000, id="somebody else"),
    pytest.param({"line_code": "2"}, "duplicate", 50_000, id="the same payee again"),
    pytest.param({"line_code": "2", "person_key": PERSON.format(9)}, "orphan", 50_000, id="a line that was never sent"),
    pytest.param({"payment_reference": f"{BANNER}-202006-0009"}, "orphan", 50_000, id="an order that was never made"),
]


@pytest.mark.parametrize(("columns", "fault", "undue_fen"), FAULTS)
def test_each_fault_of_the_bank_is_found_with_its_reason(
    region: Region, columns: dict[str, Any], fault: str, undue_fen: int
) -> None:
    region.works_away(1)
    region.post()
    order = region.release()
    if fault == "duplicate":
        region.answer(order)
    region.answer(order, **columns)
    region.post()

    assert [found[1] for found in rows(region.loader, "payment_queue", "payment_reference", "fault")] == [fault]
    undue = rows(region.loader, "ineligible_payments", "reason", "amount_fen")
    assert undue == ([(fault, undue_fen)] if undue_fen else [])
    twice = rows(region.loader, "double_funding", "reason", "amount_fen")
    assert twice == ([("paid twice by the bank", 50_000)] if fault == "duplicate" else [])


def test_an_order_that_nobody_released_and_an_answer_that_comes_too_late(region: Region) -> None:
    region.works_away(1)
    region.post()
    order = region.propose()
    region.answer(order)
    region.post()
    assert [row[1] for row in rows(region.loader, "payment_queue", "line_code", "fault")] == ["not_released"]

    from steppe import ledger

    for approver in ("wang", "li"):
        ledger.approve(region.loader, order.payment_reference, order.sha256, approver, is_approved=True)
    region.answer(order, status="returned")
    region.post()
    assert rows(region.loader, "payment_queue", "line_code", "fault") == []
    region.release()
    region.answer(order)  # it was sent again meanwhile: now the bank says that the first was paid after all
    region.post()
    assert [row[1] for row in rows(region.loader, "payment_queue", "line_code", "fault")] == ["contradiction"]


def test_what_was_paid_and_is_no_longer_due(region: Region) -> None:
    region.works_away(1)
    region.post()
    region.answer(region.release())
    region.post()
    assert rows(region.loader, "ineligible_payments", "reason", "amount_fen") == []
    region.works_away(1, evidence_tier=4)
    region.post()
    assert rows(region.loader, "ineligible_payments", "reason", "amount_fen", "unmet") == [
        ("no_longer_due", 50_000, ["evidence_tier"])
    ]


def test_a_reader_sees_the_banners_that_he_was_granted(region: Region, admin: Connection) -> None:
    region.works_away(1)
    region.post()
    warehouse.refresh_marts(region.loader)
    with database.connect("analyst") as analyst:
        assert len(held(analyst, "subsidy_decisions", "claim_key", "outcome")) == 1
        assert len(held(analyst, "unpaid_entitlements", "claim_key", "state")) == 1
        admin.execute("DELETE FROM ops.region_grant WHERE region_code IN ('150000', '150400', '150404')")
        admin.commit()
        for mart in ("subsidy_decisions", "unpaid_entitlements", "fund_balance", "programme_month"):
            assert held(analyst, mart, "region_code", "region_code") == []


TOLD = ("unpaid_entitlements", "fund_balance", "programme_month")


def differing(connection: Connection) -> list[str]:
    """Marts that do not hold what the ledger says."""
    return [
        name
        for name in TOLD
        if connection.execute(
            sql.SQL(
                "(TABLE mart.{0} EXCEPT TABLE ledger.{0}) UNION ALL (TABLE ledger.{0} EXCEPT TABLE mart.{0})"
            ).format(sql.Identifier(name))
        ).fetchall()
    ]


def test_the_marts_follow_each_posting_without_a_publication(region: Region) -> None:
    region.works_away(1)
    region.post()
    warehouse.refresh_marts(region.loader)
    assert differing(region.loader) == []
    region.answer(region.release())
    region.post()
    assert differing(region.loader) == list(TOLD)  # the twin: before the refresh they are what they were
    warehouse.refresh_marts(region.loader)
    assert differing(region.loader) == []
    assert rows(region.loader, "unpaid_entitlements", "claim_key", "state") == []
    # A decision that moves no money is told, too.
    region.works_away(6, evidence_tier=4)
    region.post()
    assert differing(region.loader) == ["programme_month"]
    warehouse.refresh_marts(region.loader)
    assert differing(region.loader) == []
