"""Lists: C2.4's two lists and their counts agree; C2.3 puts each of last year's out-migrants in exactly one class."""

from __future__ import annotations

from datetime import date
from typing import Any

import psycopg
import pytest
from sql.staged import BANNER, number, stage
from steppe import database, warehouse

DECEMBER, MAY = date(2019, 12, 1), date(2020, 5, 1)
OUT = {"work_place_class": "other_province"}
# Each was out in 2019; what the register says of him in May 2020 (None: he is not in it any more), and his class.
LAST_YEAR: list[tuple[dict[str, Any] | None, str]] = [
    (OUT, "out_again"),
    ({"work_place_class": "within_county"}, "working_locally"),
    ({}, "not_out_willing"),
    ({"willing_to_go": "unwilling"}, "not_out_unwilling"),
    ({"willing_to_go": "unable"}, "cannot_go"),
    ({"life_status": "dead"}, "cannot_go"),
    ({"labour_ability": "lost"}, "cannot_go"),
    ({"student_status": "higher"}, "cannot_go"),
    ({"birth_date": date(1950, 1, 1)}, "cannot_go"),
    ({"willing_to_go": "unknown"}, "lost_contact"),
    ({"life_status": "missing"}, "lost_contact"),
    (None, "lost_contact"),
]


def bring_up(loader: database.Connection, period: date, persons: list[dict[str, Any]], **options: Any) -> None:
    warehouse.publish(loader, stage(loader, "household_registry", period, {"person": persons}, **options))
    warehouse.build(loader)
    warehouse.refresh_marts(loader)


@pytest.fixture
def two_years(loader: database.Connection) -> database.Connection:
    bring_up(loader, DECEMBER, [{"id_number": number(place)} | OUT for place in range(len(LAST_YEAR))])
    told = [{"id_number": number(place)} | now for place, (now, _) in enumerate(LAST_YEAR) if now is not None]
    new = [{"id_number": number(100 + place)} | OUT for place in range(3)]
    bring_up(loader, MAY, [*told, *new, {"id_number": number(200)}])
    return loader


def test_everyone_of_last_year_is_in_the_class_that_is_his(two_years: database.Connection) -> None:
    found = dict(
        two_years.execute(
            "SELECT id_number, class FROM mart.list_last_year_migrants INNER JOIN vault.identity USING (person_key, sender_code) "
            "WHERE month = %s",
            (MAY,),
        ).fetchall()
    )
    assert found == {number(place): expected for place, (_, expected) in enumerate(LAST_YEAR)}


def test_classes_sum_to_the_list_and_the_new_are_apart(two_years: database.Connection) -> None:
    columns = "listed_persons, out_again, working_locally, not_out_willing, not_out_unwilling, cannot_go, lost_contact, new_this_year"
    for region in ("150000", "150400", BANNER):
        row = two_years.execute(
            f"SELECT {columns} FROM mart.last_year_migrants WHERE region_code = %s AND month = %s",  # type: ignore[arg-type]
            (region, MAY),
        ).fetchone()
        assert row == (12, 1, 1, 1, 1, 5, 3, 3)
    with pytest.raises(psycopg.errors.CheckViolation), two_years.transaction():
        two_years.execute("UPDATE mart.last_year_migrants SET lost_contact = lost_contact + 1")


def test_the_lists_agree_with_their_counts(two_years: database.Connection) -> None:
    def count(view: str) -> int:
        row = two_years.execute(f"SELECT count(*) FROM mart.{view} WHERE month = %s", (MAY,)).fetchone()  # type: ignore[arg-type]
        assert row
        return int(row[0])

    row = two_years.execute(
        "SELECT registered_persons, employed_persons, willing_persons FROM mart.list_count WHERE month = %s", (MAY,)
    ).fetchone()
    assert row == (
        15,
        5,
        3,
    )  # employed: one out again, one locally, three new; willing: one of last year, one locally, one other
    assert (count("list_employed"), count("list_willing_out")) == (5, 3)


def test_a_sender_that_has_not_delivered_says_nothing_yet(loader: database.Connection) -> None:
    other = {"region_code": "150602", "village_code": "150602001001"}
    bring_up(loader, DECEMBER, [{"id_number": number(1)} | OUT])
    bring_up(loader, DECEMBER, [{"id_number": number(2)} | OUT | other], sender="150600")
    bring_up(loader, MAY, [{"id_number": number(1)}])
    assert loader.execute("SELECT count(*) FROM mart.list_last_year_migrants WHERE month = %s", (MAY,)).fetchone() == (
        1,
    )
    bring_up(loader, MAY, [{"id_number": number(3)} | other], sender="150600")
    classes = loader.execute(
        "SELECT class FROM mart.list_last_year_migrants WHERE month = %s ORDER BY 1", (MAY,)
    ).fetchall()
    assert classes == [("lost_contact",), ("not_out_willing",)]
