"""Marks: how far each step after publication has come (``ops.step_mark``)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from steppe import database
from steppe.database import Connection


class Step(StrEnum):
    """The steps after publication, in their order."""

    BUILD = "build_warehouse"
    LEDGERS = "post_ledgers"
    MARTS = "publish_marts"


@dataclass(frozen=True)
class Work:
    """Publications that a step has to handle: those after one number and up to another."""

    after: int
    up_to: int
    publications: int


def pending(connection: Connection, step: Step) -> Work:
    """What the step has to handle, which may be no publication at all; its mark stays locked until the caller's transaction ends.

    Publications get their numbers in the order in which they become visible, so nothing before ``up_to`` can appear later. The marts follow
    the build: they handle nothing that it has not.
    """
    connection.execute("SELECT FROM ops.step_mark WHERE step = %s FOR UPDATE", (step.value,))
    row = database.run(
        connection, "20_warehouse/pending.sql", {"step": step.value, "build": Step.BUILD.value}
    ).fetchone()
    assert row is not None  # noqa: S101 - each step has a mark
    return Work(*row)


def advance(connection: Connection, step: Step, work: Work) -> None:
    """Move the step's mark, in the transaction that did the work."""
    connection.execute(
        "UPDATE ops.step_mark SET publication_id = %s, marked_at = clock_timestamp() WHERE step = %s",
        (work.up_to, step.value),
    )
