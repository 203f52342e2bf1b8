"""Training of a sender's people: courses for those who are willing and without work, and work-based training at its units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from steppe import contracts, settings
from steppe.sample import broken, days, identity, people, region
from steppe.sample.broken import Broken
from steppe.sample.days import Month
from steppe.sample.defects import (
    FORMULA,
    Kind,
    Place,
    as_float,
    both,
    change,
    repeated,
    row_kind,
    wrong_check_digit,
    wrong_uscc,
)
from steppe.sample.delivery import Table
from steppe.sample.identity import Ints, Texts
from steppe.sample.office import Office
from steppe.sample.people import Mask
from steppe.sample.work import NO_END, PROVINCE

SOURCE = "training"
RATES = {"course": 4e-3, "attendance": 1e-3}
WORK_BASED, SKILL, ENTREPRENEURSHIP = 1, 2, 3
_ONLINE_SHARE = 0.35  # of courses that are not work-based, in a year of the epidemic
_MOST_TRAINEES = 30  # in one course
_TRAINED_SHARE = 0.55  # of those who are willing and free, in a month
_UNIT_SHARE = 0.1  # of units with staff begin a work-based course in a month
_AWAY_SHARE = 3e-4  # of persons work away and are in a course at home, at least one
_NOTICED_DAYS = 10  # in class, in a month
_DAYS_BEFORE = 45  # how long before the first delivered month the oldest course began
_COMPLETED_SHARE = 0.8  # of the planned days
# Occupations as vacancies name them: what is taught, and how many days it takes from and to.
_TAUGHT = ("01", "02", "03", "04", "05", "08")
_NOBODY = np.zeros(0, dtype=np.int64)
_LENGTHS = {WORK_BASED: (45, 120), SKILL: (10, 40), ENTREPRENEURSHIP: (7, 12)}


@dataclass(frozen=True)
class Subject:
    """What is taught, where and by whom; only work-based training has an employer's code."""

    banner: int
    provider: str
    credit_code: str
    kind: int
    occupation: str


@dataclass
class Course:
    """A course, its trainees and how many days each has attended so far."""

    code: str
    subject: Subject
    is_online: bool
    starts: int
    ends: int
    planned_days: int
    trainees: Ints
    attended: Ints

    def days_in(self, month: Month) -> int:
        """Days of the month on which the course is held; 0 where it is not."""
        return max(0, min(self.ends, month.last_day) - max(self.starts, month.first_day) + 1)


