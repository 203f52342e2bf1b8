"""``./steppe up``, ``down`` and ``reset``: what runs, and what is there."""

from __future__ import annotations

import os
import shutil
from typing import Annotated

import typer

from steppe import server, settings
from steppe.commands import console
from steppe.errors import SteppeError

# What an installation makes in its home; the virtual environment, which runs this, stays.
OWNED = ("inbox", "archive", "work", "airflow", "log", "run", "sample", "postgres")


def ensure_warehouse() -> None:
    """Have a warehouse that answers: start the embedded one when it is not running."""
    if os.environ.get("STEPPE_WAREHOUSE_URL") or server.is_running():
        return
    from steppe import installation

    installation.prepare()


def up() -> None:
    """Start PostgreSQL and Airflow and leave them running. A second call changes nothing.

    Example:

        ./steppe up && ./steppe status
    """
    from steppe import installation
    from steppe.orchestration import configuration, processes

    with console.step("PostgreSQL and the warehouse's schema"):
        installation.prepare()
    with console.step("Airflow"):
        processes.start()
    console.out.print(
        f"Airflow: {configuration.base_url()}, login {configuration.LOGIN} (./steppe status --show-password)"
    )


def down() -> None:
    """Stop Airflow and the embedded PostgreSQL; a task that is cut off is taken up again later.

    Example:

        ./steppe down
    """
    from steppe.orchestration import processes

    with console.step("stopping Airflow"):
        processes.stop()
    with console.step("stopping PostgreSQL"):
        server.stop()


def reset(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Stop everything and delete this installation's data: warehouse, ledger, archive, inbox, logs, passwords.

    The software stays installed. With STEPPE_WAREHOUSE_URL the command refuses: a warehouse elsewhere is its owner's to delete, and the
    secrets here are the key to its person tokens.

    Example:

        ./steppe reset --yes
    """
    if os.environ.get("STEPPE_WAREHOUSE_URL"):
        raise SteppeError("STEPPE_WAREHOUSE_URL is set: the warehouse there is its owner's to delete; nothing was done")
    home = settings.home().path
    if not yes:
        typer.confirm(f"Delete all data in {home}, the warehouse and the ledger included?", abort=True)
    down()
    with console.step(f"deleting the data in {home}"):
        server.remove()
        for name in (*OWNED, "secrets"):
            shutil.rmtree(home / name, ignore_errors=True)
    console.out.print(f"{home} is as new: ./steppe run starts again")
