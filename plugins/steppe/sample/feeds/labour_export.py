"""Organised labour export of a sender's banners: batches of those whose work outside was found by the organisation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from steppe import contracts, settings
from steppe.sample import broken, days, identity, people, region
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
    wrong_uscc,
)
from steppe.sample.delivery import Table
from steppe.sample.identity import Ints, Texts
from steppe.sample.office import Office
from steppe.sample.register import dated
from steppe.sample.work import NO_END, ORGANISED, PROVINCE

SOURCE = "labour_export"
RATES = {"intermediary": 4e-3, "export_batch": 2e-3, "export_person": 1e-3}
PUBLIC_AGENCY, HR_AGENCY, BROKER = 1, 2, 3
_UNVERIFIED_SHARE = 0.08
_OVERSTATED_SHARE = 0.03  # of the batches that left in the month, at least one
_NEVER = 100_000  # a day that does not come
_BROKERS = ("劳务经纪服务部", "劳务输出服务部")


@dataclass
class Batch:
    """Persons of one banner who left for one province in one month; ``spells`` point into the sender's spells of work."""

    code: str
    banner: int
    intermediary: str
    destination: int
    departed: int
    verified: int
    spells: Ints
    is_told_verified: bool = False
    persons_invented: int = 0  # declared, and named nowhere


