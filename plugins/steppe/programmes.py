"""Rules as files: indicators (C2.7); programmes, funds, budgets, which fund pays what, what excludes what (C3.4 to C5.4, C7.1).

A file that contradicts itself or another is refused with its name and line, and nothing is loaded.
"""

from __future__ import annotations

import csv
import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from psycopg import sql

from steppe import settings
from steppe.database import Connection
from steppe.errors import SettingsError

# Beyond any day that a fact can have; PostgreSQL's own name for it.
ALWAYS, OPEN = "-infinity", "infinity"


@dataclass(frozen=True)
class Column:
    """A column of a file: how its text is read, and what an empty cell means (``required`` has no such meaning)."""

    name: str
    read: Callable[[str], Any]
    empty: Any = None
    is_required: bool = True

    @property
    def stored(self) -> str:
        """Its name in the table: money is written in yuan and kept in fen."""
        return self.name.replace("_yuan", "_fen")


@dataclass(frozen=True)
class File:
    """A file of rules and the table of ``ops`` that holds it; two rows of one key may not hold on the same day."""

    name: str
    table: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Row:
    """A row with the line that it stands on, and its values by the table's columns."""

    line: int
    values: Mapping[str, Any]


Rules = dict[str, list[Row]]


def _text(text: str) -> str:
    return text


def _day(text: str) -> str:
    return date.fromisoformat(text).isoformat()


