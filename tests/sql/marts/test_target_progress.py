"""mart.target_progress: exact boundaries, distinct persons, evidence, baseline, projection, freshness."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sql.staged import BANNER, number, stage
from steppe import database, reference, warehouse
from steppe.errors import SettingsError
from steppe.warehouse import indicators

DECEMBER, MAY, JUNE = date(2019, 12, 1), date(2020, 5, 1), date(2020, 6, 1)
REGION = "150000"


def fill(
    loader: database.Connection, indicator: str, persons: int, *, month: date = MAY, tier: int = 4, first: int = 1
) -> None:
    """Facts for so many persons, from the first on, who attain one indicator, as a build would leave them."""
    loader.execute(
        f"CREATE TABLE IF NOT EXISTS warehouse.fct_employment_month_{month:%Y%m} "  # type: ignore[arg-type]
        f"PARTITION OF warehouse.fct_employment_month FOR VALUES IN ('{month}')"
    )
    loader.execute(
        """
        INSERT INTO warehouse.fct_employment_month (
            person_key, month, region_code, sender_code, village_code, status, is_organised, labour_ability, willing_to_go,
            is_employee_insured, is_unemployment_insured, is_injury_insured, is_pension_insured, is_out_migrant, is_jingmeng_local,
            is_in_beijing, out_migration_tier, jingmeng_local_tier, beijing_tier, register_delivery_id, known_from, known_to
        )
        SELECT
            md5(%(indicator)s || place)::uuid, %(month)s, %(banner)s, '150400', 'v', 'unemployed', false, 'ordinary', 'willing',
            false, false, false, false, false, false, false,
            CASE WHEN %(indicator)s IN ('out_migration', 'beijing') THEN %(tier)s END,
            CASE WHEN %(indicator)s = 'jingmeng_local_transfer' THEN %(tier)s END,
            CASE WHEN %(indicator)s = 'beijing' THEN %(tier)s END,
            1, now(), 'infinity'
        FROM generate_series(%(first)s, %(first)s + %(persons)s - 1) AS place
        """,
        {"indicator": indicator, "first": first, "persons": persons, "month": month, "tier": tier, "banner": BANNER},
    )


def refresh(loader: database.Connection, month: date = MAY) -> None:
    warehouse.marts.refresh_month(loader, month, 10**9)


def count(loader: database.Connection) -> None:
    """Of a month's refresh, what counts and what holds the count against the target: the rest takes long for so many persons."""
    indicators.compute(loader, MAY)
    database.run(loader, "40_mart/target_progress.sql", {"month": MAY, "region_code": REGION, "up_to": 10**9})


def progress(
    loader: database.Connection, indicator: str, *columns: str, region: str = REGION, month: date = MAY
) -> tuple[Any, ...]:
    row = loader.execute(
        f"SELECT {', '.join(columns)} FROM mart.target_progress WHERE indicator = %s AND region_code = %s AND month = %s",  # type: ignore[arg-type]
        (indicator, region, month),
    ).fetchone()
    assert row
    return row


@pytest.fixture
def whole(loader: database.Connection, admin: database.Connection) -> database.Connection:
    """A warehouse that holds the real population: targets are those of the notice."""
    admin.execute("UPDATE ops.target SET population_scale = 1")
    admin.commit()
    return loader


@pytest.mark.parametrize(
    ("indicator", "target"), [("out_migration", 173_500), ("jingmeng_local_transfer", 7_920), ("beijing", 528)]
)
def test_the_boundary_is_exact(whole: database.Connection, indicator: str, target: int) -> None:
    columns = ("achieved_persons", "target_persons", "is_met", "gap_persons", "confirmation")
    fill(whole, indicator, target - 1)
    count(whole)
    assert progress(whole, indicator, *columns) == (target - 1, target, False, 1, "未确认")
    fill(whole, indicator, 1, first=target)
    count(whole)
    assert progress(whole, indicator, *columns) == (target, target, True, 0, "未确认")


