"""Calls ask those whom the register says to work; what they refute is in the key to the region."""

from __future__ import annotations

import pytest
from sample_reader import Made
from steppe.sample.feeds import callback

AGENCY = "150000"
Row = dict[str, str]


@pytest.fixture(params=["2020-05", "2020-06"])
def month(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def calls(made: Made, month: str) -> list[Row]:
    return made.clean_rows(made.delivery("callback", AGENCY, month.replace("-", "")), "callback")


def test_every_call_asks_a_person_whom_the_register_says_to_work(made: Made, month: str) -> None:
    persons = {
        row["id_number"][:18].upper(): row
        for sender in made.facts["true"][month]["by_sender"]
        for row in made.clean_rows(made.delivery("household_registry", sender, month.replace("-", "")), "person")
    }
    asked = 0
    for row in calls(made, month):
        person = persons.get(row["id_number"])
        if person is None:  # its row has a defect, or the number is written in another form
            continue
        asked += 1
        if row["id_number"] in made.signs["two_places"]:  # which of the two registers was asked about?
            continue
        assert person["work_place_class"]
        assert person["region_code"] == row["region_code"]
        assert row["called_on"].startswith(month.replace("-", ""))
        if row["place_class"]:
            assert row["place_class"] == person["work_place_class"]
    assert asked > 200


def test_answers_agree_with_the_outcome_and_the_key_tells_how_many_claims_are_false(made: Made, month: str) -> None:
    true = made.facts["true_of_feeds"]["callback"][month]["total"]
    found = calls(made, month)
    spoilt = len(made.bad_lines(made.delivery("callback", AGENCY, month.replace("-", "")), "callback"))
    reached = [row for row in found if row["outcome"] == "1"]
    for row in found:
        answered = bool(row["is_employed"]), bool(row["is_phone_own"])
        assert answered == ((True, True) if row["outcome"] == "1" else (False, False))
        assert row["is_employed"] == "1" or not (row["place_class"] or row["work_county_code"])
    assert 0 <= true["calls"] - len(found) <= spoilt
    assert 0 <= true["reached"] - len(reached) <= spoilt
    assert 0 <= true["refuted"] - sum(row["is_employed"] == "0" for row in reached) <= spoilt
    assert true["refuted"] > 0
    assert true["false_claims"] < callback.FALSE_SHARE * 1.3 * true["claims"]
    assert {row["outcome"] for row in found} == {"1", "2", "3"}
