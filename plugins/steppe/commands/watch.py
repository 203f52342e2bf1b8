"""``./steppe watch``: alerts sent and deadlines looked at, without Airflow."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from typing import Annotated

import typer

from steppe.commands import console, lifecycle


def watch(
    once: Annotated[bool, typer.Option("--once", help="One look and one round, then end: for cron.")] = False,
) -> None:
    """Send alerts within seconds and look at deadlines beside Airflow, until ended. `./steppe up` starts one; it needs no second.

    Examples:

        ./steppe watch

        ./steppe watch --once
    """
    from steppe import database, watcher

    if once:
        lifecycle.ensure_warehouse()
        with database.connect("loader", application="steppe watch") as connection:
            console.out.print(watcher.once(connection), markup=False)
        return
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    watcher.watch(stop)
