"""Vacancies of the sample: in order, as the key to the region says, and each offered once unless it is said to be offered again."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from sample_reader import Made

MONTH_ENDS = {"2020-05": date(2020, 5, 31), "2020-06": date(2020, 6, 30)}
OFFER = (
    "credit_code",
    "employer_name",
    "occupation",
    "skill_level",
    "work_county_code",
    "season_from_on",
    "season_to_on",
)
Row = dict[str, str]


@pytest.fixture(params=MONTH_ENDS)
def month(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def vacancies(made: Made, month: str) -> list[Row]:
    return made.clean_rows(made.delivery("vacancy", "150000", month.replace("-", "")), "vacancy")


def day(text: str) -> date:
    return date.fromisoformat(text)


def test_every_sender_has_some_and_each_goes_through_its_steps_in_order(made: Made, month: str) -> None:
    end = MONTH_ENDS[month]
    found = vacancies(made, month)
    assert {row["region_code"][:4] for row in found} >= {
        sender[:4] for sender in made.facts["true"][month]["by_sender"]
    }
    for row in found:
        steps = [day(row[name]) for name in ("collected_on", "reported_on", "published_on", "closed_on") if row[name]]
        assert steps == sorted(steps)
        assert steps[-1] <= end
        assert 0 <= int(row["filled_places"]) <= int(row["places"])
        assert row["closed_on"] or int(row["filled_places"]) < int(row["places"])


def test_stale_and_repeated_offers_are_as_many_as_the_region_says(made: Made, month: str) -> None:
    true = made.facts["true_of_feeds"]["vacancy"][month]["total"]
    seeded = len(made.bad_lines(made.delivery("vacancy", "150000", month.replace("-", "")), "vacancy"))
    is_open = [row for row in vacancies(made, month) if not row["closed_on"]]
    stale = [
        row
        for row in is_open
        if row["reported_on"] and day(row["reported_on"]) < MONTH_ENDS[month] - timedelta(days=90)
    ]
    offers = Counter(tuple(row[name] for name in OFFER) for row in is_open)
    assert 0 <= true["open"] - len(is_open) <= seeded
    assert 0 <= true["stale"] - len(stale) <= seeded
    assert stale
    # No defect is put into either of two rows that offer the same.
    assert sum(count - 1 for count in offers.values()) == true["offered_again"] > 0


def test_a_vacancy_keeps_its_number_and_what_it_offers(made: Made) -> None:
    before, after = ({row["vacancy_code"]: row for row in vacancies(made, month)} for month in MONTH_ENDS)
    both = before.keys() & after.keys()
    assert len(both) > 0.9 * len(before)
    for code in both:
        assert [before[code][name] for name in OFFER] == [after[code][name] for name in OFFER]
        assert int(after[code]["filled_places"]) >= int(before[code]["filled_places"])
        assert before[code]["closed_on"] in ("", after[code]["closed_on"])
