"""Facts of support (microloans, benefit, assistance, deaths) take what the gate accepts, and refuse what contradicts itself."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from sql.staged import number, stage
from steppe import database, warehouse

MAY = date(2020, 5, 1)
CASES: dict[str, dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "support.yaml").read_text(encoding="utf-8"))
REFUSED = [(target, wrong) for target, case in CASES.items() for wrong in case["refused"]]


def publish(connection: database.Connection, target: str, **changes: Any) -> warehouse.Published:
    case = CASES[target]
    row = case["row"] | {"id_number": number(1)} | changes
    return warehouse.publish(connection, stage(connection, case["source"], MAY, {case["resource"]: [row]}))


@pytest.mark.parametrize("target", CASES)
def test_a_row_is_published_under_a_token(loader: database.Connection, target: str) -> None:
    publish(loader, target)
    joined = (
        f"SELECT count(*) FROM warehouse.{target} INNER JOIN vault.identity USING (person_key) WHERE id_number = %s"
    )
    assert loader.execute(joined, (number(1),)).fetchone() == (1,)  # type: ignore[arg-type]


@pytest.mark.parametrize(("target", "wrong"), REFUSED, ids=str)
def test_a_row_that_contradicts_itself_is_not(loader: database.Connection, target: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        publish(loader, target, **wrong)
