"""Identity: tokens are keyed HMACs, the key stays outside the server, names and phones stay in the vault."""

from __future__ import annotations

import hmac
import uuid
from datetime import date

from sql.staged import number, stage
from steppe import database, settings, warehouse
from steppe.warehouse.identity import tokeniser

MAY, JUNE = date(2020, 5, 1), date(2020, 6, 1)


def test_the_token_is_the_hmac_of_the_number() -> None:
    for key in (b"k", bytes(range(32)), bytes(200)):
        expected = hmac.digest(key, b"150404198005010011", "sha256").hex()[:32].encode()
        assert tokeniser(key)(b"150404198005010011") == expected
    assert tokeniser(b"k")(b"1") != tokeniser(b"l")(b"1")


def test_a_person_has_one_token_in_every_resource_and_is_named_once(loader: database.Connection) -> None:
    register = stage(
        loader,
        "household_registry",
        MAY,
        {
            "person": [{"id_number": number(1), "name": "张\\三\t四", "phone": "13800000001"}],
            "employment": [
                {"spell_id": "a", "id_number": number(1)},
                {"spell_id": "b", "id_number": number(2)},  # not in the register: a token without a name
                {"spell_id": "c", "id_number": number(2)},
            ],
        },
    )
    assert warehouse.publish(loader, register).persons_named == 2
    insurance = stage(
        loader,
        "social_insurance",
        MAY,
        {
            "enrollment": [{"id_number": number(place), "scheme": "employee_pension"} for place in (1, 3)],
            "contribution": [{"id_number": number(place), "scheme": "employee_pension"} for place in (1, 3, 4)],
        },
    )
    assert warehouse.publish(loader, insurance).persons_named == 2
    key = bytes.fromhex(settings.secret("person_token"))
    expected = {
        number(place): uuid.UUID(bytes=hmac.digest(key, number(place).encode(), "sha256")[:16])
        for place in (1, 2, 3, 4)
    }
    assert dict(loader.execute("SELECT id_number, person_key FROM vault.identity").fetchall()) == expected
    names = loader.execute("SELECT name, phone FROM vault.identity WHERE id_number = %s", (number(1),)).fetchone()
    assert names == ("张\\三\t四", "13800000001")
    joined = "SELECT count(DISTINCT person_key) FROM warehouse.dim_person INNER JOIN warehouse.fct_insurance_month USING (person_key)"
    assert loader.execute(joined).fetchone() == (1,)


def test_a_newer_phone_replaces_the_old_one_and_a_late_period_does_not(loader: database.Connection) -> None:
    for period, phone in ((MAY, "13800000001"), (JUNE, "13800000002"), (date(2020, 4, 1), "13800000003")):
        rows = [{"id_number": number(1), "phone": phone}]
        warehouse.publish(loader, stage(loader, "household_registry", period, {"person": rows}))
    assert loader.execute("SELECT phone FROM vault.identity").fetchall() == [("13800000002",)]


def test_no_personal_value_reaches_the_warehouse(loader: database.Connection) -> None:
    rows = {
        "person": [
            {"id_number": number(77), "name": "敖登格日勒", "phone": "13812345678", "birth_date": date(1980, 7, 7)}
        ]
    }
    warehouse.publish(loader, stage(loader, "household_registry", MAY, rows))
    warehouse.build(loader)
    tables = loader.execute(
        "SELECT oid::regclass::text FROM pg_class WHERE relnamespace = 'warehouse'::regnamespace AND relkind IN ('r', 'p')"
    ).fetchall()
    assert len(tables) > 10
    for value in (number(77), "敖登格日勒", "13812345678", "1980-07-07"):
        for (table,) in tables:
            query = f"SELECT count(*) FROM {table} AS told WHERE told::text LIKE '%%' || %s || '%%'"
            assert loader.execute(query, (value,)).fetchone() == (0,), table  # type: ignore[arg-type]
    # The same search finds what is there.
    found = loader.execute(
        "SELECT count(*) FROM warehouse.dim_person AS told WHERE told::text LIKE '%1980%'"
    ).fetchone()
    assert found == (1,)