def _whole(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def _fen(text: str) -> int:
    """Yuan with at most two decimals, as fen."""
    amount = Decimal(text) * 100
    if not amount.is_finite() or amount != amount.to_integral_value() or amount < 0:
        raise ValueError
    return int(amount)


def _percent(text: str) -> Decimal:
    share = Decimal(text)
    if not 0 < share <= 100:
        raise ValueError
    return share


def _sql_file(text: str) -> str:
    if not (text.endswith(".sql") and (settings.SQL / text).is_file()):
        raise ValueError
    return text


def _month(text: str) -> str:
    if not text.endswith("-01"):
        raise ValueError
    return _day(text)


def _one_of(*codes: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in codes:
            raise ValueError(f"one of {', '.join(codes)}")
        return text

    return read


def _flag(text: str) -> bool:
    return _one_of("yes", "no")(text) == "yes"


def _optional(name: str, read: Callable[[str], Any], empty: Any = None) -> Column:
    return Column(name, read, empty, is_required=False)


_FUND, _PROGRAMME, _REGION = (Column(name, _text) for name in ("fund_code", "programme_code", "region_code"))
_VALID = (Column("valid_from", _day), _optional("valid_through", _day, OPEN))
_ORIGIN = (Column("clause", _text), Column("source", _text), Column("status", _one_of("confirmed", "unconfirmed")))
_SCOPE, _PERIOD = _one_of("person", "payee", "payee_person"), _one_of("day", "month", "year", "ever")

FILES = (
    File(
        "indicators.csv",
        "indicator",
        ("indicator", "version"),
        (
            Column("indicator", _text),
            Column("version", _whole),
            Column("valid_from", _month),
            Column("label_zh", _text),
            Column("label_en", _text),
            Column("definition", _text),
            Column("sql_file", _sql_file),
            Column("grain", _one_of("person", "event")),
            *_ORIGIN,
        ),
    ),
    File(
        "funds.csv",
        "fund",
        ("fund_code",),
        (
            _FUND,
            Column("family", _one_of("employment", "poverty", "local_aid", "village")),
            Column("label_zh", _text),
            Column("label_en", _text),
            *_ORIGIN,
        ),
    ),
    File(
        "budgets.csv",
        "fund_budget",
        ("fund_code", "region_code", "year"),
        (_FUND, _REGION, Column("year", _whole), Column("budget_yuan", _fen), *_ORIGIN),
    ),
    File(
        "programmes.csv",
        "programme",
        ("programme_code", "region_code"),
        (
            _PROGRAMME,
            _REGION,
            *_VALID,
            Column("label_zh", _text),
            Column("label_en", _text),
            Column("settlement", _one_of("payment", "village", "referral")),
            Column("unit", _one_of("case", "person", "month", "day")),
            _optional("amount_yuan", _fen),
            _optional("rate_percent", _percent),
            _optional("window_from", _day, ALWAYS),
            _optional("window_through", _day, OPEN),
            _optional("minimum", _whole),
            _optional("minimum_unit", _text),
            _optional("evidence_tier", lambda text: int(_one_of("1", "2", "3", "4")(text))),
            _optional("cap_units", _whole),
            _optional("cap_yuan", _fen),
            _optional("cap_scope", _SCOPE),
            _optional("cap_period", _PERIOD),
            Column("clause", _text),
            Column("legal_basis", _text),
            *_ORIGIN[1:],
        ),
    ),
    File(
        "fund_rules.csv",
        "fund_rule",
        ("programme_code", "fund_code", "region_code"),
        (_PROGRAMME, _FUND, _REGION, *_VALID, Column("is_allowed", _flag), Column("priority", _whole), *_ORIGIN),
    ),
    File(
        "exclusions.csv",
        "exclusion",
        ("programme_code", "excluded_by", "region_code"),
        (
            _PROGRAMME,
            Column("excluded_by", _text),
            _REGION,
            *_VALID,
            Column("is_excluded", _flag),
            Column("scope", _SCOPE),
            Column("period", _PERIOD),
            *_ORIGIN,
        ),
    ),
)


def load(connection: Connection, regions: Collection[str]) -> None:
    """Make the tables hold what the files say, and nothing else. A row that is gone stays named by the decisions that it led to.

    Args:
        connection: the owner's; part of the caller's transaction.
        regions: codes that a row may name.

    Raises:
        SettingsError: see ``read``.
    """
    rules = read(settings.PARAMETERS, regions)
    for file in reversed(FILES):
        connection.execute(sql.SQL("DELETE FROM ops.{}").format(sql.Identifier(file.table)))
    with connection.cursor() as cursor:
        for file in FILES:
            columns = list(rules[file.table][0].values) if rules[file.table] else []
            statement = sql.SQL("INSERT INTO ops.{} ({}) VALUES ({})").format(
                sql.Identifier(file.table),
                sql.SQL(", ").join(map(sql.Identifier, columns)),
                sql.SQL(", ").join(sql.Placeholder() * len(columns)),
            )
            cursor.executemany(statement, [tuple(row.values.values()) for row in rules[file.table]])


def read(folder: Path, regions: Collection[str]) -> Rules:
    """The files of a folder by table, each row held to its columns and to the other rows.

    Raises:
        SettingsError: a value cannot be read, two rows hold on one day, a code is unknown, an amount has no source, or programmes give
            way to each other in a circle. The message names file and line.
    """
    rules = {file.table: _read_file(folder, file) for file in FILES}
    funds = {row.values["fund_code"] for row in rules["fund"]}
    programmes = {row.values["programme_code"] for row in rules["programme"]}
    known = {"region_code": regions, "fund_code": funds, "programme_code": programmes, "excluded_by": programmes}
    for file in FILES:
        for row in rules[file.table]:
            for column, codes in known.items():
                if row.values.get(column, next(iter(codes), None)) not in codes:
                    raise _refusal(file, row.line, f"{column}: {row.values[column]} is not known here")
        _refuse_overlaps(file, rules[file.table])
    _refuse_two_in_force(rules["indicator"])
    for row in rules["programme"]:
        _check_programme(row)
    _refuse_circles(rules["exclusion"])
    return rules


def order(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """Programmes so that each comes after those it gives way to.

    Args:
        pairs: (programme, excluded by); a programme that gives way to its own earlier claims gives way to no other by that.

    Raises:
        CycleError: some give way to each other in a circle.
    """
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for programme, excluded_by in sorted(pairs):
        sorter.add(programme, *([excluded_by] if excluded_by != programme else []))
    return list(sorter.static_order())


def _refuse_circles(rows: Sequence[Row]) -> None:
    pairs = [(row.values["programme_code"], row.values["excluded_by"]) for row in rows]
    try:
        order(pairs)
    except CycleError as error:
        circle: list[str] = error.args[1]
        line = max(row.line for row, pair in zip(rows, pairs, strict=True) if {*pair} <= {*circle})
        raise _refusal(FILES[-1], line, f"{', '.join(circle)} give way in a circle: let one of them stand") from None


def _read_file(folder: Path, file: File) -> list[Row]:
    names = [column.name for column in file.columns]
    with (folder / file.name).open(encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle)
        if reader.fieldnames != names:
            raise _refusal(file, 1, f"columns must be {','.join(names)}")
        return [_read_row(file, reader.line_num, record) for record in reader]


def _read_row(file: File, line: int, record: Mapping[str | None, Any]) -> Row:
    if None in record or None in record.values():
        raise _refusal(file, line, f"has not {len(file.columns)} fields")
    has_amount = any(record[column.name] for column in file.columns if column.read in (_fen, _percent))
    values = {}
    for column in file.columns:
        text = record[column.name]
        if not text and column.name == "source" and has_amount:
            raise _refusal(
                file, line, "source: an amount needs one: name the document, or say that it is a working value"
            )
        if not text and column.is_required:
            raise _refusal(file, line, f"{column.name}: is empty: fill it in")
        try:
            values[column.stored] = column.read(text) if text else column.empty
        except (ValueError, InvalidOperation) as error:
            wanted = str(error) if str(error).startswith("one of") else _WANTED.get(column.read, "another value")
            raise _refusal(file, line, f"{column.name}: {text!r} is not {wanted}") from None
    if file.table == "programme":
        digest = hashlib.sha256("|".join(map(str, values.values())).encode()).hexdigest()[:8]
        values["rule_version"] = "/".join(
            (values["programme_code"], values["region_code"], values["valid_from"], digest)
        )
    return Row(line, values)


_WANTED: dict[Callable[[str], Any], str] = {
    _day: "a day, YYYY-MM-DD",
    _month: "the first day of a month, YYYY-MM-01",
    _sql_file: "a file under include/sql",
    _whole: "a whole number from 1",
    _fen: "an amount in yuan with at most two decimals",
    _percent: "a share above 0 and up to 100 per cent",
}


def _refuse_overlaps(file: File, rows: Sequence[Row]) -> None:
    by_key: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        by_key[tuple(row.values[column] for column in file.key)].append(row)
    for key, same in by_key.items():
        last: Row | None = None
        for row in sorted(same, key=lambda row: row.values.get("valid_from", "")):
            begins, ends = row.values.get("valid_from", ""), row.values.get("valid_through", OPEN)
            if begins > ends:
                raise _refusal(file, row.line, f"ends on {ends}, before it begins")
            if last is not None and begins <= last.values.get("valid_through", OPEN):
                raise _refusal(
                    file,
                    row.line,
                    f"{'/'.join(map(str, key))} holds on the same days as line {last.line}: end one before the other",
                )
            last = row


def _refuse_two_in_force(rows: Sequence[Row]) -> None:
    first: dict[tuple[str, str], int] = {}
    for row in rows:
        line = first.setdefault((row.values["indicator"], row.values["valid_from"]), row.line)
        if line != row.line:
            reason = f"{row.values['indicator']}: line {line} is in force from the same month: let one version follow the other"
            raise _refusal(FILES[0], row.line, reason)


def _check_programme(row: Row) -> None:
    values = row.values
    faults = {
        "a referral has no amount, and everything else has an amount_yuan or a rate_percent": (
            (values["settlement"] == "referral") != (values["amount_fen"] is None and values["rate_percent"] is None)
        ),
        "amount_yuan and cap_yuan are above zero, or empty": 0 in (values["amount_fen"], values["cap_fen"]),
        "minimum and minimum_unit come together": (values["minimum"] is None) != (values["minimum_unit"] is None),
        "a cap has a cap_scope and a cap_period": (
            (values["cap_units"] is None and values["cap_fen"] is None)
            != (values["cap_scope"] is None)
            or (values["cap_scope"] is None) != (values["cap_period"] is None)
        ),
    }  # fmt: skip
    for rule, is_broken in faults.items():
        if is_broken:
            raise _refusal(_file("programme"), row.line, rule)


def _file(table: str) -> File:
    return next(file for file in FILES if file.table == table)


def _refusal(file: File, line: int, reason: str) -> SettingsError:
    return SettingsError(f"{file.name}: line {line}: {reason}")
