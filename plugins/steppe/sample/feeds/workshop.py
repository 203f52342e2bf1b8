"""Poverty-alleviation workshops: some in every banner, run by its units, and those who work there according to the register."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from steppe import contracts, settings
from steppe.sample import broken, days, identity
from steppe.sample.broken import Broken
from steppe.sample.days import Month
from steppe.sample.defects import (
    Kind,
    Place,
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
from steppe.sample.register import dated
from steppe.sample.work import WORKSHOP

SOURCE = "workshop"
RATES = {"workshop": 4e-3, "workshop_worker": 3e-3}
_PER_BANNER = 2
OPERATES, STILL, CLOSED = 1, 0, -1
_STILL_SHARE, _CLOSED_SHARE = 0.06, 0.05
_FULL_DAYS = 22  # a month's wage is for so many


class Book:
    """Workshops of one sender. Each is run by a unit of its banner; workers of a unit work in the workshop that it runs."""

    def __init__(self, office: Office, months: Sequence[Month], rng: np.random.Generator) -> None:
        self.office, self.rng, self._start, self._first = office, rng, months[0].first_day, months[1]
        self._seed = int(rng.integers(0, 2**31))
        self.unit: Ints = np.zeros(0, dtype=np.int64)  # that runs each workshop
        self.village: Ints = np.zeros(0, dtype=np.int64)
        self.recognised_on: Ints = np.zeros(0, dtype=np.int64)
        self.state: Ints = np.zeros(0, dtype=np.int64)
        of_banner = np.searchsorted(np.array(office.sender.banners), office.labour.units.region)
        self._open(np.flatnonzero(np.arange(len(of_banner)) - np.searchsorted(of_banner, of_banner) < _PER_BANNER))
        self._of_banner = len(self.unit)
        self._working: Ints = self.unit[:0]

    def tables(self, month: Month, step: int) -> list[Table]:  # noqa: ARG002 - the shape of a book
        spells = self.office.labour.of_year(month)
        worked = spells.taken(
            (spells.channel == WORKSHOP) & ((spells.ended_on < 0) | (spells.ended_on >= month.first_day))
        )
        self._open(np.setdiff1d(worked.firm[worked.firm >= 0], self.unit))
        workshop = self._working = self._workshops(worked.firm, worked.person)
        if month == self._first:
            self._stop_some()
        self.state[workshop] = OPERATES
        rng = np.random.default_rng([self._seed, month.index])
        last = np.where(worked.ended_on < 0, month.last_day, np.minimum(worked.ended_on, month.last_day))
        present = last - np.maximum(worked.started_on, month.first_day) + 1
        attended = np.minimum(rng.integers(18, 27, len(workshop)), present)
        wage = worked.wage_fen * np.minimum(attended, _FULL_DAYS) // _FULL_DAYS // 100 * 100
        people = self.office.people
        workers = Table.of(
            contracts.load(SOURCE).resource("workshop_worker"),
            {
                "workshop_code": self._codes()[workshop],
                "region_code": identity.numbers(self._regions()[workshop]),
                "id_number": people.id[worked.person],
                "name": people.name[worked.person],
                "month": np.full(len(workshop), month.code, dtype=object),
                "hired_on": days.as_text(np.maximum(worked.started_on, self.recognised_on[workshop])),
                "worked_days": identity.numbers(attended),
                "wage_fen": identity.yuan(wage),
            },
            pools={"any": np.arange(len(workshop))},
        )
        return [self._listed(), workers]

    def figures(self, month: Month) -> dict[str, int]:  # noqa: ARG002 - the shape of a book
        operating = np.flatnonzero(self.state == OPERATES)
        return {"operating": len(operating), "operating_without_workers": len(np.setdiff1d(operating, self._working))}

    def _open(self, units: Ints) -> None:
        """Workshops that these units run, each in a village of its unit's banner."""
        rng, villages, count = self.rng, self.office.villages, len(units)
        banners = np.array(self.office.sender.banners)
        banner = np.searchsorted(banners, self.office.labour.units.region[units])
        size = np.bincount(villages.banner, minlength=len(banners))[banner]
        village = np.searchsorted(villages.banner, banner) + (rng.random(count) * size).astype(np.int64)
        since = self._start - rng.integers(30, 1200, count)
        self.unit = np.concatenate([self.unit, units])
        self.village = np.concatenate([self.village, village])
        self.recognised_on = np.concatenate([self.recognised_on, since])
        self.state = np.concatenate([self.state, np.full(count, OPERATES)])

    def _workshops(self, unit: Ints, person: Ints) -> Ints:
        """The workshop of each worker: his unit's; one of his home banner where the register names no unit or the unit's has closed."""
        order = np.argsort(self.unit, kind="stable")
        own = order[np.minimum(np.searchsorted(self.unit[order], unit), len(order) - 1)]
        first = self.office.villages.banner[self.office.people.village[person]] * _PER_BANNER
        chosen = np.where(unit >= 0, own, first + person % _PER_BANNER)
        return np.where(self.state[chosen] == CLOSED, first, chosen)

    def _stop_some(self) -> None:
        """Of those that employ nobody, all but the first of a banner, some stand still and some have closed."""
        position = np.arange(len(self.unit))
        may_stop = (position >= self._of_banner) | (position % _PER_BANNER > 0)
        idle = np.setdiff1d(np.flatnonzero(may_stop), self._working)
        draw = self.rng.random(len(idle))
        self.state[idle] = np.select(
            [draw < _CLOSED_SHARE, draw < _CLOSED_SHARE + _STILL_SHARE], [CLOSED, STILL], OPERATES
        )

    def _codes(self) -> Texts:
        return np.array(
            [f"CJ{region}{number:04d}" for number, region in enumerate(self._regions().tolist(), start=1)], dtype=object
        )

    def _regions(self) -> Ints:
        return self.office.labour.units.region[self.unit]

    def _listed(self) -> Table:
        villages, operates = self.office.villages, self.state == OPERATES
        return Table.of(
            contracts.load(SOURCE).resource("workshop"),
            {
                "workshop_code": self._codes(),
                "workshop_name": villages.name[self.village] + "扶贫车间",
                "credit_code": self.office.labour.units.code[self.unit],
                "region_code": identity.numbers(self._regions()),
                "village_code": villages.code[self.village],
                "recognised_on": days.as_text(self.recognised_on),
                "closed_on": dated(np.where(self.state == CLOSED, self._first.first_day - 40, -1)),
                "is_operating": np.where(operates, "1", "0").astype(object),
            },
            pools={"any": np.arange(len(self.unit)), "operating": np.flatnonzero(operates)},
        )


