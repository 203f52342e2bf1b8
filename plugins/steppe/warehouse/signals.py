"""Authenticity signals (C7.3): what does not look genuine opens a case that a person reviews; no figure changes by it.

A signal is a file under ``include/sql/43_signal/``: its head says what it is called, the clause, the reason and when it is wrong; its
query yields (region_code, subject_kind, subject_code, evidence) for a month.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from steppe import database, settings
from steppe.database import Connection
from steppe.errors import SettingsError, SteppeError

_FOLDER = "43_signal"
_HEAD = ("Signal", "Clause", "Reason", "False positive")
STATES = ("explained", "confirmed", "closed")


class ReviewError(SteppeError):
    """A decision that was not recorded: there is no such case, or it lacks a reason."""


@dataclass(frozen=True)
class Signal:
    """A signal as its file describes it."""

    name: str
    title_zh: str
    title_en: str
    clause: str
    reason: str
    false_positive: str


@cache
def catalogue() -> tuple[Signal, ...]:
    """Every signal, by name.

    Raises:
        SettingsError: a file does not say one of clause, reason and false positive.
    """
    return tuple(_read(path.stem) for path in sorted((settings.SQL / _FOLDER).glob("*.sql")))


def _read(name: str) -> Signal:
    lines = (settings.SQL / _FOLDER / f"{name}.sql").read_text(encoding="utf-8").splitlines()
    head: Mapping[str, str] = {
        key: lines[place].removeprefix(f"-- {key}: ")
        for place, key in enumerate(_HEAD)
        if place < len(lines) and lines[place].startswith(f"-- {key}: ")
    }
    if len(head) != len(_HEAD):
        raise SettingsError(
            f"{_FOLDER}/{name}.sql: its first lines must be {', '.join(f'-- {key}: …' for key in _HEAD)}"
        )
    title_zh, _, title_en = head["Signal"].partition(" | ")
    return Signal(name, title_zh, title_en, head["Clause"], head["Reason"], head["False positive"])


def find(connection: Connection, month: date) -> None:
    """Open a case for whatever shows a signal in a month, in the caller's transaction. What shows it no longer stays, as not current."""
    for signal in catalogue():
        connection.execute("DROP TABLE IF EXISTS pg_temp.signal_found")
        connection.execute(
            b"CREATE TEMPORARY TABLE signal_found ON COMMIT DROP AS "
            + database.statement(f"{_FOLDER}/{signal.name}.sql"),
            {"month": month, "region_code": settings.REGION_CODE},
        )
        database.run(connection, "40_mart/signal_case.sql", {"signal": signal.name, "month": month})


def review(connection: Connection, case_id: int, state: str, reason: str, reviewer: str) -> None:
    """Record what a person decided of a case; a later decision takes the place of an earlier one.

    Args:
        connection: the loader's.
        case_id: the case.
        state: one of ``STATES``.
        reason: why; not empty.
        reviewer: who decided.

    Raises:
        ReviewError: there is no such case or state, or no reason.
    """
    if state not in STATES:
        raise ReviewError(f"{state} is not one of {', '.join(STATES)}")
    if not reason.strip():
        raise ReviewError(f"case {case_id}: say why it is {state}")
    with connection.transaction():
        recorded = connection.execute(
            "INSERT INTO ops.review (case_id, review_no, state, reason, reviewer) "
            "SELECT found.case_id, (SELECT count(*) FROM ops.review AS earlier WHERE earlier.case_id = found.case_id) + 1, %s, %s, %s "
            "FROM mart.signal_case AS found WHERE found.case_id = %s FOR UPDATE",
            (state, reason, reviewer, case_id),
        ).rowcount
    if recorded != 1:
        raise ReviewError(f"there is no case {case_id}: mart.review_queue lists them")