class Book:
    """A sender's intermediaries and batches. A month tells the batches that left, and again those of which something changed.

    The first month also tells the earlier batches whose persons are still away.
    """

    def __init__(self, office: Office, months: Sequence[Month], rng: np.random.Generator) -> None:
        self.office, self.rng = office, rng
        self.batches: list[Batch] = []
        self._told_until = -1  # the first delivered month tells whoever left before
        self._open_intermediaries(months[0])

    def _open_intermediaries(self, baseline: Month) -> None:
        """A public agency in each banner, and agencies and brokers in some."""
        banners, rng = np.array(self.office.sender.banners), self.rng
        more = rng.choice(banners, max(3, len(banners) // 2))
        self.banner: Ints = np.concatenate([banners, more])
        self.kind: Ints = np.concatenate([
            np.full(len(banners), PUBLIC_AGENCY), np.where(rng.random(len(more)) < 0.6, HR_AGENCY, BROKER)
        ])  # fmt: skip
        self.kind[-1] = HR_AGENCY
        self.code: Texts = np.array(
            [f"ZJ{banner}{number:03d}" for number, banner in enumerate(self.banner)], dtype=object
        )
        self.licensed: Ints = np.where(
            self.kind == HR_AGENCY, baseline.first_day - rng.integers(100, 2500, len(self.kind)), -1
        )
        names = region.county_names()
        ending = {PUBLIC_AGENCY: "就业服务中心", HR_AGENCY: "人力资源服务有限公司"}
        self.name: Texts = np.array(
            [
                names[place] + ending.get(kind, _BROKERS[number % 2])
                for number, (place, kind) in enumerate(zip(self.banner.tolist(), self.kind.tolist(), strict=True))
            ],
            dtype=object,
        )

    def tables(self, month: Month, step: int) -> list[Table]:
        present = self.office.people.present(step)
        changed = [batch for batch in self.batches if self._has_changed(batch, month)]
        told = changed + self._depart(month, step)
        for batch in told:
            batch.spells = batch.spells[present[self.office.labour.spells.person[batch.spells]]]
            batch.is_told_verified = batch.verified <= month.last_day
        told = [batch for batch in told if len(batch.spells)]
        return [self._intermediaries(told), self._batches(told, month), self._persons(told)]

    def figures(self, month: Month) -> dict[str, int]:
        spells = self.office.labour.spells
        sent = np.concatenate([np.zeros(0, dtype=np.int64), *(batch.spells for batch in self.batches)])
        ended = spells.ended_on[sent]
        return {
            "batches": len(self.batches),
            "persons": len(sent),
            "persons_away": int(((ended == NO_END) | (ended > month.last_day)).sum()),
        }

    def signs(self, month: Month) -> dict[str, Texts]:
        overstated = [batch for batch in self.batches if batch.persons_invented and len(batch.spells)]
        return {"batch_overstated": _texts([batch.code for batch in overstated if batch.departed >= month.first_day])}

    def _has_changed(self, batch: Batch, month: Month) -> bool:
        ended = self.office.labour.spells.ended_on[batch.spells]
        is_verified_now = not batch.is_told_verified and batch.verified <= month.last_day
        return is_verified_now or bool(((ended >= month.first_day) & (ended <= month.last_day)).any())

    def _depart(self, month: Month, step: int) -> list[Batch]:
        """New batches from the organised work outside the banner that began since the month told before and still goes on."""
        spells, office, rng = self.office.labour.spells, self.office, self.rng
        begun = (spells.started_on > self._told_until) & (spells.started_on <= month.last_day)
        goes = (spells.channel == ORGANISED) & (spells.work_class >= PROVINCE) & (spells.ended_on == NO_END)
        at = np.flatnonzero(begun & goes & office.people.present(step)[spells.person])
        self._told_until = month.last_day
        group = np.stack(
            [office.banner_of(spells.person[at]), spells.region[at] // 10_000, days.month_index(spells.started_on[at])]
        )
        labels, first, member = np.unique(group, axis=1, return_index=True, return_inverse=True)
        left: list[Batch] = []
        for number in range(labels.shape[1]):
            own = at[member.ravel() == number]
            banner, departed = int(labels[0, number]), int(spells.started_on[own].min()) - int(rng.integers(1, 4))
            verified = departed + int(rng.integers(5, 40)) if rng.random() >= _UNVERIFIED_SHARE else _NEVER
            serial = len(self.batches) + len(left) + 1
            left.append(
                Batch(
                    code=f"SC{banner}{serial:05d}",
                    banner=banner,
                    intermediary=self._intermediary_for(banner),
                    destination=int(spells.region[at[first[number]]]),
                    departed=departed,
                    verified=verified,
                    spells=own,
                )
            )
        recent = [batch for batch in left if batch.departed >= month.first_day]
        for number in people.pick(
            rng, np.ones(len(recent), dtype=bool), max(1, round(len(recent) * _OVERSTATED_SHARE))
        ):
            recent[number].persons_invented = int(rng.integers(2, 12))
        self.batches += left
        return left

    def _intermediary_for(self, banner: int) -> str:
        """The banner's public agency mostly, else one of its others."""
        own = np.flatnonzero(self.banner == banner)
        chosen = own[0] if self.rng.random() < 0.55 else own[self.rng.integers(0, len(own))]
        return str(self.code[chosen])

    def _intermediaries(self, told: Sequence[Batch]) -> Table:
        busy = np.isin(self.code, [batch.intermediary for batch in told])
        return Table.of(
            contracts.load(SOURCE).resource("intermediary"),
            {
                "intermediary_code": self.code,
                "region_code": identity.numbers(self.banner),
                "name": self.name,
                "kind": identity.numbers(self.kind),
                "licensed_on": dated(self.licensed),
            },
            pools={
                "any": np.arange(len(self.code)),
                "idle": np.flatnonzero(~busy),
                "agency": np.flatnonzero(self.kind == HR_AGENCY),
            },
        )

    def _batches(self, told: Sequence[Batch], month: Month) -> Table:
        verified = np.array([batch.verified for batch in told], dtype=np.int64)
        is_verified = verified <= month.last_day
        return Table.of(
            contracts.load(SOURCE).resource("export_batch"),
            {
                "batch_code": _texts([batch.code for batch in told]),
                "region_code": _texts([str(batch.banner) for batch in told]),
                "intermediary_code": _texts([batch.intermediary for batch in told]),
                "destination_county_code": _texts([str(batch.destination) for batch in told]),
                "departed_on": days.as_text(np.array([batch.departed for batch in told], dtype=np.int64)),
                "verified_on": dated(np.where(is_verified, verified, -1)),
                "persons_declared": _texts([str(len(batch.spells) + batch.persons_invented) for batch in told]),
            },
            pools={"any": np.arange(len(told))},
        )

    def _persons(self, told: Sequence[Batch]) -> Table:
        spells, state = self.office.labour.spells, self.office.people
        at = np.concatenate([np.zeros(0, dtype=np.int64), *(batch.spells for batch in told)])
        person = spells.person[at]
        return Table.of(
            contracts.load(SOURCE).resource("export_person"),
            {
                "batch_code": _texts([batch.code for batch in told for _ in batch.spells]),
                "id_number": state.id[person],
                "name": state.name[person],
                "region_code": identity.numbers(self.office.banner_of(person)),
                "credit_code": spells.employer_code[at],
                "employed_from_on": days.as_text(spells.started_on[at]),
                "returned_on": dated(spells.ended_on[at]),
            },
            pools={
                "any": np.arange(len(at)),
                "away": np.flatnonzero(spells.ended_on[at] == NO_END),
                "coded": np.flatnonzero(spells.employer_code[at] != ""),
            },
        )


def open_book(office: Office, months: Sequence[Month], rng: np.random.Generator) -> Book:
    return Book(office, months, rng)


def _texts(values: Sequence[str]) -> Texts:
    return np.array(values, dtype=object)


def _not_begun(place: Place) -> list[int]:
    return place.set(employed_from_on=f"{place.next_period}05")


def _in_two_batches(place: Place) -> list[int]:
    others = [code for code in place.table.columns["batch_code"] if code != place.get("batch_code")]
    return place.both(batch_code=place.chance.choice(others))


def _home_again(place: Place) -> list[int]:
    return place.set(destination_county_code=place.get("region_code"))


_intermediary = partial(row_kind, "intermediary")
_batch = partial(row_kind, "export_batch")
_person = partial(row_kind, "export_person")
KINDS: tuple[Kind, ...] = (
    _intermediary("duplicate", "unique", both(name="另一机构"), "机构编号重复", pair=True),
    _intermediary("kind_unpadded", "kind_code", change(kind="01"), "机构类别代码不存在"),
    _intermediary("name_formula", "name_safe", change(name=FORMULA), "机构名称是公式"),
    _intermediary("unlicensed", "agency_licensed", change(licensed_on=""), "人力资源机构无许可", pool="agency"),
    _batch("place_too_coarse", "destination_known", change(destination_county_code="310000"), "输出地未到县"),
    _batch("goes_nowhere", "destination_elsewhere", _home_again, "输出地是本旗县"),
    _batch("verified_first", "verified_after_departure", change(verified_on="20180131"), "核实早于出发"),
    _batch("intermediary_unknown", "intermediary_known", change(intermediary_code="ZJ000000"), "机构不在本批"),
    _person("two_batches", "one_export_per_person", _in_two_batches, "一人两批，两家申领", pool="away", pair=True),
    _person("check_digit", "id_check_digit", wrong_check_digit, "校验码错误"),
    _person("id_as_float", "id_format", as_float, "证件号成了浮点数"),
    _person("name_formula", "name_safe", change(name=FORMULA), "姓名是公式"),
    _person("batch_unknown", "batch_known", change(batch_code="SC00000000000"), "批次未报"),
    _person(
        "credit_code_wrong", "credit_code_check_digit", wrong_uscc("credit_code"), "信用代码校验错误", pool="coded"
    ),
    _person("begins_next_month", "employed_not_in_future", _not_begun, "尚未上岗", pool="away"),
    _person("returned_first", "returned_after_employed", change(returned_on="20180101"), "返回早于上岗"),
    repeated("export_person"),
)
BROKEN: tuple[Broken, ...] = (
    Broken(
        SOURCE, "labour_export_rows", "rows_missing", settings.REGION_CODE, "first", "比清单少三行", broken.fewer_rows
    ),
)
