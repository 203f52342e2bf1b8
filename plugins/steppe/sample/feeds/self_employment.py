"""Businesses of registered persons: of those who work on their own by the register, with kin who share in them, and some that closed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from steppe import contracts, settings
from steppe.sample import broken, days, identity, people, region
from steppe.sample.broken import Broken
from steppe.sample.days import Month
from steppe.sample.defects import Kind, change, repeated, row_kind, wrong_check_digit, wrong_uscc
from steppe.sample.delivery import Table
from steppe.sample.identity import Ints, Texts
from steppe.sample.office import Office
from steppe.sample.register import dated
from steppe.sample.work import OWN

SOURCE = "self_employment"
RATES = {"self_employment": 4e-3}
_CLOSED_PER_PERSON = 0.004  # persons without work now whose business has closed
_SHARED = 0.5  # of businesses that run, a member of the household who does not work elsewhere has a share
_OLD_NUMBER_SHARE, _SECONDARY_SHARE, _DOCUMENT_SHARE = 0.1, 0.15, 0.12
_FIRST_SERIAL, _SERIALS_PER_SENDER = 30_000_000, 1_000_000


class Book:
    """Businesses of one sender's persons. Who begins to work on his own is told from that month on; nothing is forgotten."""

    def __init__(self, office: Office, months: Sequence[Month], rng: np.random.Generator) -> None:
        self.office, self.rng = office, rng
        # One element per business and person; a business has the number of its place.
        self.business: Ints = np.zeros(0, dtype=np.int64)
        self.person: Ints = np.zeros(0, dtype=np.int64)
        # One element per business.
        self.owner: Ints = np.zeros(0, dtype=np.int64)
        self.registered_on: Ints = np.zeros(0, dtype=np.int64)
        self.closed_on: Ints = np.zeros(0, dtype=np.int64)
        self.code: Texts = np.zeros(0, dtype=object)
        self.sector: Texts = np.zeros(0, dtype=object)
        self.document: Texts = np.zeros(0, dtype=object)
        state = office.people
        idle = state.can_work(0) & (state.work_class == 0) & (state.left == people.NEVER)
        former = people.pick(rng, idle, max(3, round(int(state.present(0).sum()) * _CLOSED_PER_PERSON)))
        until = months[1].first_day - rng.integers(1, 700, len(former))
        self._register(former, until - rng.integers(200, 2500, len(former)), until)

    def tables(self, month: Month, step: int) -> list[Table]:
        spells, state = self.office.labour.of_year(month), self.office.people
        running = spells.taken((spells.channel == OWN) & (spells.ended_on < 0))
        persons, first = np.unique(running.person, return_index=True)
        is_new = ~np.isin(persons, self.person[self.closed_on[self.business] < 0])
        self._register(persons[is_new], running.started_on[first[is_new]] - 10, np.full(int(is_new.sum()), -1))
        self._share(len(self.owner) - int(is_new.sum()), step)
        rows = np.flatnonzero(state.present(step)[self.person])
        at, person = self.business[rows], self.person[rows]
        return [
            Table.of(
                contracts.load(SOURCE).resource("self_employment"),
                {
                    "business_code": self.code[at],
                    "id_number": state.id[person],
                    "name": state.name[person],
                    "region_code": identity.numbers(self._banners(self.owner[at])),
                    "sector": self.sector[at],
                    "registered_on": days.as_text(self.registered_on[at]),
                    "closed_on": dated(self.closed_on[at]),
                    "support_document": self.document[at],
                },
                pools={
                    "any": np.arange(len(rows)),
                    "coded": np.flatnonzero([len(code) == 18 for code in self.code[at].tolist()]),
                },
            )
        ]

    def figures(self, month: Month) -> dict[str, int]:  # noqa: ARG002 - the shape of a book
        return {"open": int((self.closed_on < 0).sum()), "closed": int((self.closed_on >= 0).sum())}

    def _banners(self, person: Ints) -> Ints:
        return np.array(self.office.sender.banners)[self.office.villages.banner[self.office.people.village[person]]]

    def _register(self, owner: Ints, since: Ints, until: Ints) -> None:
        rng, count, known = self.rng, len(owner), len(self.owner)
        banner = self._banners(owner)
        serial = _FIRST_SERIAL + self.office.sender.index * _SERIALS_PER_SENDER + known + np.arange(count)
        old = identity.texts(
            np.concatenate([identity.digits(banner, 6), identity.digits(6 * 10**8 + serial, 9)], axis=1)
        )
        names = region.county_names()
        paper = np.array(
            [f"{names[place]}政办发〔2020〕{number}号" for place, number in zip(banner.tolist(), rng.integers(3, 60, count), strict=True)],
            dtype=object,
        )  # fmt: skip
        self.business = np.concatenate([self.business, known + np.arange(count)])
        self.person = np.concatenate([self.person, owner])
        self.owner = np.concatenate([self.owner, owner])
        self.registered_on = np.concatenate([self.registered_on, since])
        self.closed_on = np.concatenate([self.closed_on, until])
        code = np.where(rng.random(count) < _OLD_NUMBER_SHARE, old, identity.uscc("92", banner, serial))
        self.code = np.concatenate([self.code, code.astype(object)])
        sector = np.where(rng.random(count) < _SECONDARY_SHARE, "2", "3").astype(object)
        self.sector = np.concatenate([self.sector, sector])
        self.document = np.concatenate([self.document, np.where(rng.random(count) < _DOCUMENT_SHARE, paper, "")])

    def _share(self, first: int, step: int) -> None:
        """In some businesses, from the given one on, a member of the owner's household has a share who is able and works nowhere."""
        state = self.office.people
        able = state.can_work(step) & (state.work_class == 0)
        able[self.person] = False
        free = dict(zip(state.household[able].tolist(), np.flatnonzero(able).tolist(), strict=True))
        homes = state.household[self.owner[first:]].tolist()
        is_shared = (self.rng.random(len(homes)) < _SHARED).tolist()
        shares = [
            (first + number, free.pop(home))
            for number, (home, shared) in enumerate(zip(homes, is_shared, strict=True))
            if shared and home in free
        ]
        self.business = np.concatenate([self.business, np.array([business for business, _ in shares], dtype=np.int64)])
        self.person = np.concatenate([self.person, np.array([person for _, person in shares], dtype=np.int64)])


def open_book(office: Office, months: Sequence[Month], rng: np.random.Generator) -> Book:
    return Book(office, months, rng)


_business = partial(row_kind, "self_employment")
KINDS: tuple[Kind, ...] = (
    _business("check_digit", "id_check_digit", wrong_check_digit, "校验码错误"),
    _business("code_wrong", "code_format", wrong_uscc("business_code"), "登记号校验错误", pool="coded"),
    _business("sector_primary", "sector_code", change(sector="1"), "第一产业不在支持范围"),
    _business("closed_first", "closes_after_registered", change(closed_on="20000101"), "注销早于登记"),
    repeated("self_employment"),
    _business(
        "registered_too_early", "registered_plausible", change(registered_on="19700101"), "登记过早", is_warning=True
    ),
)
BROKEN: tuple[Broken, ...] = (
    Broken(SOURCE, "self_employment_utf_16", "encoding", settings.REGION_CODE, "first", "UTF-16 编码", broken.UTF_16),
)
