"""Microloans of a sender's households: instalments or all at the end, and some that are due and not paid back."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from steppe import contracts, settings
from steppe.sample import broken, days, identity
from steppe.sample.broken import Broken
from steppe.sample.days import Month
from steppe.sample.defects import (
    FORMULA,
    Kind,
    Place,
    both,
    change,
    next_month,
    plus,
    repeated,
    row_kind,
    wrong_check_digit,
)
from steppe.sample.delivery import Table
from steppe.sample.identity import Ints
from steppe.sample.office import Office
from steppe.sample.people import HEAD, Mask, pick

SOURCE = "microloan"
RATES = {"loan": 4e-3}
_PER_PERSON, _LEAST = 0.006, 16
_NEW_SHARE = 0.1  # granted in the delivered months
_MONTH = 30  # days; a term is never longer than its months
_PURPOSES = np.array(["01", "02", "03", "04", "05", "99"], dtype=object)
_PURPOSE_SHARES = [0.24, 0.52, 0.06, 0.08, 0.07, 0.03]


class Book:
    """The loans of one sender's households, as the banks tell them at the end of a month."""

    def __init__(self, office: Office, months: Sequence[Month], rng: np.random.Generator) -> None:
        state, first, last = office.people, months[1].first_day, months[-1].last_day
        age = state.age(first)
        able = (state.relation == HEAD) & (state.joined == 0) & (age > 20) & (age < 55)
        self.person = pick(rng, able, max(_LEAST, round(len(state.birth) * _PER_PERSON)))
        count = len(self.person)
        term = rng.choice([12, 24, 36], count, p=[0.3, 0.3, 0.4])
        is_new = rng.random(count) < _NEW_SHARE
        # What was paid back before the first delivered month is told no more; what is still told after its day is overdue.
        self.granted = np.where(
            is_new,
            rng.integers(first, last + 1, count),
            first - (rng.random(count) * term * _MONTH).astype(np.int64),
        )
        late = np.zeros(count, dtype=bool)
        late[rng.permutation(count)[: 1 + count // 30]] = True
        self.granted[late] = first - term[late] * _MONTH - rng.integers(1, 200, int(late.sum()))
        self.due = self.granted + term * _MONTH
        self.is_late: Mask = late
        self.quarters = np.where(rng.random(count) < 0.35, term // 3, 1)
        self.principal_fen = rng.integers(2, 11, count) * 500_000
        self.rate = np.where(term == 12, "4.35", "4.75").astype(object)
        self.purpose = rng.choice(_PURPOSES, count, p=_PURPOSE_SHARES)
        self.code = np.array([f"XD{office.sender.code}{number:06d}" for number in range(1, count + 1)], dtype=object)
        self.region = office.villages.banner_code[state.village[self.person]]
        self.id, self.name = state.id[self.person], state.name[self.person]

    def tables(self, month: Month, step: int) -> list[Table]:  # noqa: ARG002 - the shape of a book
        at, balance, overdue = self._standing(month)
        return [
            Table.of(
                contracts.load(SOURCE).resource("loan"),
                {
                    "loan_code": self.code[at],
                    "region_code": self.region[at],
                    "id_number": self.id[at],
                    "name": self.name[at],
                    "month": np.full(len(at), month.code, dtype=object),
                    "principal_fen": identity.yuan(self.principal_fen[at]),
                    "balance_fen": identity.yuan(balance),
                    "overdue_fen": identity.yuan(overdue),
                    "annual_rate_bp": self.rate[at],
                    "granted_on": days.as_text(self.granted[at]),
                    "due_on": days.as_text(self.due[at]),
                    "purpose": self.purpose[at],
                },
                pools={"any": np.arange(len(at))},
            )
        ]

    def figures(self, month: Month) -> dict[str, int]:
        at, balance, overdue = self._standing(month)
        return {
            "loans": len(at),
            "balance_fen": int(balance.sum()),
            "overdue_loans": int((overdue > 0).sum()),
        }

    def _standing(self, month: Month) -> tuple[Ints, Ints, Ints]:
        """Loans that run in the month, with what is owed at its end and how much of that is overdue."""
        runs = (self.granted <= month.last_day) & ((self.due >= month.first_day) | self.is_late)
        at = np.flatnonzero(runs)
        passed = (month.last_day - self.granted[at]) // (3 * _MONTH)
        paid = np.where(self.quarters[at] > 1, np.minimum(passed, self.quarters[at]), 0)
        left = self.principal_fen[at] - self.principal_fen[at] // self.quarters[at] // 100 * 100 * paid
        is_due = self.due[at] <= month.last_day
        # Who is late owes the whole: he paid back nothing.
        balance = np.where(self.is_late[at], self.principal_fen[at], np.where(is_due, 0, left))
        return at, balance, np.where(is_due, balance, 0)


def open_book(office: Office, months: Sequence[Month], rng: np.random.Generator) -> Book:
    return Book(office, months, rng)


def _due_first(place: Place) -> list[int]:
    return place.set(due_on=f"{int(place.get('granted_on')[:4]) - 1}1231")


def _ahead(place: Place) -> list[int]:
    return place.set(granted_on=f"{place.next_period}05", due_on=f"{int(place.next_period[:4]) + 2}0105")


def _balance_beyond(place: Place) -> list[int]:
    return place.set(balance_fen=place.get("principal_fen")) and plus("balance_fen", 100_000)(place)


def _overdue_beyond(place: Place) -> list[int]:
    return place.set(overdue_fen=place.get("balance_fen")) and plus("overdue_fen", 50_000)(place)


_loan = partial(row_kind, "loan")
KINDS: tuple[Kind, ...] = (
    _loan("code_missing", "code_present", change(loan_code=""), "无贷款编号"),
    _loan("duplicate", "unique", both(purpose="99", principal_fen="50000.00"), "贷款编号重复", pair=True),
    _loan("check_digit", "id_check_digit", wrong_check_digit, "校验码错误"),
    _loan("name_formula", "name_safe", change(name=FORMULA), "姓名是公式"),
    _loan("other_month", "month_is_period", next_month("month"), "不是本期"),
    _loan("amount_words", "amounts_format", change(overdue_fen="无"), "金额不是数字"),
    _loan("balance_beyond_principal", "balance_within_principal", _balance_beyond, "余额大于本金"),
    _loan("overdue_beyond_balance", "overdue_within_balance", _overdue_beyond, "逾期大于余额"),
    _loan("rate_in_basis_points", "rate_range", change(annual_rate_bp="435"), "利率以基点填报"),
    _loan("due_first", "due_after_granted", _due_first, "到期早于发放"),
    _loan("ahead", "granted_not_in_future", _ahead, "尚未发放"),
    _loan("purpose_unpadded", "purpose_code", change(purpose="2"), "前导零丢失"),
    repeated("loan"),
    _loan("beyond_limit", "principal_limit", change(principal_fen="80000.00"), "本金超过限额", is_warning=True),
)
BROKEN: tuple[Broken, ...] = (
    Broken(SOURCE, "loan_total", "control_total", settings.REGION_CODE, "last", "贷款控制总额不符", broken.wrong_total),
)
