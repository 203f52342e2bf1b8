"""Eligibility: one SQL file per programme finds the candidates, the same three decide them, in the order in which programmes give way."""

from __future__ import annotations

from psycopg import sql

from steppe import database, programmes, settings
from steppe.database import Connection
from steppe.planning import AS_WRITTEN, BY_HASH_OF_MONTHS, OF_ANY_SIZE, planned

FOLDER = "30_ledger/eligibility"


def decide(connection: Connection) -> None:
    """Leave the transaction's ``staging.ledger_decided``: one row per claim of every programme, granted or refused, with its conditions.

    What is decided follows from the facts and rules known now; nothing is written outside the transaction. The caller holds the
    ledger's lock, and has ``record`` drop the table before he commits.
    """
    database.run(connection, "30_ledger/create_rules.sql")
    database.run(connection, "30_ledger/create_person.sql")
    database.run(connection, "30_ledger/create_decided.sql")
    # How many there are is all that the planner needs to know; a larger sample would cost more than the decisions.
    connection.execute("SET LOCAL default_statistics_target = 10")
    for programme_code in in_order(connection):
        # Facts that were just published have no statistics yet, and claims meet one another under keys that are worked out.
        with planned(connection, BY_HASH_OF_MONTHS):
            if _find(connection, programme_code):
                for step in ("term", "contest"):
                    database.run(connection, f"30_ledger/create_{step}.sql", {"programme_code": programme_code})
                with planned(connection, AS_WRITTEN):
                    database.run(connection, "30_ledger/create_outcome.sql")
                _keep(connection, programme_code)


def record(connection: Connection) -> None:
    """Record what ``decide`` found anew: a changed decision is the next one of its claim. The transaction's tables are dropped."""
    row = database.run(connection, "30_ledger/select_decision_time.sql").fetchone()
    assert row is not None  # noqa: S101 - an aggregate without GROUP BY has one row
    with planned(connection, BY_HASH_OF_MONTHS | OF_ANY_SIZE):
        database.run(connection, "30_ledger/create_changed.sql", {"decided_at": row[0]})
    database.run(connection, "30_ledger/insert_decision.sql")
    database.run(connection, "30_ledger/drop_decided.sql")


def _find(connection: Connection, programme_code: str) -> int:
    """Make ``staging.ledger_candidate`` of the programme's candidates; returns how many.

    Tables are made, not inserted into: only so do all processors take part.
    """
    connection.execute("DROP TABLE IF EXISTS staging.ledger_found, staging.ledger_candidate")
    found = database.run(connection, f"{FOLDER}/{programme_code}.sql").rowcount
    connection.execute("ANALYZE staging.ledger_candidate")
    return found


def _keep(connection: Connection, programme_code: str) -> None:
    """Attach what was decided of a programme to what was decided of those before it."""
    name = f"ledger_decided_{programme_code}"
    kept = sql.Identifier("staging", name)
    connection.execute(sql.SQL("ALTER TABLE staging.ledger_outcome RENAME TO {}").format(sql.Identifier(name)))
    connection.execute(
        sql.SQL("ALTER TABLE staging.ledger_decided ATTACH PARTITION {} FOR VALUES IN ({})").format(
            kept, sql.Literal(programme_code)
        )
    )
    connection.execute(sql.SQL("ANALYZE {}").format(kept))


def in_order(connection: Connection) -> list[str]:
    """The programmes that have an eligibility file, each after those that it gives way to."""
    codes = {file.stem for file in (settings.SQL / FOLDER).glob("*.sql")}
    pairs = connection.execute("SELECT DISTINCT programme_code, excluded_by FROM ops.exclusion").fetchall()
    return [code for code in programmes.order([*((code, code) for code in codes), *map(tuple, pairs)]) if code in codes]
