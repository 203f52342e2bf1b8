"""Indicators: every figure is the length of the list that its registered file yields, at every level and in every version (C2.7, C6.2)."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest
from sql.marts.test_lists import MAY, two_years  # noqa: F401 - a fixture
from sql.marts.test_target_progress import fill
from steppe import database, programmes, reference, settings, warehouse
from steppe.errors import SettingsError
from steppe.warehouse import indicators

REGION = "150000"


def counted_by_hand(loader: database.Connection, month: date) -> dict[tuple[str, str, str, str], int]:
    """(indicator, part, level, place) → distinct keys, counted in Python from the lists."""
    league = {code: parent for code, _, level, parent, _ in reference.regions() if level == "banner"}
    keys: dict[tuple[str, str, str, str], set[object]] = defaultdict(set)
    for definition in indicators.definitions(loader):
        for person, banner, village, part, _ in indicators.members(loader, definition, month):
            for named in {"all", part} - {None}:
                for level, place in (
                    ("region", REGION),
                    ("league", league[banner]),
                    ("banner", banner),
                    ("village", village),
                ):
                    keys[definition.indicator, named, level, place].add(person)
    return {key: len(persons) for key, persons in keys.items()}


def stored(loader: database.Connection, month: date) -> dict[tuple[str, str, str, str], int]:
    return {
        (indicator, part, level, place): counted
        for indicator, part, level, place, counted in loader.execute(
            "SELECT indicator, part, level, place_code, counted FROM mart.indicator_value WHERE month = %s", (month,)
        )
    }


def test_every_figure_is_the_length_of_its_list(two_years: database.Connection) -> None:  # noqa: F811
    by_hand = counted_by_hand(two_years, MAY)
    assert stored(two_years, MAY) == by_hand
    assert {indicator for indicator, *_ in by_hand} >= {
        "registered", "employed", "away", "willing_out", "out_migration", "last_year_migrants", "new_out_migrants", "unemployed",
        "without_support",
    }  # fmt: skip
    # A list that has one person less is noticed.
    two_years.execute("DELETE FROM mart.list_last_year_migrants WHERE class = 'out_again'")
    assert stored(two_years, MAY) != counted_by_hand(two_years, MAY)


def test_what_tables_show_is_what_is_registered(two_years: database.Connection) -> None:  # noqa: F811
    figures = stored(two_years, MAY)
    for place, level in (("150000", "region"), ("150400", "league"), ("150404", "banner")):
        row = two_years.execute(
            "SELECT achieved_persons FROM mart.target_progress WHERE indicator = 'out_migration' AND region_code = %s AND month = %s",
            (place, MAY),
        ).fetchone()
        assert row == (figures["out_migration", "all", level, place],)
        row = two_years.execute(
            "SELECT listed_persons, out_again, new_this_year FROM mart.last_year_migrants WHERE region_code = %s AND month = %s",
            (place, MAY),
        ).fetchone()
        assert row == (
            figures["last_year_migrants", "all", level, place],
            figures["last_year_migrants", "out_again", level, place],
            figures["new_out_migrants", "all", level, place],
        )


def test_two_versions_are_computed_side_by_side_and_one_is_in_force(
    loader: database.Connection, admin: database.Connection
) -> None:
    # The second version counts who works away in the month itself, and is in force from June.
    admin.execute(
        "INSERT INTO ops.indicator SELECT indicator, 2, '2020-06-01', label_zh, label_en, definition, "
        "'40_mart/indicator/away.1.sql', grain, clause, source, status FROM ops.indicator WHERE indicator = 'out_migration'"
    )
    admin.commit()
    for month in (MAY, date(2020, 6, 1)):
        fill(loader, "out_migration", 7, month=month)
        warehouse.marts.refresh_month(loader, month, 10**9)
    by_version = loader.execute(
        "SELECT month, version, counted FROM mart.indicator_value "
        "WHERE indicator = 'out_migration' AND part = 'all' AND level = 'region' ORDER BY 1, 2"
    ).fetchall()
    assert by_version == [(MAY, 1, 7), (date(2020, 6, 1), 1, 7)]  # nobody is employed: the second version counts none
    shown = loader.execute(
        "SELECT month, achieved_persons FROM mart.target_progress WHERE indicator = 'out_migration' AND region_code = %s ORDER BY 1",
        (REGION,),
    ).fetchall()
    assert shown == [(MAY, 7), (date(2020, 6, 1), 0)]


def edited(tmp_path: Path, **cells: str) -> Path:
    """The parameter files with a second line for ``beijing``, some of its cells changed."""
    for file in programmes.FILES:
        (tmp_path / file.name).write_bytes((settings.PARAMETERS / file.name).read_bytes())
    path = tmp_path / "indicators.csv"
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    second = (
        next(row for row in rows if row["indicator"] == "beijing")
        | {"version": "2", "valid_from": "2021-01-01"}
        | cells
    )
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(second), lineterminator="\n")
        writer.writeheader()
        writer.writerows([*rows, second])
    return tmp_path


REGIONS = {code for code, *_ in reference.regions()}


def test_a_second_version_is_taken(tmp_path: Path) -> None:
    rules = programmes.read(edited(tmp_path), REGIONS)
    assert [row.values["version"] for row in rules["indicator"] if row.values["indicator"] == "beijing"] == [1, 2]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (
            {"sql_file": "40_mart/indicator/absent.sql"},
            "indicators.csv: line 13: sql_file: '40_mart/indicator/absent.sql' is not a file",
        ),
        ({"valid_from": "2021-01-15"}, "line 13: valid_from: '2021-01-15' is not the first day of a month"),
        ({"valid_from": "2019-01-01"}, "line 13: beijing: line 4 is in force from the same month"),
        ({"version": "1"}, "line 13: beijing/1 holds on the same days as line 4"),
        ({"grain": "household"}, "line 13: grain: 'household' is not one of person, event"),
        ({"definition": ""}, "line 13: definition: is empty"),
    ],
)
def test_a_bad_line_is_refused_where_it_stands(tmp_path: Path, cells: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError, match=said.replace("(", r"\(")):
        programmes.read(edited(tmp_path, **cells), REGIONS)


def test_every_file_of_an_indicator_is_registered() -> None:
    with (settings.PARAMETERS / "indicators.csv").open(encoding="utf-8", newline="") as handle:
        registered = {row["sql_file"] for row in csv.DictReader(handle)}
    files = {str(file.relative_to(settings.SQL)) for file in (settings.SQL / "40_mart" / "indicator").glob("*.sql")}
    assert files == registered
