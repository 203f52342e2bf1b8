"""fct_employment_month: status, evidence and the three indicators of each person; corrections keep what was known."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from psycopg import sql
from sql.staged import BANNER, SENDER, number, stage
from steppe import database, warehouse

MAY, JUNE = date(2020, 5, 1), date(2020, 6, 1)
CASES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("cases.yaml").read_text(encoding="utf-8"))


def publish(connection: database.Connection, source: str, period: date, rows: dict[str, Any], **options: Any) -> int:
    delivery_id = stage(connection, source, period, rows, **options)
    warehouse.publish(connection, delivery_id)
    return delivery_id


def facts(connection: database.Connection, month: date, columns: list[str]) -> dict[str, dict[str, Any]]:
    """Known rows of a month by ID number."""
    rows = connection.execute(
        sql.SQL(
            "SELECT identity.id_number, {} FROM warehouse.fct_employment_month AS fact "
            "INNER JOIN vault.identity AS identity USING (person_key, sender_code) "
            "WHERE fact.known_to = 'infinity' AND fact.month = %s"
        ).format(sql.SQL(", ").join(sql.Identifier("fact", column) for column in columns)),
        (month,),
    ).fetchall()
    return {row[0]: dict(zip(columns, row[1:], strict=True)) for row in rows}


def test_every_case(loader: database.Connection) -> None:
    rows: dict[str, list[dict[str, Any]]] = {"person": [], "employment": []}
    contributions: list[dict[str, Any]] = []
    for position, case in enumerate(CASES):
        person = {"id_number": number(position)}
        rows["person"].append(person | case.get("person", {}))
        rows["employment"] += [
            {"spell_id": f"{position}-{place}"} | person | spell for place, spell in enumerate(case.get("spells", ()))
        ]
        contributions += [
            {"scheme": "employee_pension", "settled_month": MAY} | person | told
            for told in case.get("contributions", ())
        ]
    publish(loader, "social_insurance", MAY, {"contribution": contributions})
    publish(loader, "household_registry", MAY, rows)
    warehouse.build(loader)
    found = facts(loader, MAY, sorted({column for case in CASES for column in case["expect"]}))
    assert len(found) == len(CASES) > 20
    wrong = {
        case["proves"]: {column: (value, found[number(position)][column]) for column, value in case["expect"].items()}
        for position, case in enumerate(CASES)
        if any(found[number(position)][column] != value for column, value in case["expect"].items())
    }
    assert wrong == {}


def test_late_insurance_reaches_the_month_it_is_for_and_history_stays(loader: database.Connection) -> None:
    spell = {
        "spell_id": "s",
        "id_number": number(1),
        "started_on": date(2020, 3, 1),
        "work_place_class": "other_province",
    }
    register = {"person": [{"id_number": number(1)}, {"id_number": number(2)}], "employment": [spell]}
    for month in (MAY, JUNE):
        publish(loader, "household_registry", month, register)
    first = warehouse.build(loader)
    assert (first.inserted, first.ended) == (4, 0)
    contribution = {"id_number": number(1), "scheme": "employee_pension", "due_month": MAY, "is_received": True}
    # Told by another sender: the person's own register is what is touched.
    told = {"contribution": [contribution | {"region_code": "150602"}]}
    publish(loader, "social_insurance", JUNE, told, sender="150600")
    second = warehouse.build(loader)
    assert {(cell.sender_code, cell.month) for cell in second.cells} == {(SENDER, MAY), (SENDER, JUNE)}
    assert (second.inserted, second.ended) == (2, 2)  # the person in both months, nobody else
    assert facts(loader, MAY, ["evidence_tier"])[number(1)] == {"evidence_tier": 1}
    assert facts(loader, JUNE, ["evidence_tier", "out_migration_tier"])[number(1)] == {
        "evidence_tier": 4,
        "out_migration_tier": 1,
    }
    before = loader.execute(
        "SELECT evidence_tier FROM warehouse.fct_employment_month WHERE month = %s AND known_to < 'infinity'", (MAY,)
    ).fetchall()
    assert before == [(4,)]


def test_only_what_publications_touch_is_built_and_again_changes_nothing(loader: database.Connection) -> None:
    person = {"person": [{"id_number": number(1)}]}
    publish(loader, "household_registry", MAY, person)
    other = {"person": [{"id_number": number(2), "region_code": "150602", "village_code": "150602001001"}]}
    publish(loader, "household_registry", MAY, other, sender="150600")
    assert len(warehouse.build(loader).cells) == 2
    assert warehouse.build(loader) == warehouse.Built(0)
    # A sender whose first month comes later joins the month that is there; what is the same is left alone.
    publish(loader, "household_registry", MAY, person | {"household": [{"household_id": "h"}]})
    again = warehouse.build(loader)
    assert ([cell.sender_code for cell in again.cells], again.inserted, again.ended) == ([SENDER], 0, 0)
    changed = {"person": [{"id_number": number(1), "labour_ability": "lost"}]}
    publish(loader, "household_registry", MAY, changed)
    assert (warehouse.build(loader).ended, len(facts(loader, MAY, ["status"]))) == (1, 2)


def test_rows_of_a_month_lie_by_banner(loader: database.Connection) -> None:
    """Else the index of stretches finds nothing: a reader of one banner would look through a third of the region."""
    banners = ["150402", "150403", "150404"]
    person = [{"id_number": number(place), "region_code": banners[place % 3]} for place in range(600)]
    publish(loader, "household_registry", MAY, {"person": person})
    warehouse.build(loader)
    stored = "SELECT array_agg(region_code ORDER BY ctid) FROM warehouse.fct_employment_month WHERE month = %s"
    assert loader.execute(stored, (MAY,)).fetchone() == (sorted(banners * 200),)


def test_a_month_without_a_snapshot_is_not_filled(loader: database.Connection) -> None:
    for month in (date(2019, 12, 1), MAY):
        publish(loader, "household_registry", month, {"person": [{"id_number": number(1)}]})
    warehouse.build(loader)
    months = loader.execute("SELECT DISTINCT month FROM warehouse.fct_employment_month ORDER BY 1").fetchall()
    assert months == [(date(2019, 12, 1),), (MAY,)]


def test_invariants_hold_in_every_partition(loader: database.Connection) -> None:
    publish(loader, "household_registry", MAY, {"person": [{"id_number": number(1)}]})
    warehouse.build(loader)
    for defect in ("status = 'employed'", "is_in_beijing = true", "status = 'idle'", "known_to = known_from"):
        with pytest.raises(psycopg.errors.CheckViolation), loader.transaction():
            loader.execute(f"UPDATE warehouse.fct_employment_month SET {defect}")  # type: ignore[arg-type]
    with pytest.raises(psycopg.errors.UniqueViolation), loader.transaction():
        loader.execute("INSERT INTO warehouse.fct_employment_month SELECT * FROM warehouse.fct_employment_month")


def test_dimensions_that_no_delivery_brings(loader: database.Connection) -> None:
    publish(loader, "household_registry", MAY, {"household": [{"household_id": "h", "village_name": "甲"}]})
    publish(
        loader,
        "pv_revenue",
        MAY,
        {"station": [{"station_code": "s", "village_code": f"{BANNER}001001", "village_name": "甲"}]},
    )
    warehouse.build(loader)
    village = "SELECT village_name, has_pv_share FROM warehouse.dim_village WHERE known_to = 'infinity'"
    assert loader.execute(village).fetchall() == [("甲", True)]
    publish(loader, "household_registry", JUNE, {"household": [{"household_id": "h", "village_name": "乙"}]})
    publish(
        loader,
        "pv_revenue",
        JUNE,
        {"station": [{"station_code": "s", "village_code": f"{BANNER}001001", "village_name": "乙"}]},
    )
    warehouse.build(loader)
    assert loader.execute(village).fetchall() == [("乙", True)]
    assert loader.execute("SELECT count(*) FROM warehouse.dim_village").fetchone() == (2,)
    regions = loader.execute(
        "SELECT level, count(*), count(league_name) FROM warehouse.dim_region GROUP BY level ORDER BY 2"
    ).fetchall()
    assert regions == [("region", 1, 0), ("league", 12, 12), ("banner", 103, 103)]
    days = "SELECT count(*), min(day), max(day), count(*) FILTER (WHERE is_month_end) FROM warehouse.dim_date WHERE year = 2020"
    assert loader.execute(days).fetchone() == (366, date(2020, 1, 1), date(2020, 12, 31), 12)
