"""Deliveries arriving in any order give the same warehouse: late months, corrections, rows in quarantine, the same file twice."""

from __future__ import annotations

import contextlib
import os
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sql.staged import number, stage
from steppe import database, settings, warehouse
from steppe.errors import Rejected
from warehouses import fresh_warehouse

HISTORIES, PARTS, FEW = 200, 8, 8
# Each history is one seed, named when it fails; STEPPE_TEST_SEED begins elsewhere.
FIRST_SEED = int(os.environ.get("STEPPE_TEST_SEED", "0"))
# The year ends among them: what is so far this year, and last year's list, begin anew.
MONTHS = (date(2019, 11, 1), date(2019, 12, 1), date(2020, 1, 1), date(2020, 2, 1))
KEYS = {
    "household": "household_id",
    "person": "id_number",
    "employment": "spell_id",
    "contribution": "id_number",
    "station": "station_code",
    "settlement": "station_code",
    "allocation": "village_code",
}
VILLAGES = ("150404001001", "150404001002")

Rows = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class Sent:
    """A file as its sender made it."""

    source: str
    period: date
    made_at: datetime
    rows: Rows
    defective: Mapping[str, Sequence[str]] = field(default_factory=dict)


def rows_of(source: str, period: date, choice: random.Random) -> dict[str, list[dict[str, Any]]]:
    """Few keys with few values, so that the same key is told, told otherwise and not told."""

    def some(count: int) -> list[int]:
        return [position for position in range(1, count + 1) if choice.random() < 0.7]

    village = {position: choice.choice(VILLAGES) for position in range(1, 4)}
    if source == "household_registry":
        return {
            "household": [
                {
                    "household_id": str(key),
                    "village_code": village[key],
                    "village_name": choice.choice("甲乙"),
                    "member_count": 1,
                }
                for key in some(3)
            ],
            "person": [
                {
                    "id_number": number(key),
                    "person_id": str(key),
                    "village_code": VILLAGES[0],
                    "willing_to_go": choice.choice(("willing", "unwilling")),
                    "work_place_class": choice.choice((None, "other_province")),
                }
                for key in some(4)
            ],
            "employment": [
                {
                    "spell_id": str(key),
                    "id_number": number(key),
                    "started_on": choice.choice((date(2019, 11, 3), date(2020, 1, 20))),
                    "work_place_class": choice.choice(("other_province", "within_county")),
                }
                for key in some(2)
            ],
        }
    if source == "social_insurance":
        # A contribution for a month before is told again, and otherwise, months later.
        return {
            "contribution": [
                {
                    "id_number": number(key),
                    "scheme": "employee_pension",
                    "due_month": due,
                    "base_fen": choice.randint(1, 2),
                    "is_received": choice.random() < 0.7,
                }
                for key in some(3)
                for due in MONTHS
                if due <= period and choice.random() < 0.6
            ]
        }
    return {
        "station": [
            {
                "station_code": str(key),
                "village_code": VILLAGES[0],
                "village_name": choice.choice("甲乙"),
                "share_percent": choice.randint(50, 51),
            }
            for key in some(2)
        ],
        "settlement": [
            {"station_code": str(key), "month": month, "coal_received_fen": choice.randint(1, 3)}
            for key in some(2)
            for month in MONTHS
            if month <= period and choice.random() < 0.5
        ],
        "allocation": [
            {"village_code": VILLAGES[0], "month": month, "revenue_fen": 100, "post_wages_fen": choice.randint(70, 90)}
            for month in MONTHS
            if month <= period and choice.random() < 0.5
        ],
    }  # fmt: skip


def history(choice: random.Random) -> list[Sent]:
    """Files in the order in which they were made; a correction has the whole month again, a file that nobody corrects has defects."""
    sent = []
    made_at = datetime(2020, 3, 1, tzinfo=UTC)
    for period in MONTHS:
        for source in ("household_registry", "social_insurance", "pv_revenue"):
            if choice.random() < 0.35:
                continue
            files = 2 if choice.random() < 0.3 else 1
            for _ in range(files):
                made_at += timedelta(hours=1)
                rows = rows_of(source, period, choice)
                defective: dict[str, list[str]] = {}
                if files == 1:
                    for resource in ("person", "household", "station"):
                        broken = [row for row in rows.get(resource, ()) if choice.random() < 0.2]
                        defective[resource] = [str(row[KEYS[resource]]) for row in broken]
                        rows = {**rows, resource: [row for row in rows.get(resource, ()) if row not in broken]}
                sent.append(
                    Sent(
                        source,
                        period,
                        made_at,
                        {name: of for name, of in rows.items() if of},
                        with_all_keys(source, defective),
                    )
                )
    return sent


