"""Whether the agencies agree: what they say of the same persons and months, counted against each other, banner by banner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import psycopg

from steppe import database, settings
from steppe.database import Connection
from steppe.gate import metrics
from steppe.gate.metrics import Found

FOLDER = "40_mart"
# Of no month is anything told before there were months: the rules are compiled over a relation without rows.
_NEVER = date(1900, 1, 1)


@dataclass(frozen=True)
class Compared:
    """One month: banners of which the register has told it, and rules that do not hold, each in one banner."""

    month: date
    banners: int
    broken: int


def compare_sources(connection: Connection) -> list[Compared]:
    """Compare the months of which an agency has told something new. Commits month by month. Safe to run again.

    A rule does not apply where one of its agencies has told nothing of the month.
    """
    with connection.transaction():
        months = [month for (month,) in database.run(connection, f"{FOLDER}/months_to_compare.sql").fetchall()]
        asked = metrics.conditions_across(connection, _query(connection, _NEVER)) if months else ()
    done = []
    for month in months:
        with connection.transaction():
            found = metrics.evaluate_across(connection, asked, _query(connection, month))
            results = [
                {
                    "region_code": region_code,
                    "month": month,
                    "rule_id": one.rule.rule_id,
                    "severity": one.rule.severity,
                    "outcome": _outcome(one),
                    "observed": one.observed,
                    "bound": one.bound,
                }
                for region_code, rules in found.items()
                for one in rules
            ]
            with connection.cursor() as cursor:
                cursor.executemany(database.statement(f"{FOLDER}/record_across.sql"), results)
        broken = sum(result["outcome"] in ("warn", "fail", "error") for result in results)
        done.append(Compared(month, len(found), broken))
    return done


def _query(connection: Connection, month: date) -> str:
    values = {"month": month, "root_code": settings.REGION_CODE}
    text = psycopg.ClientCursor(connection).mogrify(database.statement(f"{FOLDER}/across.sql"), values)
    return text.rstrip().rstrip(";")


def _outcome(found: Found) -> str:
    if found.passed is None:
        return "error"
    if found.observed is None or found.bound is None:
        return "not_applicable"
    return "pass" if found.passed else "fail" if found.rule.severity == "critical" else "warn"
