"""Village PV of one sender: stations, what they yield, what the grid pays, what the villages do with it, and the posts it pays.

Yield follows the sun: a panel tilted at its latitude receives, out of the atmosphere, E0 · cos δ · sin ω (δ declination, ω the smaller of
sunset hour angle and 90°; Duffie and Beckman, Solar Engineering of Thermal Processes, ch. 1.10 and 2.19), less what the air takes:
clear dry winters, cloudy rainy summers. A year's sum is scaled to 1,600–1,700 full-load hours, the figure derived for the region.
Capacities are of the kind of village stations alone (20 to 120 kW a village); large shared plants of the region are left out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steppe import contracts
from steppe.sample import days, identity
from steppe.sample.days import Month
from steppe.sample.delivery import Table
from steppe.sample.identity import Ints, Texts
from steppe.sample.people import NEVER, People
from steppe.sample.region import Sender, Villages
from steppe.sample.register import dated

SOURCE = "pv_revenue"
# Share of the sunlight that reaches the panel, January to December: steppe climate, rain in July and August. Assumed for the sample.
_CLEARNESS = (0.66, 0.68, 0.67, 0.64, 0.62, 0.58, 0.54, 0.55, 0.61, 0.65, 0.65, 0.64)
_POST_WAGE_FEN = 60_000  # about 600 yuan a month in one banner of the region
# Shares of revenue, from and to: public works, land rent, operation, other.
_USES = ((0.04, 0.08), (0.015, 0.03), (0.03, 0.05), (0.01, 0.02))
_NEW_SHARE = 0.1  # of stations are just connected: registered, nothing settled yet
_BELOW_SHARE = 0.15  # of villages give posts less than four fifths


def full_load_hours(latitude: float, month: Month) -> float:
    """Hours at full power in a month at a latitude (degrees north), with 1,650 in a year.

    >>> 140 < full_load_hours(42.3, Month(2020, 5)) < 175
    True
    """
    year = [_sunlight(latitude, number) * _CLEARNESS[number - 1] * _days(number) for number in range(1, 13)]
    return 1650 * year[month.number - 1] / sum(year)


def _days(number: int) -> int:
    return Month(2021, number).days


def _sunlight(latitude: float, number: int) -> float:
    middle = days.day(2021, number, 15) - days.day(2021, 1, 1) + 1
    declination = math.radians(23.45 * math.sin(2 * math.pi * (284 + middle) / 365))
    sunset = math.acos(-math.tan(math.radians(latitude)) * math.tan(declination))
    distance = 1 + 0.033 * math.cos(2 * math.pi * middle / 365)
    return distance * math.cos(declination) * math.sin(min(sunset, math.pi / 2))


@dataclass(frozen=True)
class Stations:
    """Stations, and the villages that share in them (``station`` points from share to station)."""

    code: Texts
    name: Texts
    is_joint: NDArray[np.bool_]
    capacity_kw: Ints
    connected_on: Ints
    is_new: NDArray[np.bool_]
    banner: Ints
    village: Ints  # of each share
    station: Ints  # of each share
    share: Ints  # of each share, in hundredths of a per cent


@dataclass(frozen=True)
class Money:
    """One month's settlement per station and allocation per share, in fen."""

    generation: Ints  # hundredths of a kWh
    coal: Ints
    coal_received: Ints
    subsidy: Ints
    subsidy_received: Ints
    received_on: Ints
    carried_in: Ints
    revenue: Ints
    wages: Ints
    works: Ints
    rent: Ints
    operation: Ints
    other: Ints
    carried_over: Ints


