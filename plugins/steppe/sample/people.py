"""Invented households and persons of one sender: everybody who is ever in the register, with the step in which he comes and goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steppe.sample import days, identity, names, region
from steppe.sample.days import Month
from steppe.sample.identity import Ints, Texts
from steppe.sample.region import Sender, Villages

Mask = NDArray[np.bool_]
NEVER = 10_000  # a step that does not come
NEW_SHARE, GONE_SHARE, CHANGED_SHARE = 0.01, 0.005, 0.02
# Share of households with 1, 2, … members: 2.86 on average, as 800,000 persons in 280,000 households.
_SIZES = np.array([0.165, 0.275, 0.26, 0.18, 0.085, 0.035])
HEAD, SPOUSE, CHILD, CHILD_IN_LAW, GRANDCHILD, PARENT, SIBLING, OTHER = 1, 2, 3, 4, 5, 6, 7, 99
_MONGOL = 2
_CAUSES = [*range(1, 12), 99]  # illness and disability lead
_CAUSE_SHARES = [0.38, 0.12, 0.06, 0.06, 0.05, 0.02, 0.08, 0.11, 0.07, 0.01, 0.03, 0.01]
_ETHNICITIES = np.array([1, 2, 3, 10, 11, 31, 45, 51])
# Of the 500 order codes per county, date and sex in an ID number; keeps the numbers of different senders apart.
SLOTS_PER_SENDER = 35
DIED, MARRIED_IN, BORN, MOVED_IN = 1, 5, 6, 7  # 人员变更
ALIVE, DEAD, MISSING = 1, 2, 3
WILLING, UNWILLING, UNABLE, UNKNOWN = 1, 2, 3, 9


@dataclass
class Households:
    """One array element per household; ``joined`` is the step it appears in."""

    id: Texts
    village: Ints
    year: Ints
    standard: Ints
    kind: Ints
    cause: Ints
    status: Ints
    income_fen: Ints
    head: Ints
    phone: Texts
    joined: Ints


@dataclass
class People:
    """One array element per person. Codes are kept as numbers; ``work_class`` 0 is no work."""

    household: Ints
    number: Ints  # within the household
    village: Ints
    name: Texts
    sex: Ints
    birth: Ints
    id: Texts  # 18 characters
    id_written: Texts  # as the register writes it: also certificates of disability, the old form, a small x
    relation: Ints
    ethnicity: Ints
    education: Ints
    student: Ints
    health: Ints
    ability: Ints
    life: Ints
    died_on: Ints
    willing: Ints
    change: Ints
    phone: Texts
    work_class: Ints
    months: Ints
    is_insured: Mask
    has_resident_pension: Mask
    has_illness_insurance: Mask
    has_minimum_living: Mask
    is_keeping_post: Mask
    has_lost_work: Mask  # insured work that ended in the baseline year
    is_suspect: Mask  # something about him is not genuine: no chance and no defect may hide it
    joined: Ints
    left: Ints

    def present(self, step: int) -> Mask:
        return np.asarray((self.joined <= step) & (self.left > step))

    def age(self, on: int) -> NDArray[np.float64]:
        return np.asarray((on - self.birth) / 365.25)

    @property
    def is_held(self) -> Mask:
        """Those whose work other offices tell of, too, or a signal is to find: it neither begins nor ends by chance."""
        return self.is_insured | self.is_keeping_post | self.has_lost_work | self.is_suspect

    def can_work(self, step: int) -> Mask:
        """Present, alive, able and not at school."""
        return np.asarray(self.present(step) & (self.ability <= 2) & (self.life == ALIVE) & (self.student == 0))


def pick(rng: np.random.Generator, where: Mask, count: int) -> Ints:
    """At most ``count`` positions of those that are true."""
    found = np.flatnonzero(where)
    return found if len(found) <= count else np.sort(rng.choice(found, count, replace=False))


def make(
    sender: Sender, villages: Villages, persons: int, months: Sequence[Month], rng: np.random.Generator
) -> tuple[Households, People]:
    """The register's population at the first month, and the newcomers of each later one."""
    sizes = _household_sizes(persons, rng)
    baseline = months[0].last_day
    parts = [_members(np.repeat(np.arange(len(sizes)), sizes), baseline, rng)]
    households = len(sizes)
    joined_households = [np.zeros(households, dtype=np.int64)]
    for step, month in enumerate(months[1:], start=1):
        newcomers, singles = _newcomers(round(persons * NEW_SHARE), len(sizes), households, month, step, rng=rng)
        parts.append(newcomers)
        joined_households.append(np.full(singles, step))
        households += singles
    member = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    home = np.concatenate(joined_households)
    village = _village_of_household(villages, len(sizes), households, rng)
    return _finish(sender, villages, village, home, member, baseline=baseline, rng=rng)


