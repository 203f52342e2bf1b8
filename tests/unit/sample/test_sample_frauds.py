"""What is not genuine in the sample: something for every signal, few of each, and no defect upon it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from sample_reader import Made, read
from steppe import sample, settings

# Large enough for what a whole banner shows.
SCALE, SEED = 0.02, 142
OUT = ("03", "04")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("frauds")
    return read(folder, sample.generate(folder, SCALE, ["2020-05", "2020-06"], SEED).answer_key_path)


def spells(made: Made, month: str) -> Iterator[dict[str, str]]:
    for path in made.right():
        if path.name.startswith("household_registry_") and path.name.endswith(f"_{month}.zip"):
            yield from made.clean_rows(path, "employment")


def test_every_signal_has_something_to_find(whole: Made) -> None:
    signals = {path.stem for path in (settings.SQL / "43_signal").glob("*.sql")}
    assert {signal for signal, subjects in whole.signs.items() if subjects} == signals
    persons = whole.facts["true"]["2020-05"]["total"]["persons"]
    few = {signal: len(subjects) for signal, subjects in whole.signs.items() if signal != "call_denies_work"}
    assert sum(few.values()) < 0.05 * persons, few


def test_a_copied_list_is_last_year_s_to_the_person(whole: Made) -> None:
    before, may, june = (
        {banner: {row["id_number"] for row in rows} for banner, rows in by_banner(whole, month).items()}
        for month in ("201912", "202005", "202006")
    )
    copied = whole.signs["exact_target"]
    assert {banner for banner in before if before[banner] == may.get(banner) == june.get(banner)} >= copied
    assert all(len(before[banner]) >= 25 for banner in copied)
    # Elsewhere people come and go.
    assert sum(before[banner] != june.get(banner) for banner in before) > 50


def by_banner(made: Made, month: str) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for row in spells(made, month):
        if row["work_place_class"] in OUT and not row["ended_on"]:
            found.setdefault(row["region_code"], []).append(row)
    return found


def test_most_work_of_a_month_begins_on_its_last_days_in_few_banners(whole: Made) -> None:
    begun: Counter[str] = Counter()
    late: Counter[str] = Counter()
    for row in spells(whole, "202005"):
        if row["started_on"].startswith("202005"):
            begun[row["region_code"]] += 1
            late[row["region_code"]] += row["started_on"] >= "20200529"
    assert {banner for banner, count in begun.items() if count >= 20 and 2 * late[banner] >= count} == whole.signs[
        "month_end_spike"
    ]


def test_copied_records_are_alike_and_no_defect_falls_on_them(whole: Made) -> None:
    alike = Counter(
        (row["region_code"], row["employer_name"], row["started_on"], row["monthly_wage_fen"], row["verification"])
        for row in spells(whole, "202006")
        if row["id_number"] in whole.signs["identical_records"]
    )
    assert sum(alike.values()) == len(whole.signs["identical_records"])
    assert min(alike.values()) >= 5


def test_who_is_in_two_registers_works_in_both(whole: Made) -> None:
    places: dict[str, set[str]] = {}
    for row in spells(whole, "202006"):
        if row["id_number"] in whole.signs["two_places"] and not row["ended_on"]:
            places.setdefault(row["id_number"], set()).add(row["region_code"])
    assert {number for number, found in places.items() if len(found) == 2} == whole.signs["two_places"]
