"""The map of senders, and totals that are handed down without losing one."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from steppe import contracts
from steppe.sample import making, region, solar
from steppe.sample.days import Month


def test_senders_are_those_of_the_contracts_and_share_out_the_103_banners() -> None:
    senders, agency = region.senders(), region.agency()
    codes = tuple(sender.code for sender in senders)
    for contract in contracts.load_all():
        assert contract.senders in (codes, (agency.code, *codes))
    assert set(agency.banners) == {banner for sender in senders for banner in sender.banners}
    banners = Counter(banner for sender in senders for banner in sender.banners)
    assert len(banners) == 103
    assert set(banners.values()) == {1}
    by_code = {sender.code: sender for sender in senders}
    # The two cities send for themselves, so their leagues do not send for them.
    for city, league in (("150781", "150700"), ("152501", "152500")):
        assert by_code[city].banners == (int(city),)
        assert int(city) not in by_code[league].banners


def test_files_differ_as_agencies_do() -> None:
    ways = {(sender.file_format, sender.encoding, sender.has_mark, sender.line_end) for sender in region.senders()}
    assert ways == {
        ("csv", "GB18030", False, "\n"),
        ("csv", "GB18030", False, "\r\n"),
        ("csv", "UTF-8", False, "\n"),
        ("csv", "UTF-8", True, "\n"),
        ("xlsx", "", False, "\n"),
    }


@pytest.mark.parametrize(("total", "weights"), [(173_500, [3, 5, 1.5]), (7, [1, 1, 1]), (0, [1, 2]), (1, [9, 1, 1, 1])])
def test_shares_add_up(total: int, weights: list[float]) -> None:
    shares = region.apportion(total, weights)
    assert sum(shares) == total
    exact = np.array(weights) / sum(weights) * total
    assert np.all(np.abs(np.array(shares) - exact) < 1)


def test_at_full_scale_the_figures_stand_near_those_of_the_notice() -> None:
    sizes = making._sizes(1.0)
    assert sum(size.persons for size in sizes) == 800_000
    assert sum(size.pv_villages for size in sizes) == 2_335
    targets = making._targets(1.0, [size.persons for size in sizes], seed=1)
    assert sum(target.out[0] for target in targets) == 173_500
    assert abs(sum(target.out[1] for target in targets) / 173_500 - 1) < 0.005
    assert abs(sum(target.jingmeng[1] for target in targets) / 7_920 - 1) < 0.02
    assert abs(sum(target.beijing[1] for target in targets) / 528 - 1) < 0.03
    surpassed = [target.out[1] >= target.out[0] for target in targets]
    assert any(surpassed)
    assert not all(surpassed)


def test_the_sun_shines_longer_in_summer_and_a_year_has_its_hours() -> None:
    for latitude in (38.8, 49.6):
        year = [solar.full_load_hours(latitude, Month(2020, number)) for number in range(1, 13)]
        assert sum(year) == pytest.approx(1650)
        assert year[4] > year[11]
        # Far from the physical bound of 0.45 of capacity in any hour.
        assert max(year) < 0.3 * 24 * 31
    assert solar.full_load_hours(49.6, Month(2020, 12)) < solar.full_load_hours(38.8, Month(2020, 12))


@pytest.mark.parametrize(
    ("text", "after", "days"), [("2020-02", "2020-03", 29), ("2019-02", "2019-03", 28), ("2019-12", "2020-01", 31)]
)
def test_months_follow_each_other(text: str, after: str, days: int) -> None:
    month = Month.parse(text)
    assert (month.text, month.next.text, month.next.previous, month.days) == (text, after, month, days)
