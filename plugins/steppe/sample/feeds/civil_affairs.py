"""Civil affairs of one sender: people without work and insurance who were referred, what was decided of them, and deaths.

Deaths are those of everybody: of the register's dead, of a few whom the register takes for alive, and of people it never knew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import partial

import numpy as np

from steppe import contracts, settings
from steppe.sample import broken, days, identity, names
from steppe.sample.broken import Broken
from steppe.sample.days import Month
from steppe.sample.defects import Act, Kind, Place, as_float, both, change, repeated, row_kind, wrong_check_digit
from steppe.sample.delivery import Table
from steppe.sample.identity import Ints, Texts
from steppe.sample.office import Office
from steppe.sample.people import ALIVE, DEAD, SLOTS_PER_SENDER, Mask, pick
from steppe.sample.region import senders
from steppe.sample.register import dated

SOURCE = "civil_affairs"
RATES = {"assistance": 4e-3, "death": 4e-3}
_CASES_PER_PERSON, _LEAST_CASES = 0.008, 14
_LATER_SHARE = 0.3  # of the first month's cases are referred in each later month
_GRANTED_SHARE, _PENDING_SHARE = 0.75, 0.1
_UNKNOWN_SHARE = 0.03  # the register knows nothing of so many more deaths than those it has
_OTHERS_PER_PERSON, _LEAST_OTHERS = 0.003, 10  # deaths a month of people who are not in the register
_NEVER = 25_000  # a day that does not come
_YEAR = 365
_PAID_DEAD_SHARE = 4e-3  # of holders of PV posts, at least one


@dataclass(frozen=True)
class Cases:
    """One array element per case."""

    person: Ints
    is_temporary: Mask
    referred: Ints
    decided: Ints
    is_granted: Mask
    amount_fen: Ints

    def followed_by(self, more: Cases) -> Cases:
        return Cases(
            **{
                field.name: np.concatenate([getattr(self, field.name), getattr(more, field.name)])
                for field in fields(self)
            }
        )


class Book:
    """What one sender's offices have on file: cases from their referral on, and whose death has been told."""

    def __init__(self, office: Office, months: Sequence[Month], rng: np.random.Generator) -> None:
        self.office, self.rng = office, rng
        count = len(office.people.birth)
        self.cases: Cases | None = None
        self.told_to = 0  # the last day of the month before
        self.died_on = np.zeros(count, dtype=np.int64)  # as told; 0: no death was told
        # A few are paid for their post all the same, by those who do not look.
        holders = office.solar.holder
        self._paid_on = pick(rng, np.isin(np.arange(count), holders), max(1, round(len(holders) * _PAID_DEAD_SHARE)))
        self._died_before = months[1].first_day - rng.integers(20, 200, len(self._paid_on))
        self.others = max(_LEAST_OTHERS, round(count * _OTHERS_PER_PERSON))
        # No two of them are born on the same day, so that each has a number of his own.
        self.births = months[0].first_day - 22_000 - rng.permutation(13_000)[: self.others * len(months)]

    def tables(self, month: Month, step: int) -> list[Table]:
        more = self._referred(month, step)
        self.cases = self.cases.followed_by(more) if self.cases else more
        made = [self._assistance(self.cases, month), self._deaths(month, step)]
        self.told_to = month.last_day
        return made

    def figures(self, month: Month) -> dict[str, int]:
        assert self.cases is not None  # noqa: S101 - asked after the month's tables
        is_decided = self.cases.decided <= month.last_day
        return {
            "cases": len(self.cases.person),
            "granted": int((is_decided & self.cases.is_granted).sum()),
            "pending": int((~is_decided).sum()),
            "deaths_unknown_to_register": int(((self.died_on > 0) & (self.office.people.life != DEAD)).sum()),
        }

    def signs(self, month: Month) -> dict[str, Texts]:
        state = self.office.people
        is_dead = (self.died_on > 0) & (self.died_on < month.first_day) & (state.life != DEAD)
        post = self.office.solar.tables(month)[-1].columns
        paid = [number for number, fen in zip(post["id_number"], post["paid_fen"], strict=True) if float(fen) > 0]
        return {
            "work_after_death": state.id[is_dead & (state.work_class > 0)],
            "pay_to_the_dead": state.id[is_dead & np.isin(state.id, np.array(paid, dtype=object))],
        }

    def _referred(self, month: Month, step: int) -> Cases:
        """This month's cases; the first month brings those of the months before, too."""
        state, rng, is_first = self.office.people, self.rng, self.cases is None
        idle = state.present(step) & (state.life == ALIVE) & (state.work_class == 0) & ~state.is_held
        idle &= (state.age(month.last_day) > 18) & (state.age(month.last_day) < 58)
        if self.cases:
            idle[self.cases.person] = False
        able = idle & state.can_work(step)
        wanted = round(max(_LEAST_CASES, len(state.birth) * _CASES_PER_PERSON) * (1 if is_first else _LATER_SHARE))
        person = pick(rng, able, wanted)
        # Where few who could work are out of work, those who cannot and draw the minimum living allowance ask for help, too.
        person = np.concatenate([person, pick(rng, idle & ~able & state.has_minimum_living, wanted - len(person))])
        count = len(person)
        since = month.first_day - 120 if is_first else month.first_day
        referred = rng.integers(since, month.last_day - 1, count)
        decided = referred + rng.integers(12, 55, count)
        is_granted, is_temporary = rng.random(count) < _GRANTED_SHARE, rng.random(count) < 0.35
        amount = np.where(is_temporary, rng.integers(8, 40, count) * 10_000, rng.integers(300, 620, count) * 100)
        return Cases(
            person=person,
            is_temporary=is_temporary,
            referred=referred,
            decided=np.where(rng.random(count) < _PENDING_SHARE, _NEVER, decided),
            is_granted=is_granted,
            amount_fen=np.where(is_granted, amount, 0),
        )

    def _assistance(self, cases: Cases, month: Month) -> Table:
        """Cases that were referred or decided since the month before."""
        office, state = self.office, self.office.people
        is_decided = cases.decided <= month.last_day
        at = np.flatnonzero((cases.referred > self.told_to) | (is_decided & (cases.decided > self.told_to)))
        person, is_decided = cases.person[at], is_decided[at]
        is_granted = is_decided & cases.is_granted[at]
        ends = np.where(is_granted & ~cases.is_temporary[at], cases.decided[at] + _YEAR, -1)
        code = [f"JZ{office.sender.code}{number + 1:06d}" for number in at.tolist()]
        return Table.of(
            contracts.load(SOURCE).resource("assistance"),
            {
                "case_code": np.array(code, dtype=object),
                "region_code": office.villages.banner_code[state.village[person]],
                "id_number": state.id[person],
                "name": state.name[person],
                "assistance_kind": np.where(cases.is_temporary[at], "02", "01").astype(object),
                "referred_on": days.as_text(cases.referred[at]),
                "decided_on": dated(np.where(is_decided, cases.decided[at], -1)),
                "decision": np.select([~is_decided, is_granted], ["0", "1"], "2").astype(object),
                "monthly_amount_fen": identity.yuan(np.where(is_granted, cases.amount_fen[at], 0)),
                "ends_on": dated(ends),
            },
            pools={"any": np.arange(len(at)), "granted": np.flatnonzero(is_granted)},
        )

    def _deaths(self, month: Month, step: int) -> Table:
        """Deaths since the month before, at first those of the last year."""
        office, state, rng = self.office, self.office.people, self.rng
        since = max(self.told_to, month.first_day - 300)
        is_told = (
            (state.life == DEAD) & (state.died_on > since) & (state.died_on <= month.last_day) & (self.died_on == 0)
        )
        known = np.flatnonzero(is_told)
        old = state.present(step) & (state.life == ALIVE) & (state.age(month.last_day) > 62) & (self.died_on == 0)
        unknown = pick(rng, old & ~state.is_held, max(1, round(len(known) * _UNKNOWN_SHARE)))
        paid_on = self._paid_on if self.told_to == 0 else self._paid_on[:0]
        person = np.concatenate([known, unknown, paid_on])
        died = np.concatenate([
            state.died_on[known], month.first_day + rng.integers(0, month.days, len(unknown)), self._died_before[: len(paid_on)]
        ])  # fmt: skip
        self.died_on[person] = died
        id_number, name, banner = self._strangers(step)
        died_elsewhere = month.first_day + rng.integers(0, month.days, len(banner))
        return Table.of(
            contracts.load(SOURCE).resource("death"),
            {
                "id_number": np.concatenate([state.id[person], id_number]),
                "name": np.concatenate([state.name[person], name]),
                "region_code": np.concatenate([office.villages.banner_code[state.village[person]], banner]),
                "died_on": days.as_text(np.concatenate([died, died_elsewhere])),
            },
            pools={"any": len(person) + np.arange(len(banner))},
        )

    def _strangers(self, step: int) -> tuple[Texts, Texts, Texts]:
        """ID numbers, names and banners of people who died and never were in the register."""
        rng, count = self.rng, self.others
        birth = self.births[step * count : (step + 1) * count]
        banner = rng.choice(np.array(self.office.sender.banners), count)
        is_male = rng.random(count) < 0.5
        # Order codes beyond those of the senders' registered persons.
        order = np.full(count, 2 * SLOTS_PER_SENDER * len(senders())) + is_male
        name = names.han(names.draw("surname", rng, count), is_male, rng)
        return identity.id_numbers(banner, days.as_number(birth), order), name, identity.numbers(banner)


