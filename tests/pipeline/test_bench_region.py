"""The region's bench at a small size: every month and step is measured, and what is too slow or too large is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from steppe import bench_region
from steppe.bench_region import BASELINE, FIRST, SECOND, Month, Report


@pytest.fixture
def _addresses(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """The bench says where its own warehouse is; what was said before comes back."""
    for name in ("STEPPE_WAREHOUSE_URL", "STEPPE_INBOX", "STEPPE_ARCHIVE_URL"):
        monkeypatch.setenv(name, "")


@pytest.mark.usefixtures("_addresses")
def test_every_month_is_measured_step_by_step() -> None:
    said: list[str] = []

    report = bench_region.run(said.append, scale=0.002)

    assert [month.month for month in report.months] == [BASELINE, FIRST, SECOND]
    steps = ["load", "identify", "build", "post", "post_subsidies", "refresh_marts"]
    assert all(list(month.steps) == steps and month.rows > 1_000 for month in report.months), report
    assert [bound.name.split(",")[0] for bound in report.bounds()] == ["2020-05", "2020-06", "memory"]
    assert report.peak_memory_mb > 100, "a server and its loaders hold more"
    assert sum(": " in line for line in said) == len(steps) * 3


def test_what_is_too_slow_or_too_large_is_told() -> None:
    slow = Report([Month(FIRST, 1, {"load": 599.0, "build": 1.1}), Month(SECOND, 1, {"load": 300.1})], 1500.1)
    good = Report([Month(FIRST, 1, {"load": 599.0}), Month(SECOND, 1, {"load": 299.9})], 1499.9)

    assert not any(bound.is_met for bound in slow.bounds())
    assert all(bound.is_met for bound in good.bounds())
