"""Which month should be there by now: what a figure's age is measured by."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from steppe import contracts, settings


def month_due(sources: Iterable[str], now: datetime | None = None) -> date | None:
    """The newest month that each of these contracts asks to have been delivered; None where there is none of them."""
    moment = now or datetime.now(settings.CALENDAR)
    known = set(contracts.sources())
    return min((_month_due(source, moment) for source in sources if source in known), default=None)


def deadline(source: str) -> str:
    """How long after the end of a month its delivery is due, as PostgreSQL reads an interval."""
    contract = contracts.load(source)
    return f"{contract.deadline_day - 1} days {contract.deadline_time:%H:%M}"


def _month_due(source: str, now: datetime) -> date:
    contract = contracts.load(source)
    month = _before(now.date())
    return month if contract.deadline(month) <= now else _before(month)


def _before(day: date) -> date:
    """First day of the month before a day's."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)
