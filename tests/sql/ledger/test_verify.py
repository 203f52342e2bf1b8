"""Verification finds any changed cell, missing row and row inserted past the posting, and names it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb
from sql.ledger.conftest import BANNER, OTHER_BANNER, Facts, paid
from sql.ledger.region import Region
from sql.ledger.test_post import MAY
from steppe import ledger
from steppe.database import Connection

KEYS = {
    "transfer": ("region_code", "transfer_id"),
    "seal": ("region_code", "batch_no"),
    "account": ("region_code", "account_code"),
    "balance": ("region_code", "account_code", "batch_no"),
    "decision": ("region_code", "claim_key", "decision_no"),
    "payment_order": ("region_code", "payment_reference"),
    "payment_line": ("region_code", "payment_reference", "line_no"),
    "approval": ("region_code", "payment_reference", "approver"),
}


def test_no_table_of_the_ledger_is_left_out(admin: Connection) -> None:
    """A table that is added has to be tampered with here, too."""
    rows = admin.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'ledger'::regnamespace AND relkind IN ('r', 'p')"
    )
    assert {name for (name,) in rows} == set(KEYS)


@pytest.fixture
def posted(facts: Facts, loader: Connection, admin: Connection) -> Connection:
    """A ledger with reversals, and with subsidies in every state, seen by the owner, who may do anything."""
    elsewhere = [(table, {**row, "region_code": OTHER_BANNER, "sender_code": "150400"}) for table, row in MAY]
    facts.publish(elsewhere)
    for amount in (300, 310, 320):
        facts.publish([*([] if amount > 300 else MAY), *([paid(1, amount)] if amount > 300 else [])])
        ledger.post(loader)
    region = Region(admin, loader)
    for person in (1, 2, 3):
        region.works_away(person)
    region.works_away(4, evidence_tier=4)
    region.post()
    order = region.release()
    region.answer(order, 1)
    region.answer(order, 2, "returned")
    region.works_away(1, evidence_tier=4)
    region.works_away(5)
    region.post()
    region.propose()
    assert ledger.verify(admin) == []
    admin.commit()
    return admin


def row_name(table: str, row: dict[str, Any]) -> str:
    return {
        "transfer": "transfer {transfer_id}",
        "seal": "batch {batch_no}",
        "account": "account {account_code}",
        "balance": "balance {account_code} batch {batch_no}",
        "decision": "decision {claim_key} {decision_no}",
        "payment_order": "order {payment_reference}",
        "payment_line": "line {payment_reference} {line_no}",
        "approval": "approval {payment_reference} {approver}",
    }[table].format(**row)


def altered(value: Any, rng: random.Random) -> Any:  # noqa: PLR0911 - one answer per type
    """Another value of the same type."""
    if isinstance(value, bool | int):
        return value + rng.choice([-1, 1, 1000])
    if isinstance(value, bytes):
        place = rng.randrange(len(value))
        return value[:place] + bytes([value[place] ^ 1]) + value[place + 1 :]
    if isinstance(value, str):
        return value + rng.choice("019x#|")
    if isinstance(value, list):
        return Jsonb([*value[1:], {"condition": "other"}])
    if isinstance(value, UUID):
        return UUID(int=value.int ^ 1)
    if value is None:
        return rng.choice([0, 1])
    if hasattr(value, "is_finite"):
        return value + 1
    return value + timedelta(days=1)


def cells(connection: Connection) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Every cell of the ledger as (table, row, column), in a fixed order."""
    for table, key in KEYS.items():
        with connection.cursor(row_factory=psycopg.rows.dict_row) as cursor:
            rows = cursor.execute(
                sql.SQL("SELECT * FROM ledger.{} ORDER BY {}").format(
                    sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, key))
                )
            ).fetchall()
        yield from ((table, row, column) for row in rows for column in row)


def tamper(connection: Connection, table: str, row: dict[str, Any], column: str, value: Any) -> list[str] | None:
    """Change the cell behind every constraint that can be switched off, verify, undo; None when the table itself refuses it."""
    found: list[str] = []
    try:
        with connection.transaction(force_rollback=True):
            connection.execute("SET LOCAL session_replication_role = replica")  # no foreign keys
            connection.execute(
                sql.SQL("UPDATE ledger.{} SET {} = %s WHERE {}").format(
                    sql.Identifier(table),
                    sql.Identifier(column),
                    sql.SQL(" AND ").join(sql.SQL("{} = %s").format(sql.Identifier(name)) for name in KEYS[table]),
                ),
                (value, *(row[name] for name in KEYS[table])),
            )
            found = [violation.row for violation in ledger.verify(connection)]
    except psycopg.errors.IntegrityError:
        return None
    return found


def check_tampering(connection: Connection, places: int, seed: int) -> None:
    rng = random.Random(seed)
    every = list(cells(connection))
    outcomes = {"named": 0, "refused": 0}
    tables = set()
    for table, row, column in rng.sample(every, min(places, len(every))):
        value = altered(row[column], rng)
        found = tamper(connection, table, row, column, value)
        if found is None:
            outcomes["refused"] += 1
            continue
        # A row that took another identity is named by it, or by the gap that it left.
        names = {row_name(table, row), row_name(table, {**row, column: value})}
        if column in KEYS[table]:
            names |= {row_name("transfer", {"transfer_id": row.get("transfer_id", 0) + 1})} | set(found)
        assert found, (seed, table, column)
        assert names & set(found), (seed, table, row_name(table, row), column, found)
        outcomes["named"] += 1
        tables.add(table)
    assert outcomes["named"] > outcomes["refused"], outcomes
    assert tables == set(KEYS)


