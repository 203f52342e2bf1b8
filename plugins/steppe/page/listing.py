"""Lists: the rows of a view's query, filtered, sorted and paged by the server, or all of them as they come.

A list's query is a file, its values are bound. What a reader adds, a filter, an order, a page, goes around it: the only names put into SQL
are those of columns that the query itself yields. A query that yields ``person_key`` and ``sender_code`` is a list of persons: name, phone
and ID number are put beside them from the vault, for whom it opens to; for all others the database never reads them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from steppe import database
from steppe.page import wording
from steppe.page.reading import Reading, Row

PAGE_ROWS = 50
# Nobody reads further, and the server answers at once: a longer list asks for a place further down. Exports have no bound.
SHOWN_ROWS = 50_000
FETCHED_ROWS = 2_000
# What is looked for may be a name, and addresses are logged: Airflow masks parameters whose own name speaks of a secret.
WORDS = "secret_words"

PERSON = ("person_key", "sender_code")
NAMES = sql.SQL(
    "(SELECT list.*, named.name, named.phone, named.id_number FROM ({}) AS list LEFT JOIN vault.identity AS named "
    "ON list.person_key = named.person_key AND list.sender_code = named.sender_code)"
)
MASKS = sql.SQL("(SELECT list.*, '＊＊＊' AS name, '＊＊＊' AS phone, '＊＊＊' AS id_number FROM ({}) AS list)")
VAULT = ("vault.identity",)
# What is counted and what is shown are read at once: a month has every person of the region, and takes as long to look through again.
PAGE = sql.SQL(
    "WITH chosen AS MATERIALIZED (SELECT * FROM {chosen} LIMIT {counted_rows}), "
    "counted AS MATERIALIZED (SELECT count(*) AS _total FROM chosen) "
    "SELECT counted._total, page.* FROM counted LEFT JOIN (SELECT true AS _is_row, chosen.* FROM chosen "
    "WHERE (SELECT _total FROM counted) <= {shown_rows} {order} LIMIT {page_rows} OFFSET {rows_before}) AS page ON true {order}"
)


@dataclass(frozen=True)
class Choice:
    """What a reader wants of a list: values of columns, words in any of them, an order (``-`` first for falling), a page from 1."""

    filters: Mapping[str, str] = field(default_factory=dict)
    words: str = ""
    sort: str = ""
    page: int = 1


@dataclass(frozen=True)
class Query:
    """A list to be asked for: the view's file, its values and own order, what the reader wants, and whether with names."""

    file: str
    order: Sequence[str]  # columns, ``-`` before one that falls
    values: Mapping[str, Any]
    choice: Choice
    with_names: bool = False


@dataclass(frozen=True)
class Listing:
    """One page of a list.

    Attributes:
        columns: names, in order.
        rows: none when the list is too long to be shown.
        filters: columns that may be filtered, each with its values and their names.
        total: rows that the choice leaves, counted up to ``SHOWN_ROWS`` + 1.
    """

    columns: tuple[str, ...]
    rows: list[Row]
    filters: Mapping[str, Mapping[str, str]]
    total: int
    choice: Choice

    @property
    def shown(self) -> list[str]:
        """Columns for the eye: a code whose name stands beside it is left to links and exports."""
        return [
            name
            for name in self.columns
            if f"{name.removesuffix('_code')}_name" not in self.columns or not name.endswith("_code")
        ]

    @property
    def is_too_long(self) -> bool:
        return self.total > SHOWN_ROWS

    @property
    def rows_at_most(self) -> int:
        return SHOWN_ROWS

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_ROWS))


def chosen(query: Mapping[str, str]) -> Choice:
    """The choice in an address: ``f.COLUMN=value``, ``secret_words``, ``sort``, ``page``."""
    filters = {name[2:]: value for name, value in query.items() if name.startswith("f.") and value}
    page = query.get("page", "")
    number = int(page) if page.isdecimal() and len(page) < 6 else 1
    return Choice(filters, query.get(WORDS, "").strip(), query.get("sort", ""), max(1, number))


