"""How columns and values read in Chinese and English. The kind of a value is told by its column's name, as everywhere in Steppe.

The words are those of ``include/labels.csv``, and for what it leaves out those of the tables of rules and of the contracts: their headings
and code lists.
"""

from __future__ import annotations

import csv
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from steppe import contracts, settings

LANGUAGES = ("zh", "en")
NOTHING = "—"
# What the tables of rules call their rows: file, its column, the columns whose values they name.
NAMED = (
    ("indicators", "indicator", ("definition",)),
    ("programmes", "programme_code", ("definition", "programme_code")),
    ("funds", "fund_code", ("fund_code",)),
)


@cache
def _labels() -> dict[tuple[str, str], tuple[str, str]]:
    known: dict[tuple[str, str], tuple[str, str]] = {}
    for contract in contracts.load_all():
        known["source", contract.source] = (contract.title_zh, contract.title)
        for column in (column for resource in contract.resources for column in resource.columns):
            unit = "（元）" if column.name.endswith("_fen") else ""
            known[column.name, ""] = (f"{column.header}{unit}", _spaced(column.name))
            if column.code_list:
                for code, value in column.code_list.values.items():
                    known[column.name, str(value).lower()] = (column.code_list.labels[code], _spaced(str(value)))
    for file, code, columns in NAMED:
        with (settings.INCLUDE / "parameters" / f"{file}.csv").open(encoding="utf-8", newline="") as handle:
            for row in csv.DictReader(handle):
                known |= {(column, row[code]): (row["label_zh"], row["label_en"]) for column in columns}
    with (settings.INCLUDE / "labels.csv").open(encoding="utf-8", newline="") as handle:
        return known | {(row["column"], row["value"]): (row["zh"], row["en"]) for row in csv.DictReader(handle)}


def _spaced(name: str) -> str:
    return f"{name.removesuffix('_fen')}, yuan".replace("_", " ") if name.endswith("_fen") else name.replace("_", " ")


def _in(language: str, words: tuple[str, str]) -> str:
    return words[LANGUAGES.index(language)]


def has_label(column: str, value: str = "") -> bool:
    return (column, value) in _labels()


def label(column: str, language: str) -> str:
    """What a column is called."""
    words = _labels().get((column, ""))
    return _in(language, words) if words else _spaced(column)


def values_of(column: str, language: str) -> dict[str, str]:
    """The values that a column may have, with what they are called; none for one of numbers or free text."""
    if column.startswith(("is_", "has_")):
        return {str(value).lower(): told(column, value, language) for value in (True, False)}
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
    if (
        isinstance(value, (int, Decimal))
        and not isinstance(value, bool)
        and not column.endswith(("year", "_id", "_no"))
    ):
        return f"{value:,}"
    if isinstance(value, list):
        return "、".join(told(column, each, language) for each in value)
    return str(value)


def is_number(column: str, value: Any) -> bool:
    """Whether a value stands at the right of its cell."""
    return (
        isinstance(value, (int, Decimal, float))
        and not isinstance(value, bool)
        and not column.endswith(("year", "_id"))
    )