def with_all_keys(source: str, defective: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Keys as the contract has them: a station's holds its village."""
    return {
        name: [f"{key}|{VILLAGES[0]}" for key in keys] if name == "station" else list(keys)
        for name, keys in defective.items()
        if keys and (source == "pv_revenue") == (name == "station")
    }


def arrive(sent: Sequence[Sent], choice: random.Random, *, undated: bool = False) -> dict[str, warehouse.Content]:
    """What the warehouse says after the files have arrived, with builds in between now and then; undated files stand as they come."""
    with database.connect("loader") as connection:
        published: list[int] = []
        for file in sent:
            delivery_id = stage(
                connection,
                file.source,
                file.period,
                file.rows,
                also_seen=file.defective,
                made_at=None if undated else file.made_at,
            )
            try:
                warehouse.publish(connection, delivery_id)
                published.append(delivery_id)
            except Rejected:  # only an outdated file can be: these were not judged
                connection.rollback()
            if choice.random() < 0.2:
                assert not warehouse.publish(connection, choice.choice(published)).is_new
            if choice.random() < 0.3:
                warehouse.build(connection)
            if choice.random() < 0.1:
                warehouse.refresh_marts(connection)
        warehouse.build(connection)
        warehouse.refresh_marts(connection)
        return {content.table: content for content in warehouse.digests(connection)}


def differing(one: Mapping[str, warehouse.Content], other: Mapping[str, warehouse.Content]) -> list[str]:
    return [table for table in one if one[table] != other[table]]


def compared(template: str, tmp_path: Path, seed: int, *, undated: bool = False) -> list[str]:
    """Tables that say something else when a history's files arrive in another order than they were made."""
    choice = random.Random(seed)
    sent = history(choice)
    said = []
    for name, order in (("made", sent), ("any", choice.sample(sent, len(sent)))):
        folder = tmp_path / f"{seed}{name}{undated}"
        folder.mkdir()
        with fresh_warehouse(template, folder):
            said.append(arrive(order, choice, undated=undated))
    assert said[0]["warehouse.dim_date"].rows
    return differing(*said)


def test_files_in_any_order_give_the_same_warehouse(template: str, tmp_path: Path) -> None:
    for seed in range(FIRST_SEED, FIRST_SEED + FEW):
        assert compared(template, tmp_path, seed) == [], f"seed {seed}"


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
def test_many_histories_in_any_order_give_the_same_warehouse(template: str, tmp_path: Path, part: int) -> None:
    for seed in range(FIRST_SEED + part, FIRST_SEED + HISTORIES, PARTS):
        assert compared(template, tmp_path, seed) == [], f"seed {seed}"


def test_files_that_do_not_say_when_they_were_made_are_told_apart_by_the_same_comparison(
    template: str, tmp_path: Path
) -> None:
    assert any(compared(template, tmp_path, seed, undated=True) for seed in range(12))


# Under this one, late files and corrections change what is known of past months; a history of a seed at random need not.
TELLING_SEED = 0
QUERY = (settings.ROOT / "docs" / "queries" / "target_as_known_on.sql").read_text(encoding="utf-8")
MART = (
    "SELECT indicator, region_code, month, achieved_persons, achieved_insured FROM mart.target_progress "
    "WHERE achieved_persons > 0 ORDER BY indicator, month, region_code"
)


@pytest.mark.parametrize("seed", dict.fromkeys((TELLING_SEED, FIRST_SEED)))
def test_a_figure_can_be_had_as_it_was_known_at_any_moment(loader: database.Connection, seed: int) -> None:
    choice = random.Random(seed)
    sent = history(choice)
    known: list[tuple[datetime, list[Any]]] = []
    for file in choice.sample(sent, len(sent)):
        delivery_id = stage(loader, file.source, file.period, file.rows, also_seen=file.defective, made_at=file.made_at)
        with contextlib.suppress(Rejected):
            warehouse.publish(loader, delivery_id)
        loader.rollback()
        warehouse.build(loader)
        warehouse.refresh_marts(loader)
        row = loader.execute("SELECT clock_timestamp()").fetchone()
        assert row
        known.append((row[0], loader.execute(MART).fetchall()))
        loader.commit()
    for moment, figures in known:
        asked = QUERY.replace("now()", f"'{moment.isoformat()}'::timestamptz")
        assert loader.execute(asked).fetchall() == figures, f"seed {seed}, {moment}"  # type: ignore[arg-type]
    if seed == TELLING_SEED:
        assert len({str(figures) for _, figures in known}) > 2
