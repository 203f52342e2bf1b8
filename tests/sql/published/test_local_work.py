"""Layoffs, workshops, welfare posts and businesses: the tables take what the gate accepts, and refuse what contradicts itself."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from sql.staged import number, stage
from steppe import database, warehouse
from steppe.warehouse import targets

MAY, JUNE = date(2020, 5, 1), date(2020, 6, 1)
FILE = Path(__file__).parent / "local_work.yaml"
CASES: dict[str, dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
REFUSED = [(target, wrong) for target, case in CASES.items() for wrong in case["refused"]]


def publish(connection: database.Connection, target: str, *, period: date = MAY, **changes: Any) -> warehouse.Published:
    case = CASES[target]
    found = next(one for one in targets.of_source(case["source"]) if one.name == target)
    person = {"id_number": number(1)} if found.names_persons else {}
    rows = {case["resource"]: [case["row"] | person | changes]}
    return warehouse.publish(connection, stage(connection, case["source"], period, rows))


@pytest.mark.parametrize("target", CASES)
def test_a_row_is_published_and_a_person_under_a_token(loader: database.Connection, target: str) -> None:
    named = publish(loader, target).persons_named
    columns = [column for column, in loader.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0", (f"warehouse.{target}",)
    )]  # fmt: skip
    assert "name" not in columns
    assert ("person_key" in columns) == bool(named)
    joined = f"SELECT count(*) FROM warehouse.{target}" + (
        " INNER JOIN vault.identity USING (person_key)" if named else ""
    )
    assert loader.execute(joined).fetchone() == (1,)  # type: ignore[arg-type]


@pytest.mark.parametrize(("target", "wrong"), REFUSED, ids=str)
def test_a_row_that_contradicts_itself_is_not(loader: database.Connection, target: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        publish(loader, target, **wrong)


def test_a_layoff_is_open_until_it_is_told_to_be_settled_and_what_was_known_before_stays(
    loader: database.Connection,
) -> None:
    first = publish(loader, "fct_layoff")
    publish(loader, "fct_layoff", period=JUNE, wages_paid_on=date(2020, 6, 9))
    query = "SELECT wages_paid_on, period FROM warehouse.fct_layoff WHERE known_from <= %(at)s AND known_to > %(at)s"
    assert loader.execute(query, {"at": first.published_at}).fetchall() == [(None, MAY)]
    assert loader.execute(query, {"at": "now"}).fetchall() == [(date(2020, 6, 9), JUNE)]


def test_a_post_changes_hands_and_both_holders_are_kept(loader: database.Connection) -> None:
    case = CASES["fct_welfare_post_month"]
    for period, person, ended in ((MAY, number(1), date(2020, 5, 20)), (JUNE, number(2), None)):
        row = case["row"] | {"id_number": person, "month": period, "ended_on": ended}
        warehouse.publish(loader, stage(loader, "welfare_post", period, {"post_holder": [row]}))
    held = loader.execute(
        "SELECT month, ended_on IS NULL, count(DISTINCT person_key) FROM warehouse.fct_welfare_post_month "
        "WHERE known_to = 'infinity' GROUP BY 1, 2 ORDER BY 1"
    ).fetchall()
    assert held == [(MAY, False, 1), (JUNE, True, 1)]
