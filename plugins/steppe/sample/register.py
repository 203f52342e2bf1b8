"""The household registry of one sender: what changes from one delivered month to the next, and the rows of a month."""

from __future__ import annotations

import numpy as np

from steppe import contracts
from steppe.sample import days, identity, people
from steppe.sample.days import Month
from steppe.sample.delivery import Table
from steppe.sample.identity import Ints, Texts
from steppe.sample.people import ALIVE, CHANGED_SHARE, DEAD, DIED, GONE_SHARE, HEAD, Households, People, pick
from steppe.sample.region import Villages
from steppe.sample.work import Labour

SOURCE = "household_registry"
_TWO_DIGITS = np.array(["", *(f"{number:02d}" for number in range(1, 100))], dtype=object)
_ONE_DIGIT = np.array([str(number) for number in range(10)], dtype=object)
_FLAGS = np.array(["0", "1"], dtype=object)


def advance(
    homes: Households, population: People, labour: Labour, month: Month, step: int, *, rng: np.random.Generator
) -> None:
    """Bring the register from the month before to this one: 0.5 % leave, 2 % change (1 % new are there already)."""
    before = population.present(step - 1)
    may_leave = before & (population.relation != HEAD) & (population.life == ALIVE) & ~population.is_held
    gone = pick(rng, may_leave, round(int(before.sum()) * GONE_SHARE))
    population.left[gone] = step
    changed_homes = pick(rng, homes.joined < step, round(len(homes.id) * CHANGED_SHARE))
    homes.income_fen[changed_homes] += rng.integers(-20, 60, len(changed_homes)) * 1000
    if month.year != labour.year:
        labour.open_year(month, step)
        return
    _change(population, labour, month, step, rng)


def _change(population: People, labour: Labour, month: Month, step: int, rng: np.random.Generator) -> None:
    settled = population.present(step) & (population.joined < step) & (population.life == ALIVE)
    chosen = rng.permutation(pick(rng, settled, round(int(settled.sum()) * CHANGED_SHARE)))
    able, working, held = population.can_work(step), population.work_class > 0, population.is_held
    ending = labour.free_to_end()
    share = np.arange(len(chosen)) / max(len(chosen), 1)
    begins = chosen[(share < 0.45) & able[chosen] & ~working[chosen] & ~held[chosen]]
    ends = chosen[(share >= 0.45) & (share < 0.51) & ending[chosen]]
    recounts = chosen[(share >= 0.51) & (share < 0.55) & ending[chosen]]
    dies = chosen[
        (share >= 0.55)
        & (share < 0.6)
        & ~working[chosen]
        & ~held[chosen]
        & (population.age(month.last_day)[chosen] > 60)
    ]
    willing = chosen[(share >= 0.6) & (share < 0.7) & able[chosen] & ~working[chosen]]
    rest = np.setdiff1d(chosen, np.concatenate([begins, ends, recounts, dies, willing]))
    labour.begin_some(begins, month, step)
    labour.end_some(ends, month)
    counted = np.concatenate([ends, recounts])
    population.months[counted] = labour.elapsed(month)[counted]
    population.life[dies], population.change[dies] = DEAD, DIED
    population.died_on[dies] = month.first_day + rng.integers(0, month.days, len(dies))
    population.willing[dies], population.ability[dies] = people.UNABLE, 4
    population.willing[willing] = np.where(
        population.willing[willing] == people.WILLING, people.UNWILLING, people.WILLING
    )
    adult = population.age(month.last_day)[rest] >= 16
    population.phone[rest[adult]] = identity.phones(rng, int(adult.sum()))
    child = rest[~adult]
    population.has_illness_insurance[child] = ~population.has_illness_insurance[child]


def tables(
    homes: Households, population: People, villages: Villages, labour: Labour, month: Month, *, step: int
) -> list[Table]:
    """The three resources of a month, without defects."""
    return [
        _households(homes, population, villages, step),
        _persons(homes, population, villages, labour, step),
        _employment(homes, population, villages, labour, month),
    ]


def _households(homes: Households, population: People, villages: Villages, step: int) -> Table:
    present = population.present(step)
    members = np.bincount(population.household[present], minlength=len(homes.id))
    rows = np.flatnonzero((homes.joined <= step) & (members > 0))
    village = homes.village[rows]
    return Table.of(
        contracts.load(SOURCE).resource("household"),
        {
            "household_id": homes.id[rows],
            "region_code": villages.banner_code[village],
            "village_code": villages.code[village],
            "village_name": villages.name[village],
            "register_year": identity.numbers(homes.year[rows]),
            "standard": _ONE_DIGIT[homes.standard[rows]],
            "household_type": _TWO_DIGITS[homes.kind[rows]],
            "poverty_cause": _TWO_DIGITS[homes.cause[rows]],
            "poverty_status": _ONE_DIGIT[homes.status[rows]],
            "member_count": identity.numbers(members[rows]),
            "head_name": population.name[homes.head[rows]],
            "phone": homes.phone[rows],
            "income_per_head_fen": identity.yuan(homes.income_fen[rows]),
        },
        pools={"any": np.arange(len(rows))},
    )


