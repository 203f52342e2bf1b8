"""Unemployment benefit of a sender's persons who were insured and lost their work, and of a few who work all the same."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from steppe import contracts, settings
from steppe.sample import broken, days, identity
from steppe.sample.broken import Broken
from steppe.sample.days import Month
from steppe.sample.defects import Kind, Place, as_float, both, change, next_month, repeated, row_kind
from steppe.sample.delivery import Table
from steppe.sample.identity import Ints, Texts
from steppe.sample.office import Office

SOURCE = "unemployment_benefit"
RATES = {"benefit": 4e-3}
_WITHOUT_SHARE = 0.06  # of those entitled: nobody pays them
_MEANWHILE_SHARE = 0.04  # as many again draw it while they work
_MONTH = 30  # days; an entitlement is never longer than its months
_SUBSIDY_MONTHS = 6
_AMOUNTS_FEN = np.array([105_600, 113_400, 125_800, 132_000])  # a month, by banner


class Book:
    """Who draws benefit from one sender's insurance office, and until when."""

    def __init__(self, office: Office, months: Sequence[Month], rng: np.random.Generator) -> None:
        lost, staff, units = office.insurance.former, office.insurance.staff, office.labour.units
        plain = np.flatnonzero(~office.people.is_suspect[staff.person])
        meanwhile = rng.permutation(plain)[: 1 + round(_MEANWHILE_SHARE * len(lost.person))]
        self.person = np.concatenate([lost.person, staff.person[meanwhile]])
        count = len(self.person)
        self.is_working = np.arange(count) >= len(lost.person)
        self.is_paid = self.is_working | (rng.random(count) >= _WITHOUT_SHARE)
        region = units.region[np.concatenate([lost.unit, staff.unit[meanwhile]])]
        # Less than a year's insurance gives no right to the insurance's benefit, but to the subsidy of this year.
        self.is_subsidy = np.concatenate([lost.ended_on - lost.since < 365, np.zeros(len(meanwhile), dtype=bool)])
        ended = np.concatenate([lost.ended_on, months[0].last_day - rng.integers(5, 60, len(meanwhile))])
        self.start = np.where(
            self.is_subsidy, months[1].first_day - rng.integers(-50, 60, count), ended + rng.integers(15, 45, count)
        )
        self.end = self.start - 1 + _MONTH * np.where(self.is_subsidy, _SUBSIDY_MONTHS, rng.integers(10, 23, count))
        amount = _AMOUNTS_FEN[region % len(_AMOUNTS_FEN)]
        self.amount_fen: Ints = np.where(self.is_subsidy, amount * 8 // 10, amount)
        self.region = identity.numbers(region)
        self.id, self.name = office.people.id[self.person], office.people.name[self.person]

    def _entitled(self, month: Month) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        return np.asarray((self.start <= month.last_day) & (self.end >= month.first_day))

    def tables(self, month: Month, step: int) -> list[Table]:  # noqa: ARG002 - the shape of a book
        at = np.flatnonzero(self._entitled(month) & self.is_paid)
        return [
            Table.of(
                contracts.load(SOURCE).resource("benefit"),
                {
                    "id_number": self.id[at],
                    "name": self.name[at],
                    "region_code": self.region[at],
                    "month": np.full(len(at), month.code, dtype=object),
                    "benefit_kind": np.where(self.is_subsidy[at], "02", "01").astype(object),
                    "amount_fen": identity.yuan(self.amount_fen[at]),
                    "entitled_from_on": days.as_text(self.start[at]),
                    "entitled_to_on": days.as_text(self.end[at]),
                },
                pools={"any": np.arange(len(at))},
            )
        ]

    def figures(self, month: Month) -> dict[str, int]:
        entitled = self._entitled(month)
        return {
            "recipients": int((entitled & self.is_paid).sum()),
            "employed_meanwhile": int((entitled & self.is_working).sum()),
            "entitled_without_benefit": int((entitled & ~self.is_paid).sum()),
        }

    def signs(self, month: Month) -> dict[str, Texts]:
        return {"benefit_while_employed": self.id[self._entitled(month) & self.is_working & self.is_paid]}


def open_book(office: Office, months: Sequence[Month], rng: np.random.Generator) -> Book:
    return Book(office, months, rng)


def _ends_first(place: Place) -> list[int]:
    return place.set(entitled_to_on=f"{int(place.get('entitled_from_on')[:4]) - 1}1130")


_benefit = partial(row_kind, "benefit")
KINDS: tuple[Kind, ...] = (
    _benefit("duplicate", "unique", both(amount_fen="777.00"), "同人同月两行", pair=True),
    _benefit("id_as_float", "id_format", as_float, "证件号成了浮点数"),
    _benefit("kind_unpadded", "benefit_kind_code", change(benefit_kind="1"), "前导零丢失"),
    _benefit("other_month", "month_is_period", next_month("month"), "不是本期"),
    _benefit("nothing_paid", "amount_positive", change(amount_fen="0.00"), "发放金额为 0"),
    _benefit("ends_first", "ends_after_start", _ends_first, "截止早于开始"),
    repeated("benefit"),
    _benefit("amount_in_fen", "amount_range", change(amount_fen="125800.00"), "金额以分填报", is_warning=True),
)
BROKEN: tuple[Broken, ...] = (
    Broken(SOURCE, "benefit_checksum", "checksum", settings.REGION_CODE, "first", "校验和不符", broken.CHECKSUM),
)