def test_more_than_is_not_at_least(whole: database.Connection, admin: database.Connection) -> None:
    admin.execute("UPDATE ops.target SET comparison = '>' WHERE indicator = 'beijing'")
    admin.commit()
    fill(whole, "beijing", 528)
    refresh(whole)
    assert progress(whole, "beijing", "is_met", "gap_persons") == (False, 1)


def test_a_person_counts_once_with_the_best_evidence(loader: database.Connection) -> None:
    fill(loader, "out_migration", 10, month=MAY, tier=4)
    fill(loader, "out_migration", 6, month=JUNE, tier=1)  # six of the same persons, now insured
    for month in (MAY, JUNE):
        refresh(loader, month)
    columns = ("achieved_persons", "achieved_insured", "achieved_employer", "achieved_call_back")
    assert progress(loader, "out_migration", *columns) == (10, 0, 0, 0)
    assert progress(loader, "out_migration", *columns, month=JUNE) == (10, 6, 6, 6)
    for region in (BANNER, "150400"):
        assert progress(loader, "out_migration", *columns, region=region, month=JUNE) == (10, 6, 6, 6)
    assert progress(loader, "out_migration", *columns, region="150600", month=JUNE) == (0, 0, 0, 0)


def test_projection_pace_and_baseline(whole: database.Connection) -> None:
    # The banner's only register sender delivered last year, the other senders of the region did not.
    delivery = stage(whole, "household_registry", DECEMBER, {"person": [{"id_number": number(1)}]})
    warehouse.publish(whole, delivery)
    fill(whole, "beijing", 300, month=DECEMBER)
    fill(whole, "beijing", 220)
    fill(whole, "beijing", 264, month=JUNE)
    for month in (DECEMBER, MAY, JUNE):
        refresh(whole, month)
    columns = ("achieved_persons", "projected_persons", "projection_method", "pace_percent::float")
    assert progress(whole, "beijing", *columns) == (220, 220, "level", 100.0)
    assert progress(whole, "beijing", *columns, month=JUNE) == (264, 264 + 44 * 6, "recent_additions", 100.0)
    baseline = ("baseline_persons", "is_baseline_met")
    assert progress(whole, "beijing", *baseline, region="150400", month=JUNE) == (300, False)
    assert progress(whole, "beijing", *baseline, month=JUNE) == (None, None)
    assert progress(whole, "beijing", "projection_method", month=DECEMBER) == ("complete",)


@pytest.mark.parametrize(("persons", "is_met"), [(300, True), (299, False)])
def test_one_fewer_than_last_year_is_not_as_many(loader: database.Connection, persons: int, is_met: bool) -> None:
    delivery = stage(loader, "household_registry", DECEMBER, {"person": [{"id_number": number(1)}]})
    warehouse.publish(loader, delivery)
    fill(loader, "out_migration", 300, month=DECEMBER)
    fill(loader, "out_migration", persons)
    for month in (DECEMBER, MAY):
        refresh(loader, month)
    columns = ("achieved_persons", "baseline_persons", "is_baseline_met")
    assert progress(loader, "out_migration", *columns, region="150400") == (persons, 300, is_met)


def test_beijing_is_part_of_out_migration_and_nothing_sums_them(loader: database.Connection) -> None:
    fill(loader, "beijing", 5)
    refresh(loader)
    counts = [
        progress(loader, name, "achieved_persons")[0]
        for name in ("out_migration", "beijing", "jingmeng_local_transfer")
    ]
    assert counts == [5, 5, 0]


