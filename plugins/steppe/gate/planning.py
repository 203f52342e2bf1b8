"""What the planner is told for a while: the tables of a delivery are minutes old, and it guesses wrong about them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from steppe.database import Connection

# Every join of the gate but one meets whole tables; where a guess says "one row", a nested loop would take hours.
# Nothing that is joined comes in order, so a merge sorts both sides, and in each worker.
BY_HASH = {"enable_nestloop": "off", "enable_mergejoin": "off"}
# A handful of rows is fetched by its places.
BY_PLACE = {"enable_nestloop": "on"}
# Where nearly every group is one row, to group in parallel is to do it twice.
ALONE = {"max_parallel_workers_per_gather": "0"}


@contextmanager
def planned(connection: Connection, settings: dict[str, str]) -> Iterator[None]:
    """Hold some settings until the block ends or its transaction is rolled back."""
    before = {name: _set(connection, name, value) for name, value in settings.items()}
    yield
    for name, value in before.items():
        _set(connection, name, value)


def _set(connection: Connection, name: str, value: str) -> str:
    row = connection.execute(
        "SELECT current_setting(%(name)s), set_config(%(name)s, %(value)s, true)", {"name": name, "value": value}
    ).fetchone()
    return str(row[0]) if row else ""