def test_a_changed_cell_is_found_and_its_row_named(posted: Connection) -> None:
    check_tampering(posted, 500, seed=2020)


@pytest.mark.long
def test_every_changed_cell_is_found(posted: Connection) -> None:
    check_tampering(posted, 10_000, seed=random.SystemRandom().randrange(2**32))


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        pytest.param(
            "DELETE FROM ledger.transfer WHERE region_code = '{banner}' AND transfer_id = 3",
            {"transfer 4": "transfer.gap", "batch 1": "seal.content"},
            id="a row removed",
        ),
        pytest.param(
            "DELETE FROM ledger.seal WHERE region_code = '{banner}' AND batch_no = 2",
            {"batch 3": "seal.chain", "transfer 16": "transfer.batch"},
            id="a seal removed",
        ),
        pytest.param(
            "UPDATE ledger.transfer SET amount_fen = 1, digest = ledger.transfer_digest(region_code, transfer_id, idempotency_key, "
            "debit_account, credit_account, 1, kind, event_date, rule_version, delivery_id, reverses_transfer_id) "
            "WHERE region_code = '{banner}' AND transfer_id = 3",
            {"batch 1": "seal.sha256"},
            id="a row rewritten with its digest",
        ),
        pytest.param(
            "INSERT INTO ledger.transfer SELECT region_code, 20, region_code || ':pv_wage:x#1', batch_no, debit_account, 'pv_other:?', "
            "amount_fen, 'pv_wage', event_date, posted_at, rule_version, delivery_id, NULL, digest FROM ledger.transfer "
            "WHERE region_code = '{banner}' AND transfer_id = 19",
            {"transfer 20": "transfer.account", "batch 3": "seal.content"},
            id="a row inserted past the posting",
        ),
        pytest.param(
            "UPDATE ledger.balance SET balance_fen = balance_fen + 1 WHERE region_code = '{banner}' AND batch_no = 3 "
            "AND account_code LIKE 'pv_wage_pool:%'",
            {"balance pv_wage_pool:150428001001 batch 3": "balance.amounts"},
            id="a balance",
        ),
    ],
)
def test_damage_is_named(posted: Connection, damage: str, expected: dict[str, str]) -> None:
    with posted.transaction(force_rollback=True):
        posted.execute("SET LOCAL session_replication_role = replica")
        assert posted.execute(damage.format(banner=BANNER)).rowcount == 1

        found = ledger.verify(posted)

    assert {violation.region_code for violation in found} == {BANNER}
    assert set(expected.items()) <= {(violation.row, violation.rule_id) for violation in found}
    assert all(BANNER in str(violation) for violation in found)


AS_POSTED_BEFORE = """
UPDATE ledger.transfer SET digest = ledger.transfer_digest(
    region_code, transfer_id, idempotency_key, debit_account, credit_account, amount_fen, kind, event_date, rule_version, delivery_id,
    reverses_transfer_id
)
"""
SEALED_AGAIN = """
UPDATE ledger.seal SET previous_sha256 = chain.before, sha256 = ledger.seal_digest(
    seal.region_code, batch_no, first_transfer_id, last_transfer_id, amount_fen, posted_at, publication_id, chain.before, (
        SELECT string_agg(digest, ''::bytea ORDER BY transfer_id) FROM ledger.transfer
        WHERE transfer.region_code = seal.region_code AND transfer.batch_no = seal.batch_no
    )
)
FROM (
    SELECT region_code, batch_no AS no, lag(sha256, 1, sha256(convert_to(region_code, 'UTF8'))) OVER (
        PARTITION BY region_code ORDER BY batch_no
    ) AS before FROM ledger.seal
) AS chain
WHERE chain.region_code = seal.region_code AND chain.no = seal.batch_no AND seal.batch_no = %s
"""


def test_transfers_with_their_number_in_the_digest_verify(posted: Connection) -> None:
    """They were posted before ledger.content_digest, and are what was posted; another number is found by the digest."""
    with posted.transaction(force_rollback=True):
        posted.execute("SET LOCAL session_replication_role = replica")
        posted.execute(AS_POSTED_BEFORE)
        for (batch_no,) in posted.execute("SELECT DISTINCT batch_no FROM ledger.seal ORDER BY batch_no").fetchall():
            posted.execute(SEALED_AGAIN, (batch_no,))
        assert ledger.verify(posted) == []

        last = posted.execute(
            "UPDATE ledger.transfer SET transfer_id = transfer_id + 1 WHERE region_code = %s AND transfer_id = "
            "(SELECT max(transfer_id) FROM ledger.transfer WHERE region_code = %s) RETURNING transfer_id",
            (BANNER, BANNER),
        ).fetchone()
        assert last
        assert (f"transfer {last[0]}", "transfer.digest") in {
            (each.row, each.rule_id) for each in ledger.verify(posted)
        }


def test_the_auditor_can_verify(posted: Connection) -> None:
    from steppe import database

    with database.connect("auditor") as auditor:
        assert ledger.verify(auditor) == []
        assert any(total.accounts for total in ledger.totals(auditor))
