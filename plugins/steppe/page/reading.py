"""With whose eyes: an Airflow user's role in the warehouse, taken on for one read-only transaction.

The page's own login may read nothing but who reads as whom. ``SET LOCAL ROLE`` ends with the transaction, and so does what it opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from steppe import database

STATEMENT_TIMEOUT = "30s"
Row = dict[str, Any]
LEVELS = ("region", "league", "banner", "village")


_TAKE_ON = sql.SQL("SET TRANSACTION READ ONLY; SET LOCAL statement_timeout = {}; SET LOCAL ROLE {}")


class Stranger(Exception):
    """An Airflow user whom no role is given to."""


@dataclass(frozen=True)
class Place:
    """A region, league, banner or village that the reader may see."""

    code: str
    name: str
    level: str
    parent_code: str | None
    sender_code: str | None = None


@dataclass(frozen=True)
class Reading:
    """One request's look at the warehouse, as one role.

    Attributes:
        places: what the role may see down to banners, by code, from the top.
        readable: which of the relations that views name it may read.
    """

    connection: psycopg.Connection[Any]
    user: str
    role: str
    places: Mapping[str, Place]
    readable: frozenset[str]

    def rows(self, path: str, values: Mapping[str, Any]) -> list[Row]:
        """The rows of a file under ``80_page/``."""
        with self.connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(database.statement(f"80_page/{path}"), values).fetchall()

    def may_read(self, relations: Iterable[str]) -> bool:
        """Whether the role may read all of these, and each exists."""
        return self.readable.issuperset(relations)

    def home(self) -> Place | None:
        """The highest place that the role sees; None when it sees none."""
        return next(iter(self.places.values()), None)

    def place(self, code: str | None) -> Place | None:
        """A place by its code, a village among them; None when the role does not see it."""
        if code is None:
            return self.home()
        if code in self.places:
            return self.places[code]
        found = self.rows("village.sql", {"village_code": code})
        return Place(code, found[0]["village_name"], "village", found[0]["region_code"]) if found else None

    def path(self, place: Place) -> list[Place]:
        """The places from the top down to this one."""
        above = self.places.get(place.parent_code or "")
        return [*(self.path(above) if above else []), place]

    def banners(self, place: Place) -> list[str]:
        """Codes of the banners in a place."""
        if place.level == "village":
            return [str(place.parent_code)]
        if place.level == "banner":
            return [place.code]
        inside = [each for each in self.places.values() if each.level == "banner"]
        return [each.code for each in inside if place.code in (each.parent_code, self._grandparent(each))]

    def senders(self, place: Place) -> list[str]:
        """Codes of those who deliver for a place."""
        return sorted({self.places[code].sender_code or code for code in self.banners(place) if code in self.places})

    def _grandparent(self, place: Place) -> str | None:
        parent = self.places.get(place.parent_code or "")
        return parent.parent_code if parent else None

    def below(self, place: Place) -> list[Place]:
        """The places right below one, as far as the role sees them."""
        if place.level == "banner":
            rows = self.rows("villages.sql", {"region_code": place.code})
            return [Place(row["village_code"], row["village_name"], "village", place.code) for row in rows]
        return [each for each in self.places.values() if each.parent_code == place.code]

    def months(self) -> list[date]:
        """Months of which anything was published, newest first."""
        return [row["month"] for row in self.rows("months.sql", {})]


class Readers:
    """The page's connections. Opened with the application, closed with it.

    Args:
        relations: what views read, to be told of each reader whether he may.
    """

    def __init__(self, relations: Iterable[str] = ()) -> None:
        self._relations = sorted(relations)
        self._pool: ConnectionPool[psycopg.Connection[Any]] | None = None

    def open(self) -> None:
        self._pool = ConnectionPool(
            database.url("page"),
            kwargs={"cursor_factory": psycopg.ClientCursor, "application_name": "steppe page", "connect_timeout": 10},
            min_size=2,
            max_size=20,
            timeout=20,
            check=ConnectionPool.check_connection,
            name="steppe page",
        )

    def close(self) -> None:
        if self._pool:
            self._pool.close()

    @contextmanager
    def reading(self, user: str) -> Iterator[Reading]:
        """A transaction as the user's role, read-only and bounded in time.

        Raises:
            Stranger: the user has no role here.
        """
        with self._connection() as connection:
            role = self._role(connection, user)
            with connection.transaction(force_rollback=True):
                connection.execute(_TAKE_ON.format(STATEMENT_TIMEOUT, sql.Identifier(role)))
                yield Reading(connection, user, role, _places(connection), self._readable(connection))

    def record_named_view(self, user: str, values: Mapping[str, Any]) -> None:
        """Write down that a list with names is about to be shown; committed before the first name is read."""
        with self._connection() as connection:
            entry = {"user_name": user, "role_name": self._role(connection, user)}
            connection.execute(database.statement("80_page/insert_named_view.sql"), {**values, **entry})

    def _connection(self) -> Any:
        if self._pool is None:
            raise RuntimeError("the page was not opened")
        return self._pool.connection()

    def _readable(self, connection: psycopg.Connection[Any]) -> frozenset[str]:
        rows = connection.execute(database.statement("80_page/readable.sql"), {"relations": self._relations}).fetchall()
        return frozenset(row[0] for row in rows)

    @staticmethod
    def _role(connection: psycopg.Connection[Any], user: str) -> str:
        row = connection.execute("SELECT role_name FROM ops.page_user WHERE user_name = %s", (user,)).fetchone()
        connection.commit()
        if row is None:
            raise Stranger(user)
        return str(row[0])


def _places(connection: psycopg.Connection[Any]) -> dict[str, Place]:
    rows = connection.execute(database.statement("80_page/places.sql")).fetchall()
    return {row[0]: Place(*row) for row in rows}
