"""What the planner is told for a while: the tables at hand are minutes old, and it guesses wrong about them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import sql

from steppe.database import Connection

# What is looked for is rare, which the planner cannot know: it would rather search alone than hand over every row.
OF_FEW = {"parallel_tuple_cost": "0"}
# For joins that meet whole tables, as all of the gate's but one do; where a guess says "one row", a nested loop would take hours.
# Nothing that is joined comes in order, so a merge sorts both sides, and in each worker.
BY_HASH = OF_FEW | {"enable_nestloop": "off", "enable_mergejoin": "off"}
# Over whole months of facts every process of a join has its share of memory, and what is more than that goes to disk.
OF_MONTHS = {"hash_mem_multiplier": "1"}
BY_HASH_OF_MONTHS = BY_HASH | OF_MONTHS
# A table that is small still is joined by all processes: what is worked out for each row of the other is what takes long.
OF_ANY_SIZE = {"min_parallel_table_scan_size": "0"}
# Where each join keeps what it is given, whatever the guess of how much that is, the order in which they are written is the best.
AS_WRITTEN = {"join_collapse_limit": "1"}
# A handful of keys is looked up, unless a join of all is cheaper.
BY_KEY = {"enable_nestloop": "on"}
# A handful of rows is fetched by its places; nothing is known of how few they are, and to read everything beside them would be the guess.
BY_PLACE = BY_KEY | {"enable_hashjoin": "off"}


@contextmanager
def planned(connection: Connection, settings: dict[str, str]) -> Iterator[None]:
    """Hold some settings until the block ends or its transaction is rolled back."""
    before = _set(connection, settings)
    yield
    _set(connection, before)


def _set(connection: Connection, settings: dict[str, str]) -> dict[str, str]:
    """Change settings until the transaction ends; returns what they were."""
    each = sql.SQL(", ").join(
        sql.SQL("current_setting({0}), set_config({0}, {1}, true)").format(sql.Literal(name), sql.Literal(value))
        for name, value in settings.items()
    )
    row = connection.execute(sql.SQL("SELECT {}").format(each)).fetchone() or ()
    return dict(zip(settings, row[::2], strict=True))