def open_book(office: Office, months: Sequence[Month], rng: np.random.Generator) -> Book:
    return Book(office, months, rng)


def _decided_first(place: Place) -> list[int]:
    return place.set(decided_on=f"{int(place.get('referred_on')[:4]) - 1}1231")


def _ahead(column: str) -> Act:
    return lambda place: place.set(**{column: f"{place.next_period}09"})


def _before_birth(place: Place) -> list[int]:
    return place.set(died_on=f"{int(place.get('id_number')[6:10]) - 1}0101")


_assistance = partial(row_kind, "assistance")
_death = partial(row_kind, "death")
KINDS: tuple[Kind, ...] = (
    _assistance("duplicate", "unique", both(referred_on="20200101"), "救助编号重复", pair=True),
    _assistance("check_digit", "id_check_digit", wrong_check_digit, "校验码错误"),
    _assistance("id_as_float", "id_format", as_float, "证件号成了浮点数"),
    _assistance("kind_unknown", "assistance_kind_code", change(assistance_kind="03"), "救助类别代码不存在"),
    _assistance("granted_without_date", "date_goes_with_decision", change(decided_on=""), "已审批无日期", pool="granted"),
    _assistance("decided_first", "decided_after_referred", _decided_first, "审批早于转介", pool="granted"),
    _assistance("granted_nothing", "amount_goes_with_decision", change(monthly_amount_fen="0.00"), "同意而无金额", pool="granted"),
    _assistance("amount_with_unit", "amount_format", change(monthly_amount_fen="472元"), "金额格式"),
    _assistance("ahead", "not_in_future", _ahead("referred_on"), "转介日期未到"),
    repeated("assistance"),
    _assistance("amount_in_fen", "amount_range", change(monthly_amount_fen="47200.00"), "金额以分填报", pool="granted", is_warning=True),
    _death("duplicate", "unique", both(died_on="20200101"), "同一人两个死亡日期", pair=True),
    _death("check_digit", "id_check_digit", wrong_check_digit, "校验码错误"),
    _death("id_missing", "id_format", change(id_number=""), "无证件号"),
    _death("day_unreadable", "died_on_valid", change(died_on="20200431"), "日期不存在"),
    _death("ahead", "not_in_future", _ahead("died_on"), "死亡日期未到"),
    _death("before_birth", "after_birth", _before_birth, "死亡早于出生"),
    repeated("death"),
)  # fmt: skip
BROKEN: tuple[Broken, ...] = (
    Broken(SOURCE, "deaths_missing", "rows_missing", settings.REGION_CODE, "last", "比清单少三行", broken.fewer_rows),
)
