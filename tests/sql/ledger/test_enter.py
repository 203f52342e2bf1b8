"""Entering transfers: idempotency, refusals that name both sides, balances, and what each role may do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sql.ledger.conftest import BANNER, OTHER_BANNER, VILLAGE, balances, post_and_die
from steppe import database, ledger
from steppe.database import Connection
from steppe.ledger import LedgerError, Posted, Transfer

TABLES = ("account", "transfer", "seal", "balance")
OPENING = Transfer(
    region_code=BANNER,
    idempotency_key=f"{BANNER}:pv_opening:{VILLAGE}:2020-05#1",
    debit_account=f"pv_village:{VILLAGE}",
    credit_account=f"pv_opening:{VILLAGE}",
    amount_fen=100,
    kind="pv_opening",
    event_date=date(2020, 5, 1),
    rule_version="test",
)
RENT = replace(
    OPENING,
    idempotency_key=f"{BANNER}:pv_use_rent:{VILLAGE}:2020-05#1",
    debit_account=f"pv_land_rent:{VILLAGE}",
    credit_account=f"pv_village:{VILLAGE}",
    amount_fen=60,
    kind="pv_use_rent",
)
# OPENING and RENT are the first two transfers of the banner, in the order of their keys.
RENT_BACK = replace(
    RENT,
    idempotency_key=f"{RENT.idempotency_key}.reversal",
    debit_account=RENT.credit_account,
    credit_account=RENT.debit_account,
    reverses_transfer_id=2,
)


def test_the_same_key_and_body_posts_nothing(loader: Connection) -> None:
    assert ledger.enter(loader, [OPENING, RENT]) == Posted(batches=1, transfers=2, reversals=0, amount_fen=160)

    assert ledger.enter(loader, [RENT, OPENING]) == Posted()
    assert ledger.enter(loader, [replace(OPENING, delivery_id=7, rule_version="later")]) == Posted()
    assert ledger.enter(loader, []) == Posted()


@pytest.mark.parametrize(
    "change",
    [
        {"amount_fen": 101},
        {"debit_account": f"pv_wage_pool:{VILLAGE}"},
        {"credit_account": f"pv_suspense_carry:{VILLAGE}"},
        {"event_date": date(2020, 5, 2)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_same_key_with_another_body_names_both(loader: Connection, change: dict[str, Any]) -> None:
    ledger.enter(loader, [OPENING])

    with pytest.raises(LedgerError) as caught:
        ledger.enter(loader, [RENT, replace(OPENING, **change)])

    assert OPENING.idempotency_key in str(caught.value)
    assert f"batch 1 of {BANNER} (100 fen)" in str(caught.value)
    assert balances(loader) == {OPENING.debit_account: 100, OPENING.credit_account: 100}


@pytest.mark.parametrize(
    ("transfers", "reason"),
    [
        pytest.param([OPENING, replace(RENT, amount_fen=101)], f"pv_village:{VILLAGE} would stand at -1 fen", id="overdrawn"),
        pytest.param([RENT], f"pv_village:{VILLAGE} would stand at -60 fen", id="nothing there to spend"),
        pytest.param([OPENING, OPENING], "a key twice", id="a key twice"),
        pytest.param([replace(OPENING, debit_account="cash:1")], "account cash:1 has no kind", id="unknown kind"),
        pytest.param([replace(OPENING, idempotency_key="pv_opening#1")], "the key pv_opening#1", id="key without region"),
        pytest.param(
            [replace(OPENING, idempotency_key=OPENING.idempotency_key[:-2])], "is not region:kind", id="key without version"
        ),
        pytest.param(
            [replace(OPENING, idempotency_key=f"{OPENING.idempotency_key}.reversal")], "is not region:kind", id="no reversal"
        ),
        pytest.param(
            [OPENING, replace(RENT_BACK, reverses_transfer_id=99)], "does not mirror", id="reversal of what is not there"
        ),
    ],
)  # fmt: skip
def test_a_batch_is_posted_whole_or_not_at_all(loader: Connection, transfers: list[Transfer], reason: str) -> None:
    with pytest.raises(LedgerError, match=r"ledger|key twice") as caught:
        ledger.enter(loader, transfers)

    assert reason in str(caught.value)
    for table in TABLES:
        assert loader.execute(sql.SQL("SELECT count(*) FROM ledger.{}").format(sql.Identifier(table))).fetchone() == (
            0,
        )


def test_a_reversal_takes_its_transfer_back_once(loader: Connection) -> None:
    ledger.enter(loader, [OPENING, RENT])

    assert ledger.enter(loader, [RENT_BACK]) == Posted(batches=1, transfers=1, reversals=1, amount_fen=60)
    assert ledger.enter(loader, [RENT_BACK]) == Posted()
    assert balances(loader)[f"pv_village:{VILLAGE}"] == 100
    assert ledger.verify(loader) == []


@pytest.mark.parametrize(
    "change",
    [
        {"amount_fen": 59},
        {"debit_account": RENT.debit_account, "credit_account": RENT.credit_account},
        {"event_date": date(2020, 6, 1)},
        {"idempotency_key": f"{RENT.idempotency_key[:-1]}2.reversal"},
        {"reverses_transfer_id": 1},
    ],
    ids=["amount", "not mirrored", "date", "key", "another transfer"],
)
def test_a_reversal_that_does_not_mirror_is_refused(loader: Connection, change: dict[str, Any]) -> None:
    ledger.enter(loader, [OPENING, RENT])

    with pytest.raises(LedgerError, match="does not mirror"):
        ledger.enter(loader, [replace(RENT_BACK, **change)])


@pytest.mark.parametrize(
    ("changes", "is_refused"),
    [
        ({}, False),
        ({"reverses_transfer_id": 3}, True),
        ({"region_code": OTHER_BANNER, "idempotency_key": RENT_BACK.idempotency_key.replace(BANNER, OTHER_BANNER)}, True),
        ({"reverses_transfer_id": 1}, True),
        ({"amount_fen": 59}, True),
        ({"debit_account": RENT.debit_account, "credit_account": RENT.credit_account}, True),
        ({"kind": "pv_use_other"}, True),
        ({"event_date": date(2020, 6, 1)}, True),
        ({"idempotency_key": f"{RENT.idempotency_key[:-1]}2.reversal"}, True),
    ],
    ids=["mirrors", "nothing", "another banner", "another transfer", "amount", "not mirrored", "kind", "date", "key"],
)  # fmt: skip
def test_the_table_itself_refuses_a_reversal_that_does_not_mirror(
    loader: Connection, changes: dict[str, Any], is_refused: bool
) -> None:
    """Past the posting, as only the loader could."""
    ledger.enter(loader, [OPENING, RENT])
    row = {
        **vars(RENT_BACK),
        "transfer_id": 4,
        "batch_no": 2,
        "posted_at": "2020-06-01",
        "digest": bytes(32),
        **changes,
    }
    insert = sql.SQL("INSERT INTO ledger.transfer ({}) VALUES ({})").format(
        sql.SQL(", ").join(map(sql.Identifier, row)), sql.SQL(", ").join(sql.Placeholder() * len(row))
    )

    with loader.transaction(force_rollback=True):
        if is_refused:
            with pytest.raises(psycopg.errors.ForeignKeyViolation, match="does not mirror"):
                loader.execute(insert, list(row.values()))
        else:
            assert loader.execute(insert, list(row.values())).rowcount == 1


def test_a_reversal_is_not_reversed(loader: Connection) -> None:
    ledger.enter(loader, [OPENING, RENT])
    ledger.enter(loader, [RENT_BACK])

    with pytest.raises(LedgerError, match="reversal on a reversal only"):
        ledger.enter(
            loader,
            [
                replace(
                    RENT_BACK,
                    idempotency_key=f"{RENT_BACK.idempotency_key}.reversal",
                    debit_account=RENT_BACK.credit_account,
                    credit_account=RENT_BACK.debit_account,
                    reverses_transfer_id=3,
                )
            ],
        )


def test_each_banner_has_numbers_and_a_chain_of_its_own(loader: Connection) -> None:
    elsewhere = replace(
        OPENING, region_code=OTHER_BANNER, idempotency_key=OPENING.idempotency_key.replace(BANNER, OTHER_BANNER, 1)
    )
    assert ledger.enter(loader, [OPENING, elsewhere, RENT]).batches == 2
    ledger.enter(loader, [RENT_BACK])

    chains = loader.execute(
        "SELECT region_code, batch_no, first_transfer_id, last_transfer_id, "
        "previous_sha256 = lag(sha256, 1, sha256(convert_to(region_code, 'UTF8'))) "
        "OVER (PARTITION BY region_code ORDER BY batch_no) FROM ledger.seal ORDER BY 1, 2"
    ).fetchall()
    assert chains == [(OTHER_BANNER, 1, 1, 1, True), (BANNER, 1, 1, 2, True), (BANNER, 2, 3, 3, True)]


@pytest.mark.parametrize("role", ["loader", "analyst", "auditor"])
def test_no_role_may_change_or_remove_a_row(loader: Connection, role: str) -> None:
    ledger.enter(loader, [OPENING])
    with database.connect(role, autocommit=True) as connection:
        for table in TABLES:
            name = sql.Identifier("ledger", table)
            statements = [
                sql.SQL("UPDATE {} SET region_code = region_code").format(name),
                sql.SQL("DELETE FROM {}").format(name),
                sql.SQL("TRUNCATE {}").format(name),
                sql.SQL("ALTER TABLE {} DISABLE ROW LEVEL SECURITY").format(name),
            ]
            if role != "loader":
                statements.append(sql.SQL("INSERT INTO {0} SELECT * FROM {0}").format(name))
            for statement in statements:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(statement)
            assert connection.execute(sql.SQL("SELECT count(*) > 0 FROM {}").format(name)).fetchone() == (True,)


def test_an_analyst_sees_the_banners_granted_to_the_role(loader: Connection, admin: Connection) -> None:
    elsewhere = replace(
        OPENING, region_code=OTHER_BANNER, idempotency_key=OPENING.idempotency_key.replace(BANNER, OTHER_BANNER, 1)
    )
    ledger.enter(loader, [OPENING, elsewhere])

    def seen(grants: list[str]) -> list[set[str]]:
        admin.execute("DELETE FROM ops.region_grant WHERE role_name = 'steppe_analyst'")
        for region in grants:
            admin.execute("INSERT INTO ops.region_grant VALUES ('steppe_analyst', %s)", (region,))
        admin.commit()
        with database.connect("analyst") as analyst:
            return [
                {code for (code,) in analyst.execute(f"SELECT region_code FROM ledger.{name}").fetchall()}
                for name in (*TABLES, "account_balance", "standing_transfer")
            ]

    for grants, expected in (
        ([BANNER], {BANNER}),
        (["150400"], {BANNER, OTHER_BANNER}),
        (["150000"], {BANNER, OTHER_BANNER}),
        (["150500"], set()),
        ([], set()),
    ):
        assert seen(grants) == [expected] * 6, grants


def test_every_unique_key_includes_the_region_and_everything_is_commented(admin: Connection) -> None:
    keys = admin.execute(
        "SELECT indexrelid::regclass::text FROM pg_index "
        "JOIN pg_class ON pg_class.oid = indrelid WHERE relnamespace = 'ledger'::regnamespace AND indisunique "
        "AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = indrelid AND attname = 'region_code' AND attnum = ANY (indkey))"
    ).fetchall()
    assert keys == []
    bare = admin.execute(
        "SELECT pg_class.oid::regclass::text, attname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid "
        "WHERE relnamespace = 'ledger'::regnamespace AND relkind IN ('r', 'v') AND attnum > 0 "
        "AND (col_description(pg_class.oid, attnum) IS NULL OR obj_description(pg_class.oid, 'pg_class') !~ '[一-龥]' "
        "OR col_description(pg_class.oid, attnum) !~ '[A-Za-z].*[一-龥]')"
    ).fetchall()
    assert bare == []


@pytest.mark.parametrize("at", ["before the commit", "create_posting", "insert_batch", "update_mark"])
def test_a_killed_connection_leaves_nothing(
    facts: Any, admin: Connection, warehouse: str, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    """The server process dies inside the transaction; the retry posts what an undisturbed run posts."""
    from sql.ledger.test_post import MAY, MAY_BALANCES

    facts.publish(MAY)
    run: Callable[..., Any] = database.run

    def killing(connection: Connection, path: str, values: Any = None) -> Any:
        done = run(connection, path, values)
        if path == f"30_ledger/{at}.sql":
            admin.execute("SELECT pg_terminate_backend(%s)", (connection.info.backend_pid,))
            admin.commit()
        return done

    victim = database.connect("loader")
    with monkeypatch.context() as patch:
        patch.setattr(database, "run", killing)
        with pytest.raises(psycopg.OperationalError):
            post_and_die(victim, admin)
    victim.close()

    for table in TABLES:
        assert admin.execute(sql.SQL("SELECT count(*) FROM ledger.{}").format(sql.Identifier(table))).fetchone() == (0,)
    with database.connect("loader") as retry:
        assert ledger.post(retry).transfers == 15
        assert balances(retry) == MAY_BALANCES
        assert ledger.verify(retry) == []