def _household_sizes(persons: int, rng: np.random.Generator) -> Ints:
    drawn = rng.choice(np.arange(1, 7), size=persons, p=_SIZES)
    ends = np.cumsum(drawn)
    count = int(np.searchsorted(ends, persons)) + 1
    sizes: Ints = drawn[:count].astype(np.int64)
    sizes[-1] -= ends[count - 1] - persons
    return sizes


def _village_of_household(villages: Villages, base: int, count: int, rng: np.random.Generator) -> Ints:
    """A village for each household; those of the first register come village by village, later ones anywhere."""
    placed: Ints = rng.integers(0, len(villages.code), count)
    placed[:base].sort()
    return placed


def _members(household: Ints, baseline: int, rng: np.random.Generator) -> dict[str, NDArray[Any]]:
    count = len(household)
    starts = np.flatnonzero(np.diff(household, prepend=-1))
    position = np.arange(count) - np.repeat(starts, np.diff(starts, append=count))
    draw = rng.random(count)
    relation = np.select(
        [position == 0, position == 1],
        [
            np.full(count, HEAD),
            np.select([draw < 0.74, draw < 0.92, draw < 0.98], [SPOUSE, CHILD, PARENT], OTHER),
        ],
        np.select(
            [draw < 0.60, draw < 0.72, draw < 0.86, draw < 0.93, draw < 0.96],
            [CHILD, PARENT, GRANDCHILD, CHILD_IN_LAW, SIBLING],
            OTHER,
        ),
    )
    head_age = _within(rng.normal(51, 12, len(starts)), 20, 92, rng)[household]
    gap = rng.uniform(21, 34, count)
    age = np.select(
        [relation == HEAD, relation == SPOUSE, relation == PARENT, relation == GRANDCHILD, relation == SIBLING],
        [
            head_age,
            _within(head_age + rng.normal(-1, 3, count), 20, 93, rng),
            _within(head_age + gap, 40, 97, rng),
            head_age - gap - 22,
            _within(head_age + rng.normal(0, 6, count), 3, 93, rng),
        ],
        head_age - gap,
    )
    age = np.where(age < 0.1, rng.uniform(0.1, 6, count), age)
    sex_of_head = np.where(rng.random(len(starts)) < 0.8, 1, 2)[household]
    sex = np.select(
        [relation == HEAD, relation == SPOUSE], [sex_of_head, 3 - sex_of_head], np.where(rng.random(count) < 0.52, 1, 2)
    )
    return {
        "household": household,
        "relation": relation,
        "birth": baseline - (age * 365.25).astype(np.int64) - 1,
        "sex": sex,
        "joined": np.zeros(count, dtype=np.int64),
        "change": np.zeros(count, dtype=np.int64),
    }


