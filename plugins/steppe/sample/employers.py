"""Invented employers: the insured units of a sender, and firms in every county of the country."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from steppe.sample import identity, region
from steppe.sample.days import day
from steppe.sample.identity import Ints, Texts
from steppe.sample.region import Sender

FIRMS_PER_COUNTY = 3
# What a firm of each section of GB/T 4754 calls itself.
_TRADES = {
    "A": ("农牧业发展有限公司", "种养殖专业合作社"),
    "C": ("食品有限公司", "服装有限公司", "绒毛制品有限公司"),
    "E": ("建筑工程有限公司", "建筑劳务有限公司"),
    "F": ("商贸有限公司",),
    "G": ("物流有限公司",),
    "H": ("餐饮管理有限公司", "宾馆有限公司"),
    "N": ("园林绿化有限公司",),
    "O": ("家政服务有限公司", "物业服务有限公司"),
}
_SHARES = {"A": 0.16, "C": 0.3, "E": 0.2, "F": 0.1, "G": 0.06, "H": 0.08, "N": 0.03, "O": 0.07}
_BRANDS = [
    "草原", "蒙北", "金穗", "鸿雁", "腾飞", "宏达", "瑞丰", "天骄", "华盛", "恒通",
    "鑫源", "兴牧", "绿野", "盛源", "蓝天", "众合", "永业", "塞上", "金牛", "祥和",
]  # fmt: skip


@dataclass(frozen=True)
class Employers:
    """One element per employer; a sender's are sorted by banner, the country's by county, ``FIRMS_PER_COUNTY`` each."""

    code: Texts
    region: Ints
    name: Texts
    industry: Texts
    registered_on: Ints
    staff: Ints


def local(sender: Sender, count: int, rng: np.random.Generator) -> Employers:
    """The units that are insured in a sender's banners, at least three in each."""
    share = region.apportion(max(count, 3 * len(sender.banners)), region.banner_weights(sender).tolist(), at_least=3)
    places = np.repeat(np.array(sender.banners), share)
    return _make(places, 10_000_000 + sender.index * 1_000_000 + np.arange(len(places)), rng)


def everywhere(rng: np.random.Generator) -> Employers:
    """Firms in every county of the country."""
    places = np.repeat(region.county_codes(), FIRMS_PER_COUNTY)
    return _make(places, 60_000_000 + np.arange(len(places)), rng)


def _make(places: Ints, serial: Ints, rng: np.random.Generator) -> Employers:
    count = len(places)
    sections = list(_SHARES)
    industry = np.array(sections, dtype=object)[
        rng.choice(len(sections), size=count, p=np.array(list(_SHARES.values())) / sum(_SHARES.values()))
    ]
    counties = region.county_names()
    brand, trade, branch = rng.integers(0, len(_BRANDS), count), rng.integers(0, 6, count), rng.random(count) < 0.005
    drawn = (places.tolist(), brand.tolist(), trade.tolist(), industry.tolist(), branch.tolist())
    name = np.array(
        [  # a comma in one of 200 names: quotes in a file are nothing wrong
            counties[place] + _BRANDS[b] + _TRADES[section][t % len(_TRADES[section])] + (",第二分公司" if is_branch else "")
            for place, b, t, section, is_branch in zip(*drawn, strict=True)
        ],
        dtype=object,
    )  # fmt: skip
    cooperative = np.array([text.endswith("合作社") for text in name], dtype=bool)
    code = np.where(cooperative, identity.uscc("93", places, serial), identity.uscc("91", places, serial))
    registered = day(2005, 1, 1) + rng.integers(0, day(2019, 6, 30) - day(2005, 1, 1), count)
    staff = np.clip(rng.lognormal(2.5, 1.1, count), 1, 4000).astype(np.int64)
    return Employers(code.astype(object), places, name, industry, registered, staff)
