"""Routes: what an address says of itself, and what that lets through."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from steppe import settings
from steppe.alerts import configured
from steppe.alerts.routing import Route, part


@dataclass(frozen=True)
class Given:
    severity: str = "warning"
    worst: str = "warning"
    owner: str | None = "自治区能源局与电网结算中心"
    level: str | None = "banner"
    regions: list[str] = field(default_factory=lambda: ["150421", "150400", "150000"])


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2020-06-03T{clock}").replace(tzinfo=settings.CALENDAR)


def test_an_address_is_parted_from_its_route() -> None:
    url = "mailto://user:pw@host:25?from=a@b.org&owner=%E8%83%BD%E6%BA%90%E5%B1%80&to=c@d.org&quiet=22:00-07:00"
    address, route = part(url)
    assert address == "mailto://user:pw@host:25?from=a@b.org&to=c@d.org"
    assert (route.owner, route.fault) == ("能源局", None)
    assert part("dingtalk://token?level=league")[0] == "dingtalk://token"
    assert part("json://host/path?-owner=x&+level=y") == ("json://host/path?-owner=x&+level=y", Route())


def test_a_route_does_not_make_another_channel() -> None:
    """It would be sent everything of the last days again."""
    plain, routed = configured("dingtalk://token"), configured("dingtalk://token?severity=critical")
    assert [channel.name for channel in plain] == [channel.name for channel in routed]
    assert routed[0].route.severity == "critical"


@pytest.mark.parametrize(
    ("query", "alert", "is_taken"),
    [
        ("", Given(), True),
        ("owner=能源局", Given(), True),
        ("owner=能源局", Given(owner="自治区扶贫办信息中心"), False),
        ("owner=能源局", Given(owner=None), False),
        ("region=150421", Given(), True),
        ("region=150400", Given(), True),
        ("region=150400", Given(regions=["150500", "150000"]), False),
        ("level=league", Given(), False),
        ("level=league", Given(level="league"), True),
        ("level=league", Given(level="region"), True),
        ("level=region", Given(level=None), True),  # from before incidents
        ("severity=warning", Given(), True),
        ("severity=critical", Given(), False),
        ("severity=critical", Given(severity="info", worst="critical"), True),  # it is over: told to whom it was told
        ("region=150400&level=region", Given(level="league"), False),
    ],
)
def test_what_is_taken(query: str, alert: Given, is_taken: bool) -> None:
    assert part(f"dingtalk://token?{query}")[1].takes(alert) is is_taken


@pytest.mark.parametrize(
    ("quiet", "clock", "rests"),
    [
        ("22:00-07:00", "21:59", False),
        ("22:00-07:00", "22:00", True),
        ("22:00-07:00", "06:59", True),
        ("22:00-07:00", "07:00", False),
        ("12:00-14:00", "13:00", True),
        ("12:00-14:00", "14:00", False),
    ],
)
def test_quiet_hours(quiet: str, clock: str, rests: bool) -> None:
    route = part(f"dingtalk://token?quiet={quiet}")[1]
    assert route.rests(Given(), at(clock)) is rests
    assert not route.rests(Given(severity="critical"), at(clock))
    assert not Route().rests(Given(), at(clock))
    # The calendar is Asia/Shanghai whatever the clock is in.
    assert route.rests(Given(), at(clock).astimezone(tz=None) + timedelta(0)) is rests


@pytest.mark.parametrize("query", ["level=county", "severity=bad", "region=赤峰", "quiet=22-7", "quiet=24:00-07:00"])
def test_a_wrong_route_fails_aloud(query: str) -> None:
    (channel,) = configured(f"json://127.0.0.1:9/?{query}")
    answer = channel.send(None)  # type: ignore[arg-type]
    assert not answer.is_sent
    assert query.partition("=")[0] in answer.response
    assert "STEPPE_ALERT_URLS" in answer.response
    assert channel.route.takes(replace(Given(), worst="info"))