def listing(reading: Reading, query: Query, language: str) -> Listing:
    """One page of a list."""
    columns = columns_of(reading, query)
    page = PAGE.format(
        chosen=_chosen(query, columns),
        order=_order(query, columns),
        counted_rows=sql.Literal(SHOWN_ROWS + 1),
        shown_rows=sql.Literal(SHOWN_ROWS),
        page_rows=sql.Literal(PAGE_ROWS),
        rows_before=sql.Literal((query.choice.page - 1) * PAGE_ROWS),
    )
    with reading.connection.cursor(row_factory=dict_row) as cursor:
        found_rows = cursor.execute(page, _bound(query)).fetchall()
    total = int(found_rows[0]["_total"])
    rows = [{name: row[name] for name in columns} for row in found_rows if row["_is_row"]]
    filters = {column: found for column in columns if (found := wording.values_of(column, language))}
    return Listing(columns, rows, filters, total, query.choice)


def stream(reading: Reading, query: Query) -> Iterator[Sequence[Any]]:
    """The columns' names, then every row of the choice, a few thousand in memory at a time."""
    columns = columns_of(reading, query)
    yield columns
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    whole = sql.SQL("SELECT {} FROM {} {}").format(names, _chosen(query, columns), _order(query, columns))
    text = psycopg.ClientCursor(reading.connection).mogrify(whole, _bound(query))
    with reading.connection.cursor(name="export") as cursor:
        cursor.itersize = FETCHED_ROWS
        cursor.execute(text.encode())
        yield from cursor


def columns_of(reading: Reading, query: Query) -> tuple[str, ...]:
    """What a list shows: of a person, the names (or what stands for them) after the token; the sender only leads to them."""
    own = _own_columns(reading, query)
    if not set(PERSON) <= set(own):
        return own
    shown = [column for column in own if column != "sender_code"]
    place = shown.index("person_key") + 1
    return (*shown[:place], "name", "phone", "id_number", *shown[place:])


def _own_columns(reading: Reading, query: Query) -> tuple[str, ...]:
    none = sql.SQL("SELECT * FROM ({}) AS list LIMIT 0").format(_text(query))
    return tuple(column.name for column in reading.connection.execute(none, query.values).description or ())


def _text(query: Query) -> sql.SQL:
    return sql.SQL(database.statement(f"80_page/{query.file}").decode().rstrip().rstrip(";"))  # type: ignore[arg-type]


def _chosen(query: Query, columns: Sequence[str]) -> sql.Composed:
    """The file's query as a relation, with the reader's conditions."""
    around = (NAMES if query.with_names else MASKS) if "id_number" in columns else sql.SQL("({})")
    conditions: list[sql.Composable] = [
        sql.SQL("{}::text = {}").format(sql.Identifier(column), sql.Placeholder(f"f.{column}"))
        for column in query.choice.filters
        if column in columns
    ]
    if query.choice.words:
        texts = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(column)) for column in columns)
        conditions.append(
            sql.SQL("strpos(lower(concat_ws(' ', {})), lower({})) > 0").format(texts, sql.Placeholder(WORDS))
        )
    where = sql.SQL(" AND ").join(conditions) if conditions else sql.SQL("true")
    return around.format(_text(query)) + sql.SQL(" AS list WHERE ") + where


def _order(query: Query, columns: Sequence[str]) -> sql.Composed:
    wanted = query.choice.sort
    first = [wanted] if wanted.removeprefix("-") in columns else []
    rest = [name for name in query.order if name.removeprefix("-") != wanted.removeprefix("-")]
    return sql.SQL("ORDER BY ") + sql.SQL(", ").join(
        sql.SQL("{} {} NULLS LAST").format(
            sql.Identifier(name.removeprefix("-")), sql.SQL("DESC" if name.startswith("-") else "ASC")
        )
        for name in (*first, *rest)
    )


def _bound(query: Query) -> dict[str, Any]:
    choice = query.choice
    return {**query.values, **{f"f.{column}": value for column, value in choice.filters.items()}, WORDS: choice.words}
