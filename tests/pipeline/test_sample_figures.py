"""The sample through the whole path: every total is the length of its list, nobody is left out, the signals find what was seeded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from sql.marts.test_coverage import NOT_ROUTED
from sql.marts.test_indicators import counted_by_hand, stored
from steppe import database, sample, scoring
from steppe.warehouse import assessment, signals
from warehouses import fresh_warehouse
from whole_path import finish

# Everything is loaded before the first test.
pytestmark = pytest.mark.timeout(600)

MONTHS = (date(2020, 5, 1), date(2020, 6, 1))


@pytest.fixture(scope="module")
def made(stated: tuple[str, sample.Sample]) -> sample.Sample:
    return stated[1]


@pytest.fixture(scope="module")
def loader(
    stated: tuple[str, sample.Sample], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[database.Connection]:
    """Built once: what a test changes, it takes back."""
    with (
        fresh_warehouse(stated[0], tmp_path_factory.mktemp("figures_path")),
        database.connect("loader") as connection,
    ):
        finish(connection)
        yield connection


def one(loader: database.Connection, query: str) -> int:
    row = loader.execute(query).fetchone()  # type: ignore[arg-type]
    assert row
    return int(row[0])


@pytest.mark.parametrize("month", MONTHS, ids=str)
def test_every_total_is_the_length_of_its_list(loader: database.Connection, month: date) -> None:
    figures = stored(loader, month)
    assert figures == counted_by_hand(loader, month)
    assert len({indicator for indicator, *_ in figures}) == 11


# Each counts what must not be, and what is changed so that it is.
WRONG = {
    "last year's migrants in no class": (
        "SELECT count(*) FROM warehouse.fct_employment_month AS f WHERE f.known_to = 'infinity' AND f.month = '2019-12-01' "
        "AND f.out_migration_tier IS NOT NULL AND EXISTS (SELECT FROM ops.publication AS p WHERE p.source = 'household_registry' "
        "AND p.sender_code = f.sender_code AND p.period = '2020-06-01') AND NOT EXISTS (SELECT FROM mart.list_last_year_migrants AS l "
        "WHERE l.month = '2020-06-01' AND l.person_key = f.person_key)",
        "DELETE FROM mart.list_last_year_migrants WHERE class = 'lost_contact'",
    ),
    "unemployed without a route": (NOT_ROUTED, "DELETE FROM mart.unemployed_routing WHERE state = 'supported'"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_nobody_is_left_out(loader: database.Connection, wrong: str) -> None:
    query, harm = WRONG[wrong]
    assert one(loader, query) == 0
    with loader.transaction(force_rollback=True):
        loader.execute(harm)  # type: ignore[arg-type]
        assert one(loader, query) > 0


def test_the_signals_find_what_was_seeded(loader: database.Connection, made: sample.Sample) -> None:
    """docs/signals.md states these figures: what is found differently is to be stated there."""
    with database.connect("auditor") as auditor:
        scores = scoring.score(auditor, made.files[0].parents[1] / "signs.csv")
    assert [score.signal for score in scores] == [signal.name for signal in signals.catalogue()], (
        "not every signal has a seed"
    )
    lines = [f"{score.signal},{score.seeded},{score.found},{score.right}" for score in scores]
    assert scores == scoring.stated(), "\n".join(["docs/signal-scores.csv is to say:", *lines])


def test_both_departments_lists_are_frozen(loader: database.Connection) -> None:
    with loader.transaction(force_rollback=True):
        candidates = assessment.freeze(loader, MONTHS[1])
        assert [candidate.indicator for candidate in candidates] == sorted(assessment.ASSESSED)
        for candidate in candidates:
            figure = one(
                loader,
                "SELECT achieved_persons FROM mart.target_progress "
                f"WHERE indicator = '{candidate.indicator}' AND month = '2020-06-01' AND region_code = '150000'",
            )
            assert candidate.poverty_persons == figure
            assert candidate.hr_persons - candidate.hr_only_persons == figure - candidate.poverty_only_persons
            assert sum(poverty for _, _, poverty in candidate.leagues) >= candidate.poverty_only_persons
