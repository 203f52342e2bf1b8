"""Exported persons are registered, work outside their banner by their spell of work, and belong to one batch."""

from __future__ import annotations

from collections import Counter

from sample_reader import Made

AGENCY = "150000"
Row = dict[str, str]


def told(made: Made, month: str, resource: str) -> list[Row]:
    return made.clean_rows(made.delivery("labour_export", AGENCY, month), resource)


def spells(made: Made, month: str) -> dict[str, list[Row]]:
    """Spells of work of the month's registers, by ID number."""
    found: dict[str, list[Row]] = {}
    for sender in made.facts["true"]["2020-05"]["by_sender"]:
        for row in made.clean_rows(made.delivery("household_registry", sender, month), "employment"):
            found.setdefault(row["id_number"], []).append(row)
    return found


def test_who_is_exported_works_outside_by_a_spell_that_began_that_day(made: Made) -> None:
    by_person, batches = (
        spells(made, "202005"),
        {row["batch_code"]: row for row in told(made, "202005", "export_batch")},
    )
    matched = 0
    for row in told(made, "202005", "export_person"):
        own = [spell for spell in by_person.get(row["id_number"], []) if spell["started_on"] == row["employed_from_on"]]
        if not own:  # the register's row has a defect
            continue
        matched += 1
        assert own[0]["is_organised"] == "1"
        assert own[0]["work_place_class"] in ("03", "04")
        assert own[0]["employer_uscc"] == row["credit_code"]
        assert own[0]["region_code"] == row["region_code"]
        assert row["returned_on"] == own[0]["ended_on"]
        batch = batches.get(row["batch_code"])
        if batch:
            assert batch["region_code"] == row["region_code"]
            assert batch["departed_on"] <= row["employed_from_on"]
            assert batch["destination_county_code"][:2] == own[0]["work_region_code"][:2]
    assert matched > 0.95 * made.facts["true_of_feeds"]["labour_export"]["2020-05"]["total"]["persons"]


def test_batches_have_an_intermediary_and_as_many_persons_as_they_declare(made: Made) -> None:
    path = made.delivery("labour_export", AGENCY, "202005")
    known = {row["intermediary_code"]: row for row in told(made, "202005", "intermediary")}
    persons = Counter(row["batch_code"] for row in told(made, "202005", "export_person"))
    short = 0
    for row in told(made, "202005", "export_batch"):
        if row["intermediary_code"] in known:  # else its row has a defect
            assert known[row["intermediary_code"]]["region_code"] == row["region_code"]
        assert not row["verified_on"] or row["departed_on"] < row["verified_on"] <= "20200531"
        short += int(row["persons_declared"]) - persons[row["batch_code"]]
    assert 0 <= short <= len(made.bad_lines(path, "export_person"))
    assert {row["kind"] for row in known.values()} == {"1", "2", "3"}


def test_the_next_month_tells_only_what_is_new_or_changed(made: Made) -> None:
    before = {(row["batch_code"], row["id_number"]): row for row in told(made, "202005", "export_person")}
    after = {(row["batch_code"], row["id_number"]): row for row in told(made, "202006", "export_person")}
    assert len(after) < 0.5 * len(before)
    earlier = {row["batch_code"]: row for row in told(made, "202005", "export_batch")}
    for row in told(made, "202006", "export_batch"):
        again = earlier.get(row["batch_code"])
        if again:  # verified since, or somebody has come home
            home = [
                one
                for (code, _), one in after.items()
                if code == row["batch_code"] and one["returned_on"] >= "20200601"
            ]
            assert (not again["verified_on"] and row["verified_on"]) or home
        else:
            assert row["departed_on"] >= "202005"
