"""What the region's agency tells of layoffs, workshops, welfare posts and businesses agrees with the registers of all senders."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import pytest
from sample_reader import Made, rows
from steppe import settings

AGENCY = settings.REGION_CODE
Row = dict[str, str]


@dataclass(frozen=True)
class Registers:
    """What all senders' registers of a month say, defects included; persons by ID number."""

    persons: dict[str, Row]
    spells: dict[str, list[Row]]

    def is_able(self, number: str) -> bool:
        person = self.persons.get(number)
        return person is not None and person["labour_ability"] in ("01", "02") and person["life_status"] == "1"

    def works(self, number: str, *channels: str) -> bool:
        return any(spell["channel"] in channels for spell in self.spells[number])

    def is_away(self, number: str) -> bool:
        return any(spell["work_place_class"] in ("03", "04") and not spell["ended_on"] for spell in self.spells[number])


@pytest.fixture(scope="module")
def registers(made: Made) -> dict[str, Registers]:
    found = {}
    for month in ("201912", "202005", "202006"):
        persons: dict[str, Row] = {}
        spells: defaultdict[str, list[Row]] = defaultdict(list)
        for sender in made.facts["true"]["2020-05"]["by_sender"]:
            path = made.delivery("household_registry", sender, month)
            persons |= {row["id_number"][:18].upper(): row for _, row in rows(path, "person")}
            for _, row in rows(path, "employment"):
                spells[row["id_number"]].append(row)
        found[month] = Registers(persons, spells)
    return found


def told(made: Made, source: str, resource: str, month: str = "202006") -> list[Row]:
    return made.clean_rows(made.delivery(source, AGENCY, month), resource)


def truth(made: Made, source: str, figure: str, month: str = "2020-06") -> int:
    count: int = made.facts["true_of_feeds"][source][month]["total"][figure]
    return count


def nearly_all(found: Iterable[bool]) -> bool:
    """A defect in a register's row may hide a person; hardly any has one."""
    answers = list(found)
    return len(answers) > 10 and sum(answers) >= 0.97 * len(answers)


def test_who_was_laid_off_had_work_with_that_employer_until_that_day(
    made: Made, registers: dict[str, Registers]
) -> None:
    rows = told(made, "layoff", "layoff")

    def had_worked(row: Row, day: str) -> bool:
        return any(
            spell["employer_uscc"] == row["credit_code"]
            and spell["started_on"] <= day
            and spell["ended_on"] in ("", day)
            for register in registers.values()
            for spell in register.spells[row["id_number"]]
        )

    assert nearly_all(had_worked(row, row["laid_off_on"]) for row in rows)
    assert not nearly_all(had_worked(row, "20180101") for row in rows)
    assert nearly_all(row["region_code"].startswith("15") for row in rows)


def test_what_is_settled_of_a_layoff_stays_settled_and_something_is_still_open(made: Made) -> None:
    settled = ("wages_paid_on", "compensation_paid_on", "insurance_transferred_on")
    keys = ("credit_code", "id_number", "laid_off_on")
    may, june = (
        {tuple(row[key] for key in keys): row for row in told(made, "layoff", "layoff", month)}
        for month in ("202005", "202006")
    )
    both = may.keys() & june.keys()
    assert all(may[key][column] in ("", june[key][column]) for key in both for column in settled)
    assert any(may[key][column] != june[key][column] for key in both for column in settled)
    assert all(any(not row[column] for row in june.values()) for column in settled)


def test_who_works_in_a_workshop_is_registered_and_able_and_works_there_by_the_register(
    made: Made, registers: dict[str, Registers]
) -> None:
    workers, register = told(made, "workshop", "workshop_worker"), registers["202006"]
    workshops = {row["workshop_code"]: row for _, row in rows(made.delivery("workshop", AGENCY, "202006"), "workshop")}
    assert nearly_all(register.is_able(row["id_number"]) for row in workers)
    assert nearly_all(register.works(row["id_number"], "07") for row in workers)
    assert not nearly_all(register.works(row["id_number"], "08", "09") for row in workers)
    employers = [
        (spell["employer_uscc"], workshops[row["workshop_code"]]["credit_code"])
        for row in workers
        for spell in register.spells[row["id_number"]]
        if spell["channel"] == "07" and spell["employer_uscc"]
    ]
    assert nearly_all(told == runs for told, runs in employers)
    for row in workers:
        workshop = workshops[row["workshop_code"]]
        assert row["region_code"] == workshop["village_code"][:6]
        assert row["hired_on"] >= workshop["recognised_on"] or not workshop["recognised_on"].isdigit()
    idle = {code for code, row in workshops.items() if row["is_operating"] == "0"}
    assert idle
    assert not idle & {row["workshop_code"] for row in workers}