def test_refreshing_follows_publications_and_again_changes_nothing(loader: database.Connection) -> None:
    away = {"id_number": number(1), "work_place_class": "other_province"}
    for month in (MAY, JUNE):
        warehouse.publish(loader, stage(loader, "household_registry", month, {"person": [away]}))
    assert warehouse.refresh_marts(loader) == warehouse.Refreshed(0)  # nothing is built yet
    warehouse.build(loader)
    assert warehouse.refresh_marts(loader).months == (MAY, JUNE)
    assert warehouse.refresh_marts(loader) == warehouse.Refreshed(0)
    assert progress(
        loader, "out_migration", "achieved_persons", "senders_delivered", "senders_expected", month=JUNE
    ) == (1, 1, 14)
    # A correction of May changes May and, because June counts the year so far, June; not the year before.
    warehouse.publish(loader, stage(loader, "household_registry", MAY, {"person": [away | {"work_place_class": None}]}))
    warehouse.build(loader)
    assert warehouse.refresh_marts(loader).months == (MAY, JUNE)
    assert progress(loader, "out_migration", "achieved_persons") == (0,)


def test_a_month_before_the_first_definition_has_facts_and_no_figures(loader: database.Connection) -> None:
    """The parameter and the indicators are in force from 2019-01 on; an older register must not hold up the figures of the others."""
    before, after = date(2018, 12, 1), date(2019, 3, 1)
    away = {"id_number": number(1), "work_place_class": "other_province"}
    for month in (before, after):
        warehouse.publish(loader, stage(loader, "household_registry", month, {"person": [away]}))
    warehouse.build(loader)
    refreshed = warehouse.refresh_marts(loader)
    assert (refreshed.months, refreshed.undefined) == ((after,), (before,))
    facts = loader.execute(
        "SELECT month, status FROM warehouse.fct_employment_month WHERE known_to = 'infinity' ORDER BY 1"
    )
    assert facts.fetchall() == [(before, "employed"), (after, "employed")]
    assert loader.execute("SELECT DISTINCT month FROM mart.target_progress").fetchall() == [(after,)]
    # Nobody was counted in 2018: that is no baseline of nobody, which 2019 would surpass.
    baseline = ("achieved_persons", "baseline_persons", "is_baseline_met")
    assert progress(loader, "out_migration", *baseline, region="150400", month=after) == (1, None, None)


def test_a_definition_that_reaches_further_back_brings_the_figures(
    loader: database.Connection, admin: database.Connection
) -> None:
    december = date(2018, 12, 1)
    for table in ("parameter", "indicator"):
        admin.execute(f"UPDATE ops.{table} SET valid_from = '2018-01-01' WHERE valid_from = '2019-01-01'")  # type: ignore[arg-type]
    admin.commit()
    away = {"id_number": number(1), "work_place_class": "other_province"}
    warehouse.publish(loader, stage(loader, "household_registry", december, {"person": [away]}))
    warehouse.build(loader)
    refreshed = warehouse.refresh_marts(loader)
    assert (refreshed.months, refreshed.undefined) == ((december,), ())
    assert progress(loader, "out_migration", "achieved_persons", month=december) == (1,)


GIVEN = ("beijing", "150000", "2020", ">=", "528", "1", "C6.2", "source", "confirmed", "1")


def handed(region: str, persons: int) -> tuple[str, ...]:
    return ("beijing", region, "2020", ">=", str(persons), *GIVEN[5:])


def test_targets_that_are_handed_down_reach_the_one_above() -> None:
    reference.check_cascade([GIVEN])
    reference.check_cascade([GIVEN, handed("150100", 300), handed("150400", 228), handed("150404", 228)])
    with pytest.raises(
        SettingsError, match="line 2: beijing 2020: the targets right below 150000 come to 527, less than its 528"
    ):
        reference.check_cascade([GIVEN, handed("150100", 300), handed("150400", 227)])
    with pytest.raises(SettingsError, match="line 3: beijing 2020: the targets right below 150400 come to 100"):
        reference.check_cascade([GIVEN, handed("150400", 528), handed("150404", 100)])
    with pytest.raises(SettingsError, match="line 3: region_code: 999999 is not known"):
        reference.check_cascade([GIVEN, handed("999999", 528)])
