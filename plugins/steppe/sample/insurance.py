"""Social insurance of one sender: units, enrolments and contributions, some of which come a month late or not at all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from steppe import contracts
from steppe.sample import days, identity
from steppe.sample.days import Month
from steppe.sample.delivery import Table
from steppe.sample.employers import Employers
from steppe.sample.identity import Ints, Texts
from steppe.sample.people import DEAD, People
from steppe.sample.region import Sender, Villages
from steppe.sample.register import dated
from steppe.sample.work import NO_END

SOURCE = "social_insurance"
INSURED_SHARE = 0.55  # of those who work for a unit of the sender
LOST_SHARE, LEAST_LOST = 0.006, 10  # of all persons: insured work that ended in the baseline year
EMPLOYEE_SCHEMES = ("110", "210", "310", "410", "510")
_RESIDENT_SCHEME = "170"
# Rates of 2020 in per mille of the base, employer and person: 养老 16 + 8, 失业 0.5 + 0.5, 医疗 6 + 2, 工伤 0.4, 生育 0.5 %.
_EMPLOYER_RATES = np.array([160, 5, 60, 4, 5])
_PERSON_RATES = np.array([80, 5, 20, 0, 0])
_LATE, _UNPAID = 0.12, 0.05  # of a month's contributions; by what the first month shows
_RESIDENT_PAYERS = 0.2  # of enrolled residents pay their year in a given month


@dataclass(frozen=True)
class Insured:
    """Employees with insurance: persons, their units, the schemes they are in, their monthly base."""

    person: Ints
    unit: Ints
    in_scheme: Ints  # persons × schemes, 0 or 1
    base_fen: Ints
    since: Ints


@dataclass(frozen=True)
class Former:
    """Those who lost their insured work: persons, their units, when their insurance began and ended."""

    person: Ints
    unit: Ints
    since: Ints
    ended_on: Ints


def former(person: Ints, unit: Ints, ended_on: Ints, rng: np.random.Generator) -> Former:
    """Details of those whom ``Labour.lose_insured_work`` chose: some were insured for less than a year."""
    return Former(person, unit, ended_on - rng.integers(200, 2600, len(person)), ended_on)


def insured(person: Ints, unit: Ints, first_day: int, rng: np.random.Generator) -> Insured:
    """Details of those whom ``Labour.insure`` chose."""
    count = len(person)
    schemes = np.ones((count, len(EMPLOYEE_SCHEMES)), dtype=np.int64)
    schemes[rng.random(count) < 0.25, 1:] = 0  # pension alone
    base = np.clip(rng.normal(3600, 600, count), 3000, 9000).astype(np.int64) // 10 * 1000
    since = first_day - rng.integers(30, 1500, count)
    return Insured(person, unit, schemes, base, since)


class Insurance:
    """What a sender's insurance office knows and delivers each month."""

    def __init__(
        self,
        sender: Sender,
        villages: Villages,
        population: People,
        units: Employers,
        *,
        staff: Insured,
        former: Former,
        seed: int,
    ) -> None:
        self.sender, self.villages, self.people, self.units = sender, villages, population, units
        self.staff, self.former, self.seed = staff, former, seed
        # What is not genuine: units whose account has ended or whose staff is smaller than is said, and staff insured for a month or two.
        free = self.staff_of_units == 0
        free[former.unit] = False
        self.is_free, self.has_ended = free, free & (units.staff % 53 == 0)
        self.is_small = np.zeros(len(units.code), dtype=bool)
        self.insured_until = np.full(len(staff.person), NO_END)
        at, scheme = np.nonzero(staff.in_scheme)
        self._at, self._scheme = at, scheme

    @property
    def staff_of_units(self) -> Ints:
        """Insured persons of the register in each unit."""
        return np.bincount(self.staff.unit, minlength=len(self.units.code))

    def tables(self, month: Month, step: int) -> list[Table]:
        """The three resources of a month, without defects."""
        return [self._units(month), self._enrolments(month, step), self._contributions(month, step)]

    def _chance(self, month: Month, purpose: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, self.sender.index, 7, purpose, month.index])

    def _units(self, month: Month) -> Table:
        units, rng = self.units, self._chance(month, 0)
        hired = np.where(rng.random(len(units.code)) < 0.04, rng.integers(0, 4, len(units.code)), 0)
        staff = np.where(self.is_small, np.maximum(1, self.staff_of_units), units.staff + self.staff_of_units + hired)
        # Units that no enrolment names.
        free, ended = self.is_free, self.has_ended
        paused = free & ~self.is_small & (units.staff % 17 == 0)
        return Table.of(
            contracts.load(SOURCE).resource("employer_unit"),
            {
                "uscc": units.code,
                "region_code": identity.numbers(units.region),
                "unit_name": units.name,
                "industry": units.industry,
                "payment_status": np.select([ended, paused], ["3", "2"], "1").astype(object),
                "employee_count": identity.numbers(np.where(ended, 0, staff)),
                "registered_on": days.as_text(units.registered_on),
            },
            pools={"any": np.flatnonzero(free & ~ended & ~self.is_small)},
        )

    def _residents(self, step: int) -> Ints:
        state = self.people
        return np.flatnonzero(state.present(step) & state.has_resident_pension & ~state.is_insured)

    def _enrolments(self, month: Month, step: int) -> Table:
        staff, state = self.staff, self.people
        keep = state.present(step)[staff.person[self._at]]
        at, scheme, residents = self._at[keep], self._scheme[keep], self._residents(step)
        person = np.concatenate([staff.person[at], residents])
        count, of_staff = len(person), len(at)
        rank = np.arange(len(state.birth))
        since = np.concatenate([staff.since[at], days.day(2010, 1, 1) + (rank * 37 % 3200)[residents]])
        since = np.maximum(since, np.minimum(state.birth[person] + 5900, month.first_day - 40))
        started = np.maximum(since, np.concatenate([staff.since[at], np.full(len(residents), days.day(2012, 1, 1))]))
        unit = np.concatenate([self.units.code[staff.unit[at]], np.full(len(residents), "", dtype=object)])
        dead = state.life[person] == DEAD
        died = np.where(dead, np.maximum(state.died_on[person], started), -1)
        until = np.concatenate([self.insured_until[at], np.full(len(residents), NO_END)])
        stopped = (until != NO_END) & (until < month.first_day)
        status = np.where(dead | stopped, "3", "1").astype(object)
        paying = np.where(
            dead | stopped, "3", np.where((rank * 13 % 41 == 0)[person] & (np.arange(count) >= of_staff), "2", "1")
        )
        schemes = np.array(EMPLOYEE_SCHEMES, dtype=object)
        position = np.arange(count)
        single = ~dead & (position >= of_staff) & (state.life[person] == 1)
        ended = self._ended_enrolments()
        columns = {
            "id_number": state.id[person],
            "name": state.name[person],
            "region_code": self._places(person, at, of_staff),
            "scheme": np.concatenate([schemes[scheme], np.full(len(residents), _RESIDENT_SCHEME, dtype=object)]),
            "uscc": unit,
            "first_enrolled_month": np.array([text[:6] for text in days.as_text(since)], dtype=object),
            "person_status": status,
            "payment_status": paying.astype(object),
            "started_on": days.as_text(started),
            "ended_on": dated(np.where(stopped, until, died)),
            "died_on": dated(died),
        }
        return Table.of(
            contracts.load(SOURCE).resource("enrollment"),
            {name: np.concatenate([values, ended[name]]) for name, values in columns.items()},
            pools={
                "any": np.flatnonzero(single & ~self._is_paying(month, person)),
                "staff": np.flatnonzero((position < of_staff) & (until == NO_END)),
                "dead": np.flatnonzero(dead & (died < month.first_day)),
            },
        )  # fmt: skip

    def _ended_enrolments(self) -> dict[str, Texts]:
        """Enrolments in the pension and unemployment schemes that ended with the work."""
        lost = self.former
        at = np.tile(np.arange(len(lost.person)), 2)
        since = days.as_text(lost.since[at])
        return {
            "id_number": self.people.id[lost.person[at]],
            "name": self.people.name[lost.person[at]],
            "region_code": identity.numbers(self.units.region[lost.unit[at]]),
            "scheme": np.repeat(np.array(["110", "210"], dtype=object), len(lost.person)),
            "uscc": self.units.code[lost.unit[at]],
            "first_enrolled_month": np.array([text[:6] for text in since], dtype=object),
            "person_status": np.full(len(at), "3", dtype=object),
            "payment_status": np.full(len(at), "3", dtype=object),
            "started_on": since,
            "ended_on": days.as_text(lost.ended_on[at]),
            "died_on": np.full(len(at), "", dtype=object),
        }

    def _places(self, person: Ints, at: Ints, of_staff: int) -> Texts:
        """Staff are insured where their unit is, residents at home."""
        home = self.villages.banner_code[self.people.village[person]]
        home[:of_staff] = identity.numbers(self.units.region[self.staff.unit[at]])
        return home

    def _is_paying(self, month: Month, person: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Whether residents pay this month: each has his month, so that it can be told without memory."""
        return (person * 7919 + month.number) % 1000 < _RESIDENT_PAYERS * 1000

    def _due(self, month: Month, step: int) -> tuple[Ints, Ints, Ints]:
        """Staff × scheme rows due for a month: positions, and 0 paid on time, 1 late by a month, 2 not paid."""
        draw = self._chance(month, 1).random(len(self._at))
        fate = np.select([draw < _LATE, draw < _LATE + _UNPAID], [1, 2], 0)
        keep = self.people.present(step)[self.staff.person[self._at]]
        until = self.insured_until[self._at]
        keep &= (until == NO_END) | (until >= month.first_day)
        return self._at[keep], self._scheme[keep], fate[keep]

    def _contributions(self, month: Month, step: int) -> Table:
        now, before = self._due(month, step), self._due(month.previous, step)
        on_time, late = now[2] != 1, before[2] == 1
        at = np.concatenate([now[0][on_time], before[0][late]])
        scheme = np.concatenate([now[1][on_time], before[1][late]])
        unpaid = np.concatenate([now[2][on_time] == 2, np.zeros(int(late.sum()), dtype=bool)])
        due = np.concatenate([np.full(int(on_time.sum()), month.code), np.full(int(late.sum()), month.previous.code)])
        residents = self._residents(step)
        residents = residents[self._is_paying(month, residents) & (self.people.life[residents] == 1)]
        of_staff, extra = len(at), len(residents)
        person = np.concatenate([self.staff.person[at], residents])
        staff_base = self.staff.base_fen[at]
        yearly = np.array([10_000, 20_000, 30_000, 50_000, 100_000])[residents % 5]
        base = np.concatenate([staff_base, yearly])
        employer_due = np.concatenate([staff_base * _EMPLOYER_RATES[scheme] // 1000, np.zeros(extra, dtype=np.int64)])
        person_due = np.concatenate([staff_base * _PERSON_RATES[scheme] // 1000, yearly])
        unpaid = np.concatenate([unpaid, np.zeros(extra, dtype=bool)])
        paid = ~unpaid
        received = month.first_day + self._chance(month, 2).integers(4, 25, len(person))
        position = np.arange(len(person))
        schemes = np.array(EMPLOYEE_SCHEMES, dtype=object)
        code = np.concatenate([schemes[scheme], np.full(extra, _RESIDENT_SCHEME, dtype=object)])
        return Table.of(
            contracts.load(SOURCE).resource("contribution"),
            {
                "id_number": self.people.id[person],
                "region_code": self._places(person, at, of_staff),
                "scheme": code,
                "uscc": np.concatenate([self.units.code[self.staff.unit[at]], np.full(extra, "", dtype=object)]),
                "settled_month": np.full(len(person), month.code, dtype=object),
                "due_month": np.concatenate([due, np.full(extra, month.code)]).astype(object),
                "base_fen": identity.yuan(base),
                "employer_due_fen": identity.yuan(employer_due),
                "person_due_fen": identity.yuan(person_due),
                "employer_paid_fen": identity.yuan(np.where(paid, employer_due, 0)),
                "person_paid_fen": identity.yuan(np.where(paid, person_due, 0)),
                "is_received": np.where(paid, "1", "0").astype(object),
                "received_on": dated(np.where(paid, received, -1)),
            },
            pools={
                "any": np.flatnonzero(paid),
                "staff": np.flatnonzero(paid & (position < of_staff)),
                "pension": np.flatnonzero(paid & (code == "110")),
            },
        )  # fmt: skip