def open_book(office: Office, months: Sequence[Month], rng: np.random.Generator) -> Book:
    return Book(office, months, rng)


def _village_elsewhere(place: Place) -> list[int]:
    return place.set(village_code=place.other_region + place.get("village_code")[6:])


def _closed_and_operating(place: Place) -> list[int]:
    return place.set(closed_on=f"{place.period}01")


_workshop = partial(row_kind, "workshop")
_worker = partial(row_kind, "workshop_worker")
KINDS: tuple[Kind, ...] = (
    _workshop("duplicate", "unique", both(recognised_on="20190101"), "车间编号重复", pair=True),
    _workshop(
        "closed_and_operating",
        "closed_does_not_operate",
        _closed_and_operating,
        "已关停仍正常经营",
        pool="operating",
    ),
    _workshop("credit_code_wrong", "credit_code_check_digit", wrong_uscc("credit_code"), "信用代码校验错误"),
    _workshop("village_elsewhere", "village_in_region", _village_elsewhere, "村不在本旗县"),
    _workshop("recognised_unreadable", "recognised_on_valid", change(recognised_on="2018年"), "认定日期格式"),
    repeated("workshop"),
    _workshop(
        "recognised_too_early", "recognised_plausible", change(recognised_on="20120401"), "认定过早", is_warning=True
    ),
    _worker("duplicate", "unique", both(worked_days="9"), "同一人同月两行", pair=True),
    _worker("check_digit", "id_check_digit", wrong_check_digit, "校验码错误"),
    _worker("days_beyond_month", "days_range", change(worked_days="41"), "出勤天数超过一个月"),
    repeated("workshop_worker"),
    _worker("wage_in_fen", "wage_range", change(wage_fen="210000.00"), "工资以分填报", is_warning=True),
)
BROKEN: tuple[Broken, ...] = (
    Broken(
        SOURCE, "workshop_rows_missing", "rows_missing", settings.REGION_CODE, "last", "比清单少三行", broken.fewer_rows
    ),
)
