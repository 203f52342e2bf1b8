"""What a delivery's rows are beside each other and beside what is known: repeats, contradictions, new, changed and absent.

It is told by two hashes of every row, that of its key and that of its content, in a table that lives as long as the judging:
``staging.hash_<delivery_id>_<resource>``.
"""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import sql

from steppe import database, settings
from steppe.contracts import Resource
from steppe.database import Connection
from steppe.gate import partitions, relations
from steppe.gate.relations import FOLDER, Delivery
from steppe.planning import BY_KEY, planned


@dataclass(frozen=True)
class Compared:
    """How a resource's rows stand to what is known of the sender for the month.

    Attributes:
        rows: rows of the file that are in raw.
        keys_known: known keys that a whole delivery would name.
        judge_all: nothing that is known would spare a row its judgement; otherwise staging.changed lists the rows to judge.
    """

    rows: int
    keys_known: int
    judge_all: bool


_HASHES = """
CREATE UNLOGGED TABLE {hashes} AS
SELECT stream, row_ctid, key_hash, row_hash FROM {hashed} WHERE delivery_id = %(delivery_id)s
"""

# Nearly every key is alone: a join of the rows with themselves is shared by all processes, a group of as many keys is done by one.
# A row without a readable key may still be there twice.
_SUSPECT = """
CREATE TEMPORARY TABLE gate_suspect ON COMMIT DROP AS
SELECT line.stream, line.row_ctid, line.key_hash, line.row_hash FROM {hashes} AS line
WHERE EXISTS (
    SELECT FROM {hashes} AS other
    WHERE other.key_hash = line.key_hash AND (other.stream, other.row_ctid) <> (line.stream, line.row_ctid)
)
UNION ALL
SELECT line.stream, line.row_ctid, line.key_hash, line.row_hash FROM {hashes} AS line
WHERE line.key_hash IS NULL
"""

_COMPARED = """
CREATE TEMPORARY TABLE gate_compared ON COMMIT DROP AS
SELECT line.stream, line.row_ctid, known.key_hash, known.is_expected
FROM {hashes} AS line
FULL JOIN ({known}) AS known ON known.key_hash = line.key_hash
WHERE line.row_hash IS NULL OR known.row_hash IS NULL OR line.row_hash <> known.row_hash
OR line.key_hash IN (
    SELECT conflict.key_hash FROM staging.conflict
    WHERE conflict.delivery_id = %(delivery_id)s AND conflict.resource = %(resource)s
)
"""

_ABSENT = """
CREATE TEMPORARY TABLE gate_compared ON COMMIT DROP AS
SELECT NULL::smallint AS stream, NULL::tid AS row_ctid, known.key_hash, known.is_expected
FROM ({known}) AS known
WHERE NOT EXISTS (
    SELECT FROM {hashes} AS line WHERE line.key_hash = known.key_hash
)
"""


def find_contradictions(connection: Connection, delivery: Delivery, resource: Resource) -> int:
    """Hash the rows, and note in ``staging.duplicate`` and ``staging.conflict`` what one row alone cannot show; returns the rows."""
    values = delivery.values() | {"resource": resource.name}
    hashes = partitions.hashes_name(resource, delivery.delivery_id)
    rows = connection.execute(
        sql.SQL(_HASHES).format(hashes=hashes, hashed=sql.Identifier("raw", f"{resource.name}_hashed")), values
    ).rowcount
    connection.execute(sql.SQL(_SUSPECT).format(hashes=hashes))
    database.run(connection, f"{FOLDER}/repeats.sql", values)
    further = f"{FOLDER}/conflict/{resource.name}.sql"
    if (settings.SQL / further).exists():
        database.run(connection, further, values)
    return rows


def compare(
    connection: Connection, delivery: Delivery, resource: Resource, rows: int, *, judge_all: bool = False
) -> Compared:
    """Note in ``staging.changed`` the rows that must be judged, and in ``staging.absent`` the known keys that no row names.

    A row is spared when its key is known for the month with the same content, accepted under the same rules and references, and when no
    other row contradicts it now. The hashes are dropped.
    """
    values = delivery.values() | {"resource": resource.name}
    known = relations.bind(connection, f"known/{resource.name}.sql", values)
    # Not a bound statement: the relation is complete, and a percent sign in it is only a percent sign.
    counting = f"SELECT count(*), count(row_hash), count(*) FILTER (WHERE is_expected) FROM ({known}) AS known"  # noqa: S608 - a file of ours
    counted = connection.cursor().execute(counting.encode()).fetchone()
    versions, spare, keys_known = counted or (0, 0, 0)
    judge_all = judge_all or not spare
    hashes = partitions.hashes_name(resource, delivery.delivery_id)
    if versions:
        statement = sql.SQL(_ABSENT if judge_all else _COMPARED).format(
            hashes=hashes,
            known=sql.SQL(known.replace("%", "%%")),  # type: ignore[arg-type]
        )
        connection.execute(statement, values)
        database.run(connection, f"{FOLDER}/differences.sql", values)
    connection.execute(sql.SQL("DROP TABLE {}").format(hashes))
    return Compared(rows, keys_known, judge_all)


def excuse(connection: Connection, delivery: Delivery, resource: Resource) -> None:
    """Take from ``staging.absent`` the keys that quarantined rows hide: a defect is not an absence, and must not end what is known."""
    values = delivery.values() | {"resource": resource.name, "key_is_id": resource.key == ("id_number",)}
    with planned(connection, BY_KEY):
        if len(resource.key) == 1:
            database.run(connection, f"{FOLDER}/present.sql", values)
        further = f"{FOLDER}/present/{resource.name}.sql"
        if (settings.SQL / further).exists():
            database.run(connection, further, values)
