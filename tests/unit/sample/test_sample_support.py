"""Loans, benefit, assistance and deaths of the sample agree with register and insurance, but for those few who are said not to."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from sample_reader import Made
from stdnum.iso7064 import mod_11_2

Row = dict[str, str]
MONTHS = {"2020-05": "20200531", "2020-06": "20200630"}


@pytest.fixture(params=MONTHS)
def month(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def told(made: Made, source: str, resource: str, month: str) -> list[Row]:
    return made.clean_rows(made.delivery(source, "150000", month.replace("-", "")), resource)


def seeded(made: Made, source: str, resource: str, month: str) -> int:
    return len(made.bad_lines(made.delivery(source, "150000", month.replace("-", "")), resource))


def true(made: Made, source: str, month: str) -> dict[str, int]:
    figures: dict[str, int] = made.facts["true_of_feeds"][source][month]["total"]
    return figures


def of_senders(made: Made, source: str, resource: str, month: str) -> Iterator[Row]:
    for sender in made.facts["true"][month]["by_sender"]:
        yield from made.clean_rows(made.delivery(source, sender, month.replace("-", "")), resource)


def number(written: str) -> str:
    """The 18 characters behind what the register wrote."""
    if len(written) == 15:
        body = f"{written[:6]}19{written[6:]}"
        return body + mod_11_2.calc_check_digit(body)
    return written[:18].upper()


def register(made: Made, month: str) -> dict[str, Row]:
    return {number(row["id_number"]): row for row in of_senders(made, "household_registry", "person", month)}


def at_work(made: Made, month: str) -> set[str]:
    """Persons with a spell that goes on after the month."""
    spells = of_senders(made, "household_registry", "employment", month)
    return {row["id_number"] for row in spells if not row["ended_on"]}


def test_benefit_goes_to_those_who_lost_insured_work_and_a_few_who_work(made: Made, month: str) -> None:
    insured: dict[str, Row] = {}
    for row in of_senders(made, "social_insurance", "enrollment", month):
        if row["scheme"] in ("110", "210"):
            insured[row["id_number"]] = row
    recipients, working = told(made, "unemployment_benefit", "benefit", month), at_work(made, month)
    known = register(made, month)
    meanwhile = 0
    for row in recipients:
        enrolment = insured[row["id_number"]]
        assert row["region_code"] == enrolment["region_code"]
        if enrolment["person_status"] == "1":
            meanwhile += 1
            assert row["id_number"] in working
        else:
            assert enrolment["ended_on"] < row["entitled_from_on"]
            assert row["id_number"] not in working
            assert known[row["id_number"]]["work_place_class"] == ""
    figures, defects = true(made, "unemployment_benefit", month), seeded(made, "unemployment_benefit", "benefit", month)
    assert 0 <= figures["recipients"] - len(recipients) <= defects
    assert 0 <= figures["employed_meanwhile"] - meanwhile <= defects
    assert 0 < meanwhile < len(recipients) / 5
    lost = {person for person, row in insured.items() if row["person_status"] == "3" and not row["died_on"]}
    assert figures["entitled_without_benefit"] > 0
    assert len(lost - {row["id_number"] for row in recipients}) >= figures["entitled_without_benefit"]


def test_cases_are_those_of_people_without_work_or_insurance_and_are_told_again_when_decided(made: Made) -> None:
    before, after = (
        {row["case_code"]: row for row in told(made, "civil_affairs", "assistance", month)} for month in MONTHS
    )
    insured = {
        row["id_number"]
        for row in of_senders(made, "social_insurance", "enrollment", "2020-05")
        if row["scheme"] in ("110", "210")
    }
    working = at_work(made, "2020-05")
    for row in before.values():
        assert row["id_number"] not in insured
        assert row["id_number"] not in working
    for month, rows in zip(MONTHS.values(), (before, after), strict=True):
        for row in rows.values():
            assert row["referred_on"] <= (row["decided_on"] or month) <= month
            assert (row["decision"] == "0") == (row["decided_on"] == "")
            assert (row["decision"] == "1") == (Decimal(row["monthly_amount_fen"]) > 0)
    again = before.keys() & after.keys()
    assert again
    assert all(before[code]["decision"] == "0" != after[code]["decision"] for code in again)


def test_the_registers_dead_are_told_and_a_few_whom_it_takes_for_alive(made: Made, month: str) -> None:
    known = register(made, month)
    status = [
        known[row["id_number"]]["life_status"]
        for row in told(made, "civil_affairs", "death", month)
        if row["id_number"] in known
    ]
    unknown = true(made, "civil_affairs", month)["deaths_unknown_to_register"]
    before = true(made, "civil_affairs", "2020-05")["deaths_unknown_to_register"] if month == "2020-06" else 0
    assert "1" in status
    assert set(status) <= {"1", "2"}
    # Rows of the register that are defective hide a few.
    assert 0 <= unknown - before - status.count("1") <= 3
    if month == "2020-05":
        assert "2" in status
        died = {row["id_number"]: row["died_on"] for row in told(made, "civil_affairs", "death", month)}
        for row in of_senders(made, "social_insurance", "enrollment", month):
            if row["died_on"] and row["id_number"] in died and row["scheme"] == "170":
                assert row["died_on"] == died[row["id_number"]]


def test_a_loan_is_overdue_after_its_day_only_and_its_balance_does_not_grow(made: Made, month: str) -> None:
    loans = told(made, "microloan", "loan", month)
    figures, defects = true(made, "microloan", month), seeded(made, "microloan", "loan", month)
    assert 0 <= figures["loans"] - len(loans) <= defects
    overdue = [row for row in loans if row["overdue_fen"] != "0.00"]
    assert 0 <= figures["overdue_loans"] - len(overdue) <= defects
    assert overdue
    for row in overdue:
        assert row["due_on"] < MONTHS[month]
        assert row["overdue_fen"] == row["balance_fen"]
    later = {row["loan_code"]: row for row in told(made, "microloan", "loan", "2020-06")}
    for row in loans:
        if row["loan_code"] in later:
            assert Decimal(later[row["loan_code"]]["balance_fen"]) <= Decimal(row["balance_fen"])
