"""Eligibility: one SQL file per programme finds the candidates, one statement decides them, in the order in which programmes give way."""

from __future__ import annotations

from steppe import database, programmes, settings
from steppe.database import Connection
from steppe.planning import planned

FOLDER = "30_ledger/eligibility"


def decide(connection: Connection) -> None:
    """Leave the transaction's ``ledger_decided``: one row per claim of every programme, granted or refused, with its conditions.

    What is decided follows from the facts and rules known now; nothing is written outside the transaction.
    """
    database.run(connection, "30_ledger/create_rules.sql")
    database.run(connection, "30_ledger/create_candidate.sql")
    # How many there are is all that the planner needs to know; a larger sample would cost more than the decisions.
    connection.execute("SET LOCAL default_statistics_target = 10")
    for programme_code in in_order(connection):
        connection.execute("TRUNCATE ledger_candidate")
        # Facts that were just published have no statistics yet, and claims meet one another under keys that are worked out: taken for few,
        # they would be looked up one by one in one another.
        with planned(connection, {"enable_nestloop": "off"}):
            if database.run(connection, f"{FOLDER}/{programme_code}.sql").rowcount:
                connection.execute("ANALYZE ledger_candidate")
                database.run(connection, "30_ledger/decide.sql", {"programme_code": programme_code})
                connection.execute("ANALYZE ledger_decided")


def in_order(connection: Connection) -> list[str]:
    """The programmes that have an eligibility file, each after those that it gives way to."""
    codes = {file.stem for file in (settings.SQL / FOLDER).glob("*.sql")}
    pairs = connection.execute("SELECT DISTINCT programme_code, excluded_by FROM ops.exclusion").fetchall()
    return [code for code in programmes.order([*((code, code) for code in codes), *map(tuple, pairs)]) if code in codes]
