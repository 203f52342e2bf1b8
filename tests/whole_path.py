"""The whole path without Airflow: what the DAGs do to deliveries, step after step, in this process."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from steppe import contracts, database, gate, intake, ledger, warehouse
from steppe.errors import Rejected


def deliver(files: Iterable[Path]) -> None:
    """Put files into the inbox."""
    for file in files:
        intake.deliver(file)


def load(connection: database.Connection) -> list[int]:
    """Take everything in the inbox to a final state; returns the deliveries, in the order in which they were loaded."""
    loaded = []
    for source in contracts.sources():
        for delivery_id in intake.receive_inbox(connection, source):
            connection.commit()
            loaded.append(delivery_id)
            try:
                intake.land(connection, delivery_id)
                warehouse.give_numbers(connection, delivery_id)
                connection.commit()
                gate.judge(connection, delivery_id)
                connection.commit()
            except Rejected as rejection:
                connection.rollback()
                gate.reject(connection, delivery_id, rejection)
                connection.commit()
                continue
            warehouse.publish(connection, delivery_id)
            connection.commit()
    return loaded


def finish(connection: database.Connection) -> None:
    """Facts, ledgers and marts for what has been published."""
    for step in (warehouse.identify, warehouse.build, ledger.post, warehouse.refresh_marts):
        step(connection)
        connection.commit()
