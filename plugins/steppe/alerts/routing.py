"""Routes: which alerts an address takes, and when. An address of ``STEPPE_ALERT_URLS`` may say so itself, among its own parameters.

``dingtalk://token?owner=能源局&region=150400&level=league&severity=warning&quiet=22:00-07:00`` takes what concerns contracts whose owner
is named so, in that league and its banners, from the moment it is the league's, warnings and worse; at night only what is critical.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time
from typing import Protocol
from urllib.parse import unquote

from steppe import settings
from steppe.alerts.incidents import LEVELS, SEVERITIES

PARAMETERS = ("owner", "region", "level", "severity", "quiet")


class Routed(Protocol):
    """What of an alert decides where it goes."""

    @property
    def severity(self) -> str: ...
    @property
    def worst(self) -> str:
        """Severity of its incident: who was told of it is told that it is over."""

    @property
    def owner(self) -> str | None: ...
    @property
    def level(self) -> str | None: ...
    @property
    def regions(self) -> list[str]:
        """The region it concerns and those above it."""


@dataclass(frozen=True)
class Route:
    """What an address takes; a field that is not given lets everything through.

    Attributes:
        owner: part of the name of the contract's owner.
        region: code of a region; what concerns it or a region below.
        level: takes it from this level of escalation on.
        severity: the least severe that is taken.
        quiet: hours of the day in which only what is critical is sent; the rest waits.
        fault: what is wrong with the parameters; each attempt fails with it, where a silent omission would not be seen.
    """

    owner: str = ""
    region: str = ""
    level: str = "banner"
    severity: str = "info"
    quiet: tuple[time, time] | None = None
    fault: str | None = None

    def takes(self, alert: Routed) -> bool:
        levels = list(LEVELS)
        return (
            self.owner in (alert.owner or "")
            and (not self.region or self.region in alert.regions)
            and levels.index(alert.level or "region") >= levels.index(self.level)
            and SEVERITIES.index(alert.worst) <= SEVERITIES.index(self.severity)
        )

    def rests(self, alert: Routed, now: datetime) -> bool:
        """Whether an alert has to wait for the end of the quiet hours."""
        if self.quiet is None or alert.severity == "critical":
            return False
        begins, ends = self.quiet
        clock = now.astimezone(settings.CALENDAR).time()
        return begins <= clock < ends if begins <= ends else clock >= begins or clock < ends


def part(url: str) -> tuple[str, Route]:
    """An address without the parameters of its route, and the route."""
    address, mark, query = url.partition("?")
    given: dict[str, str] = {}
    rest = []
    for item in query.split("&") if mark else []:
        name, _, value = item.partition("=")
        if name in PARAMETERS:
            given[name] = unquote(value)
        else:
            rest.append(item)
    return (f"{address}?{'&'.join(rest)}" if rest else address), _route(given)


def _route(given: dict[str, str]) -> Route:
    known = {
        "region": r"[0-9]{6}",
        "level": "|".join(LEVELS),
        "severity": "|".join(SEVERITIES),
        "quiet": r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d",
    }
    for name, form in known.items():
        if name in given and not re.fullmatch(form, given[name]):
            return Route(fault=f"{name} is not {form}")
    begins, _, ends = given.pop("quiet", "").partition("-")
    quiet = (time.fromisoformat(begins), time.fromisoformat(ends)) if begins else None
    return Route(**given, quiet=quiet)
