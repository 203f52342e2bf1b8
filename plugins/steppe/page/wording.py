"""How columns and values read in Chinese and English. The kind of a value is told by its column's name, as everywhere in Steppe."""

from __future__ import annotations

import csv
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from steppe import settings

LANGUAGES = ("zh", "en")
NOTHING = "—"


@cache
def _labels() -> dict[tuple[str, str], tuple[str, str]]:
    with (settings.INCLUDE / "labels.csv").open(encoding="utf-8", newline="") as handle:
        return {(row["column"], row["value"]): (row["zh"], row["en"]) for row in csv.DictReader(handle)}


def _in(language: str, words: tuple[str, str]) -> str:
    return words[LANGUAGES.index(language)]


def has_label(column: str, value: str = "") -> bool:
    return (column, value) in _labels()


def label(column: str, language: str) -> str:
    """What a column is called."""
    words = _labels().get((column, ""))
    return _in(language, words) if words else column


def values_of(column: str, language: str) -> dict[str, str]:
    """The values that a column may have, with what they are called."""
    return {value: _in(language, words) for (name, value), words in _labels().items() if name == column and value}


def told(column: str, value: Any, language: str) -> str:  # noqa: PLR0911 - one line for each kind
    """A value as a person reads it: fen as yuan, moments in Asia/Shanghai, codes by their names."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return _in(language, ("是", "yes") if value else ("否", "no"))
    if (column, str(value)) in _labels():
        return _in(language, _labels()[column, str(value)])
    if column.endswith("_fen"):
        return f"{Decimal(value) / 100:,.2f}"
    if column.endswith("_percent"):
        return f"{value:,.1f} %"
    if isinstance(value, datetime):
        return f"{value.astimezone(settings.CALENDAR):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return f"{value:%Y-%m}" if column.endswith(("month", "period")) else f"{value:%Y-%m-%d}"
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool) and not column.endswith(("year", "_id")):
        return f"{value:,}"
    if isinstance(value, list):
        return "、".join(map(str, value))
    return str(value)


def is_number(column: str, value: Any) -> bool:
    """Whether a value stands at the right of its cell."""
    return (
        isinstance(value, (int, Decimal, float))
        and not isinstance(value, bool)
        and not column.endswith(("year", "_id"))
    )
