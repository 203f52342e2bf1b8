"""Setting up an installation: servers, databases, schema, passwords, reference data. Safe to run again."""

from __future__ import annotations

import os

from steppe import database, gate, intake, reference, server


def prepare(*, scale: float | None = None) -> list[str]:
    """Start what is embedded, make both databases and bring the warehouse up to date.

    Args:
        scale: share of the real population that the warehouse holds; targets are scaled by it and say so. None keeps what is there.

    Returns:
        Names of the schema versions applied now.

    Raises:
        SettingsError: the server does not start or answer.
    """
    if not os.environ.get("STEPPE_WAREHOUSE_URL") or not os.environ.get("STEPPE_AIRFLOW_URL"):
        server.start()
        for name in ("steppe", "airflow"):
            server.ensure_database(name)
    return prepare_warehouse(scale=scale)


def prepare_warehouse(*, scale: float | None = None) -> list[str]:
    """Migrate the warehouse at ``database.admin_url()``, set the roles' passwords and load reference data."""
    with database.connect("admin") as connection:
        applied = database.migrate(connection)
        intake.ensure_raw_tables(connection)
        database.set_passwords(connection)
        reference.load(connection, scale=scale)
        gate.register(connection)
    return applied
