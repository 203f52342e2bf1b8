"""Welfare posts of every fund: those that the villages' PV revenue pays, as the PV office tells them, and those of other funds.

Two things that no single row shows are wrong, and region.json counts them: holders who work away from home, and posts with more holders
than were approved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
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
from steppe.sample.register import dated
from steppe.sample.work import ABROAD, NO_END, POST, PROVINCE

SOURCE = "welfare_post"
RATES = {"welfare_post": 4e-3, "post_holder": 2e-3}
_HOLDERS_PER_PERSON = 0.006  # beside those whom PV revenue pays
_AWAY_SHARE = 0.04  # of these work away all the same
_CROWDED_SHARE = 0.03  # of posts with several holders
_UNMET_SHARE = 0.02  # of holders, one of the three conditions does not hold
_PAY_FEN = 60_000
_EMPLOYMENT_SUBSIDY, _LOCAL_AID, _PV_REVENUE = "1", "3", "4"
_KINDS = np.array(["01", "02", "03", "04", "05", "07", "99"], dtype=object)


@dataclass
class Posts:
    """One array element per post."""

    code: Texts
    village: Ints
    kind: Texts
    fund: Texts
    approved: Ints


@dataclass
class Holders:
    """One array element per holder; ``ended_on`` below 0 while the post is held."""

    person: Ints
    post: Ints
    started_on: Ints
    ended_on: Ints
    unmet: Ints  # which of the three conditions does not hold, below 0: none
    is_away: Mask  # works away, and keeps the post

    def taken(self, where: Mask) -> Holders:
        return Holders(**{field.name: getattr(self, field.name)[where] for field in fields(self)})


class Book:
    """Posts and holders of one sender."""

    def __init__(self, office: Office, months: Sequence[Month], rng: np.random.Generator) -> None:
        self.office, self._seed = office, int(rng.integers(0, 2**31))
        paid_by_pv, at_home, away = office.solar.holder, *self._chosen(rng)
        holder = np.concatenate([paid_by_pv, at_home, away])
        count, position = len(holder), np.arange(len(holder))
        village = office.people.village[holder]
        self.posts, post = self._set_up(village, rng)
        since = months[0].first_day - rng.integers(1, 600, count)
        since[: len(paid_by_pv)] = self._in_post_since(paid_by_pv)
        self.holders = Holders(
            person=holder,
            post=post,
            started_on=since,
            ended_on=np.full(count, NO_END),
            unmet=np.where(rng.random(count) < _UNMET_SHARE, rng.integers(0, 3, count), -1),
            is_away=position >= count - len(away),
        )

    def tables(self, month: Month, step: int) -> list[Table]:
        self._end(month, step)
        return [self._posts(), self._roster(month)]

    def figures(self, month: Month) -> dict[str, int]:
        held = self.holders.taken(self.holders.ended_on < 0)
        filled = np.bincount(held.post, minlength=len(self.posts.code))
        return {
            "held": len(held.person),
            "held_while_away": len(self._held_while_away(month)),
            "posts_over_approved": int((filled > self.posts.approved).sum()),
            "conditions_unmet": int((held.unmet >= 0).sum()),
        }

    def signs(self, month: Month) -> dict[str, Texts]:
        return {"post_while_away": self.office.people.id[self._held_while_away(month)]}

    def _held_while_away(self, month: Month) -> Ints:
        held = self.holders.person[self.holders.ended_on < 0]
        spells = self.office.labour.of_year(month)
        runs = (spells.ended_on < 0) | (spells.ended_on >= month.first_day)
        return held[np.isin(held, spells.person[runs & np.isin(spells.work_class, [PROVINCE, ABROAD])])]

    def _chosen(self, rng: np.random.Generator) -> tuple[Ints, Ints]:
        """Whom other funds pay: persons able, without work and not willing to go out; and some who have gone all the same."""
        office, state = self.office, self.office.people
        stays = state.can_work(0) & (state.joined == 0) & (state.left == people.NEVER) & ~state.is_keeping_post
        wanted = max(4, round(int(state.present(0).sum()) * _HOLDERS_PER_PERSON))
        idle = stays & (state.work_class == 0) & np.isin(state.willing, [people.UNWILLING, people.UNABLE])
        spells = office.labour.spells
        goes = np.zeros(len(stays), dtype=bool)
        goes[spells.person[(spells.ended_on == NO_END) & np.isin(spells.work_class, [PROVINCE, ABROAD])]] = True
        away = people.pick(rng, stays & goes & ~state.is_held, max(1, round(wanted * _AWAY_SHARE)))
        state.is_suspect[away] = True
        return people.pick(rng, idle, wanted), away

    def _set_up(self, village: Ints, rng: np.random.Generator) -> tuple[Posts, Ints]:
        """Posts for holders in these villages, those whom PV revenue pays first; and the post of each."""
        pv, codes = self.office.solar.post_kind, self.office.villages.code
        drawn = rng.integers(0, len(_KINDS), len(codes))[village]
        fund = np.where(rng.random(len(codes))[village] < 0.8, _EMPLOYMENT_SUBSIDY, _LOCAL_AID).astype(object)
        fund[: len(pv)] = _PV_REVENUE
        kind = np.concatenate([pv, _KINDS[drawn[len(pv) :]]])
        code, first, post = np.unique(
            ("GY" + codes[village] + fund + kind).astype(str), return_index=True, return_inverse=True
        )
        held = np.bincount(post)
        approved = held + (rng.random(len(held)) < 0.3)
        crowded = people.pick(rng, held > 1, max(1, round(int((held > 1).sum()) * _CROWDED_SHARE)))
        approved[crowded] = held[crowded] - 1
        return Posts(code.astype(object), village[first], kind[first], fund[first], approved), post

    def _in_post_since(self, holder: Ints) -> Ints:
        """The first day of their work in the post, by the register."""
        spells = self.office.labour.spells
        since = np.zeros(len(self.office.people.birth), dtype=np.int64)
        in_post = spells.channel == POST
        since[spells.person[in_post]] = spells.started_on[in_post]
        return np.asarray(since[holder])

    def _end(self, month: Month, step: int) -> None:
        """Who has found other work, has left or can no longer work leaves the post in this month."""
        state, holders = self.office.people, self.holders
        person = holders.person
        is_free = state.is_keeping_post | (state.work_class == 0)
        leaves = (holders.ended_on < 0) & ~(state.can_work(step) & is_free)[person] & ~holders.is_away
        rng = np.random.default_rng([self._seed, 1, month.index])
        holders.ended_on[leaves] = month.first_day + rng.integers(3, 25, int(leaves.sum()))

    def _regions(self) -> Texts:
        return np.array([code[:6] for code in self.office.villages.code[self.posts.village]], dtype=object)

    def _posts(self) -> Table:
        posts = self.posts
        return Table.of(
            contracts.load(SOURCE).resource("welfare_post"),
            {
                "post_code": posts.code,
                "region_code": self._regions(),
                "village_code": self.office.villages.code[posts.village],
                "post_kind": posts.kind,
                "fund_code": posts.fund,
                "approved_places": identity.numbers(posts.approved),
                "monthly_pay_fen": identity.yuan(np.full(len(posts.code), _PAY_FEN)),
            },
            pools={"any": np.arange(len(posts.code))},
        )

    def _roster(self, month: Month) -> Table:
        is_listed = (self.holders.ended_on < 0) | (self.holders.ended_on >= month.first_day)
        listed, state = self.holders.taken(is_listed), self.office.people
        rng = np.random.default_rng([self._seed, 0, month.index])
        attended = rng.integers(18, 27, len(is_listed))
        attended = np.where(
            self.holders.ended_on < 0, attended, np.minimum(attended, self.holders.ended_on - month.first_day + 1)
        )
        pay = identity.yuan(_PAY_FEN * np.minimum(attended, 20) // 20 // 100 * 100)
        days_text = identity.numbers(attended)
        # What PV revenue pays is told as the PV office tells it.
        told = self.office.solar.tables(month)[-1].columns
        pv = len(self.office.solar.holder)
        pay[:pv], days_text[:pv] = told["paid_fen"], told["days_worked"]
        conditions = np.where(listed.unmet[:, None] == np.arange(3), "0", "1").astype(object)
        return Table.of(
            contracts.load(SOURCE).resource("post_holder"),
            {
                "post_code": self.posts.code[listed.post],
                "region_code": self._regions()[listed.post],
                "id_number": state.id[listed.person],
                "name": state.name[listed.person],
                "month": np.full(len(listed.person), month.code, dtype=object),
                "started_on": days.as_text(listed.started_on),
                "ended_on": dated(listed.ended_on),
                "cannot_leave_home": conditions[:, 0],
                "has_no_other_work": conditions[:, 1],
                "cannot_escape_poverty": conditions[:, 2],
                "attended_days": days_text[is_listed],
                "pay_fen": pay[is_listed],
            },
            pools={"any": np.flatnonzero(listed.ended_on < 0)},
        )


def open_book(office: Office, months: Sequence[Month], rng: np.random.Generator) -> Book:
    return Book(office, months, rng)


def _village_short(place: Place) -> list[int]:
    return place.set(village_code=place.get("village_code")[:9])


def _left_before(place: Place) -> list[int]:
    return place.set(ended_on=f"{int(place.period[:4]) - 1}1231")


def _second_post(place: Place) -> list[int]:
    """The same person in another post of the banner, or of any."""
    codes, own = place.table.columns["post_code"], place.get("post_code")
    other = next(
        (code for code in codes if code != own and code[:8] == own[:8]), codes[0] if codes[0] != own else codes[-1]
    )
    return place.both(post_code=other)


_post = partial(row_kind, "welfare_post")
_holder = partial(row_kind, "post_holder")
KINDS: tuple[Kind, ...] = (
    _post("duplicate", "unique", both(approved_places="400"), "岗位编号重复", pair=True),
    _post("kind_unpadded", "kind_code", change(post_kind="1"), "前导零丢失"),
    _post("fund_unknown", "fund_code", change(fund_code="9"), "资金来源代码不存在"),
    _post("no_places", "places_range", change(approved_places="0"), "批准人数为 0"),
    _post("pay_words", "amounts_format", change(monthly_pay_fen="六百"), "报酬不是数字"),
    _post("village_short", "village_format", _village_short, "村代码位数不对"),
    repeated("welfare_post"),
    _post("pay_in_fen", "pay_range", change(monthly_pay_fen="60000.00"), "报酬以分填报", is_warning=True),
    _holder("two_posts", "one_post_per_person", _second_post, "一人两岗", pair=True),
    _holder("check_digit", "id_check_digit", wrong_check_digit, "校验码错误"),
    _holder("id_as_float", "id_format", as_float, "证件号成了浮点数"),
    _holder("left_before", "not_after_end", _left_before, "离岗后仍有出勤"),
    _holder("flag_as_word", "flags_code", change(has_no_other_work="是"), "是否项未用 0/1"),
    _holder("days_beyond_month", "days_range", change(attended_days="41"), "出勤天数超过一个月"),
    _holder("name_formula", "name_safe", change(name=FORMULA), "姓名是公式"),
    _holder("pay_negative", "non_negative", change(pay_fen="-600.00"), "报酬为负"),
    repeated("post_holder"),
    _holder("pay_in_fen", "pay_range", change(pay_fen="60000.00"), "报酬以分填报", is_warning=True),
)
BROKEN: tuple[Broken, ...] = (
    Broken(SOURCE, "welfare_post_cut", "checksum", settings.REGION_CODE, "last", "文件被截断", broken.CUT),
)
