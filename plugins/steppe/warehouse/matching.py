"""Matching: doubts whether two are one person or one is two are found by rule and decided by people; facts follow through a mapping.

An ID number that is valid names one person in every feed, exactly and at once (``identity``). What is found here is never acted on by
itself: a number with two names, two numbers with one person behind them, a row without a valid number that resembles somebody.
Names are compared inside the database; what leaves it is tokens and reasons.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

import psycopg

from steppe import database
from steppe.database import Connection
from steppe.errors import SteppeError
from steppe.planning import BY_HASH, planned

# As likely one person as not (docs/decisions/identity.md); below it a person's time is better spent otherwise.
LEAST_SCORE = 0

Decision = Literal["one", "two"]


@dataclass(frozen=True)
class Doubt:
    """One case for a person to decide; keys are tokens.

    Attributes:
        kind: ``one_number``, ``two_numbers`` or ``no_number``.
        where: sender and source, or sender, delivery and line of the row without a number.
        score: evidence in bits; None for ``one_number``.
        state: ``open``, ``merged``, ``apart`` or ``withdrawn``.
    """

    case_id: int
    kind: str
    state: str
    person_key: str
    other_key: str | None
    where: str
    score: int | None
    reasons: tuple[str, ...]
    decided_by: str | None
    decided_at: datetime | None

    def as_json(self) -> dict[str, Any]:
        """Its attributes, times as text."""
        return asdict(self) | {"decided_at": self.decided_at and self.decided_at.isoformat()}


@dataclass(frozen=True)
class Identified:
    """What a search did: the publications whose persons were compared, and the doubts that wait for a person now."""

    publications: int
    waiting: int


def identify(connection: Connection) -> Identified:
    """Compare the persons of the publications since the last search with everybody on file. One transaction; safe to run again, or at once.

    Args:
        connection: the loader's, not in autocommit and with no transaction open.
    """
    with connection.transaction():
        row = database.run(connection, "20_warehouse/pending_identity.sql").fetchone()
        assert row is not None  # noqa: S101 - one row always
        after, up_to, publications, has_register = row
        if publications:
            values = {"after": after, "up_to": up_to, "least_score": LEAST_SCORE}
            with planned(connection, BY_HASH):
                database.run(connection, "20_warehouse/find_one_number.sql", values)
                if has_register:  # it alone tells days of birth and villages
                    database.run(connection, "20_warehouse/find_same_person.sql", values)
            _settle(connection)
            connection.execute(
                "UPDATE ops.identity_mark SET publication_id = %s, marked_at = clock_timestamp()", (up_to,)
            )
        waiting = connection.execute("SELECT count(*) FROM ops.identity_state WHERE state = 'open'").fetchone()
    return Identified(publications, int(waiting[0]) if waiting else 0)


def doubts(connection: Connection, *, with_settled: bool = False) -> list[Doubt]:
    """The doubts that wait for a person, the likeliest first; with those that are decided or withdrawn where they are asked for."""
    rows = database.run(connection, "20_warehouse/select_doubts.sql", {"with_settled": with_settled})
    return [
        Doubt(case_id, kind, state, person_key, other_key, where, score, tuple(reasons), decided_by, decided_at)
        for case_id, kind, state, person_key, other_key, where, score, reasons, decided_by, decided_at in rows
    ]


def decide(connection: Connection, case_id: int, decision: Decision, reason: str, decided_by: str) -> None:
    """Record what a person decided of a doubt and let the mapping follow; the next build re-points the facts. Commits.

    A decision can be taken back by the opposite one; both are kept.

    Args:
        connection: the loader's, with no transaction open.
        case_id: number of the doubt.
        decision: ``one`` person or ``two``.
        reason: why, without personal data.
        decided_by: login of who decides.

    Raises:
        SteppeError: there is no such doubt, it was withdrawn, that is what was decided last, or the reason says nothing.
    """
    with connection.transaction():
        row = connection.execute(
            "SELECT state, decision FROM ops.identity_state WHERE case_id = %s AND case_id IN "
            "(SELECT case_id FROM ops.identity_case WHERE case_id = %s FOR UPDATE)",
            (case_id, case_id),
        ).fetchone()
        if row is None:
            raise SteppeError(f"there is no case {case_id}: ./steppe identity queue lists them")
        state, last = row
        if state == "withdrawn":
            raise SteppeError(f"case {case_id} is withdrawn: what was delivered no longer gives rise to it")
        if last == decision:
            raise SteppeError(f"case {case_id} is decided so already: {state}")
        try:
            with connection.transaction():
                connection.execute(
                    "INSERT INTO ops.identity_decision (case_id, decision, reason, decided_by) VALUES (%s, %s, %s, %s)",
                    (case_id, decision, reason, decided_by),
                )
        except psycopg.errors.CheckViolation:
            raise SteppeError("a reason has five characters or more, without ID or phone numbers") from None
        _settle(connection)


def give_numbers(connection: Connection, delivery_id: int) -> int:
    """Give rows of a landed register delivery, not yet judged, the numbers of those whom people decided them to be; returns how many."""
    with connection.transaction():
        if not _has_rows_without_number(connection):
            return 0
        return database.run(connection, "20_warehouse/give_number.sql", {"delivery_id": delivery_id}).rowcount


def take_numbers_back(connection: Connection, delivery_id: int) -> None:
    """Let a register delivery, judged and not yet published, end what rows without a number told by decisions that were reversed."""
    if _has_rows_without_number(connection):
        database.run(connection, "20_warehouse/take_number_back.sql", {"delivery_id": delivery_id})


def _has_rows_without_number(connection: Connection) -> bool:
    """Whether anything was ever decided of one: mostly not, and to search a register for nothing takes seconds."""
    row = connection.execute(
        "SELECT EXISTS (SELECT FROM ops.identity_decision INNER JOIN ops.identity_case USING (case_id) WHERE kind = 'no_number')"
    ).fetchone()
    return row == (True,)


def _settle(connection: Connection) -> None:
    # One at a time: what follows is computed from all decisions.
    connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('steppe.identity', 0))")
    row = connection.execute("SELECT clock_timestamp()").fetchone()
    assert row is not None  # noqa: S101 - one row always
    database.run(connection, "20_warehouse/settle_identity.sql", {"known_from": row[0]})
