"""Vacancies that a sender's banners collect: of insured units near by, and of firms where its migrants go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steppe import contracts, settings
from steppe.sample import broken, days, identity, region
from steppe.sample.broken import Broken
from steppe.sample.days import Month
from steppe.sample.defects import FORMULA, Kind, Place, both, change, repeated, row_kind, wrong_uscc
from steppe.sample.delivery import Table
from steppe.sample.employers import FIRMS_PER_COUNTY
from steppe.sample.identity import Ints, Texts
from steppe.sample.office import Office
from steppe.sample.people import Mask
from steppe.sample.register import dated

SOURCE = "vacancy"
RATES = {"vacancy": 4e-3}
STALE_DAYS = 90  # reported longer ago than this and still open
_PER_PERSON, _LEAST = 0.012, 28
_NEAR_SHARE = 0.6  # with units of the sender; the others are firms elsewhere
_STALE_SHARE, _AGAIN_SHARE = 0.04, 0.03
_DAYS_BEFORE = 150  # how long before the first delivered month the oldest was collected
_OPEN = 100_000  # a day that does not come
_OCCUPATIONS = {
    "A": ("05", "08"), "C": ("02", "08"), "E": ("01", "01"), "F": ("09", "99"),
    "G": ("06", "06"), "H": ("03", "03"), "N": ("07", "05"), "O": ("04", "07"),
}  # fmt: skip


@dataclass(frozen=True)
class Vacancies:
    """One array element per vacancy; days below 0 are none."""

    banner: Ints
    place: Ints
    employer: Texts
    credit_code: Texts
    occupation: Texts
    is_skilled: Mask
    places: Ints
    wage_fen: Ints
    season_from: Ints
    season_to: Ints
    collected: Ints
    reported: Ints
    published: Ints
    closed: Ints
    share_filled: NDArray[np.float64]  # when it is closed

    def taken(self, where: NDArray[Any]) -> Vacancies:
        return Vacancies(**{field.name: getattr(self, field.name)[where] for field in fields(self)})

    def followed_by(self, more: Vacancies) -> Vacancies:
        return Vacancies(
            **{
                field.name: np.concatenate([getattr(self, field.name), getattr(more, field.name)])
                for field in fields(self)
            }
        )


class Book:
    """Vacancies of one sender from their collection on; a month tells all of them, as they stand at its end."""

    def __init__(self, office: Office, months: Sequence[Month], rng: np.random.Generator) -> None:
        first = _offered(office, months, rng)
        again = _chosen_again(first, rng)
        later = rng.integers(5, 20, len(again))
        twice = first.taken(again)
        twice = replace(
            twice,
            collected=twice.collected + later,
            reported=twice.reported + later,
            published=twice.published + later,
        )
        self.vacancies = first.followed_by(twice)
        self.is_again: Mask = np.arange(len(self.vacancies.banner)) >= len(first.banner)
        self.has_twin: Mask = self.is_again.copy()
        self.has_twin[again] = True
        self.code: Texts = np.array(
            [f"GW{banner}{number:05d}" for number, banner in enumerate(self.vacancies.banner.tolist(), start=1)],
            dtype=object,
        )

    def tables(self, month: Month, step: int) -> list[Table]:  # noqa: ARG002 - the shape of a book
        at = np.flatnonzero(self.vacancies.collected <= month.last_day)
        listed, end = self.vacancies.taken(at), month.last_day

        def by_now(day: Ints) -> Texts:
            return dated(np.where(day <= end, day, -1))

        is_closed = listed.closed <= end
        passed = np.clip((end - listed.published) / (listed.closed - listed.published), 0, 1)
        filled = np.where(
            is_closed, listed.places * listed.share_filled, (listed.places - 1) * passed * listed.share_filled
        )
        plain = ~self.has_twin[at] & ~is_closed & (listed.published <= end)
        return [
            Table.of(
                contracts.load(SOURCE).resource("vacancy"),
                {
                    "vacancy_code": self.code[at],
                    "region_code": identity.numbers(listed.banner),
                    "credit_code": listed.credit_code,
                    "employer_name": listed.employer,
                    "occupation": listed.occupation,
                    "skill_level": np.where(listed.is_skilled, "2", "1").astype(object),
                    "work_county_code": identity.numbers(listed.place),
                    "places": identity.numbers(listed.places),
                    "filled_places": identity.numbers(filled.astype(np.int64)),
                    "monthly_wage_fen": np.where(listed.wage_fen < 0, "", identity.yuan(np.abs(listed.wage_fen))),
                    "season_from_on": dated(listed.season_from),
                    "season_to_on": dated(listed.season_to),
                    "collected_on": days.as_text(listed.collected),
                    "reported_on": by_now(listed.reported),
                    "published_on": by_now(listed.published),
                    "closed_on": by_now(listed.closed),
                },
                pools={
                    "any": np.flatnonzero(~self.has_twin[at]),
                    "open": np.flatnonzero(plain),
                    "coded": np.flatnonzero(~self.has_twin[at] & (listed.credit_code != "")),
                },
            )
        ]  # fmt: skip

    def figures(self, month: Month) -> dict[str, int]:
        end, known = month.last_day, self.vacancies
        is_open = (known.collected <= end) & (known.closed > end)
        return {
            "open": int(is_open.sum()),
            "stale": int((is_open & (known.reported < end - STALE_DAYS)).sum()),
            "offered_again": int((is_open & self.is_again).sum()),
        }


def open_book(office: Office, months: Sequence[Month], rng: np.random.Generator) -> Book:
    return Book(office, months, rng)


def _offered(office: Office, months: Sequence[Month], rng: np.random.Generator) -> Vacancies:
    """Who offers which work where, and when. No two senders collect one offer: their seasons begin on different days."""
    units, firms, sender = office.labour.units, office.labour.firms, office.sender
    wanted = max(_LEAST, round(len(office.people.birth) * _PER_PERSON))
    near = rng.choice(len(units.code), min(len(units.code), round(wanted * _NEAR_SHARE)), replace=False)
    county = np.unique(region.destinations(rng, wanted - len(near)))
    far = np.searchsorted(region.county_codes(), county) * FIRMS_PER_COUNTY
    count = len(near) + len(far)
    is_far = np.arange(count) >= len(near)
    code = np.concatenate([units.code[near], firms.code[far]])
    industry = np.concatenate([units.industry[near], firms.industry[far]]).tolist()
    choice = rng.integers(0, 2, count).tolist()
    is_skilled = rng.random(count) < 0.3
    wage = rng.normal(np.where(is_far, 4200, 3000) + 900 * is_skilled, 600).astype(np.int64) // 100 * 10_000
    begins = months[1].first_day + rng.integers(0, 9, count) * len(region.senders()) + sender.index
    is_seasonal = is_far | (rng.random(count) < 0.3)
    # Those that go stale were collected early and are never closed; no other stays open so long.
    start = months[1].first_day - _DAYS_BEFORE
    is_stale = rng.random(count) < _STALE_SHARE
    is_stale[rng.integers(0, count)] = True
    span = np.where(is_stale, 40, months[-1].last_day - start)
    collected = start + (rng.random(count) * span).astype(np.int64)
    reported = collected + rng.integers(1, 7, count)
    published = reported + rng.integers(1, 6, count)
    open_days = np.clip(rng.exponential(40, count), 3, STALE_DAYS - 10).astype(np.int64)
    return Vacancies(
        banner=np.concatenate([units.region[near], rng.choice(np.array(sender.banners), len(far))]),
        place=np.concatenate([units.region[near], firms.region[far]]),
        employer=np.concatenate([units.name[near], firms.name[far]]),
        credit_code=np.where(rng.random(count) < 0.9, code, "").astype(object),
        occupation=np.array(
            [_OCCUPATIONS[section][at] for section, at in zip(industry, choice, strict=True)], dtype=object
        ),
        is_skilled=is_skilled,
        places=np.clip(rng.lognormal(1.8, 0.9, count), 1, 300).astype(np.int64),
        wage_fen=np.where(rng.random(count) < 0.08, -1, np.maximum(wage, 150_000)),
        season_from=np.where(is_seasonal, begins, -1),
        season_to=np.where(is_seasonal, begins + rng.integers(60, 200, count), -1),
        collected=collected,
        reported=reported,
        published=published,
        closed=np.where(is_stale, _OPEN, published + open_days),
        share_filled=np.where(is_stale, rng.uniform(0, 0.3, count), np.minimum(rng.uniform(0.3, 1.6, count), 1)),
    )


def _chosen_again(first: Vacancies, rng: np.random.Generator) -> Ints:
    """Those that are collected a second time while they are open, under another number."""
    able = np.flatnonzero((first.closed - first.published > 25) & (first.closed < _OPEN))
    return rng.choice(able, min(len(able), max(1, round(len(first.banner) * _AGAIN_SHARE))), replace=False)


def _too_many_filled(place: Place) -> list[int]:
    return place.set(filled_places=str(int(place.get("places")) + 9))


def _closed_first(place: Place) -> list[int]:
    return place.set(closed_on="20190131")


def _ahead(place: Place) -> list[int]:
    return place.set(closed_on=f"{place.next_period}15")


_vacancy = partial(row_kind, "vacancy")
KINDS: tuple[Kind, ...] = (
    _vacancy("code_missing", "code_present", change(vacancy_code=""), "无岗位编号"),
    _vacancy("duplicate", "unique", both(places="301"), "岗位编号重复", pair=True),
    _vacancy("region_unknown", "region_known", change(region_code="150000"), "区划代码不是旗县"),
    _vacancy("employer_missing", "employer_present", change(employer_name=""), "无用工单位"),
    _vacancy("employer_formula", "employer_safe", change(employer_name=FORMULA), "用工单位是公式"),
    _vacancy(
        "credit_code_wrong", "credit_code_check_digit", wrong_uscc("credit_code"), "信用代码校验错误", pool="coded"
    ),
    _vacancy("occupation_unknown", "occupation_code", change(occupation="10"), "工种代码不存在"),
    _vacancy("skill_as_word", "skill_level_code", change(skill_level="普工"), "写了名称而非代码"),
    _vacancy("place_too_coarse", "work_county_known", change(work_county_code="110000"), "工作地点未到县"),
    _vacancy("no_places", "places_range", change(places="0", filled_places="0"), "招聘人数为 0"),
    _vacancy("filled_beyond_places", "filled_within_places", _too_many_filled, "录用多于招聘"),
    _vacancy("wage_words", "wage_format", change(monthly_wage_fen="面议"), "工资不是数字"),
    _vacancy("collected_unreadable", "collected_on_valid", change(collected_on="20200431"), "采集日期不存在"),
    _vacancy("closed_first", "steps_in_order", _closed_first, "关闭早于采集", pool="open"),
    _vacancy("ahead", "not_in_future", _ahead, "关闭日期未到", pool="open"),
    repeated("vacancy"),
    _vacancy("wage_in_fen", "wage_range", change(monthly_wage_fen="420000.00"), "工资以分填报", is_warning=True),
)
BROKEN: tuple[Broken, ...] = (
    Broken(SOURCE, "vacancy_column_twice", "header", settings.REGION_CODE, "last", "同一列两次", broken.COLUMN_TWICE),
)