def _persons(homes: Households, population: People, villages: Villages, labour: Labour, step: int) -> Table:
    rows = np.flatnonzero(population.present(step))
    village, household = population.village[rows], population.household[rows]
    number = _TWO_DIGITS[population.number[rows]]
    # Those whom no other row of any delivery speaks of: a defect in their row touches nothing else.
    free = (
        (population.work_class == 0)
        & ~population.has_resident_pension
        & ~population.is_insured
        & (population.life == ALIVE)
        & (population.change == 0)
        & (population.relation != HEAD)
        & ~population.is_suspect
    )
    free[labour.spells.person] = False
    plain = free & np.array([len(text) == 18 for text in population.id_written])
    flags = [population.is_insured, population.has_resident_pension, population.has_illness_insurance]
    return Table.of(
        contracts.load(SOURCE).resource("person"),
        {
            "person_id": homes.id[household] + number,
            "household_id": homes.id[household],
            "region_code": villages.banner_code[village],
            "village_code": villages.code[village],
            "name": population.name[rows],
            "sex": _ONE_DIGIT[population.sex[rows]],
            "id_number": population.id_written[rows],
            "birth_date": days.as_text(population.birth[rows]),
            "relation": _TWO_DIGITS[population.relation[rows]],
            "ethnicity": _TWO_DIGITS[population.ethnicity[rows]],
            "education": _TWO_DIGITS[population.education[rows]],
            "student_status": _student(population.student[rows]),
            "health": _TWO_DIGITS[population.health[rows]],
            "labour_ability": _TWO_DIGITS[population.ability[rows]],
            "work_place_class": _TWO_DIGITS[population.work_class[rows]],
            "months_worked": identity.numbers(population.months[rows]),
            "life_status": _ONE_DIGIT[population.life[rows]],
            **{
                name: _FLAGS[flag[rows].astype(int)]
                for name, flag in zip(
                    ("has_employee_pension", "has_resident_pension", "has_illness_insurance"), flags, strict=True
                )
            },
            "has_minimum_living": _FLAGS[population.has_minimum_living[rows].astype(int)],
            "phone": population.phone[rows],
            "willing_to_go": _ONE_DIGIT[population.willing[rows]],
            "change_type": _TWO_DIGITS[population.change[rows]],
        },
        pools={"any": np.flatnonzero(plain[rows]), "able": np.flatnonzero((plain & population.can_work(step))[rows])},
    )


def _student(codes: Ints) -> Texts:
    texts: Texts = np.array(["00", "01", "02", "03"], dtype=object)[codes]
    return texts


def _employment(homes: Households, population: People, villages: Villages, labour: Labour, month: Month) -> Table:
    spells = labour.of_year(month)
    village, household = population.village[spells.person], population.household[spells.person]
    listed = np.bincount(spells.person, minlength=len(population.household))[spells.person]
    alone = (listed == 1) & ~population.is_held[spells.person]
    regular = ~np.isin(spells.channel, [4, 10])  # farming and seasonal work may run beside a job
    runs = spells.ended_on < 0
    return Table.of(
        contracts.load(SOURCE).resource("employment"),
        {
            "spell_id": homes.id[household] + _TWO_DIGITS[population.number[spells.person]] + _serial(spells.number),
            "id_number": population.id[spells.person],
            "region_code": villages.banner_code[village],
            "started_on": days.as_text(spells.started_on),
            "ended_on": dated(spells.ended_on),
            "work_place_class": _TWO_DIGITS[spells.work_class],
            "work_region_code": identity.numbers(spells.region),
            "employer_name": spells.employer_name,
            "employer_uscc": spells.employer_code,
            "industry": spells.industry,
            "channel": _TWO_DIGITS[spells.channel],
            "is_organised": _FLAGS[np.isin(spells.channel, [2, 3]).astype(int)],
            "contract_signed_on": dated(spells.contract_on),
            "monthly_wage_fen": identity.yuan(spells.wage_fen),
            "verification": _ONE_DIGIT[spells.verification],
            "verified_on": dated(spells.verified_on),
        },
        pools={
            "any": np.flatnonzero(alone),
            "running": np.flatnonzero(alone & runs & regular),
            "out": np.flatnonzero(alone & (spells.work_class == 4)),
            "coded": np.flatnonzero(alone & (spells.employer_code != "")),
        },
    )


def _serial(number: Ints) -> Texts:
    texts: Texts = np.array([f"W{value:02d}" for value in range(100)], dtype=object)[number]
    return texts


def dated(values: Ints) -> Texts:
    """Days as text, empty for those below 0."""
    texts: Texts = np.where(values < 0, "", days.as_text(np.maximum(values, 0)))
    return texts
