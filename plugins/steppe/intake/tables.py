"""The tables of schema ``raw``: one parent per resource, generated from the contracts, and the children of a delivery."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import LiteralString

from psycopg import sql

from steppe import contracts, database
from steppe.contracts import Resource
from steppe.database import Connection

# Beside the contract's columns, in every raw table.
OWN_COLUMNS = (
    ("delivery_id", "bigint NOT NULL", "Delivery 批次号"),
    ("stream", "smallint NOT NULL", "Byte range of the file that the row came from, 0 or 1 读取分段"),
    (
        "line_no",
        "bigint",
        "Record number, the header is 1; in stream 1 the records of stream 0 come on top 行号",
    ),
)


def ensure_raw_tables(connection: Connection) -> None:
    """Create what is missing of ``raw``: ``raw.<resource>`` for every contract and ``raw.bad_line``. Safe to run again.

    A column that a contract has gained is added; none is dropped. Parents belong to the loader, who attaches the children.

    Args:
        connection: the owner's (``connect("admin")``), not in autocommit.
    """
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('steppe.raw_tables'))")
        database.run(connection, "05_intake/bad_line.sql")
        for contract in contracts.load_all():
            for resource in contract.resources:
                _ensure_parent(connection, resource)
                _make_view(connection, resource)


def _ensure_parent(connection: Connection, resource: Resource) -> None:
    table = sql.Identifier("raw", resource.name)
    columns = [
        *OWN_COLUMNS,
        *((column.name, "text", f"{column.header} {column.description}") for column in resource.columns),
    ]
    definitions = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind)) for name, kind, _ in columns
    )
    connection.execute(
        sql.SQL("CREATE TABLE IF NOT EXISTS {} ({}) PARTITION BY RANGE (delivery_id, stream)").format(
            table, definitions
        )
    )
    for column in resource.columns:
        connection.execute(
            sql.SQL("ALTER TABLE {} ADD COLUMN IF NOT EXISTS {} text").format(table, sql.Identifier(column.name))
        )
    connection.execute(sql.SQL("ALTER TABLE {} OWNER TO steppe_loader").format(table))
    connection.execute(
        sql.SQL("COMMENT ON TABLE {} IS {}").format(
            table, sql.Literal(f"Delivered rows as text, one per record of the file: {resource.description} 原始行")
        )
    )
    for name, _, comment in columns:
        connection.execute(
            sql.SQL("COMMENT ON COLUMN {}.{} IS {}").format(table, sql.Identifier(name), sql.Literal(comment))
        )


def _make_view(connection: Connection, resource: Resource) -> None:
    """``raw.<resource>_hashed``: the rows with their place, and the two hashes by which the gate compares numbers instead of text.

    Generated columns would do the same and cost the COPY more than twice its time: it copies every value of a row to make one.
    """
    view = sql.Identifier("raw", f"{resource.name}_hashed")
    key = [
        sql.SQL("ops.normalise_id(line.{})" if name == "id_number" else "line.{}").format(sql.Identifier(name))
        for name in resource.key
    ]
    names = [sql.Identifier("line", column.name) for column in resource.columns]
    connection.execute(sql.SQL("DROP VIEW IF EXISTS {}").format(view))
    connection.execute(
        sql.SQL(
            "CREATE VIEW {} AS SELECT line.delivery_id, line.stream, line.ctid AS row_ctid, "
            "hashtextextended({}, 0) AS key_hash, hash_record_extended(ROW({}), 0) AS row_hash, {} FROM {} AS line"
        ).format(
            view,
            sql.SQL(" || '|' || ").join(key),
            sql.SQL(", ").join(names),
            sql.SQL(", ").join(names),
            sql.Identifier("raw", resource.name),
        )
    )
    connection.execute(sql.SQL("ALTER VIEW {} OWNER TO steppe_loader").format(view))
    comments = {
        "row_ctid": "Place of the row in its partition 原始行位置",
        "key_hash": "hashtextextended of the key's columns joined by |, ID numbers normalised; NULL when one is missing 主键摘要",
        "row_hash": "hash_record_extended over all delivered columns as text 行摘要",
    }
    comments |= {name: comment for name, _, comment in OWN_COLUMNS if name != "line_no"}
    comments |= {column.name: f"{column.header} {column.description}" for column in resource.columns}
    connection.execute(
        sql.SQL("COMMENT ON VIEW {} IS {}").format(
            view, sql.Literal(f"Delivered rows with their place and hashes: {resource.description} 原始行及摘要")
        )
    )
    for name, comment in comments.items():
        connection.execute(
            sql.SQL("COMMENT ON COLUMN {}.{} IS {}").format(view, sql.Identifier(name), sql.Literal(comment))
        )


def child(resource: Resource, delivery_id: int, stream: int) -> str:
    """Name, within ``raw``, of the rows of one stream of a delivery."""
    return f"{resource.name}_{delivery_id}_{stream}"


def create_child(connection: Connection, resource: Resource, delivery_id: int, stream: int) -> None:
    """Create an unlogged, not yet attached child; its defaults fill what is not in the file."""
    name = child(resource, delivery_id, stream)
    sequence = sql.Identifier("raw", f"{name}_line")
    connection.execute(sql.SQL("CREATE UNLOGGED SEQUENCE {} MINVALUE 2 CACHE 10000").format(sequence))
    own = {
        "delivery_id": sql.SQL("bigint NOT NULL DEFAULT {}").format(sql.Literal(delivery_id)),
        "stream": sql.SQL("smallint NOT NULL DEFAULT {}").format(sql.Literal(stream)),
        # A sequence hands out its numbers by the thousand: numbering the rows as they come costs next to nothing.
        "line_no": sql.SQL("bigint NOT NULL DEFAULT nextval({})").format(sql.Literal(f"raw.{name}_line")),
    }
    definitions = [sql.SQL("{} {}").format(sql.Identifier(name), kind) for name, kind in own.items()]
    definitions += [sql.SQL("{} text").format(sql.Identifier(column.name)) for column in resource.columns]
    # The check lets ATTACH take the child without reading it.
    connection.execute(
        sql.SQL("CREATE UNLOGGED TABLE {} ({}, CHECK (delivery_id = {} AND stream = {}))").format(
            sql.Identifier("raw", name), sql.SQL(", ").join(definitions), sql.Literal(delivery_id), sql.Literal(stream)
        )
    )
    connection.execute(
        sql.SQL("ALTER SEQUENCE {} OWNED BY {}").format(sequence, sql.Identifier("raw", name, "line_no"))
    )


def copy_statement(
    resource: Resource, delivery_id: int, stream: int, *, columns: Sequence[str], encoding: str, numbered: bool = False
) -> sql.Composed:
    """COPY of CSV lines into a child made in the same transaction; an empty field is NULL, quoted or not.

    Args:
        resource: whose rows they are.
        delivery_id: of the child.
        stream: of the child.
        columns: contract's columns in the order of the lines.
        encoding: PostgreSQL's or the contract's name of the lines' encoding.
        numbered: each line starts with its ``line_no``.
    """
    names = [sql.Identifier(name) for name in columns]
    return sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv, FREEZE, ENCODING {}, FORCE_NULL ({}))").format(
        sql.Identifier("raw", child(resource, delivery_id, stream)),
        sql.SQL(", ").join([sql.Identifier("line_no"), *names] if numbered else names),
        sql.Literal("UTF8" if encoding == "UTF-8" else encoding),
        sql.SQL(", ").join(names),
    )


def attach(connection: Connection, resource: Resource, delivery_id: int, stream: int) -> None:
    """Make a child a partition of its parent; readers and other deliveries go on."""
    connection.execute(
        sql.SQL("ALTER TABLE {} ATTACH PARTITION {} FOR VALUES FROM ({}, {}) TO ({}, {})").format(
            sql.Identifier("raw", resource.name),
            sql.Identifier("raw", child(resource, delivery_id, stream)),
            sql.Literal(delivery_id),
            sql.Literal(stream),
            sql.Literal(delivery_id),
            sql.Literal(stream + 1),
        )
    )


def has_rows(connection: Connection, resource: Resource, delivery_id: int) -> bool:
    """Whether rows of a delivery are in ``raw``: a crash of the server empties an unlogged table as a whole."""
    row = connection.execute(
        sql.SQL("SELECT EXISTS (SELECT FROM {} WHERE delivery_id = {})").format(
            sql.Identifier("raw", resource.name), sql.Literal(delivery_id)
        )
    ).fetchone()
    return bool(row and row[0])


def clear(connection: Connection, delivery_id: int, *resources: Resource) -> None:
    """Remove a delivery's children and bad lines, attached or left over from a run that was killed. Commits.

    A partition is detached CONCURRENTLY, so that nobody who reads the parent waits; that cannot be part of a transaction, so the
    caller's must be over.
    """
    with connection.transaction():
        database.run(
            connection,
            "05_intake/clear_bad_lines.sql",
            {"delivery_id": delivery_id, "resources": [resource.name for resource in resources]},
        )
        found = _children(connection, delivery_id, *resources)
    if not found:
        return
    with database.autocommitted(connection):
        names = [name for resource in resources for name in _detach_all(connection, resource, delivery_id)]
        if names:  # another run may have been quicker
            # All in one: after each DROP the server looks through the whole of its buffers.
            tables = sql.SQL(", ").join(sql.Identifier("raw", name) for name in names)
            connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(tables))


def _detach_all(connection: Connection, resource: Resource, delivery_id: int) -> list[str]:
    """Detach a delivery's children of one resource; their names."""
    # A parent can have one detachment under way: others wait here, and one that was killed is brought to its end first.
    with _locked(connection, f"steppe.detach.{resource.name}"):
        half = database.run(connection, "05_intake/half_detached.sql", {"parent": f"raw.{resource.name}"}).fetchall()
        for (name,) in half:
            _detach(connection, resource, name, "FINALIZE")
        children = _children(connection, delivery_id, resource)
        for name, is_attached in children:
            if is_attached:
                _detach(connection, resource, name, "CONCURRENTLY")
    return [name for name, _ in children]


@contextmanager
def _locked(connection: Connection, name: str) -> Iterator[None]:
    """Hold the session's advisory lock of this name, outside of transactions."""
    connection.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", (name,))
    try:
        yield
    finally:
        if not connection.closed:
            connection.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", (name,))


def _detach(connection: Connection, resource: Resource, name: str, how: LiteralString) -> None:
    connection.execute(
        sql.SQL("ALTER TABLE {} DETACH PARTITION {} {}").format(
            sql.Identifier("raw", resource.name), sql.Identifier("raw", name), sql.SQL(how)
        )
    )


def _children(connection: Connection, delivery_id: int, *resources: Resource) -> list[tuple[str, bool]]:
    names = [child(resource, delivery_id, stream) for resource in resources for stream in (0, 1)]
    return database.run(connection, "05_intake/children.sql", {"names": names}).fetchall()
