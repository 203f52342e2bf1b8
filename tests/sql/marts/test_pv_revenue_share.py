"""mart.pv_revenue_share: gross and net side by side, judged exactly by the parameter's basis."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sql.staged import BANNER, number, stage
from steppe import database, warehouse

MAY, JUNE = date(2020, 5, 1), date(2020, 6, 1)
VILLAGE, NEIGHBOUR = f"{BANNER}001001", f"{BANNER}001002"


def bring_up(loader: database.Connection, period: date, rows: dict[str, Any]) -> None:
    warehouse.publish(loader, stage(loader, "pv_revenue", period, rows))
    warehouse.build(loader)
    warehouse.refresh_marts(loader)


def share(loader: database.Connection, *columns: str, village: str = VILLAGE) -> tuple[Any, ...]:
    row = loader.execute(
        f"SELECT {', '.join(columns)} FROM mart.pv_revenue_share WHERE village_code = %s AND year = 2020",  # type: ignore[arg-type]
        (village,),
    ).fetchone()
    assert row
    return row


@pytest.mark.parametrize(
    ("basis", "wages", "is_met"),
    [
        ("gross", 80_000, True),
        ("gross", 79_999, False),  # shown as 80.00 % all the same: whole fen judge
        ("net", 72_000, True),  # 80 % of 100,000 less rent 6,000 and O&M 4,000
        ("net", 71_999, False),
    ],
)
def test_the_minimum_is_exact_on_either_basis(
    loader: database.Connection, admin: database.Connection, basis: str, wages: int, is_met: bool
) -> None:
    admin.execute("UPDATE ops.parameter SET value = %s WHERE name = 'pv_share_basis'", (basis,))
    admin.commit()
    allocation = {
        "village_code": VILLAGE,
        "month": MAY,
        "revenue_fen": 100_000,
        "land_rent_fen": 6_000,
        "operation_fen": 4_000,
    }
    bring_up(loader, MAY, {"allocation": [allocation | {"post_wages_fen": wages}]})
    assert share(loader, "is_met", "basis", "basis_status", "confirmation") == (is_met, basis, "unconfirmed", "未确认")
    gross, net = share(loader, "gross_share_percent::float", "net_share_percent::float")
    assert (gross, net) == (round(wages / 1000, 2), round(wages / 900, 2))


def test_money_is_followed_from_the_grid_to_the_posts(loader: database.Connection) -> None:
    station = {"station_code": "s", "share_percent": 60}
    settled = {
        "station_code": "s",
        "coal_accrued_fen": 1000,
        "coal_received_fen": 700,
        "subsidy_accrued_fen": 500,
        "subsidy_received_fen": 0,
    }
    post = {"village_code": VILLAGE, "wage_fen": 400, "paid_fen": 300}
    for month, carried_in, carried_over in ((MAY, 11, 20), (JUNE, 20, 33)):
        bring_up(
            loader,
            month,
            {
                "station": [
                    station | {"village_code": VILLAGE},
                    station | {"village_code": NEIGHBOUR, "share_percent": 40},
                ],
                "settlement": [settled | {"month": month}],
                "allocation": [
                    {
                        "village_code": VILLAGE,
                        "month": month,
                        "carried_in_fen": carried_in,
                        "revenue_fen": 420,
                        "post_wages_fen": 400,
                        "carried_over_fen": carried_over,
                    },
                    {"village_code": NEIGHBOUR, "month": month, "revenue_fen": 280, "post_wages_fen": 280},
                ],
                "post": [post | {"id_number": number(place), "month": month} for place in (1, 2)],
            },
        )
    columns = (
        "months_told",
        "accrued_fen",
        "received_fen",
        "carried_in_fen",
        "revenue_fen",
        "post_wages_fen",
        "carried_over_fen",
    )
    assert share(loader, *columns) == (2, 1800, 840, 11, 840, 800, 33)
    assert share(loader, "post_persons", "wage_due_fen", "wage_paid_fen", "has_wages_without_post") == (
        2,
        1600,
        1200,
        False,
    )
    assert share(loader, "has_paid_above_received") == (True,)  # 1,200 paid of 840 + 11
    assert share(loader, "accrued_fen", "has_wages_without_post", "has_paid_above_received", village=NEIGHBOUR) == (
        1200,
        True,
        False,
    )


def test_a_corrected_month_replaces_and_a_withdrawn_village_goes(loader: database.Connection) -> None:
    allocation = {"month": MAY, "revenue_fen": 100, "post_wages_fen": 80}
    bring_up(loader, MAY, {"allocation": [allocation | {"village_code": village} for village in (VILLAGE, NEIGHBOUR)]})
    bring_up(loader, MAY, {"allocation": [allocation | {"village_code": VILLAGE, "post_wages_fen": 10}]})
    assert share(loader, "post_wages_fen", "is_met") == (10, False)
    assert loader.execute("SELECT count(*) FROM mart.pv_revenue_share").fetchone() == (1,)


def test_no_revenue_is_no_verdict(loader: database.Connection) -> None:
    bring_up(loader, MAY, {"allocation": [{"village_code": VILLAGE, "month": MAY}]})
    assert share(loader, "is_met", "gross_share_percent", "net_share_percent") == (None, None, None)
