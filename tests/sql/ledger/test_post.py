"""Posting the PV money: each case is a month that a person can follow by hand (amounts in fen)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sql.ledger.conftest import (
    BANNER,
    NEIGHBOUR,
    STATION,
    VILLAGE,
    Facts,
    allocation,
    balances,
    paid,
    settlement,
    station,
)
from steppe import ledger
from steppe.database import Connection
from steppe.ledger import Posted

MAY = [
    *station({VILLAGE: "60", NEIGHBOUR: "40"}),
    settlement(
        coal_accrued_fen=1000, coal_received_fen=1000, subsidy_accrued_fen=500, subsidy_received_fen=1, received_on="2020-06-03"
    ),
    allocation(
        carried_in_fen=100, revenue_fen=600, post_wages_fen=480, public_works_fen=20, land_rent_fen=30, operation_fen=40,
        other_fen=50, carried_over_fen=80,
    ),
    paid(1, 300, paid_on="2020-06-10"),
    paid(2, 100),
    paid(3, 0),
]  # fmt: skip
MAY_BALANCES = {
    f"pv_revenue:{STATION}": 1500,
    f"pv_grid_subsidy:{STATION}": 499,
    f"pv_share:{VILLAGE}": 1,  # 1001 × 60 % = 600.6 → 601 by the larger remainder; 600 arrived
    f"pv_share:{NEIGHBOUR}": 400,  # 400.4 → 400
    f"pv_opening:{VILLAGE}": 100,
    f"pv_village:{VILLAGE}": 80,
    f"pv_wage_pool:{VILLAGE}": 80,
    f"pv_wages_paid:{VILLAGE}": 400,
    f"pv_public_works:{VILLAGE}": 20,
    f"pv_land_rent:{VILLAGE}": 30,
    f"pv_operation:{VILLAGE}": 40,
    f"pv_other:{VILLAGE}": 50,
}


def keys(connection: Connection) -> dict[str, tuple[int, date, int | None]]:
    rows = connection.execute(
        "SELECT idempotency_key, amount_fen, event_date, delivery_id FROM ledger.transfer"
    ).fetchall()
    return {key.removeprefix(f"{BANNER}:"): tuple(rest) for key, *rest in rows}


def test_the_money_goes_from_the_grid_company_to_the_posts(facts: Facts, loader: Connection) -> None:
    delivery_id = facts.publish(MAY)

    posted = ledger.post(loader)

    assert balances(loader) == MAY_BALANCES
    # 4 of the settlement, 2 shares, opening, arrival, 5 uses, 2 wages: the post without pay is no transfer.
    assert (posted.batches, posted.transfers, posted.reversals) == (1, 15, 0)
    posted_keys = keys(loader)
    assert posted_keys[f"pv_receipt_coal:{STATION}:2020-05#1"] == (1000, date(2020, 6, 3), delivery_id)
    assert posted_keys[f"pv_accrual_coal:{STATION}:2020-05#1"] == (1000, date(2020, 5, 31), delivery_id)
    assert posted_keys[f"pv_opening:{VILLAGE}:2020-05#1"] == (100, date(2020, 5, 1), delivery_id)
    assert ledger.verify(loader) == []
    total = {total.kind: total for total in ledger.totals(loader)}
    assert (total["pv_share"].accounts, total["pv_share"].balance_fen) == (2, 401)
    assert sum(t.debit_fen for t in total.values()) == sum(t.credit_fen for t in total.values()) == posted.amount_fen
    assert loader.execute("SELECT count(*) FROM ledger.exception").fetchone() == (0,)


def test_a_run_without_news_posts_nothing(facts: Facts, loader: Connection) -> None:
    facts.publish(MAY)
    assert ledger.post(loader) != Posted()

    assert ledger.post(loader) == Posted()
    assert ledger.post(loader, is_full=True) == Posted()
    facts.publish([], source="household_registry")
    assert ledger.post(loader) == Posted()
    assert (
        loader.execute("SELECT publication_id FROM ops.step_mark WHERE step = 'post_ledgers'").fetchone()
        == loader.execute("SELECT max(publication_id) FROM ops.publication").fetchone()
    )


def test_without_its_mark_the_ledger_still_posts_once(facts: Facts, loader: Connection, admin: Connection) -> None:
    facts.publish(MAY)
    ledger.post(loader)
    admin.execute("UPDATE ops.step_mark SET publication_id = 0")
    admin.commit()

    assert ledger.post(loader) == Posted()


def test_a_changed_fact_is_a_reversal_and_a_new_version(facts: Facts, loader: Connection) -> None:
    facts.publish(MAY)
    ledger.post(loader)
    changed = facts.publish([paid(1, 310, paid_on="2020-06-10")])

    assert ledger.post(loader) == Posted(batches=1, transfers=2, reversals=1, amount_fen=610)

    wage = f"pv_wage:{VILLAGE}:00000000-0000-0000-0000-000000000001:2020-05"
    found = loader.execute(
        "SELECT idempotency_key, debit_account, amount_fen, event_date, delivery_id, reverses_transfer_id IS NULL, batch_no "
        "FROM ledger.transfer WHERE starts_with(idempotency_key, %s) ORDER BY transfer_id",
        (f"{BANNER}:{wage}",),
    ).fetchall()
    day = date(2020, 6, 10)
    assert found == [
        (f"{BANNER}:{wage}#1", f"pv_wages_paid:{VILLAGE}", 300, day, changed - 1, True, 1),
        (f"{BANNER}:{wage}#1.reversal", f"pv_wage_pool:{VILLAGE}", 300, day, changed, False, 2),
        (f"{BANNER}:{wage}#2", f"pv_wages_paid:{VILLAGE}", 310, day, changed, True, 2),
    ]
    assert balances(loader)[f"pv_wage_pool:{VILLAGE}"] == 70
    assert ledger.verify(loader) == []


def test_a_fact_that_returns_to_what_it_was_is_a_third_version(facts: Facts, loader: Connection) -> None:
    facts.publish(MAY)
    ledger.post(loader)
    for amount in (310, 300):
        facts.publish([paid(1, amount, paid_on="2020-06-10")])
        ledger.post(loader)

    assert balances(loader) == MAY_BALANCES
    assert f"pv_wage:{VILLAGE}:00000000-0000-0000-0000-000000000001:2020-05#3" in keys(loader)
    assert ledger.verify(loader) == []


def test_a_corrected_date_is_a_correction(facts: Facts, loader: Connection) -> None:
    """Same money, other day: statements by date would be wrong if the ledger kept the first."""
    facts.publish(MAY)
    ledger.post(loader)
    facts.publish([paid(1, 300, paid_on="2020-06-11")])

    assert ledger.post(loader) == Posted(batches=1, transfers=2, reversals=1, amount_fen=600)
    assert balances(loader) == MAY_BALANCES


def test_a_fact_no_longer_stated_is_reversed(facts: Facts, loader: Connection) -> None:
    facts.publish(MAY)
    ledger.post(loader)
    facts.publish([], gone=[paid(2, 100)])

    assert ledger.post(loader) == Posted(batches=1, transfers=1, reversals=1, amount_fen=100)
    assert balances(loader)[f"pv_wages_paid:{VILLAGE}"] == 300
    assert ledger.verify(loader) == []


def test_a_late_month_keeps_its_date_and_is_posted_now(facts: Facts, loader: Connection) -> None:
    """June was posted first, with its carry-over as the opening balance; May arrives and takes that place."""
    facts.publish([*station({VILLAGE: "100"}), allocation("2020-06-01", carried_in_fen=80, carried_over_fen=80)])
    ledger.post(loader)
    before = loader.execute("SELECT max(posted_at) FROM ledger.transfer").fetchone()
    facts.publish(MAY[2:])

    ledger.post(loader)

    late = loader.execute(
        "SELECT event_date, posted_at > %s FROM ledger.transfer WHERE kind = 'pv_arrival'", before
    ).fetchall()
    assert late == [(date(2020, 5, 31), True)]
    standing = loader.execute("SELECT business_key FROM ledger.standing_transfer WHERE kind = 'pv_opening'").fetchall()
    assert standing == [(f"pv_opening:{VILLAGE}:2020-05",)]
    assert balances(loader)[f"pv_village:{VILLAGE}"] == 80
    assert ledger.verify(loader) == []


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(
            [settlement(coal_accrued_fen=10, coal_received_fen=12), *station({VILLAGE: "100"})],
            {f"pv_suspense_receipt:{STATION}": 2, f"pv_share:{VILLAGE}": 12, f"pv_revenue:{STATION}": 10},
            id="received above accrued",
        ),
        pytest.param(
            [allocation(revenue_fen=7, carried_over_fen=7)],
            {f"pv_suspense_arrival:{VILLAGE}": 7, f"pv_village:{VILLAGE}": 7},
            id="arrived without a share",
        ),
        pytest.param(
            [allocation(carried_in_fen=5, post_wages_fen=5), paid(1, 9)],
            {f"pv_suspense_wages:{VILLAGE}": 4, f"pv_opening:{VILLAGE}": 5, f"pv_wages_paid:{VILLAGE}": 9},
            id="paid above what was set aside",
        ),
        pytest.param(
            [allocation(carried_in_fen=5, carried_over_fen=5), allocation("2020-06-01", carried_in_fen=9, carried_over_fen=9)],
            {f"pv_suspense_carry:{VILLAGE}": 4, f"pv_opening:{VILLAGE}": 5, f"pv_village:{VILLAGE}": 9},
            id="more carried in than was carried over",
        ),
        pytest.param(
            [allocation(carried_in_fen=5, carried_over_fen=5), allocation("2020-06-01", carried_in_fen=2, carried_over_fen=2)],
            {f"pv_suspense_carry:{VILLAGE}": -3, f"pv_opening:{VILLAGE}": 5, f"pv_village:{VILLAGE}": 2},
            id="less carried in than was carried over",
        ),
        pytest.param(
            [settlement(coal_accrued_fen=10, coal_received_fen=10), *station({VILLAGE: "60", NEIGHBOUR: "30"})],
            {f"pv_settlement:{STATION}": 10, f"pv_revenue:{STATION}": 10},
            id="shares that do not sum to the whole",
        ),
    ],
)  # fmt: skip
def test_money_that_the_facts_do_not_explain_is_shown(
    facts: Facts, loader: Connection, rows: list[tuple[str, dict[str, object]]], expected: dict[str, int]
) -> None:
    facts.publish(rows)

    ledger.post(loader)

    assert balances(loader) == expected
    shown = loader.execute("SELECT account_code FROM ledger.exception").fetchall()
    assert [account for (account,) in shown] == [
        account for account in expected if account.startswith(("pv_suspense_", "pv_settlement"))
    ]
    assert ledger.verify(loader) == []


def test_suspense_is_taken_back_when_the_missing_settlement_comes(facts: Facts, loader: Connection) -> None:
    facts.publish([*station({VILLAGE: "100"}), allocation(revenue_fen=7, carried_over_fen=7)])
    ledger.post(loader)
    assert balances(loader)[f"pv_suspense_arrival:{VILLAGE}"] == 7
    facts.publish([settlement("2020-06-01", coal_accrued_fen=9, coal_received_fen=9)])

    ledger.post(loader)

    assert f"pv_suspense_arrival:{VILLAGE}" not in balances(loader)
    assert balances(loader)[f"pv_share:{VILLAGE}"] == 2
    assert f"pv_uncover:pv_share:{VILLAGE}:2020-06#1" in keys(loader)


def test_the_mark_waits_for_a_publication_under_way(facts: Facts, loader: Connection, admin: Connection) -> None:
    facts.publish(MAY)
    with admin.transaction():
        facts._publication("pv_revenue")
        ledger.post(loader)
        loader.commit()
        assert loader.execute("SELECT publication_id FROM ops.step_mark WHERE step = 'post_ledgers'").fetchone() == (0,)
        loader.commit()

    assert ledger.post(loader) == Posted()
    assert loader.execute("SELECT publication_id FROM ops.step_mark WHERE step = 'post_ledgers'").fetchone() == (2,)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    received_fen=st.integers(1, 10**9),
    weights=st.lists(st.integers(1, 10_000), min_size=1, max_size=9),
)
def test_shares_sum_to_what_was_received(
    facts: Facts, loader: Connection, admin: Connection, received_fen: int, weights: list[int]
) -> None:
    """Any shares of 100 % give whole fen that sum to the receipt, each less than one fen from its exact part."""
    hundredths = [max(1, weight * 10_000 // sum(weights)) for weight in weights]
    hundredths[hundredths.index(max(hundredths))] += 10_000 - sum(hundredths)
    villages = {f"1504280010{number:02d}": f"{share / 100:.2f}" for number, share in enumerate(hundredths)}
    admin.execute(
        "TRUNCATE ledger.balance, ledger.transfer, ledger.account, ledger.seal, warehouse.dim_pv_station, "
        "warehouse.fct_pv_settlement_month"
    )
    admin.commit()
    facts.publish([*station(villages), settlement(coal_accrued_fen=received_fen, coal_received_fen=received_fen)])

    ledger.post(loader)

    shares = {
        account.removeprefix("pv_share:"): balance
        for account, balance in balances(loader).items()
        if account.startswith("pv_share:")
    }
    loader.commit()
    assert sum(shares.values()) == received_fen
    for village, hundredth in zip(villages, hundredths, strict=True):
        assert abs(shares.get(village, 0) * 10_000 - received_fen * hundredth) < 10_000