class Solar:
    """PV of one sender over all delivered months."""

    def __init__(
        self,
        sender: Sender,
        villages: Villages,
        count: int,
        months: Sequence[Month],
        population: People,
        *,
        rng: np.random.Generator,
    ) -> None:
        self.sender, self.villages, self.people, self.months, self.rng = sender, villages, population, months, rng
        self._seed = int(rng.integers(0, 2**31))
        self.stations = self._build(count)
        self.holder, self.post_share = self._posts()
        self.post_kind = rng.choice(["01", "02", "03", "04", "05", "06", "99"], size=len(self.holder)).astype(object)
        self.money = self._account()

    def tables(self, month: Month) -> list[Table]:
        """The four resources of a month, without defects."""
        money = self.money[month]
        allocation, wages = self._allocation(month, money)
        return [self._station(month), self._settlement(month, money), allocation, self._post(month, wages)]

    def _build(self, count: int) -> Stations:
        rng, villages = self.rng, self.villages
        village = np.sort(rng.choice(len(villages.code), min(count, len(villages.code)), replace=False))
        banner = villages.banner[village]
        joint = rng.random(len(village)) < 0.2
        # Neighbours of one banner that take part in shared stations share by threes.
        key = np.where(joint, 0, np.arange(len(village)) + 1)
        rank = np.zeros(len(village), dtype=np.int64)
        for number in range(len(self.sender.banners)):
            here = np.flatnonzero(joint & (banner == number))
            rank[here] = np.arange(len(here)) // 3
        labels = np.stack([banner, key, np.where(joint, rank, 0)])
        _, first, station = np.unique(labels, axis=1, return_index=True, return_inverse=True)
        station = station.ravel()
        size = np.bincount(station)
        share = 10_000 // size[station]
        share[first] += 10_000 - (share[first] * size)
        is_new = rng.random(len(first)) < _NEW_SHARE
        if len(first) >= 4:
            is_new[rng.integers(0, len(first))] = True
        is_new &= size == 1
        if is_new.all():
            is_new[0] = False
        place = np.array(self.sender.banners)[banner[first]]
        start = days.day(2017, 3, 1)
        connected = np.where(
            is_new, self.months[0].first_day - rng.integers(1, 25, len(first)), start + rng.integers(0, 900, len(first))
        )
        code = np.array(
            [f"PV{region}{number:04d}" for number, region in enumerate(place.tolist(), start=1)], dtype=object
        )
        name = villages.name[village[first]] + np.where(size > 1, "联村光伏电站", "村级光伏电站").astype(object)
        # In a tiny sample a village has few persons, and so few posts: its station is small, or four fifths could not reach them.
        registered = np.bincount(self.people.village[self.people.present(0)], minlength=len(villages.code))[village]
        usual = [20, 30, 40, 50, 60, 80, 100, 120] if registered.mean() >= 40 else [5, 6, 8, 10, 12, 15]
        capacity = np.minimum(500, rng.choice(usual, size=len(first)) * size)
        return Stations(code, name, size > 1, capacity, connected, is_new, banner[first], village, station, share)

    def _posts(self) -> tuple[Ints, Ints]:
        """Holders of posts and the share (village) that pays each: able persons of the village without other work."""
        stations, state = self.stations, self.people
        hours = float(np.mean([full_load_hours(self.sender.latitude, month) for month in self.months]))
        kw = stations.capacity_kw[stations.station] * stations.share / 10_000
        wanted = np.maximum(1, (0.8 * kw * hours * self.sender.tariff_fen * 0.85 / _POST_WAGE_FEN).astype(np.int64))
        wanted[stations.is_new[stations.station]] = 0
        able = np.flatnonzero(state.can_work(0) & (state.left == NEVER) & (state.joined == 0))
        able = able[np.lexsort((self.rng.random(len(able)), state.village[able]))]
        village = state.village[able]
        rank = np.arange(len(able)) - np.searchsorted(village, village)
        registered = np.bincount(state.village[state.present(0)], minlength=len(self.villages.code))
        limit = np.zeros(len(self.villages.code), dtype=np.int64)
        limit[stations.village] = np.minimum(wanted, np.maximum(1, registered[stations.village] // 12))
        limit[stations.village[wanted == 0]] = 0
        holder = able[rank < limit[village]]
        share_of_village = np.zeros(len(self.villages.code), dtype=np.int64)
        share_of_village[stations.village] = np.arange(len(stations.village))
        return holder, share_of_village[state.village[holder]]

    def _account(self) -> dict[Month, Money]:
        rng, stations = self.rng, self.stations
        shares = len(stations.village)
        ratio = np.where(
            rng.random(shares) < _BELOW_SHARE, rng.uniform(0.45, 0.78, shares), rng.uniform(0.805, 0.84, shares)
        )
        own = rng.uniform(0.97, 1.03, len(stations.code))  # a station's own yield beside the latitude's
        monthly = rng.random(len(stations.code)) < 0.4  # grids that pay the coal part each month, not each quarter
        posts = np.bincount(self.post_share, minlength=shares)
        carried: Ints = np.zeros(shares, dtype=np.int64)
        found = {}
        for number, month in enumerate(self.months):
            hours = full_load_hours(self.sender.latitude, month)
            kwh = np.round(stations.capacity_kw * hours * own * rng.uniform(0.96, 1.04, len(own)) * 100).astype(
                np.int64
            )
            total = np.round(kwh / 100 * self.sender.tariff_fen).astype(np.int64)
            coal = np.round(kwh / 100 * self.sender.coal_fen_hundredths / 100).astype(np.int64)
            subsidy = total - coal
            settles = np.where(month.number % 3 == 0, rng.random(len(own)) < 0.9, monthly)
            coal_received = np.where(settles, coal, 0)
            part = np.where(rng.random(len(own)) < 0.8, 1.0, rng.uniform(0.6, 1, len(own)))
            subsidy_received = (subsidy * part).astype(np.int64)
            revenue = self._divide(coal_received + subsidy_received)
            if number == 0:
                carried = (revenue * rng.uniform(0, 0.2, shares)).astype(np.int64)
            each = np.where(posts > 0, (revenue * ratio).astype(np.int64) // np.maximum(posts, 1) // 100 * 100 + 100, 0)
            wages = np.minimum(each, 450_000) * posts
            uses = [(revenue * rng.uniform(low, high, shares)).astype(np.int64) // 100 * 100 for low, high in _USES]
            room = carried + revenue - wages
            for position, use in enumerate(uses):
                uses[position] = np.clip(np.minimum(use, room), 0, None)
                room = room - uses[position]
            other = np.where(rng.random(shares) < 0.6, 0, uses[3])
            room = room + uses[3] - other
            found[month] = Money(
                generation=kwh, coal=coal, coal_received=coal_received, subsidy=subsidy, subsidy_received=subsidy_received,
                received_on=month.first_day + rng.integers(14, 24, len(own)),
                carried_in=carried, revenue=revenue, wages=wages, works=uses[0], rent=uses[1], operation=uses[2], other=other,
                carried_over=room,
            )  # fmt: skip
            carried = room
        return found

    def _divide(self, received: Ints) -> Ints:
        """Each share's part of what its station received; the first share takes the rest, so that nothing is lost."""
        stations = self.stations
        part = received[stations.station] * stations.share // 10_000
        missing = received - np.bincount(stations.station, weights=part).astype(np.int64)
        _, first = np.unique(stations.station, return_index=True)
        part[first] += missing
        return part

    def _station(self, month: Month) -> Table:
        stations, villages = self.stations, self.villages
        of, single = stations.station, (~stations.is_joint & stations.is_new)[stations.station]
        return Table.of(
            contracts.load(SOURCE).resource("station"),
            {
                "station_code": stations.code[of],
                "village_code": villages.code[stations.village],
                "region_code": self._region(stations.banner[of]),
                "village_name": villages.name[stations.village],
                "station_name": stations.name[of],
                "station_type": np.where(stations.is_joint, "2", "1").astype(object)[of],
                "capacity_kw": identity.numbers(stations.capacity_kw[of]),
                "share_percent": identity.yuan(stations.share),
                "tariff_fen_per_kwh": np.full(len(of), identity.yuan(np.array([self.sender.tariff_fen]))[0], dtype=object),
                "grid_connected_on": days.as_text(stations.connected_on[of]),
            },
            pools={"any": np.flatnonzero(single & (stations.connected_on[of] <= month.last_day))},
        )  # fmt: skip

    def _region(self, banner: Ints) -> Texts:
        return identity.numbers(np.array(self.sender.banners)[banner])

    def _settlement(self, month: Month, money: Money) -> Table:
        at = np.flatnonzero(~self.stations.is_new)
        received = money.coal_received[at] + money.subsidy_received[at] > 0
        unsettled = money.coal_received[at] == 0
        return Table.of(
            contracts.load(SOURCE).resource("settlement"),
            {
                "station_code": self.stations.code[at],
                "region_code": self._region(self.stations.banner[at]),
                "month": np.full(len(at), month.code, dtype=object),
                "generation_kwh": identity.yuan(money.generation[at]),
                "coal_accrued_fen": identity.yuan(money.coal[at]),
                "coal_received_fen": identity.yuan(money.coal_received[at]),
                "subsidy_accrued_fen": identity.yuan(money.subsidy[at]),
                "subsidy_received_fen": identity.yuan(money.subsidy_received[at]),
                "received_on": dated(np.where(received, money.received_on[at], -1)),
            },
            pools={"any": np.flatnonzero(received), "unsettled": np.flatnonzero(unsettled)},
        )

    def _allocation(self, month: Month, money: Money) -> tuple[Table, Ints]:
        stations = self.stations
        at = np.flatnonzero(~stations.is_new[stations.station])
        amounts = {
            "carried_in_fen": money.carried_in, "revenue_fen": money.revenue, "post_wages_fen": money.wages,
            "public_works_fen": money.works, "land_rent_fen": money.rent, "operation_fen": money.operation,
            "other_fen": money.other, "carried_over_fen": money.carried_over,
        }  # fmt: skip
        table = Table.of(
            contracts.load(SOURCE).resource("allocation"),
            {
                "village_code": self.villages.code[stations.village[at]],
                "region_code": self._region(stations.banner[stations.station[at]]),
                "month": np.full(len(at), month.code, dtype=object),
                **{name: identity.yuan(values[at]) for name, values in amounts.items()},
            },
            pools={"any": np.arange(len(at)), "idle": np.flatnonzero(money.other[at] == 0)},
        )
        return table, money.wages

    def _post(self, month: Month, wages: Ints) -> Table:
        stations, holder = self.stations, self.holder
        rng = np.random.default_rng([self._seed, month.index])
        posts = np.bincount(self.post_share, minlength=len(stations.village))
        wage = (wages // np.maximum(posts, 1))[self.post_share]
        draw = rng.random(len(holder))
        paid = np.select([draw < 0.04, draw < 0.07], [0, wage // 2], wage)
        return Table.of(
            contracts.load(SOURCE).resource("post"),
            {
                "village_code": self.villages.code[stations.village[self.post_share]],
                "region_code": self._region(stations.banner[stations.station[self.post_share]]),
                "id_number": self.people.id[holder],
                "name": self.people.name[holder],
                "month": np.full(len(holder), month.code, dtype=object),
                "post_type": self.post_kind,
                "days_worked": identity.numbers(rng.integers(18, 27, len(holder))),
                "wage_fen": identity.yuan(wage),
                "paid_fen": identity.yuan(paid),
                "paid_on": dated(np.where(paid > 0, month.first_day + rng.integers(24, 28, len(holder)), -1)),
            },
            pools={"any": np.flatnonzero(paid > 0)},
        )
