"""The sample's PV files, defects included, through the whole path: what the ledger says is what the facts say."""

from __future__ import annotations

from pathlib import Path

from steppe import ledger, sample
from steppe.database import Connection
from steppe.ledger import Posted
from whole_path import deliver, load

# Two leagues are enough to have shared stations, late receipts and defects; all fourteen would only take longer.
SENDERS = ("pv_revenue_150400_", "pv_revenue_150500_")


def test_the_ledger_says_what_the_facts_say(loader: Connection, tmp_path: Path) -> None:
    made = sample.generate(tmp_path / "sample", scale=0.004, months=["2020-05", "2020-06"], seed=142)
    deliver(file for file in made.files if file.name.startswith(SENDERS))
    load(loader)

    first = ledger.post(loader)

    assert first.transfers > 100
    assert first.reversals == 0
    check_totals(loader)
    check_villages(loader)
    assert ledger.verify(loader) == []
    # A second run, with or without its mark, posts nothing.
    assert ledger.post(loader) == Posted()
    assert ledger.post(loader, is_full=True) == Posted()


def check_totals(connection: Connection) -> None:
    facts = connection.execute(
        "SELECT sum(coal_accrued_fen + subsidy_accrued_fen), sum(coal_received_fen + subsidy_received_fen) "
        "FROM warehouse.fct_pv_settlement_month WHERE known_to = 'infinity'"
    ).fetchone()
    paid = connection.execute(
        "SELECT sum(paid_fen) FROM warehouse.fct_pv_post_month WHERE known_to = 'infinity'"
    ).fetchone()
    total = {total.kind: total for total in ledger.totals(connection)}
    assert facts
    assert paid
    assert total["pv_revenue"].balance_fen == facts[0]
    assert total["pv_settlement"].debit_fen == facts[1]
    assert total["pv_wages_paid"].balance_fen == paid[0]
    assert sum(each.debit_fen for each in total.values()) == sum(each.credit_fen for each in total.values())


def check_villages(connection: Connection) -> None:
    """A village holds what its last month carries over."""
    differing = connection.execute(
        "WITH last_month AS (SELECT DISTINCT ON (region_code, village_code) region_code, village_code, carried_over_fen "
        "FROM warehouse.fct_pv_allocation_month WHERE known_to = 'infinity' ORDER BY region_code, village_code, month DESC) "
        "SELECT count(*), count(*) FILTER (WHERE coalesce(b.balance_fen, 0) <> carried_over_fen) FROM last_month "
        "LEFT JOIN ledger.account_balance AS b ON b.region_code = last_month.region_code "
        "AND b.account_code = 'pv_village:' || village_code"
    ).fetchone()
    assert differing
    assert differing[0] > 10
    assert differing[1] == 0
