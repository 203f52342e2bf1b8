"""Calls to persons whom the register says to work. A seeded share of the claims is false, and the call finds out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from steppe import contracts, settings
from steppe.sample import broken, days, identity, people
from steppe.sample.broken import Broken
from steppe.sample.days import Month
from steppe.sample.defects import (
    FORMULA,
    Kind,
    Place,
    as_float,
    both,
    change,
    repeated,
    row_kind,
    wrong_check_digit,
)
from steppe.sample.delivery import Table
from steppe.sample.identity import Ints, Texts
from steppe.sample.office import Office
from steppe.sample.people import Mask
from steppe.sample.work import NO_END

SOURCE = "callback"
RATES = {"callback": 1e-3}
FALSE_SHARE = 0.06  # of claims of work that no insurance backs
_CALLED_SHARE, _LEAST = 0.03, 18  # of those said to work, in a month
_REACHED_SHARE, _UNREACHED_SHARE = 0.74, 0.2  # the others refuse
_PLACE_UNTOLD_SHARE = 0.2
REACHED, UNREACHED, REFUSED = 1, 2, 3


class Book:
    """Calls of one sender's banners. Whether a claim is false belongs to the person and stays so."""

    def __init__(self, office: Office, months: Sequence[Month], rng: np.random.Generator) -> None:  # noqa: ARG002 - the shape of a book
        self.office, self.rng = office, rng
        self._is_false: Mask = rng.random(len(office.people.birth)) < FALSE_SHARE
        self._figures: dict[str, int] = {}
        self._signs: dict[str, Texts] = {}

    def tables(self, month: Month, step: int) -> list[Table]:
        state, rng = self.office.people, self.rng
        claimed = state.present(step) & (state.life == people.ALIVE) & (state.work_class > 0)
        is_false = self._is_false & claimed & ~state.is_insured & ~state.is_keeping_post
        called = people.pick(rng, claimed, max(_LEAST, round(int(claimed.sum()) * _CALLED_SHARE)))
        draw = rng.random(len(called))
        outcome = np.select(
            [draw < _REACHED_SHARE, draw < _REACHED_SHARE + _UNREACHED_SHARE], [REACHED, UNREACHED], REFUSED
        )
        is_reached = outcome == REACHED
        works = is_reached & ~is_false[called]
        self._figures = {
            "claims": int(claimed.sum()),
            "false_claims": int(is_false.sum()),
            "calls": len(called),
            "reached": int(is_reached.sum()),
            "refuted": int((is_reached & is_false[called]).sum()),
        }
        banner = self.office.banner_of(called)
        county = self._county(called)
        tells_place = works & (county > 0) & (rng.random(len(called)) >= _PLACE_UNTOLD_SHARE)
        own_phone = np.where(rng.random(len(called)) < 0.86, "1", "0")
        # A call can only deny what it reaches: a false claim that nobody was called for is missed, and stays one.
        self._signs = {
            "call_denies_work": state.id[is_false],
            "phone_not_own": state.id[called[is_reached & (own_phone == "0")]],
        }
        return [
            Table.of(
                contracts.load(SOURCE).resource("callback"),
                {
                    "call_code": _numbered(banner, month),
                    "id_number": state.id[called],
                    "name": state.name[called],
                    "region_code": identity.numbers(banner),
                    "called_on": days.as_text(month.first_day + rng.integers(0, month.days, len(called))),
                    "outcome": identity.numbers(outcome),
                    "is_employed": np.where(is_reached, np.where(works, "1", "0"), "").astype(object),
                    "place_class": np.where(works, np.char.zfill(state.work_class[called].astype(str), 2), "").astype(
                        object
                    ),
                    "work_county_code": np.where(tells_place, identity.numbers(county), "").astype(object),
                    "is_phone_own": np.where(is_reached, own_phone, "").astype(object),
                },
                pools={
                    "any": np.arange(len(called)),
                    "working": np.flatnonzero(works),
                    "unreached": np.flatnonzero(~is_reached),
                },
            )
        ]

    def figures(self, month: Month) -> dict[str, int]:  # noqa: ARG002 - those of the month just made
        return self._figures

    def signs(self, month: Month) -> dict[str, Texts]:  # noqa: ARG002 - those of the month just made
        return self._signs

    def _county(self, persons: Ints) -> Ints:
        """Where the last spell of each person that still goes on says that he works; 0 where there is none."""
        spells = self.office.labour.spells
        place = np.zeros(len(self.office.people.birth), dtype=np.int64)
        runs = spells.ended_on == NO_END
        place[spells.person[runs]] = spells.region[runs]
        return np.asarray(place[persons])


def open_book(office: Office, months: Sequence[Month], rng: np.random.Generator) -> Book:
    return Book(office, months, rng)


def _numbered(banner: Ints, month: Month) -> Texts:
    """Numbers of calls: banner, month, and a serial number within the sender."""
    return np.array(
        [f"HF{place}{month.code}{number:05d}" for number, place in enumerate(banner.tolist(), start=1)], dtype=object
    )


def _next_month(place: Place) -> list[int]:
    return place.set(called_on=f"{place.next_period}02")


_callback = partial(row_kind, "callback")
KINDS: tuple[Kind, ...] = (
    _callback("duplicate", "unique", both(called_on="20200101"), "回访编号重复", pair=True),
    _callback("check_digit", "id_check_digit", wrong_check_digit, "校验码错误"),
    _callback("id_as_float", "id_format", as_float, "证件号成了浮点数"),
    _callback("name_formula", "name_safe", change(name=FORMULA), "姓名是公式"),
    _callback("called_next_month", "called_in_period", _next_month, "不在本期"),
    _callback("outcome_unknown", "outcome_code", change(outcome="9"), "回访结果代码不存在", pool="unreached"),
    _callback("unanswered", "reached_answered", change(is_phone_own=""), "接通而无答复", pool="working"),
    _callback(
        "answered_by_nobody", "unreached_unanswered", change(is_employed="1"), "未接通却有答复", pool="unreached"
    ),
    _callback("place_without_work", "no_place_without_work", change(is_employed="0"), "不在业而有地点", pool="working"),
    _callback(
        "place_too_coarse", "work_county_known", change(work_county_code="110000"), "务工地点未到县", pool="working"
    ),
    repeated("callback"),
    _callback(
        "without_place", "work_has_place", change(place_class=""), "在业未问地域", pool="working", is_warning=True
    ),
)
BROKEN: tuple[Broken, ...] = (
    Broken(SOURCE, "callback_utf_16", "encoding", settings.REGION_CODE, "first", "UTF-16 编码", broken.UTF_16),
)
