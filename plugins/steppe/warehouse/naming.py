"""Naming: what a source calls a person other than the name on file is kept in the vault, before and after that name is brought up to date.

The vault has one name for each person and sender, the register's once it has told one. Without this a second name under one number, which
may be a second person, would be lost when the delivered rows are dropped.
"""

from __future__ import annotations

from psycopg import sql

from steppe import database
from steppe.database import Connection
from steppe.warehouse.targets import Target

_REGISTER = "person"

_TOLD = """
WITH told AS (
    SELECT DISTINCT ON (identity.person_key) identity.person_key, source.name, source.name = identity.name AS is_same
    FROM {staging} AS source
    INNER JOIN vault.identity AS identity ON source.id_number = identity.id_number AND identity.sender_code = %(sender_code)s
    WHERE source.delivery_id = %(delivery_id)s AND source.name IS NOT NULL
    ORDER BY identity.person_key, source.name = identity.name
),

settled AS (
    DELETE FROM vault.other_name AS known USING told
    WHERE
        told.is_same AND known.person_key = told.person_key
        AND known.sender_code = %(sender_code)s AND known.source = %(source)s
)

INSERT INTO vault.other_name AS known (person_key, sender_code, source, name, delivery_id)
SELECT told.person_key, %(sender_code)s, %(source)s, told.name, %(delivery_id)s FROM told WHERE NOT told.is_same
ON CONFLICT (person_key, sender_code, source) DO UPDATE SET name = excluded.name, delivery_id = excluded.delivery_id
"""


def keep_replaced(
    connection: Connection, delivery_id: int, sender_code: str, targets: tuple[Target, ...], *, is_newest: bool
) -> None:
    """Keep the names that a register delivery will replace; before ``identity.tokenise``, in its transaction."""
    if is_newest and any(target.resource.name == _REGISTER for target in targets):
        values = {"delivery_id": delivery_id, "sender_code": sender_code}
        database.run(connection, "20_warehouse/keep_replaced_names.sql", values)


def keep_others(connection: Connection, delivery_id: int, sender_code: str, targets: tuple[Target, ...]) -> None:
    """Keep the names that differ from those on file, and forget those that no longer do; after ``identity.tokenise``."""
    for target in targets:
        if target.names_persons and target.resource.name != _REGISTER and target.tells_name:
            connection.execute(
                sql.SQL(_TOLD).format(staging=target.staging),
                {"delivery_id": delivery_id, "sender_code": sender_code, "source": target.source},
            )