class Book:
    """Courses of one sender. Each month some begin; a month tells all courses so far, and who attended in it."""

    def __init__(self, office: Office, months: Sequence[Month], rng: np.random.Generator) -> None:
        self.office, self.rng = office, rng
        self.courses: list[Course] = []
        self._next_day = months[1].first_day - _DAYS_BEFORE
        self._is_trainee: Mask = np.zeros(len(office.people.birth), dtype=bool)
        self.away = self._away(rng)
        self._attended_away: list[str] = []

    def tables(self, month: Month, step: int) -> list[Table]:
        self._begin(month, step)
        return [self._course_table(month), self._attendance_table(month, step)]

    def figures(self, month: Month) -> dict[str, int]:
        held = [course for course in self.courses if course.days_in(month)]
        return {
            "courses": len(self.courses),
            "trainees": sum(len(course.trainees) for course in held),
            "trainees_online": sum(len(course.trainees) for course in held if course.is_online),
        }

    def signs(self, month: Month) -> dict[str, Texts]:  # noqa: ARG002 - those of the month just made
        return {"trained_while_away": _texts(self._attended_away)}

    def _away(self, rng: np.random.Generator) -> Ints:
        """Persons who work away and are written into a course at home all the same; they stay away."""
        state, spells = self.office.people, self.office.labour.spells
        goes = np.zeros(len(state.birth), dtype=bool)
        goes[spells.person[(spells.ended_on == NO_END) & (spells.work_class >= PROVINCE)]] = True
        goes &= state.can_work(0) & ~state.is_held & (state.left == people.NEVER)
        chosen = people.pick(rng, goes, max(1, round(len(goes) * _AWAY_SHARE)))
        state.is_suspect[chosen] = True
        return chosen

    def _enrol_those_away(self, month: Month) -> None:
        """A course of each banner's school over the whole month."""
        home = self.office.banner_of(self.away)
        self._is_trainee[self.away] = True
        for banner in np.unique(home).tolist():
            own = self.away[home == banner]
            subject = Subject(banner, f"{region.county_names()[banner]}职业培训学校", "", SKILL, _TAUGHT[0])
            self._add(subject, own, month.first_day, 40, is_online=False)

    def _begin(self, month: Month, step: int) -> None:
        """Open the month's courses for persons who are in no course yet: banner by banner, and at units for their staff."""
        if not self.courses:
            self._enrol_those_away(month)
        state, spells = self.office.people, self.office.labour.spells
        free = state.can_work(step) & ~self._is_trainee
        idle = np.flatnonzero(free & (state.willing == people.WILLING) & (state.work_class == 0))
        chosen = np.sort(self.rng.choice(idle, round(len(idle) * _TRAINED_SHARE), replace=False))
        home = self.office.banner_of(chosen)
        for banner in np.unique(home).tolist():
            own = chosen[home == banner]
            for start in range(0, len(own), _MOST_TRAINEES):
                self._open(self._taught(banner), own[start : start + _MOST_TRAINEES], month)
        hired = np.flatnonzero((spells.firm >= 0) & (spells.ended_on == NO_END) & free[spells.person])
        units = np.unique(spells.firm[hired])
        for unit in self.rng.choice(units, round(len(units) * _UNIT_SHARE), replace=False).tolist():
            staff = np.unique(spells.person[hired[spells.firm[hired] == unit]])
            self._open(self._work_based(unit), staff[:_MOST_TRAINEES], month)
        self._next_day = month.last_day + 1

    def _open(self, subject: Subject, trainees: Ints, month: Month) -> None:
        rng = self.rng
        self._is_trainee[trainees] = True
        starts = int(rng.integers(self._next_day, month.last_day - 2))
        length = int(rng.integers(*_LENGTHS[subject.kind]))
        is_online = subject.kind != WORK_BASED and rng.random() < _ONLINE_SHARE
        self._add(subject, trainees, starts, length, is_online=is_online)

    def _add(self, subject: Subject, trainees: Ints, starts: int, length: int, *, is_online: bool) -> None:
        self.courses.append(
            Course(
                code=f"PX{subject.banner}{len(self.courses) + 1:05d}",
                subject=subject,
                is_online=is_online,
                starts=starts,
                ends=starts + length - 1,
                planned_days=max(1, length * 5 // 7),
                trainees=trainees,
                attended=np.zeros(len(trainees), dtype=np.int64),
            )
        )

    def _taught(self, banner: int) -> Subject:
        kind = SKILL if self.rng.random() < 0.85 else ENTREPRENEURSHIP
        occupation = self.rng.choice(_TAUGHT) if kind == SKILL else "09"
        return Subject(banner, f"{region.county_names()[banner]}职业培训学校", "", kind, str(occupation))

    def _work_based(self, unit: int) -> Subject:
        units = self.office.labour.units
        return Subject(int(units.region[unit]), units.name[unit], units.code[unit], WORK_BASED, "02")

    def _course_table(self, month: Month) -> Table:
        told = self.courses
        is_held = np.array([course.days_in(month) > 0 for course in told])
        return Table.of(
            contracts.load(SOURCE).resource("course"),
            {
                "course_code": _texts([course.code for course in told]),
                "region_code": _texts([str(course.subject.banner) for course in told]),
                "provider_name": _texts([course.subject.provider for course in told]),
                "credit_code": _texts([course.subject.credit_code for course in told]),
                "kind": _texts([str(course.subject.kind) for course in told]),
                "mode": _texts(["1" if course.is_online else "2" for course in told]),
                "occupation": _texts([course.subject.occupation for course in told]),
                "starts_on": days.as_text(np.array([course.starts for course in told])),
                "ends_on": days.as_text(np.array([course.ends for course in told])),
                "planned_days": _texts([str(course.planned_days) for course in told]),
            },
            pools={
                "any": np.arange(len(told)),
                "idle": np.flatnonzero(~is_held),
                "work_based": np.flatnonzero([course.subject.kind == WORK_BASED for course in told]),
            },
        )

    def _attendance_table(self, month: Month, step: int) -> Table:
        state, present = self.office.people, self.office.people.present(step)
        held = [course for course in self.courses if course.days_in(month)]
        rows = [self._attend(course, month, present) for course in held]
        person = np.concatenate([_NOBODY, *(row[0] for row in rows)])
        attended = np.concatenate([_NOBODY, *(row[1] for row in rows)])
        is_completed = np.concatenate([_NOBODY, *(row[2] for row in rows)])
        is_false = np.isin(person, self.away) & (attended >= _NOTICED_DAYS)
        self._attended_away = state.id[person[is_false]].tolist()
        room = np.repeat([course.days_in(month) for course in held], [len(row[0]) for row in rows])
        return Table.of(
            contracts.load(SOURCE).resource("attendance"),
            {
                "course_code": _texts([course.code for course, row in zip(held, rows, strict=True) for _ in row[0]]),
                "id_number": state.id[person],
                "name": state.name[person],
                "region_code": identity.numbers(self.office.banner_of(person)),
                "month": np.full(len(person), month.code, dtype=object),
                "attended_days": identity.numbers(attended),
                "is_completed": identity.numbers(is_completed),
            },
            pools={"any": np.arange(len(person)), "short": np.flatnonzero(room < 25)},
        )

    def _attend(self, course: Course, month: Month, present: Mask) -> tuple[Ints, Ints, Ints]:
        """Who attended, how many days in the month, and 1 for those who have completed the course by its end."""
        room = course.days_in(month)
        most = max(1, room * 5 // 7)
        here = present[course.trainees]
        attended = self.rng.binomial(most, 0.9, len(course.trainees))
        course.attended += attended
        is_over = course.ends <= month.last_day
        completed = is_over & (course.attended >= _COMPLETED_SHARE * course.planned_days)
        return course.trainees[here], attended[here], completed[here].astype(np.int64)


def open_book(office: Office, months: Sequence[Month], rng: np.random.Generator) -> Book:
    return Book(office, months, rng)


def _texts(values: Sequence[str]) -> Texts:
    return np.array(values, dtype=object)


def _in_another_course(place: Place) -> list[int]:
    others = [code for code in place.table.columns["course_code"] if code != place.get("course_code")]
    return place.both(course_code=place.chance.choice(others), attended_days="0", is_completed="0")


def _next_month(place: Place) -> list[int]:
    return place.set(month=place.next_period)


_course = partial(row_kind, "course")
_attendance = partial(row_kind, "attendance")
KINDS: tuple[Kind, ...] = (
    _course("duplicate", "unique", both(provider_name="另一培训学校"), "班次编号重复", pair=True),
    _course(
        "without_employer", "work_based_needs_employer", change(credit_code=""), "以工代训无单位", pool="work_based"
    ),
    _course(
        "credit_code_wrong", "credit_code_check_digit", wrong_uscc("credit_code"), "信用代码校验错误", pool="work_based"
    ),
    _course("mode_as_word", "mode_code", change(mode="线上"), "写了名称而非代码"),
    _course("days_beyond_course", "days_fit_course", change(planned_days="300"), "计划天数多于班期"),
    _course("ends_first", "ends_after_start", change(ends_on="20190101"), "结班早于开班", pool="idle"),
    _attendance("duplicate", "unique", both(is_completed="1", attended_days="0"), "同班同人同月两行", pair=True),
    _attendance("course_unknown", "course_known", change(course_code="PX00000000000"), "班次不在本批"),
    _attendance("check_digit", "id_check_digit", wrong_check_digit, "校验码错误"),
    _attendance("id_as_float", "id_format", as_float, "证件号成了浮点数"),
    _attendance("name_formula", "name_safe", change(name=FORMULA), "姓名是公式"),
    _attendance("days_beyond_month", "days_range", change(attended_days="41"), "出勤天数超过一个月"),
    _attendance("days_beyond_course", "days_within_course", change(attended_days="29"), "出勤多于班期", pool="short"),
    _attendance("other_month", "month_is_period", _next_month, "不是本期"),
    repeated("attendance"),
    _attendance("two_courses", "one_course_at_a_time", _in_another_course, "同月两个班", is_warning=True),
)
BROKEN: tuple[Broken, ...] = (
    Broken(SOURCE, "training_checksum", "checksum", settings.REGION_CODE, "last", "校验和不符", broken.CHECKSUM),
)