def _within(age: NDArray[np.float64], low: float, high: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Ages with those out of range drawn anew from within: cutting them off would give many the same day of birth."""
    return np.where((age < low) | (age > high), rng.uniform(low, high, len(age)), age)


def _newcomers(
    count: int, base: int, households: int, month: Month, step: int, *, rng: np.random.Generator
) -> tuple[dict[str, NDArray[Any]], int]:
    """Children born, persons who marry in, and persons who move in with a household of their own."""
    draw = rng.random(count)
    change = np.select([draw < 0.35, draw < 0.6], [BORN, MARRIED_IN], MOVED_IN)
    moved = change == MOVED_IN
    household = rng.integers(0, base, count)
    household[moved] = households + np.arange(int(moved.sum()))
    adult = month.first_day - (rng.uniform(20, 58, count) * 365.25).astype(np.int64)
    young = month.first_day - (rng.uniform(20, 38, count) * 365.25).astype(np.int64)
    born = month.first_day + rng.integers(0, month.days, count)
    return {
        "household": household,
        "relation": np.select([moved, change == BORN], [HEAD, np.where(rng.random(count) < 0.5, CHILD, GRANDCHILD)], CHILD_IN_LAW),
        "birth": np.select([change == BORN, moved], [born, adult], young),
        "sex": np.where((change == MARRIED_IN) | (rng.random(count) < 0.48), 2, 1),
        "joined": np.full(count, step),
        "change": change,
    }, int(moved.sum())  # fmt: skip


def _finish(
    sender: Sender,
    villages: Villages,
    village_of_household: Ints,
    joined_household: Ints,
    member: dict[str, NDArray[Any]],
    *,
    baseline: int,
    rng: np.random.Generator,
) -> tuple[Households, People]:
    household, relation, sex = member["household"], member["relation"], member["sex"]
    count, homes = len(household), len(joined_household)
    birth = member["birth"]
    age = (baseline - birth) / 365.25
    village = village_of_household[household]
    banner = np.array(sender.banners)[villages.banner[village]]
    ethnicity, name = _names(sender, household, homes, relation, sex == 1, rng=rng)
    id_number = _ids(sender, banner, birth, sex, rng)
    student, education, health, ability = _conditions(age, rng)
    kind = rng.choice([1, 2, 3, 4, 5], size=homes, p=[0.52, 0.12, 0.04, 0.30, 0.02])
    is_adult = (age >= 16) & (student == 0)
    order = np.lexsort((np.arange(count), household))
    starts = np.flatnonzero(np.diff(household[order], prepend=-1))
    number = np.empty(count, dtype=np.int64)
    number[order] = np.arange(count) - np.repeat(starts, np.diff(starts, append=count)) + 1
    head = order[starts]
    phone = np.where((rng.random(count) < 0.78) & (age >= 16), identity.phones(rng, count), "").astype(object)
    willing = np.select(
        [ability > 2, rng.random(count) < 0.42, rng.random(count) < 0.8, rng.random(count) < 0.5],
        [UNABLE, WILLING, UNWILLING, UNKNOWN],
        UNABLE,
    )
    people = People(
        household=household,
        number=number,
        village=village,
        name=name,
        sex=sex,
        birth=birth,
        id=id_number,
        id_written=_written(id_number, health, age, rng),
        relation=relation,
        ethnicity=ethnicity,
        education=education,
        student=student,
        health=health,
        ability=ability,
        life=np.full(count, ALIVE),
        died_on=np.zeros(count, dtype=np.int64),
        willing=willing,
        change=member["change"],
        phone=phone,
        work_class=np.zeros(count, dtype=np.int64),
        months=np.zeros(count, dtype=np.int64),
        is_insured=np.zeros(count, dtype=bool),
        has_resident_pension=is_adult & (rng.random(count) < 0.62),
        has_illness_insurance=rng.random(count) < 0.93,
        has_minimum_living=np.isin(kind[household], [2, 4]) & (rng.random(count) < 0.95),
        is_keeping_post=np.zeros(count, dtype=bool),
        has_lost_work=np.zeros(count, dtype=bool),
        is_suspect=np.zeros(count, dtype=bool),
        joined=member["joined"],
        left=np.full(count, NEVER),
    )
    _bury(people, baseline, rng)
    code = np.array(sender.banners)[villages.banner[village_of_household]] * 10**7 + np.arange(homes) + 1
    households = Households(
        id=np.array(code.astype("U13"), dtype=object),
        village=village_of_household,
        year=rng.choice(2014 + np.arange(6), size=homes, p=[0.62, 0.12, 0.1, 0.08, 0.05, 0.03]),
        standard=rng.choice([1, 2, 3], size=homes, p=[0.86, 0.11, 0.03]),
        kind=kind,
        cause=rng.choice(_CAUSES, size=homes, p=_CAUSE_SHARES),
        # 16,000 of the region's poor were left at the end of 2019.
        status=rng.choice([0, 1, 2, 3], size=homes, p=[0.016, 0.975, 0.007, 0.002]),
        income_fen=np.clip(rng.lognormal(13.7, 0.35, homes), 250_000, 6_000_000).astype(np.int64) // 1000 * 1000,
        head=head,
        phone=phone[head],
        joined=joined_household,
    )
    return households, people


def _bury(people: People, baseline: int, rng: np.random.Generator) -> None:
    """Some elderly died this year and are still in the register, marked as dead."""
    old = (people.age(baseline) > 62) & (people.joined == 0)
    dead = pick(rng, old, max(1, round(len(old) * 0.004)))
    people.life[dead], people.change[dead], people.willing[dead] = DEAD, DIED, UNABLE
    people.died_on[dead] = baseline - rng.integers(20, 300, len(dead))
    people.ability[dead], people.has_resident_pension[dead] = 4, True


def _names(
    sender: Sender, household: Ints, homes: int, relation: Ints, is_male: Mask, *, rng: np.random.Generator
) -> tuple[Ints, Texts]:
    rare = np.array([1.5, 0.2, 2.5, 0.1, 0.05, 0.02])
    if sender.code == "150700":  # 呼伦贝尔: three autonomous banners
        rare += np.array([0, 0, 0, 4, 2, 0.8])
    share = np.array([100 - sender.mongol_percent - rare.sum(), sender.mongol_percent, *rare]) / 100
    of_household = rng.choice(_ETHNICITIES, size=homes, p=share)
    own = np.isin(relation, [SPOUSE, CHILD_IN_LAW]) & (rng.random(len(household)) < 0.1)
    ethnicity = np.where(own, rng.choice(_ETHNICITIES, size=len(household), p=share), of_household[household])
    inherits = np.isin(relation, [HEAD, CHILD, GRANDCHILD, SIBLING])
    surname = np.where(
        inherits, names.draw("surname", rng, homes)[household], names.draw("surname", rng, len(household))
    )
    steppe_name = np.isin(ethnicity, [_MONGOL, 31, 45, 51]) & (rng.random(len(household)) < 0.85)
    name = np.where(steppe_name, names.mongol(is_male, rng), names.han(surname, is_male, rng))
    return ethnicity, name.astype(object)


def _ids(sender: Sender, banner: Ints, birth: Ints, sex: Ints, rng: np.random.Generator) -> Texts:
    """Unique IDs: most of the home banner, some of another county of the country (persons who moved or married in)."""
    everywhere = region.county_codes()
    place = np.where(rng.random(len(banner)) < 0.05, everywhere[rng.integers(0, len(everywhere), len(banner))], banner)
    order = np.lexsort((sex, birth, place))
    keys = np.stack([place[order], birth[order], sex[order]])
    starts = np.flatnonzero(np.any(np.diff(keys, axis=1, prepend=-1) != 0, axis=0))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order)) - np.repeat(starts, np.diff(starts, append=len(order)))
    if len(rank) and rank.max() >= SLOTS_PER_SENDER:
        raise ValueError(f"sender {sender.code}: more than {SLOTS_PER_SENDER} persons of one county, day and sex")
    sequence = 2 * (sender.index * SLOTS_PER_SENDER + rank) + (sex == 1)
    return identity.id_numbers(place, days.as_number(birth), sequence)


def _written(id_number: Texts, health: Ints, age: NDArray[np.float64], rng: np.random.Generator) -> Texts:
    """The register's own ways of writing an ID number, all of which name the same person."""
    written = id_number.copy()
    draw = rng.random(len(written))
    for at in np.flatnonzero((health == 4) & (draw < 0.06)):
        # 残疾人证: class and grade, then a reissue.
        written[at] = id_number[at] + ("42" if draw[at] < 0.045 else "42B1")
    for at in np.flatnonzero((age > 55) & (age < 99) & (health != 4) & (draw < 0.002)):
        written[at] = id_number[at][:6] + id_number[at][8:17]  # the form of 15 digits, before 1999
    for at in np.flatnonzero(draw > 0.9):
        if len(written[at]) == 18:
            written[at] = written[at].lower()
    return written


def _conditions(age: NDArray[np.float64], rng: np.random.Generator) -> tuple[Ints, Ints, Ints, Ints]:
    """Student status, education, health and ability to work, by age."""
    count = len(age)
    draw = rng.random((4, count))
    student = np.select(
        [(age >= 6.5) & (age < 16), (age >= 16) & (age < 19) & (draw[0] < 0.8), (age >= 19) & (age < 23) & (draw[0] < 0.35)],
        [1, 2, 3],
        0,
    )  # fmt: skip
    education = np.select(
        [age < 7, age < 13, age < 16, student == 3, age < 35, age < 60],
        [
            np.full(count, 6),
            np.full(count, 2),
            np.full(count, 3),
            np.full(count, 5),
            np.searchsorted([0.01, 0.14, 0.66, 0.86], draw[1]) + 1,
            np.searchsorted([0.06, 0.44, 0.86, 0.97], draw[1]) + 1,
        ],
        np.searchsorted([0.3, 0.75, 0.95, 0.995], draw[1]) + 1,
    )
    health = np.select(
        [age < 16, age < 45, age < 60],
        [np.searchsorted(bounds, draw[2]) + 1 for bounds in ([0.95, 0.97, 0.98], [0.86, 0.93, 0.95], [0.68, 0.88, 0.93])],
        np.searchsorted([0.42, 0.82, 0.89], draw[2]) + 1,
    )  # fmt: skip
    chance = np.select([health == 1, health == 2, health == 3], [0.97, 0.74, 0.1], 0.32)
    ability = np.select(
        [(age < 16) | (student > 0), age < 60, age < 70],
        [
            np.full(count, 4),
            np.where(draw[3] < chance, np.where(draw[3] < chance * 0.1, 2, 1), 3),
            np.where(draw[3] < chance * 0.6, 1, np.where(draw[3] < 0.85, 4, 3)),
        ],
        np.where(draw[3] < 0.8, 4, 3),
    )
    return student, education, health, ability
