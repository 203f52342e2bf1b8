"""Which months a source owes at a moment; ``now`` is always given."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from steppe import contracts, settings
from steppe.alerts.late import HISTORY_GRACE, OPERATION_LAG, Arrival, missing

CONTRACT = replace(contracts.load("household_registry"), senders=("150100", "150400"))
MAY, JUNE, JULY = date(2020, 5, 1), date(2020, 6, 1), date(2020, 7, 1)
HISTORY_LOADED = datetime(2025, 11, 24, 9, tzinfo=settings.CALENDAR)


def arrival(sender: str, period: date, received_at: datetime | None = None) -> Arrival:
    """An arrival an hour before the deadline, unless told otherwise."""
    at = received_at or CONTRACT.deadline(period) - timedelta(hours=1)
    return Arrival(CONTRACT.source, sender, period, at, at, True, 1, "published", at)


def owed(arrivals: list[Arrival], now: datetime, first: date | None = None) -> list[tuple[str, date]]:
    return [(item.sender_code, item.period) for item in missing(CONTRACT, arrivals, now, first)]


def test_nothing_known_nothing_owed() -> None:
    assert owed([], HISTORY_LOADED) == []


def test_a_sender_owes_from_the_minute_of_the_deadline() -> None:
    arrivals = [arrival("150100", MAY)]
    deadline = CONTRACT.deadline(MAY)
    assert deadline.tzinfo is settings.CALENDAR
    assert owed(arrivals, deadline - timedelta(minutes=1)) == []
    assert owed(arrivals, deadline) == [("150400", MAY)]
    assert owed([*arrivals, arrival("150400", MAY, deadline + timedelta(days=3))], deadline + timedelta(days=4)) == []


@pytest.mark.parametrize(
    ("arrived", "owing"),
    [
        (["150000"], []),  # the region's own agency speaks for everyone
        (["150000", "150100"], []),
        (["150100"], ["150400"]),  # a league for itself alone
        ([], ["150000"]),  # of nobody's month the agency is asked, not fifteen senders
    ],
)
def test_where_the_regions_agency_may_deliver_it_speaks_for_all(arrived: list[str], owing: list[str]) -> None:
    of_all = replace(CONTRACT, senders=("150000", *CONTRACT.senders))
    arrivals = [arrival(sender, JUNE) for sender in arrived]
    found = missing(of_all, arrivals, CONTRACT.deadline(JUNE), first=JUNE)
    assert [item.sender_code for item in found] == owing
    # Without it, each sender owes his own.
    apart = missing(CONTRACT, arrivals, CONTRACT.deadline(JUNE), first=JUNE)
    assert [item.sender_code for item in apart] == [code for code in CONTRACT.senders if code not in arrived]


def test_in_operation_a_month_that_nobody_sent_is_owed_by_all() -> None:
    arrivals = [arrival("150100", MAY), arrival("150400", MAY)]
    assert owed(arrivals, CONTRACT.deadline(JUNE) - timedelta(minutes=1)) == []
    assert owed(arrivals, CONTRACT.deadline(JULY)) == [
        ("150100", JUNE),
        ("150400", JUNE),
        ("150100", JULY),
        ("150400", JULY),
    ]


def test_a_load_of_history_owes_only_its_own_months_once_it_is_quiet() -> None:
    arrivals = [
        arrival("150100", MAY, HISTORY_LOADED),
        arrival("150400", MAY, HISTORY_LOADED),
        arrival("150100", JUNE, HISTORY_LOADED),
    ]
    assert owed(arrivals, HISTORY_LOADED + timedelta(minutes=5)) == []  # the load is still going on
    assert owed(arrivals, HISTORY_LOADED + HISTORY_GRACE) == [("150400", JUNE)]
    # Neither July 2020 nor the five years since are owed.


def test_history_loaded_beside_operation_does_not_fill_the_years_between() -> None:
    live = date(2025, 10, 1)
    arrivals = [
        arrival("150100", MAY, HISTORY_LOADED),
        arrival("150400", MAY, HISTORY_LOADED),
        arrival("150100", live),
        arrival("150400", live),
    ]
    assert owed(arrivals, CONTRACT.deadline(date(2025, 11, 1))) == [
        ("150100", date(2025, 11, 1)),
        ("150400", date(2025, 11, 1)),
    ]


@pytest.mark.parametrize(("lag", "is_live"), [(OPERATION_LAG, True), (OPERATION_LAG + timedelta(seconds=1), False)])
def test_what_counts_as_operation(lag: timedelta, is_live: bool) -> None:
    received = CONTRACT.deadline(MAY) + lag
    arrivals = [arrival(sender, MAY, received) for sender in CONTRACT.senders]
    assert bool(owed(arrivals, CONTRACT.deadline(JUNE) + timedelta(days=1))) is is_live


def test_the_first_month_can_be_set() -> None:
    assert owed([], CONTRACT.deadline(JUNE), MAY) == [
        ("150100", MAY),
        ("150400", MAY),
        ("150100", JUNE),
        ("150400", JUNE),
    ]
    assert owed([], CONTRACT.deadline(MAY) - timedelta(minutes=1), MAY) == []


def test_months_go_over_the_year() -> None:
    december = date(2020, 12, 1)
    found = owed([], CONTRACT.deadline(date(2021, 1, 1)), december)
    assert {period for _, period in found} == {december, date(2021, 1, 1)}


def test_another_source_says_nothing_about_this_one() -> None:
    other = replace(arrival("150100", MAY), source="pv_revenue")
    assert owed([other], CONTRACT.deadline(JULY)) == []
