"""Who works where: spells of work of one sender's persons, opened at the turn of a year and changed from month to month."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steppe.sample import days, people, region
from steppe.sample.days import Month
from steppe.sample.employers import FIRMS_PER_COUNTY, Employers
from steppe.sample.identity import Ints, Texts
from steppe.sample.people import Mask, People
from steppe.sample.region import Sender, Villages

TOWNSHIP, COUNTY, PROVINCE, ABROAD = 1, 2, 3, 4  # 务工情况 01 to 04; the last is another province
SELF_FOUND, ORGANISED, JINGMENG, FARMING, PROJECT, LEADING, WORKSHOP, POST, OWN, SEASONAL, OTHER = (*range(1, 11), 99)
NO_END = -1
# The gate takes more than a tenth of vanished keys for a mass deletion, and spells that ended last year vanish in January.
STOPPED_SHARE, SECOND_SHARE = 0.05, 0.03
LOCAL_SHARES = {TOWNSHIP: 0.024, COUNTY: 0.06}  # of all persons, beside the holders of posts
REGISTER_ONLY_SHARE = 0.03  # the register says that they work, no spell does
_INDUSTRY_OF_CHANNEL = {
    SELF_FOUND: "O", ORGANISED: "C", JINGMENG: "C", FARMING: "A", PROJECT: "E", LEADING: "A",
    WORKSHOP: "C", POST: "N", OWN: "F", SEASONAL: "A", OTHER: "O",
}  # fmt: skip


@dataclass(frozen=True)
class Targets:
    """How many of a sender's persons are to be out, in Beijing, and in 京蒙 work, in the first year and afterwards."""

    out: tuple[int, int]
    beijing: tuple[int, int]
    jingmeng: tuple[int, int]


@dataclass
class Spells:
    """One array element per spell of work."""

    person: Ints
    number: Ints  # of the person's spells
    started_on: Ints
    ended_on: Ints
    work_class: Ints
    region: Ints
    firm: Ints  # position in the sender's units (below 0: none)
    employer_name: Texts
    employer_code: Texts
    industry: Texts
    channel: Ints
    contract_on: Ints  # below 0: none
    wage_fen: Ints
    verification: Ints
    verified_on: Ints  # below 0: none

    def extend(self, more: Spells) -> None:
        for field in fields(self):
            setattr(self, field.name, np.concatenate([getattr(self, field.name), getattr(more, field.name)]))

    def taken(self, where: NDArray[Any]) -> Spells:
        return Spells(**{field.name: getattr(self, field.name)[where] for field in fields(self)})


