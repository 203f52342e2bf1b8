"""Which Airflow user reads the warehouse as which role (``ops.page_user``), and where that role may look (``ops.region_grant``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import sql

from steppe import database
from steppe.database import Connection
from steppe.errors import SteppeError

AUDITOR, WHOLE_REGION = "steppe_auditor", "steppe_analyst"


@dataclass(frozen=True)
class User:
    """An Airflow user, the role he reads as, and the names of the regions granted to it."""

    name: str
    role: str
    regions: tuple[str, ...]


def listed(connection: Connection) -> list[User]:
    """The users who see something, by name."""
    rows = database.run(connection, "80_page/users.sql").fetchall()
    return [User(name, role, tuple(regions)) for name, role, regions in rows]


def give(connection: Connection, name: str, regions: Sequence[str], *, is_auditor: bool = False) -> str:
    """Let a user read: as the auditor, who sees names and every region; without names and as far as these regions; or all of them.

    Args:
        connection: the owner's; roles are made as needed.
        regions: codes of leagues, banners or the region; empty for the whole region.

    Returns:
        The role.

    Raises:
        SteppeError: no such region.
    """
    role = AUDITOR if is_auditor else _reader(connection, sorted(set(regions))) if regions else WHOLE_REGION
    connection.execute(
        "INSERT INTO ops.page_user (user_name, role_name) VALUES (%s, %s) "
        "ON CONFLICT (user_name) DO UPDATE SET role_name = excluded.role_name, granted_at = now()",
        (name, role),
    )
    return role


def _reader(connection: Connection, regions: list[str]) -> str:
    known = {
        row[0]
        for row in connection.execute("SELECT region_code FROM ops.region WHERE region_code = any(%s)", (regions,))
    }
    if missing := [code for code in regions if code not in known]:
        raise SteppeError(f"no region has the code {', '.join(missing)}: a league or banner has six digits, GB/T 2260")
    role = "steppe_reader_" + "_".join(regions)
    if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone():
        connection.execute(sql.SQL("CREATE ROLE {} IN ROLE steppe_analyst").format(sql.Identifier(role)))
        connection.execute(sql.SQL("GRANT {} TO steppe_page").format(sql.Identifier(role)))
    for code in regions:
        connection.execute("INSERT INTO ops.region_grant VALUES (%s, %s) ON CONFLICT DO NOTHING", (role, code))
    return role


def take(connection: Connection, name: str) -> None:
    """Let a user see nothing any more; the role stays for others.

    Raises:
        SteppeError: he saw nothing.
    """
    if not connection.execute("DELETE FROM ops.page_user WHERE user_name = %s", (name,)).rowcount:
        raise SteppeError(f"{name} sees nothing as it is: ./steppe user lists who does")
