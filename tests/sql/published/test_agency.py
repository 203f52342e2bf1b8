"""What the region's own agency tells: rows of every banner under one sender, persons under the token that the register gave them."""

from __future__ import annotations

from datetime import date

import psycopg
import pytest
from psycopg import sql
from sql.staged import BANNER, SENDER, number, stage
from steppe import database, settings, warehouse

MAY, JUNE = date(2020, 5, 1), date(2020, 6, 1)
AGENCY, ELSEWHERE = settings.REGION_CODE, "150602"


def publish(
    connection: database.Connection, source: str, period: date, rows: dict[str, list[dict[str, object]]]
) -> None:
    warehouse.publish(connection, stage(connection, source, period, rows, sender=AGENCY))


def one(connection: database.Connection, query: str) -> object:
    row = connection.execute(query).fetchone()  # type: ignore[arg-type]
    return row[0] if row else None


def test_a_person_has_the_token_of_the_register_in_every_feed(loader: database.Connection) -> None:
    register = {"person": [{"id_number": number(1), "name": "白音"}]}
    warehouse.publish(loader, stage(loader, "household_registry", MAY, register, sender=SENDER))
    publish(loader, "labour_export", MAY, {"export_person": [{"batch_code": "B1", "id_number": number(1)}]})
    publish(loader, "training", MAY, {"attendance": [{"course_code": "C1", "id_number": number(1), "month": MAY}]})
    publish(loader, "callback", MAY, {"callback": [{"call_code": "H1", "id_number": number(1), "outcome": "reached"}]})
    publish(loader, "callback", MAY, {"callback": [{"call_code": "H2", "id_number": number(2), "outcome": "refused"}]})

    key = one(loader, "SELECT person_key FROM warehouse.dim_person")
    for table in ("fct_export_person", "fct_attendance_month"):
        assert one(loader, f"SELECT person_key FROM warehouse.{table}") == key, table
    assert one(loader, "SELECT person_key FROM warehouse.fct_callback WHERE call_code = 'H1'") == key
    assert one(loader, "SELECT count(*) FROM warehouse.fct_callback WHERE call_code = 'H2'") == 1
    assert one(loader, f"SELECT count(*) FROM warehouse.fct_callback WHERE person_key <> '{key}'") == 1


def test_a_vacancy_that_is_told_no_longer_ends_and_one_that_changed_has_two_versions(
    loader: database.Connection,
) -> None:
    told = [{"vacancy_code": code, "places": 5, "filled_places": 0} for code in ("V1", "V2", "V3")]
    publish(loader, "vacancy", MAY, {"vacancy": told})
    publish(loader, "vacancy", JUNE, {"vacancy": [told[0], told[1] | {"filled_places": 4}]})

    versions = loader.execute(
        "SELECT vacancy_code, valid_from, valid_to = 'infinity', filled_places FROM warehouse.dim_vacancy "
        "WHERE known_to = 'infinity' ORDER BY vacancy_code, valid_from"
    ).fetchall()
    assert versions == [
        ("V1", MAY, True, 0),
        ("V2", MAY, False, 0),
        ("V2", JUNE, True, 4),
        ("V3", MAY, False, 0),
    ]


def test_what_the_gate_would_have_refused_the_table_refuses_too(loader: database.Connection) -> None:
    overfull = {"vacancy_code": "V1", "places": 5, "filled_places": 6}
    with pytest.raises(psycopg.errors.CheckViolation):
        publish(loader, "vacancy", MAY, {"vacancy": [overfull]})


def test_a_league_sees_its_banners_of_what_the_agency_told(
    loader: database.Connection, admin: database.Connection
) -> None:
    offers = [{"vacancy_code": f"V{place}", "region_code": place, "filled_places": 0} for place in (BANNER, ELSEWHERE)]
    publish(loader, "vacancy", MAY, {"vacancy": offers})
    admin.execute("INSERT INTO ops.region_grant VALUES ('steppe_test_ordos', '150600')")
    with admin.transaction(force_rollback=True):
        admin.execute("CREATE ROLE steppe_test_ordos IN ROLE steppe_analyst")
        admin.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier("steppe_test_ordos")))
        seen = admin.execute("SELECT region_code, sender_code FROM warehouse.dim_vacancy").fetchall()
    assert seen == [(ELSEWHERE, AGENCY)]
    with admin.transaction(force_rollback=True):
        admin.execute("SET LOCAL ROLE steppe_analyst")
        assert admin.execute("SELECT count(*) FROM warehouse.dim_vacancy").fetchone() == (2,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            admin.execute("SELECT key_hash FROM warehouse.dim_vacancy")