def test_who_holds_a_welfare_post_is_registered_and_able_and_holds_one(
    made: Made, registers: dict[str, Registers]
) -> None:
    for month in ("202005", "202006"):
        holders = told(made, "welfare_post", "post_holder", month)
        assert nearly_all(registers[month].is_able(row["id_number"]) for row in holders)
        held = Counter(row["id_number"] for row in holders if not row["ended_on"])
        assert set(held.values()) == {1}


def test_pv_posts_are_those_that_the_villages_pay(made: Made) -> None:
    paid: dict[str, str] = {}
    for sender in made.facts["true"]["2020-05"]["by_sender"]:
        path = made.delivery("pv_revenue", sender, "202006")
        paid |= {row["id_number"]: row["paid_fen"] for row in made.clean_rows(path, "post")}
    funds = {
        row["post_code"]: row["fund_code"]
        for _, row in rows(made.delivery("welfare_post", AGENCY, "202006"), "welfare_post")
    }
    holders = told(made, "welfare_post", "post_holder")
    by_pv = {row["id_number"]: row["pay_fen"] for row in holders if funds[row["post_code"]] == "4"}
    others = {row["id_number"] for row in holders if funds[row["post_code"]] in ("1", "3")}
    # A row that breaks only a warning is among the clean ones.
    assert nearly_all(by_pv[number] == paid[number] for number in by_pv.keys() & paid.keys())
    assert len(by_pv.keys() & paid.keys()) > 0.9 * len(by_pv)
    assert others
    assert not others & paid.keys()


def test_region_json_counts_the_posts_that_break_a_rule_of_the_notice(
    made: Made, registers: dict[str, Registers]
) -> None:
    path = made.delivery("welfare_post", AGENCY, "202006")
    holders = [row for row in told(made, "welfare_post", "post_holder") if not row["ended_on"]]
    places = {row["post_code"]: int(row["approved_places"]) for row in told(made, "welfare_post", "welfare_post")}
    filled = Counter(row["post_code"] for row in holders)
    counted = {
        "held": len(holders),
        "held_while_away": sum(registers["202006"].is_away(row["id_number"]) for row in holders),
        "posts_over_approved": sum(filled[code] > approved for code, approved in places.items()),
        "conditions_unmet": sum(
            "0" in (row["cannot_leave_home"], row["has_no_other_work"], row["cannot_escape_poverty"]) for row in holders
        ),
    }
    # A row with a defect is not counted here.
    hidden = len(made.bad_lines(path, "post_holder")) + len(made.bad_lines(path, "welfare_post"))
    for figure, count in counted.items():
        assert count > 0, figure
        assert truth(made, "welfare_post", figure) - hidden <= count <= truth(made, "welfare_post", figure), figure


def test_who_has_a_business_is_registered_and_works_on_his_own_or_shares_it_with_kin(
    made: Made, registers: dict[str, Registers]
) -> None:
    businesses, register = told(made, "self_employment", "self_employment"), registers["202006"]
    assert nearly_all(row["id_number"] in register.persons for row in businesses)
    owners: defaultdict[str, list[str]] = defaultdict(list)
    for row in businesses:
        if not row["closed_on"]:
            owners[row["business_code"]].append(row["id_number"])
    assert nearly_all(any(register.works(number, "09") for number in numbers) for numbers in owners.values())
    shared = [numbers for numbers in owners.values() if len(numbers) > 1]
    assert shared
    for numbers in shared:
        assert len({register.persons[number]["household_id"] for number in numbers if number in register.persons}) == 1
    closed = [row["id_number"] for row in businesses if row["closed_on"]]
    assert closed
    assert not any(number in numbers for number in closed for numbers in owners.values() if len(numbers) == 1)
