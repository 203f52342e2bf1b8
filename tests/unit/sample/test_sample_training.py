"""Trainees are registered, able and willing; nobody attends more than there is, or two courses at once."""

from __future__ import annotations

from collections import Counter
from datetime import date

from sample_reader import Made

AGENCY = "150000"
Row = dict[str, str]
MONTHS = {"202005": (date(2020, 5, 1), date(2020, 5, 31)), "202006": (date(2020, 6, 1), date(2020, 6, 30))}


def told(made: Made, month: str, resource: str) -> list[Row]:
    return made.clean_rows(made.delivery("training", AGENCY, month), resource)


def register(made: Made, month: str) -> dict[str, Row]:
    return {
        row["id_number"][:18].upper(): row
        for sender in made.facts["true"]["2020-05"]["by_sender"]
        for row in made.clean_rows(made.delivery("household_registry", sender, month), "person")
    }


def test_trainees_are_willing_and_without_work_or_work_for_the_employer_that_trains_them(made: Made) -> None:
    for month in MONTHS:
        persons = register(made, month)
        courses = {row["course_code"]: row for row in told(made, month, "course")}
        begun = 0
        for row in told(made, month, "attendance"):
            person, course = persons.get(row["id_number"]), courses.get(row["course_code"])
            if (
                person is None or course is None or row["attended_days"] == "0"
            ):  # 0: entered in a second course, as a defect
                continue
            if course["kind"] == "1":
                assert person["work_place_class"]
            elif row["id_number"] in made.signs["trained_while_away"]:
                assert person["work_place_class"] in ("03", "04")
            elif course["starts_on"] >= month:  # later he may have found work, or think otherwise
                begun += 1
                assert (person["labour_ability"], person["life_status"]) in {("01", "1"), ("02", "1")}
                assert person["willing_to_go"] == "1"
                assert not person["work_place_class"]
        assert begun


def test_days_are_those_of_the_course_and_whoever_completes_it_attended(made: Made) -> None:
    attended: Counter[tuple[str, str]] = Counter()
    completed = short = 0
    for month, (first, last) in MONTHS.items():
        courses = {row["course_code"]: row for row in told(made, month, "course")}
        for row in told(made, month, "attendance"):
            assert row["month"] == month
            course = courses.get(row["course_code"])
            if course is None:
                continue
            starts, ends = (date.fromisoformat(course[name]) for name in ("starts_on", "ends_on"))
            room = (min(ends, last) - max(starts, first)).days + 1
            assert 0 <= int(row["attended_days"]) <= room
            attended[row["course_code"], row["id_number"]] += int(row["attended_days"])
            if row["is_completed"] == "1":
                completed += 1
                assert ends <= last
                if starts >= MONTHS["202005"][0]:
                    short += attended[row["course_code"], row["id_number"]] < 0.7 * int(course["planned_days"])
    assert completed
    # Rows of May that have defects are missing from the days.
    assert short <= len(made.bad_lines(made.delivery("training", AGENCY, "202005"), "attendance"))


def test_courses_are_of_every_kind_and_only_work_based_ones_have_an_employer(made: Made) -> None:
    found = told(made, "202006", "course")
    assert {row["kind"] for row in found} == {"1", "2", "3"}
    assert {row["mode"] for row in found} == {"1", "2"}
    for row in found:
        assert bool(row["credit_code"]) == (row["kind"] == "1")
        assert row["kind"] != "1" or row["mode"] == "2"
    before = {row["course_code"] for row in told(made, "202005", "course")}
    assert len(before - {row["course_code"] for row in found}) <= 0.05 * len(before)


def test_nobody_attends_two_courses_in_a_month(made: Made) -> None:
    warned = {answer.line_no for answer in made.answers if answer.kind == "attendance.two_courses"}
    for month in MONTHS:
        courses = Counter(row["id_number"] for row in told(made, month, "attendance"))
        assert sum(count > 1 for count in courses.values()) <= len(warned)
