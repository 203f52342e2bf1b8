"""Days as whole numbers since 1970-01-01, so that a million dates are one array; months as pairs of such days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np

from steppe.sample.identity import Ints, Texts

_FIRST = np.datetime64("1880-01-01").astype(np.int64)
_LAST = np.datetime64("2040-12-31").astype(np.int64)


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month."""

    year: int
    number: int

    @staticmethod
    def parse(text: str) -> Month:
        """``2020-05``.

        Raises:
            ValueError: it is not a month.
        """
        first = date.fromisoformat(f"{text}-01")
        return Month(first.year, first.month)

    @property
    def text(self) -> str:
        return f"{self.year}-{self.number:02d}"

    @property
    def code(self) -> str:
        """As files write it, YYYYMM."""
        return f"{self.year}{self.number:02d}"

    @property
    def next(self) -> Month:
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    @property
    def previous(self) -> Month:
        return Month(self.year - (self.number == 1), (self.number - 2) % 12 + 1)

    @property
    def first_day(self) -> int:
        return day(self.year, self.number, 1)

    @property
    def last_day(self) -> int:
        return self.next.first_day - 1

    @property
    def days(self) -> int:
        return self.next.first_day - self.first_day

    @property
    def index(self) -> int:
        """Months since year 0; the difference of two is the number of months between them."""
        return self.year * 12 + self.number - 1


def day(year: int, month: int, number: int) -> int:
    return (date(year, month, number) - date(1970, 1, 1)).days


@cache
def _tables() -> tuple[Ints, Texts, Ints]:
    days = np.arange(_FIRST, _LAST + 1)
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]").astype(np.int64)
    year, month = months // 12 + 1970, months % 12 + 1
    number = year * 10000 + month * 100 + (dates - dates.astype("datetime64[M]")).astype(np.int64) + 1
    return number, np.array(number.astype("U8"), dtype=object), year * 12 + month - 1


def as_number(days: Ints) -> Ints:
    """Days as YYYYMMDD."""
    return np.asarray(_tables()[0][np.asarray(days) - _FIRST])


def as_text(days: Ints) -> Texts:
    """Days as text YYYYMMDD."""
    taken: Texts = _tables()[1][np.asarray(days) - _FIRST]
    return taken


def month_index(days: Ints) -> Ints:
    """The index of each day's month, see ``Month.index``."""
    return np.asarray(_tables()[2][np.asarray(days) - _FIRST])
