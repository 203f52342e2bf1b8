"""The partitions of ``staging`` that belong to one delivery: made apart, attached when they are whole, removed after publication."""

from __future__ import annotations

from psycopg import sql

from steppe import contracts, database
from steppe.contracts import Contract, Resource
from steppe.database import Connection


def judged_name(resource: Resource, delivery_id: int) -> sql.Identifier:
    return sql.Identifier("staging", f"{resource.name}_{delivery_id}")


def hashes_name(resource: Resource, delivery_id: int) -> sql.Identifier:
    return sql.Identifier("staging", f"hash_{delivery_id}_{resource.name}")


def attach_judged(connection: Connection, resource: Resource, delivery_id: int) -> None:
    """Attach accepted rows to ``staging.<resource>``.

    One ALTER proves all of the parent's conditions in one scan; without them ATTACH would refuse or read the table again.
    """
    child = judged_name(resource, delivery_id)
    required = ["delivery_id", "stream", "row_ctid", "row_hash", "key_hash", "failed_critical", "failed_warning"]
    required += [column.name for column in resource.columns if column.required]
    conditions = [sql.SQL("ALTER COLUMN {} SET NOT NULL").format(sql.Identifier(name)) for name in required]
    conditions.append(
        sql.SQL("ADD CONSTRAINT {} CHECK (failed_critical = 0)").format(
            sql.Identifier(f"{resource.name}_failed_critical_check")
        )
    )
    conditions.append(sql.SQL("ADD CHECK (delivery_id = {})").format(sql.Literal(delivery_id)))
    connection.execute(sql.SQL("ALTER TABLE {} {}").format(child, sql.SQL(", ").join(conditions)))
    # The publisher joins these rows; taken for few, they would be looked up one by one.
    connection.execute("SET LOCAL default_statistics_target = 10")
    connection.execute(sql.SQL("ANALYZE {} (delivery_id, key_hash)").format(child))
    connection.execute(
        sql.SQL("ALTER TABLE {} ATTACH PARTITION {} FOR VALUES IN ({})").format(
            sql.Identifier("staging", resource.name), child, sql.Literal(delivery_id)
        )
    )


def analyse(connection: Connection, contract: Contract, delivery_id: int) -> None:
    """Tell the planner how many rows a delivery has; it would take ``delivery_id = 42`` for a rare condition and loop.

    A small sample will do: what matters is the number of rows, which is counted in pages.
    """
    names = [f"{resource.name}_{delivery_id}_{stream}" for resource in contract.resources for stream in (0, 1)]
    landed = database.run(connection, "10_staging/raw_children.sql", {"names": names}).fetchall()
    if landed:
        connection.execute("SET LOCAL default_statistics_target = 10")
        tables = [sql.SQL("{} (delivery_id, stream)").format(sql.Identifier("raw", name)) for (name,) in landed]
        connection.execute(sql.SQL("ANALYZE {}").format(sql.SQL(", ").join(tables)))


def drop(connection: Connection, delivery_id: int) -> None:
    """Remove whatever ``staging`` holds of a delivery. Commits. Safe to run again.

    Partitions are detached CONCURRENTLY, which is no part of a transaction, so that nobody who reads the parents waits.

    Args:
        connection: the loader's, with no transaction open.
    """
    with connection.transaction():
        row = connection.execute("SELECT source FROM ops.delivery WHERE delivery_id = %s", (delivery_id,)).fetchone()
        if row is None or row[0] is None:
            return
        contract = contracts.load(row[0])
        database.run(connection, "10_staging/clear.sql", {"delivery_id": delivery_id})
        found = _children(connection, contract, delivery_id)
    if not found:
        return
    with database.autocommitted(connection):
        for parent, child, is_attached, is_pending in found:
            if is_attached:
                connection.execute(
                    sql.SQL("ALTER TABLE {} DETACH PARTITION {} {}").format(
                        sql.Identifier("staging", parent),
                        sql.Identifier("staging", child),
                        sql.SQL("FINALIZE" if is_pending else "CONCURRENTLY"),
                    )
                )
        # All in one: after each DROP the server looks through the whole of its buffers.
        tables = sql.SQL(", ").join(sql.Identifier("staging", child) for _, child, _, _ in found)
        connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(tables))


def _children(connection: Connection, contract: Contract, delivery_id: int) -> list[tuple[str, str, bool, bool]]:
    parents = {f"{resource.name}_{delivery_id}": resource.name for resource in contract.resources}
    rows = database.run(connection, "10_staging/children.sql", {"names": list(parents)}).fetchall()
    return [(parents[name], name, is_attached, is_pending) for name, is_attached, is_pending in rows]
