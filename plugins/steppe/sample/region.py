"""The sample's map: senders, their banners and villages, the country's counties, and who gets which share of a total."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from steppe import reference, settings
from steppe.sample import names
from steppe.sample.identity import Ints, Texts

FULL_PERSONS = 800_000
FULL_VILLAGES = 3_681  # poor villages of the region
FULL_PV_VILLAGES = 2_335
FULL_EMPLOYERS = 12_000
# Where migrants from the region go outside it; order of size only, assumed for the sample. Beijing is counted apart (C6.2).
_DESTINATIONS = {
    "13": 22, "21": 18, "12": 10, "37": 9, "22": 8, "14": 6, "61": 5, "64": 5, "23": 4, "32": 4, "33": 3, "44": 3, "31": 2, "62": 1,
}  # fmt: skip


@dataclass(frozen=True)
class Sender:
    """Who delivers, what he has and how his files look."""

    index: int
    code: str
    name: str
    banners: tuple[int, ...]
    population_weight: float
    pv_weight: float
    mongol_percent: float
    latitude: float
    tariff_fen: int  # per kWh
    coal_fen_hundredths: int  # coal benchmark price in 1/100 fen per kWh
    file_format: str
    encoding: str
    has_mark: bool
    line_end: str


@dataclass(frozen=True)
class Villages:
    """Villages of a sender, sorted by banner."""

    banner: Ints  # position in the sender's banners
    code: Texts
    name: Texts

    @property
    def banner_code(self) -> Texts:
        """The banner of each village, six digits."""
        return np.array([code[:6] for code in self.code], dtype=object)


def apportion(total: int, weights: Sequence[float], at_least: int = 0) -> list[int]:
    """Whole numbers in proportion to the weights that add up to ``total`` (largest remainders), each at least ``at_least``."""
    floor = min(at_least, total // max(len(weights), 1))
    rest = total - floor * len(weights)
    exact = np.asarray(weights, dtype=float) / sum(weights) * rest
    shares = np.floor(exact).astype(int)
    order = np.argsort(-(exact - shares), kind="stable")
    shares[order[: rest - int(shares.sum())]] += 1
    return [int(share) + floor for share in shares]


def senders() -> tuple[Sender, ...]:
    """The fourteen senders who each report a part of the region, with the sample's assumptions about them."""
    return _all_senders()[1:]


def agency() -> Sender:
    """The region's own agency, which reports for every banner."""
    return _all_senders()[0]


@cache
def _all_senders() -> tuple[Sender, ...]:
    banners: dict[str, list[int]] = {}
    for code, _, level, _, sender in reference.regions():
        if level == "banner" and sender:
            banners.setdefault(sender, []).append(int(code))
            banners.setdefault(settings.REGION_CODE, []).append(int(code))
    with (settings.PARAMETERS / "sample_senders.csv").open(encoding="utf-8", newline="") as handle:
        return tuple(
            Sender(
                index=index,
                code=row["sender_code"],
                name=row["sender_name"],
                banners=tuple(sorted(banners[row["sender_code"]])),
                population_weight=float(row["population_weight"]),
                pv_weight=float(row["pv_weight"]),
                mongol_percent=float(row["mongol_percent"]),
                latitude=float(row["latitude"]),
                tariff_fen=round(float(row["tariff_yuan"]) * 100),
                coal_fen_hundredths=round(float(row["coal_yuan"]) * 10_000),
                file_format=row["file_format"],
                encoding=row["encoding"],
                has_mark=row["byte_order_mark"] == "yes",
                line_end={"LF": "\n", "CRLF": "\r\n"}[row["line_end"]],
            )
            for index, row in enumerate(csv.DictReader(handle), start=-1)
        )


def banner_weights(sender: Sender) -> Ints:
    """Relative population of a sender's banners: urban districts (codes up to ..20) hold few registered households."""
    return np.array([35 if code % 100 <= 20 else 80 + code * 7919 % 60 for code in sender.banners])


def villages(sender: Sender, count: int, rng: np.random.Generator) -> Villages:
    """``count`` villages (at least one per banner), codes of 12 digits: banner, township, village."""
    per_banner = apportion(max(count, len(sender.banners)), banner_weights(sender).tolist(), at_least=1)
    banner = np.repeat(np.arange(len(sender.banners)), per_banner)
    within = np.concatenate([np.arange(number) for number in per_banner])
    code = np.array(sender.banners)[banner] * 10**6 + (101 + within // 12) * 1000 + 201 + within % 12
    ending = np.where(rng.random(len(banner)) * 100 < sender.mongol_percent * 1.5, "嘎查", "村").astype(object)
    name = names.draw("place_first", rng, len(banner)) + names.draw("place_second", rng, len(banner)) + ending
    return Villages(banner, np.array(code.astype("U12"), dtype=object), name)


@cache
def county_codes() -> Ints:
    """Every county-level code of the country."""
    return np.array([int(code) for code, _ in reference.counties()])


@cache
def county_names() -> dict[int, str]:
    return {int(code): name for code, name in reference.counties()}


@cache
def home_counties() -> Ints:
    """The region's own banners and counties."""
    codes = county_codes()
    return np.asarray(codes[codes // 10_000 == int(settings.REGION_CODE) // 10_000])


@cache
def beijing_counties() -> Ints:
    codes = county_codes()
    return np.asarray(codes[codes // 10_000 == 11])


def destinations(rng: np.random.Generator, count: int) -> Ints:
    """Counties outside the region and Beijing, provinces by weight, counties within evenly."""
    codes = county_codes()
    pools = [codes[codes // 10_000 == int(province)] for province in _DESTINATIONS]
    weights = np.array(list(_DESTINATIONS.values()), dtype=float)
    province = rng.choice(len(pools), size=count, p=weights / weights.sum())
    starts = np.cumsum([0, *(len(pool) for pool in pools)])
    sizes = np.array([len(pool) for pool in pools])
    picked: Ints = np.concatenate(pools)[starts[province] + (rng.random(count) * sizes[province]).astype(int)]
    return picked
