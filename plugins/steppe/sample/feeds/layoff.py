"""Layoffs by employers of the region, and what is settled of each as the months pass: wages, compensation, transfer of insurance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from steppe import contracts, settings
from steppe.sample import broken, days, identity
from steppe.sample.broken import Broken
from steppe.sample.days import Month
from steppe.sample.defects import Kind, change, repeated, row_kind
from steppe.sample.delivery import Table
from steppe.sample.identity import Ints
from steppe.sample.office import Office
from steppe.sample.people import Mask
from steppe.sample.register import dated

SOURCE = "layoff"
RATES = {"layoff": 4e-3}
_LAID_OFF_SHARE = 0.9  # of work in the region that has ended; the others left by themselves
_PAID_UP_SHARE = 0.35  # are owed no wages when they are laid off
_NEVER_SHARE = 0.12  # of wages, compensations and transfers: not settled in the time of the sample
_NOT_YET = 10_000  # days that do not pass
_DELAYS = (40, 90, 80)  # days to settle wages, compensation and transfer, on the average


@dataclass(frozen=True)
class Terms:
    """How the work of each spell ended; one array element per spell."""

    is_layoff: Mask
    wages_fen: Ints
    compensation_fen: Ints
    delay: Ints  # spells × wages, compensation, transfer: days until it is settled


class Book:
    """Layoffs of one sender's persons. A month tells all of them so far, as they stand at its end."""

    def __init__(self, office: Office, rng: np.random.Generator) -> None:
        self.office, self.rng = office, rng
        none = np.zeros(0, dtype=np.int64)
        self.terms = Terms(none.astype(bool), none, none, none.reshape(0, 3))
        self._laid_off: Ints = none

    def tables(self, month: Month, step: int) -> list[Table]:
        people, spells = self.office.people, self.office.labour.spells
        self._extend()
        at = self._laid_off = np.flatnonzero(
            self.terms.is_layoff
            & (spells.ended_on >= 0)
            & (spells.ended_on <= month.last_day)
            & (spells.employer_code != "")
            & (spells.region // 10_000 == int(settings.REGION_CODE) // 10_000)
            & people.present(step)[spells.person]
        )
        person, ended = spells.person[at], spells.ended_on[at]
        owed = np.stack([self.terms.wages_fen[at], self.terms.compensation_fen[at], np.ones(len(at), np.int64)], axis=1)
        settled = ended[:, None] + self.terms.delay[at]
        settled = np.where((owed > 0) & (settled <= month.last_day), settled, -1)
        return [
            Table.of(
                contracts.load(SOURCE).resource("layoff"),
                {
                    "credit_code": spells.employer_code[at],
                    "id_number": people.id[person],
                    "name": people.name[person],
                    "region_code": identity.numbers(spells.region[at]),
                    "laid_off_on": days.as_text(ended),
                    "wages_owed_fen": identity.yuan(owed[:, 0]),
                    "wages_paid_on": dated(settled[:, 0]),
                    "compensation_owed_fen": identity.yuan(owed[:, 1]),
                    "compensation_paid_on": dated(settled[:, 1]),
                    "insurance_transferred_on": dated(settled[:, 2]),
                },
                pools={"any": np.arange(len(at)), "paid": np.flatnonzero(settled[:, 1] >= 0)},
            )
        ]

    def figures(self, month: Month) -> dict[str, int]:
        spells = self.office.labour.spells
        working = spells.person[(spells.ended_on < 0) | (spells.ended_on > month.last_day)]
        persons = np.unique(spells.person[self._laid_off])
        return {"laid_off": len(persons), "without_work_since": len(np.setdiff1d(persons, working))}

    def _extend(self) -> None:
        """Settle the terms of spells that have begun since; a spell keeps its place and its terms."""
        spells, known, rng = self.office.labour.spells, self.terms, self.rng
        wage = spells.wage_fen[len(known.is_layoff) :]
        count = len(wage)
        months_owed = np.where(rng.random(count) < _PAID_UP_SHARE, 0, rng.integers(1, 4, count))
        delay = np.round(rng.exponential(_DELAYS, (count, 3))).astype(np.int64)
        more = Terms(
            is_layoff=rng.random(count) < _LAID_OFF_SHARE,
            wages_fen=wage * months_owed,
            compensation_fen=wage * rng.integers(1, 5, count) // 2,
            delay=np.where(rng.random((count, 3)) < _NEVER_SHARE, _NOT_YET, delay),
        )
        self.terms = Terms(
            **{name: np.concatenate([getattr(known, name), values]) for name, values in vars(more).items()}
        )


def open_book(office: Office, months: Sequence[Month], rng: np.random.Generator) -> Book:  # noqa: ARG001 - the shape of a feed
    return Book(office, rng)


_layoff = partial(row_kind, "layoff")
# Few can be laid off in a small sample: two kinds that break a row, and those that break none.
KINDS: tuple[Kind, ...] = (
    _layoff("settled_first", "settled_after_layoff", change(wages_paid_on="20180601"), "工资结清早于裁员"),
    _layoff("amount_words", "amounts_format", change(compensation_owed_fen="两个月工资"), "金额不是数字"),
    repeated("layoff"),
    _layoff(
        "paid_though_nothing_owed",
        "paid_only_what_is_owed",
        change(compensation_owed_fen="0.00"),
        "应付补偿为 0 却有支付日期",
        pool="paid",
        is_warning=True,
    ),
    _layoff("owed_in_fen", "amount_range", change(wages_owed_fen="350000.00"), "应付工资以分填报", is_warning=True),
)
BROKEN: tuple[Broken, ...] = (
    Broken(
        SOURCE,
        "layoff_control_total",
        "control_total",
        settings.REGION_CODE,
        "first",
        "控制总额不符",
        broken.wrong_total,
    ),
)
