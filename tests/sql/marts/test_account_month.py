"""mart.account_month: the ledger added up by month, batch by batch, corrections included."""

from __future__ import annotations

from datetime import date

from sql.staged import stage
from steppe import database, ledger, warehouse

MAY, JUNE = date(2020, 5, 1), date(2020, 6, 1)
STATION = {"station_code": "s", "share_percent": 100}

OF_MART = "SELECT kind, sum(debit_fen), sum(credit_fen) FROM mart.account_month GROUP BY kind ORDER BY kind"
OF_LEDGER = """
SELECT kind, sum(debit_fen), sum(credit_fen) FROM (
    SELECT split_part(debit_account, ':', 1) COLLATE "C" AS kind, amount_fen AS debit_fen, 0 AS credit_fen FROM ledger.transfer
    UNION ALL
    SELECT split_part(credit_account, ':', 1), 0, amount_fen FROM ledger.transfer
) AS side GROUP BY kind ORDER BY kind
"""


def bring_up(loader: database.Connection, month: date, accrued_fen: int) -> None:
    settled = {"station_code": "s", "month": month, "coal_accrued_fen": accrued_fen, "coal_received_fen": 0}
    warehouse.publish(loader, stage(loader, "pv_revenue", month, {"station": [STATION], "settlement": [settled]}))
    warehouse.build(loader)
    ledger.post(loader)
    warehouse.refresh_marts(loader)


def earned(loader: database.Connection) -> dict[date, int]:
    rows = loader.execute(
        "SELECT month, (credit_fen - debit_fen)::bigint FROM mart.account_month WHERE kind = 'pv_revenue' ORDER BY month"
    ).fetchall()
    return dict(rows)


def test_it_is_the_ledger_by_month_after_each_batch_and_a_correction(loader: database.Connection) -> None:
    bring_up(loader, MAY, 1000)
    bring_up(loader, JUNE, 500)
    assert earned(loader) == {MAY: 1000, JUNE: 500}
    bring_up(loader, MAY, 900)
    assert earned(loader) == {MAY: 900, JUNE: 500}
    assert loader.execute(OF_MART).fetchall() == loader.execute(OF_LEDGER).fetchall()


def test_a_second_refresh_counts_nothing_twice(loader: database.Connection) -> None:
    bring_up(loader, MAY, 1000)
    database.run(loader, "40_mart/account_month.sql")
    assert earned(loader) == {MAY: 1000}
    # The twin: had it forgotten the batches that it counted, it would.
    loader.execute("UPDATE mart.account_month SET batch_no = 0")
    database.run(loader, "40_mart/account_month.sql")
    assert earned(loader) == {MAY: 2000}
    loader.rollback()