class Labour:
    """The labour market of one sender. Methods change ``people`` and ``spells`` month by month."""

    def __init__(
        self,
        sender: Sender,
        villages: Villages,
        population: People,
        *,
        units: Employers,
        firms: Employers,
        targets: Targets,
        rng: np.random.Generator,
    ) -> None:
        self.sender, self.villages, self.people, self.units, self.firms = sender, villages, population, units, firms
        self.targets, self.rng = targets, rng
        self.spells = self._new(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
        self.year = self._step = 0

    def of_year(self, month: Month) -> Spells:
        """The spells that a delivery of this month lists: begun by its end, and not ended before its year."""
        first = days.day(month.year, 1, 1)
        listed = (self.spells.started_on <= month.last_day) & (
            (self.spells.ended_on == NO_END) | (self.spells.ended_on >= first)
        )
        return self.spells.taken(listed & self.people.present(self._step)[self.spells.person])

    def figures(self, month: Month) -> dict[str, int]:
        """Persons at work in the month, and the three indicators of C6.2, as the deliveries would tell without defects."""
        present = self.people.present(self._step)
        listed = self.of_year(month)
        runs = listed.taken((listed.ended_on == NO_END) | (listed.ended_on >= month.first_day))
        has_spell = np.zeros(len(present), dtype=bool)
        has_spell[listed.person] = True
        register_only = present & ~has_spell & (self.people.work_class > 0)
        is_out = np.isin(runs.work_class, [PROVINCE, ABROAD])

        def persons(where: Mask) -> int:
            return len(np.unique(runs.person[where]))

        out_by_register = int((register_only & np.isin(self.people.work_class, [PROVINCE, ABROAD])).sum())
        return {
            "persons": int(present.sum()),
            "employed": len(np.unique(runs.person)) + int(register_only.sum()),
            "out_migration": persons(is_out) + out_by_register,
            "jingmeng_local_transfer": persons((runs.channel == JINGMENG) & (runs.region // 10_000 == 15)),
            "beijing": persons(is_out & (runs.region // 10_000 == 11)),
            "spells": len(listed.person),
        }

    def open_year(self, month: Month, step: int) -> None:
        """The first delivered month of a year: most go on, some have stopped, others begin."""
        self._step = step
        later = int(self.year > 0)
        self.year = month.year
        if later:
            self._close_year(month)
        working = self.people.work_class > 0
        classes, channels = self._places_to_fill(later)
        free = self.people.can_work(step) & ~working & ~self.people.is_held
        candidates = self.rng.permutation(np.flatnonzero(free))[: len(classes)]
        classes, channels = classes[: len(candidates)], channels[: len(candidates)]
        self._begin(candidates, classes, channels, month, is_new_year=True)

    def keep_posts(self, holders: Ints, month: Month, step: int) -> None:
        """Give the holders of PV posts their work; they keep it for as long as the sample lasts."""
        self._step = step
        self.people.is_keeping_post[holders] = True
        self._begin(
            holders,
            np.full(len(holders), TOWNSHIP),
            np.full(len(holders), POST),
            month,
            is_new_year=True,
        )

    def insure(self, share: float) -> tuple[Ints, Ints]:
        """Insure a share of those who work for a unit of this sender; their persons and units."""
        eligible = (self.spells.firm >= 0) & (self.spells.ended_on == NO_END)
        chosen = np.flatnonzero(eligible & (self.rng.random(len(eligible)) < share))
        self.people.is_insured[self.spells.person[chosen]] = True
        self.people.has_resident_pension[self.spells.person[chosen]] = False
        self.spells.verification[chosen] = 3
        self.spells.contract_on[chosen] = self.spells.started_on[chosen]
        self.spells.verified_on[chosen] = self.spells.started_on[chosen] + 5
        return self.spells.person[chosen], self.spells.firm[chosen]

    def lose_insured_work(self, count: int, year: int) -> tuple[Ints, Ints, Ints]:
        """Give persons without work a job at a unit that they lost from July to November of the year.

        Returns:
            The persons, their units, and the days on which the work ended.
        """
        state = self.people
        free = state.can_work(self._step) & (state.work_class == 0) & ~state.is_held
        persons = people.pick(self.rng, free, min(count, int(free.sum()) // 2))
        start = days.day(year, 1, 4) + self.rng.integers(0, 80, len(persons))
        made = self._new(persons, np.full(len(persons), COUNTY), np.full(len(persons), SELF_FOUND), start)
        # A unit in trouble lets several go.
        units = self.rng.choice(self.rng.permutation(len(self.units.code))[: 1 + len(persons) // 6], len(persons))
        made.ended_on = days.day(year, 7, 1) + self.rng.integers(0, 150, len(persons))
        made.firm, made.region = units, self.units.region[units]
        made.employer_name, made.employer_code = self.units.name[units], self.units.code[units]
        made.industry, made.work_class = self.units.industry[units], self._class_of(persons, units)
        made.verification, made.verified_on = np.full(len(persons), 3), start + 5
        made.contract_on = start
        self.spells.extend(made)
        state.has_lost_work[persons], state.willing[persons] = True, people.WILLING
        state.work_class[persons] = made.work_class
        state.months[persons] = days.month_index(made.ended_on) - days.month_index(start) + 1
        return persons, units, made.ended_on

    def _class_of(self, persons: Ints, units: Ints) -> Ints:
        """Whether a unit is in the person's own county or elsewhere in the province."""
        home = np.array(self.sender.banners)[self.villages.banner[self.people.village[persons]]]
        return np.where(self.units.region[units] == home, COUNTY, PROVINCE)

    def begin_some(self, candidates: Ints, month: Month, step: int) -> None:
        """New work within a year."""
        self._step = step
        classes = self.rng.choice(
            [TOWNSHIP, COUNTY, PROVINCE, ABROAD], size=len(candidates), p=[0.15, 0.25, 0.32, 0.28]
        )
        self._begin(candidates, classes, np.zeros(len(candidates), dtype=np.int64), month, is_new_year=False)

    def end_some(self, persons: Ints, month: Month) -> None:
        """Work that ends in this month; the register still says where it was."""
        open_ = np.isin(self.spells.person, persons) & (self.spells.ended_on == NO_END)
        at = np.flatnonzero(open_ & (self.spells.started_on < month.first_day))
        self.spells.ended_on[at] = month.first_day + self.rng.integers(2, 25, len(at))

    def free_to_end(self) -> Mask:
        """Persons whose work may end: neither insured nor in a post, and with a spell that runs."""
        runs = np.zeros(len(self.people.work_class), dtype=bool)
        runs[self.spells.person[self.spells.ended_on == NO_END]] = True
        return runs & ~self.people.is_held

    def elapsed(self, month: Month) -> Ints:
        """Months worked in the year by each person, the delivered month included, at least 1."""
        first = np.full(len(self.people.work_class), month.index)
        np.minimum.at(first, self.spells.person, days.month_index(self.spells.started_on))
        return np.asarray(np.clip(month.index - np.maximum(first, month.year * 12) + 1, 1, 12))

    def _close_year(self, month: Month) -> None:
        state = self.people
        working = np.flatnonzero((state.work_class > 0) & state.present(self._step) & ~state.is_held)
        stopped = self.rng.choice(working, int(len(working) * STOPPED_SHARE), replace=False)
        open_ = np.isin(self.spells.person, stopped) & (self.spells.ended_on == NO_END)
        self.spells.ended_on[open_] = days.day(month.year, 1, 1) - self.rng.integers(1, 30, int(open_.sum()))
        ended = np.ones(len(state.work_class), dtype=bool)
        ended[self.spells.person[self.spells.ended_on == NO_END]] = False
        register_only = ended & (state.work_class > 0)
        register_only[self.spells.person] = False
        idle = ended & ~register_only & (state.work_class > 0)
        idle[stopped] = True
        state.work_class[idle], state.months[idle] = 0, 0
        # Last year's migrants who did not go again: some cannot, some will not, some are lost (C2.3).
        draw = self.rng.random(len(stopped))
        state.willing[stopped] = np.select(
            [draw < 0.1, draw < 0.35, draw < 0.9], [people.UNABLE, people.UNWILLING, people.WILLING], people.UNKNOWN
        )
        state.life[stopped[draw > 0.95]] = people.MISSING
        still = state.work_class > 0
        state.months[still] = np.where(register_only[still], 1, self.elapsed(month)[still])

    def _places_to_fill(self, later: int) -> tuple[Ints, Ints]:
        """Classes and channels of the work that is to begin, in the order in which it is given out. Channel 0: any."""
        state = self.people
        present = state.present(self._step)
        running = self.spells.taken(
            (self.spells.ended_on == NO_END) & present[self.spells.person] & (state.work_class[self.spells.person] > 0)
        )
        beijing = max(0, self.targets.beijing[later] - int((running.region // 10_000 == 11).sum()))
        jingmeng = max(0, self.targets.jingmeng[later] - int((running.channel == JINGMENG).sum()))
        out_now = int((present & np.isin(state.work_class, [PROVINCE, ABROAD])).sum())
        out = max(beijing, self.targets.out[later] - out_now)
        population = int(present.sum())
        needed = {
            code: max(
                0,
                round(share * population) - int((present & (state.work_class == code) & ~state.is_keeping_post).sum()),
            )
            for code, share in LOCAL_SHARES.items()
        }
        abroad = max(0, round(out * 0.46) - beijing)
        local = np.concatenate([np.full(number, code) for code, number in needed.items()])
        local = np.concatenate([local, np.full(max(0, jingmeng - len(local)), COUNTY)])
        self.rng.shuffle(local)
        channels = np.zeros(len(local), dtype=np.int64)
        channels[:jingmeng] = JINGMENG
        classes = np.concatenate(
            [np.full(beijing, ABROAD), np.full(abroad, ABROAD), np.full(out - beijing - abroad, PROVINCE), local]
        )
        marks = np.concatenate([np.full(beijing, -1), np.zeros(out - beijing, dtype=np.int64), channels])
        return classes, marks

    def _begin(self, persons: Ints, classes: Ints, channels: Ints, month: Month, *, is_new_year: bool) -> None:
        """Open spells. A channel of -1 asks for Beijing, 0 for any; some of a new year are known to the register alone."""
        state, count = self.people, len(persons)
        january = days.day(month.year, 1, 1)
        passed = month.last_day - january
        if is_new_year:
            start = january + np.clip(self.rng.normal(68, 24, count), 2, max(passed - 12, 2)).astype(np.int64)
        else:
            start = month.first_day + self.rng.integers(0, 20, count)
        made = self._new(persons, classes, channels, start, month.last_day)
        state.work_class[persons], state.willing[persons] = classes, people.WILLING
        is_post = channels == POST
        state.willing[persons[is_post]] = people.UNABLE
        if is_new_year:
            told = is_post | (channels != 0) | (self.rng.random(count) >= REGISTER_ONLY_SHARE)
            made = made.taken(told)
            self.spells.extend(made)
            self._add_earlier(made, january)
        else:
            self.spells.extend(made)
        state.months[persons] = self.elapsed(month)[persons]

    def _add_earlier(self, made: Spells, january: int) -> None:
        """Some had other work before in the year, which ended before the present one began."""
        late = np.flatnonzero((made.started_on > january + 45) & (made.channel != POST))
        chosen = self.rng.choice(late, min(len(late), int(len(made.person) * SECOND_SHARE)), replace=False)
        earlier = made.taken(chosen)
        room = earlier.started_on - january
        earlier.ended_on = earlier.started_on - 1 - (room * self.rng.uniform(0.02, 0.3, len(chosen))).astype(np.int64)
        earlier.started_on = january + (room * self.rng.uniform(0.01, 0.5, len(chosen))).astype(np.int64)
        earlier.number = earlier.number + 1
        earlier.contract_on = np.full(len(chosen), -1)
        earlier.firm = np.full(len(chosen), -1)
        earlier.verification = np.ones(len(chosen), dtype=np.int64)
        earlier.verified_on = np.full(len(chosen), -1)
        self.spells.extend(earlier)

    def _new(self, persons: Ints, classes: Ints, channels: Ints, start: Ints | None = None, today: int = 0) -> Spells:
        rng, count = self.rng, len(persons)
        start = np.zeros(count, dtype=np.int64) if start is None else start
        channel = self._channels(classes, channels)
        banner = self.villages.banner[self.people.village[persons]]
        unit = self._units(banner, classes, channel)
        place, firm = self._places(banner, classes, channels == -1)
        home = np.array(self.sender.banners)[banner]
        has_unit = unit >= 0
        is_out = np.isin(classes, [PROVINCE, ABROAD])
        has_firm = is_out & ~has_unit
        name = np.select(
            [has_unit, has_firm, channel == POST],
            [
                self.units.name[unit],
                self.firms.name[firm],
                self.villages.name[self.people.village[persons]] + "村民委员会",
            ],
            "",
        ).astype(object)
        has_code = has_unit | (has_firm & (rng.random(count) < 0.6))
        code = np.where(has_unit, self.units.code[unit], self.firms.code[firm])
        by_channel = np.array([_INDUSTRY_OF_CHANNEL[number] for number in channel.tolist()], dtype=object)
        draw = rng.random(count)
        verification = np.select(
            [has_unit | has_firm | (channel == POST)],
            [np.where(draw < 0.22, 3, np.where(draw < 0.6, 2, 1))],
            np.where(draw < 0.4, 2, 1),
        )
        seen = (verification > 1) | (draw > 0.8)
        middle = np.select([classes == ABROAD, classes == PROVINCE, classes == COUNTY], [4100, 3500, 2800], 1900)
        wage = np.where(channel == POST, 600, np.clip(rng.normal(middle, 700), 900, 9800)).astype(np.int64) // 10 * 1000
        number = np.full(count, 1) if not hasattr(self, "spells") else 1 + 2 * self._spells_of(persons)
        return Spells(
            person=persons,
            number=number,
            started_on=start,
            ended_on=np.full(count, NO_END),
            work_class=classes,
            region=np.select([has_unit, has_firm], [self.units.region[unit], place], home),
            firm=np.where(has_unit, unit, -1),
            employer_name=name,
            employer_code=np.where(has_code, code, "").astype(object),
            industry=np.select(
                [has_unit, has_firm], [self.units.industry[unit], self.firms.industry[firm]], by_channel
            ).astype(object),
            channel=channel,
            contract_on=np.where((verification == 3) & (channel != POST), start, -1),
            wage_fen=wage,
            verification=verification,
            verified_on=np.where(seen, np.minimum(start + rng.integers(3, 40, count), np.maximum(today, start)), -1),
        )

    def _spells_of(self, persons: Ints) -> Ints:
        return np.bincount(self.spells.person, minlength=len(self.people.work_class))[persons]

    def _channels(self, classes: Ints, wanted: Ints) -> Ints:
        draw = self.rng.random(len(classes))
        drawn = np.select(
            [classes == TOWNSHIP, classes == COUNTY],
            [
                np.array([FARMING, SEASONAL, WORKSHOP, LEADING, OWN])[np.searchsorted([0.38, 0.6, 0.78, 0.9], draw)],
                np.array([PROJECT, LEADING, WORKSHOP, SELF_FOUND, OWN, SEASONAL])[
                    np.searchsorted([0.24, 0.46, 0.66, 0.86, 0.94], draw)
                ],
            ],
            np.array([SELF_FOUND, ORGANISED, OTHER])[np.searchsorted([0.55, 0.97], draw)],
        )
        return np.where(wanted > 0, wanted, drawn)

    def _units(self, banner: Ints, classes: Ints, channel: Ints) -> Ints:
        """A unit of the sender for part of those who work near: in the home banner, or (class 03) in another one; else -1."""
        total = len(self.units.code)
        of_banner = np.searchsorted(np.array(self.sender.banners), self.units.region)
        first = np.searchsorted(of_banner, np.arange(len(self.sender.banners)))[banner]
        size = np.bincount(of_banner, minlength=len(self.sender.banners))[banner]
        draw, chance = self.rng.random(len(banner)), self.rng.random(len(banner))
        near = first + (draw * size).astype(np.int64)
        elsewhere = (draw * (total - size)).astype(np.int64)
        elsewhere = elsewhere + np.where(elsewhere >= first, size, 0)
        staffed = np.isin(channel, [PROJECT, LEADING, WORKSHOP, SELF_FOUND, JINGMENG])
        return np.select(
            [(classes == COUNTY) & staffed & (chance < 0.7), (classes == PROVINCE) & (total > size) & (chance < 0.5)],
            [near, elsewhere],
            -1,
        )

    def _places(self, banner: Ints, classes: Ints, in_beijing: Mask) -> tuple[Ints, Ints]:
        """Counties of work out of the home banner, and a firm in each."""
        rng, count = self.rng, len(banner)
        home = np.array(self.sender.banners)[banner]
        own, capital = region.home_counties(), region.beijing_counties()
        within = rng.integers(0, len(own), count)
        within = np.where(own[within] == home, (within + 1) % len(own), within)
        place = np.select(
            [in_beijing, classes == ABROAD],
            [capital[rng.integers(0, len(capital), count)], region.destinations(rng, count)],
            own[within],
        )
        firm = np.searchsorted(region.county_codes(), place) * FIRMS_PER_COUNTY + rng.integers(
            0, FIRMS_PER_COUNTY, count
        )
        return place, firm
