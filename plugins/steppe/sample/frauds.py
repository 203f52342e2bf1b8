"""What is not genuine in the register and the insurance of one sender, by the signal that is to find it (C7.3).

Few of each, and in places where nothing else happens: no chance ends that work and no defect falls on its rows, so that a signal which
misses one has no excuse. All of it is local work, except for the copied list: no target is met by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from steppe.sample import people
from steppe.sample.days import Month
from steppe.sample.identity import Ints, Texts
from steppe.sample.insurance import EMPLOYEE_SCHEMES
from steppe.sample.office import Office
from steppe.sample.people import Mask, pick
from steppe.sample.work import ABROAD, COUNTY, NO_END, PROJECT, PROVINCE, SELF_FOUND, TOWNSHIP, Spells

_PERSON_SHARE = 3e-4  # of a sender's persons, for each kind that single persons show; at least one
_UNIT_SHARE = 2e-3  # of his units, for each kind that units show; at least one
_BRIEF_SHARE = 0.01  # of insured staff
_ALIKE = (6, 9)  # persons with one record, at least and at most
_SPIKE = 24  # persons whose work begins at a month's end, at least
_LEAST_COPIED = 25  # migrants of a banner whose list is last year's
# Places are few even in the whole region: a sender in so many, counted from here, has one.
_PLACE_EVERY, _COPIES_FROM, _SPIKES_FROM = 4, 0, 2
_SELF_REPORT = 1
_WAGE_FEN = 300_000


@dataclass(frozen=True)
class Doubled:
    """A person at work whom the next sender's register claims, too."""

    name: str
    sex: int
    birth: int
    id: str


