"""Bank return lines: who was paid is a person's token or a code, never both, and a return does not hide the payment before it."""

from __future__ import annotations

import hmac
import uuid
from datetime import date
from typing import Any

import psycopg
import pytest
from sql.staged import BANNER, number, stage
from steppe import database, settings, warehouse

MAY, JUNE = date(2020, 5, 1), date(2020, 6, 1)
VILLAGE = f"{BANNER}101201"


def line(code: str, **changes: Any) -> dict[str, Any]:
    """A line paid to a person in May."""
    return {
        "payment_reference": f"job_search-{BANNER}-202004-000001",
        "line_code": code,
        "payee_kind": "person",
        "id_number": number(1),
        "programme_code": "job_search",
        "fund_code": "employment_subsidy",
        "amount_fen": 50_000,
        "paid_on": date(2020, 5, 12),
        "status": "paid",
    } | changes


RETURNED = {"status": "returned", "returned_on": date(2020, 6, 3), "return_reason": "account_wrong"}


def publish(connection: database.Connection, period: date, *lines: dict[str, Any]) -> warehouse.Published:
    return warehouse.publish(connection, stage(connection, "payment", period, {"payment_line": lines}))


def test_a_person_has_a_token_and_any_other_payee_a_code(loader: database.Connection) -> None:
    village = line("2", payee_kind="village", id_number=None, payee_code=VILLAGE)
    assert publish(loader, MAY, line("1"), village).persons_named == 1
    key = bytes.fromhex(settings.secret("person_token"))
    token = uuid.UUID(bytes=hmac.digest(key, number(1).encode(), "sha256")[:16])
    found = loader.execute("SELECT line_code, person_key, payee_code FROM warehouse.fct_payment ORDER BY line_code")
    assert found.fetchall() == [("1", token, None), ("2", None, VILLAGE)]
    # A payee without an ID number is nobody whom the vault could name.
    assert loader.execute("SELECT count(*), count(id_number) FROM vault.identity").fetchone() == (1, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"id_number": None},
        {"payee_code": VILLAGE},
        {"payee_kind": "village", "id_number": None},
        {"amount_fen": 0},
        {"status": "returned"},
        {"return_reason": "other"},
    ],
)
def test_a_line_that_contradicts_itself_is_not_published(loader: database.Connection, wrong: dict[str, Any]) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        publish(loader, MAY, line("1", **wrong))
    loader.rollback()
    assert loader.execute("SELECT count(*) FROM warehouse.fct_payment").fetchone() == (0,)


def test_a_return_replaces_the_payment_which_can_still_be_read(loader: database.Connection) -> None:
    first = publish(loader, MAY, line("1"), line("2"))
    publish(loader, JUNE, line("1", **RETURNED))
    # A second delivery of May brings nothing new of a line that June has told.
    publish(loader, MAY, line("1", amount_fen=40_000), line("2"))
    now = (
        "SELECT line_code, status, amount_fen FROM warehouse.fct_payment WHERE known_to = 'infinity' ORDER BY line_code"
    )
    assert loader.execute(now).fetchall() == [("1", "returned", 50_000), ("2", "paid", 50_000)]
    then = (
        "SELECT status FROM warehouse.fct_payment WHERE line_code = '1' AND known_from <= %(at)s AND known_to > %(at)s"
    )
    assert loader.execute(then, {"at": first.published_at}).fetchall() == [("paid",)]