class Frauds:
    """Seeds what is false: before the first month what has been so for long, and with the second one what is new in it."""

    def __init__(
        self, office: Office, months: Sequence[Month], rng: np.random.Generator, doubled: Sequence[Doubled]
    ) -> None:
        self.office, self.months, self.rng = office, months, rng
        self._nobody = np.zeros(len(office.people.birth), dtype=bool)
        self.copied = self._copy_list()
        self.in_two_places = self._double(doubled)
        self._end_units()
        self._fill_units()
        self.brief = self._insure_briefly()
        self.alike = self.unable = np.zeros(0, dtype=np.int64)
        self.spike = 0

    def advance(self, month: Month, step: int) -> None:
        """What is told for the first time in the first month after the baseline."""
        if step != 1:
            return
        self.unable = self._employ_unable(month, step)
        self.spike = self._begin_late(month, step)
        self.alike = self._copy_records(month, step)

    def to_double(self) -> list[Doubled]:
        """Persons at work near home whom another register may claim; they keep that work from now on."""
        state = self.office.people
        chosen = self._suspect(pick(self.rng, self._works_near(), self._few()))
        return [Doubled(state.name[at], int(state.sex[at]), int(state.birth[at]), state.id[at]) for at in chosen]

    def signs(self, month: Month) -> dict[str, Texts]:
        state, units, insurance = self.office.people, self.office.insurance.units, self.office.insurance
        told = self._told_of_units(month)
        found = {
            "work_without_ability": state.id[self.unable],
            "identical_records": state.id[self.alike],
            "two_places": state.id[self.in_two_places],
            "employer_ended": units.code[insurance.has_ended & (told > 0)],
            "more_than_staff": units.code[(insurance.has_ended | insurance.is_small) & (told > 0)],
            "exact_target": _code(self.copied),
            "month_end_spike": _code(self.spike if month == self.months[1] else 0),
        }
        if len(self.months) > 2 and month == self.months[2]:
            found["insured_briefly"] = state.id[self.brief]
        return found

    def _few(self) -> int:
        return max(1, round(len(self._nobody) * _PERSON_SHARE))

    def _mask(self, persons: Ints) -> Mask:
        found = self._nobody.copy()
        found[persons] = True
        return found

    def _running(self) -> Spells:
        spells = self.office.labour.spells
        return spells.taken(spells.ended_on == NO_END)

    def _works_near(self) -> Mask:
        """Persons with one spell, near home, that nobody else tells of."""
        state, spells = self.office.people, self.office.labour.spells
        running = self._running()
        near = np.isin(running.work_class, [TOWNSHIP, COUNTY]) & (running.firm < 0) & (running.channel != PROJECT)
        alone = np.bincount(spells.person, minlength=len(state.birth)) == 1
        stays = state.present(0) & (state.left == people.NEVER) & ~state.is_held
        return np.asarray(self._mask(running.person[near]) & alone & stays)

    def _idle(self, step: int) -> Mask:
        """Able persons without work, in the register from the first month on."""
        state = self.office.people
        stays = (state.joined == 0) & (state.left == people.NEVER)
        free = state.can_work(step) & stays & (state.work_class == 0) & ~state.is_held
        free[self.office.labour.spells.person] = False
        return np.asarray(free)

    def _suspect(self, persons: Ints) -> Ints:
        self.office.people.is_suspect[persons] = True
        return persons

    def _copy_list(self) -> int:
        """A banner whose list of migrants stays last year's, to the person; 0 where none is large enough."""
        office, state = self.office, self.office.people
        if office.sender.index % _PLACE_EVERY != _COPIES_FROM:
            return 0
        everybody = np.arange(len(state.birth))
        home = office.banner_of(everybody)
        goes = state.present(0) & np.isin(state.work_class, [PROVINCE, ABROAD])
        # Whose work has ended within the year still counts as last year's migrant, and is none this year.
        has_ended = np.unique(home[state.has_lost_work & np.isin(state.work_class, [PROVINCE, ABROAD])])
        banner, persons = np.unique(home[goes], return_counts=True)
        enough = (persons >= _LEAST_COPIED) & ~np.isin(banner, has_ended)
        if not enough.any():
            return 0
        found = int(banner[enough][persons[enough].argmin()])
        state.is_suspect[home == found] = True
        return found

    def _double(self, doubled: Sequence[Doubled]) -> Ints:
        """Give persons of this register, at work near home, the names and numbers of persons of another one."""
        state = self.office.people
        chosen = self._suspect(pick(self.rng, self._works_near(), len(doubled)))
        for at, other in zip(chosen.tolist(), doubled, strict=False):
            state.name[at], state.sex[at], state.birth[at] = other.name, other.sex, other.birth
            state.id[at] = state.id_written[at] = other.id
        return chosen

    def _staffed(self) -> tuple[Ints, Ints]:
        """Running spells of persons who are said to work for a unit and are not insured there, and their units."""
        spells, state = self.office.labour.spells, self.office.people
        at = np.flatnonzero((spells.firm >= 0) & (spells.ended_on == NO_END) & (spells.work_class == COUNTY))
        at = at[~state.is_held[spells.person[at]]]
        return at, spells.firm[at]

    def _end_units(self) -> None:
        """Units for which persons are said to work, and whose account has ended."""
        insurance, spells = self.office.insurance, self.office.labour.spells
        at, unit = self._staffed()
        usable = np.unique(unit[insurance.is_free[unit]])
        few = max(1, round(len(insurance.units.code) * _UNIT_SHARE))
        chosen = self.rng.choice(usable, min(few, len(usable)), replace=False)
        insurance.has_ended[chosen] = True
        self.office.people.is_suspect[spells.person[at[np.isin(unit, chosen)]]] = True

    def _fill_units(self) -> None:
        """Units that are said to give work to more persons than they have staff: others of the banner are moved there."""
        office, spells, units = self.office, self.office.labour.spells, self.office.insurance.units
        for _ in range(max(1, round(len(units.code) * _UNIT_SHARE))):
            at, unit = self._staffed()
            usable = ~office.insurance.has_ended[unit] & ~office.insurance.is_small[unit]
            at, unit = at[usable], unit[usable]
            if not len(at):
                return
            banner, many = np.unique(units.region[unit], return_counts=True)
            own = at[units.region[unit] == banner[many.argmax()]][:5]
            target = int(spells.firm[own[0]])
            if len(own) < 2:
                return
            spells.firm[own], spells.region[own] = target, units.region[target]
            spells.employer_name[own], spells.employer_code[own] = units.name[target], units.code[target]
            spells.industry[own] = units.industry[target]
            office.insurance.is_small[target] = True
            office.people.is_suspect[spells.person[own]] = True

    def _told_of_units(self, month: Month) -> Ints:
        """Persons who are said to work in each unit in the month."""
        office = self.office
        spells = office.labour.of_year(month)
        runs = (spells.firm >= 0) & ((spells.ended_on == NO_END) | (spells.ended_on >= month.first_day))
        return np.bincount(spells.firm[runs], minlength=len(office.insurance.units.code))

    def _insure_briefly(self) -> Ints:
        """Insured staff whom the employer leaves out again after the first month; the register goes on counting them."""
        insurance, months, state = self.office.insurance, self.months, self.office.people
        if len(months) < 3 or months[2] != months[1].next:
            return np.zeros(0, dtype=np.int64)
        in_all = insurance.staff.in_scheme.sum(axis=1) == len(EMPLOYEE_SCHEMES)
        in_all &= ~state.is_suspect[insurance.staff.person]
        chosen = pick(self.rng, in_all, max(1, round(len(in_all) * _BRIEF_SHARE)))
        self._suspect(insurance.staff.person[chosen])
        insurance.insured_until[chosen] = months[1].last_day
        insurance.staff.since[chosen] = months[1].first_day
        return insurance.staff.person[chosen]

    def _claim(self, persons: Ints, start: Ints | int, *, employer: str, channel: int) -> None:
        """Spells of work in the home banner by their own word."""
        office, count = self.office, len(persons)
        none, text = np.full(count, -1), np.full(count, "", dtype=object)
        office.labour.spells.extend(
            Spells(
                person=persons,
                number=np.ones(count, dtype=np.int64),
                started_on=np.broadcast_to(start, (count,)),
                ended_on=np.full(count, NO_END),
                work_class=np.full(count, COUNTY),
                region=office.banner_of(persons),
                firm=none,
                employer_name=np.full(count, employer, dtype=object),
                employer_code=text,
                industry=np.full(count, "E" if channel == PROJECT else "O", dtype=object),
                channel=np.full(count, channel),
                contract_on=none,
                wage_fen=np.full(count, _WAGE_FEN),
                verification=np.full(count, _SELF_REPORT),
                verified_on=none,
            )
        )
        self._suspect(persons)

    def _show(self, persons: Ints, month: Month) -> None:
        """The register says of the persons, too, that they work."""
        state = self.office.people
        state.work_class[persons], state.willing[persons] = COUNTY, people.WILLING
        state.months[persons] = self.office.labour.elapsed(month)[persons]

    def _employ_unable(self, month: Month, step: int) -> Ints:
        """Spells of persons whom the register calls unable to work."""
        state = self.office.people
        grown = (state.age(month.first_day) > 20) & (state.age(month.last_day) < 58)
        unable = (
            (state.ability > 2) & (state.student == 0) & grown & (state.life == people.ALIVE) & (state.work_class == 0)
        )
        unable &= state.present(step) & (state.joined == 0) & ~state.is_held
        unable[self.office.labour.spells.person] = False
        chosen = pick(self.rng, unable, self._few())
        self._claim(chosen, month.first_day - self.rng.integers(5, 60, len(chosen)), employer="", channel=SELF_FOUND)
        return chosen

    def _begin_late(self, month: Month, step: int) -> int:
        """A banner that has twice as much work begin on the last days of the month as on all others; 0 where none has so many idle."""
        office = self.office
        if office.sender.index % _PLACE_EVERY != _SPIKES_FROM:
            return 0
        idle = np.flatnonzero(self._idle(step))
        banner, many = np.unique(office.banner_of(idle), return_counts=True)
        spells = office.labour.spells
        begun = spells.person[(spells.started_on >= month.first_day) & (spells.started_on <= month.last_day)]
        for found in banner[np.argsort(-many, kind="stable")].tolist():
            wanted = max(_SPIKE, 2 * int((office.banner_of(begun) == found).sum()))
            own = idle[office.banner_of(idle) == found]
            if len(own) >= wanted:
                chosen = np.sort(self.rng.choice(own, wanted, replace=False))
                start = month.last_day - self.rng.integers(0, 3, wanted)
                self._claim(chosen, start, employer="", channel=SELF_FOUND)
                self._show(chosen, month)
                return int(found)
        return 0

    def _copy_records(self, month: Month, step: int) -> Ints:
        """Persons of one village, as many as it has idle, with one record of work."""
        state, idle = self.office.people, np.flatnonzero(self._idle(step))
        village, many = np.unique(state.village[idle], return_counts=True)
        if not len(many) or many.max() < _ALIKE[0]:
            return np.zeros(0, dtype=np.int64)
        chosen = idle[state.village[idle] == village[many.argmax()]][: _ALIKE[1]]
        self._claim(chosen, month.first_day - 40, employer="村内道路工程队", channel=PROJECT)
        self._show(chosen, month)
        return np.asarray(chosen)


def _code(banner: int) -> Texts:
    return np.array([str(banner)] if banner else [], dtype=object)
