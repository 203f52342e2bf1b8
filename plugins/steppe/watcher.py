"""The watcher: one small process beside Airflow that tells people within seconds and looks at deadlines, whatever Airflow does.

It sends what is in the outbox, looks for what did not happen (``alerts.look``), answers Prometheus, and speaks up when the warehouse
itself is away. The DAG ``watch`` does the first two as well: each notices when the other falls silent.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from datetime import UTC, datetime

from steppe import alerts, database
from steppe.alerts.message import RUNBOOK
from steppe.database import Connection

# An alert is offered to the channels within so many seconds of its being raised.
SEND_SECONDS = 3.0
LOOK_SECONDS = 60.0
# A server that is started anew, or a moment without a network, is no reason to wake somebody.
AWAY_SECONDS = 120.0

log = logging.getLogger(__name__)


def once(connection: Connection) -> str:
    """One look and one round of the outbox; what came of them."""
    looked = alerts.look(connection, "watcher", datetime.now(UTC))
    return f"{looked}\n{alerts.dispatch(connection).summary}"


def watch(stop: threading.Event) -> None:
    """Watch until told to stop. Whatever fails is tried again.

    Raises:
        SettingsError: ``STEPPE_METRICS_ADDRESS`` is no address.
    """
    if os.environ.get("STEPPE_METRICS_ADDRESS"):
        from steppe import metrics

        metrics.serve(os.environ["STEPPE_METRICS_ADDRESS"])
    away_since, is_told = None, False
    while not stop.is_set():
        try:
            with database.connect("loader", application="steppe watcher") as connection:
                if is_told:
                    _tell(
                        "数据库已恢复 / the warehouse answers again",
                        "无需处理。",
                        "The warehouse answers again. Do: nothing.",
                        "info",
                    )
                away_since, is_told = None, False
                _watch(connection, stop)
        except Exception as error:  # its text may quote a row
            log.warning("not watching (%s)", type(error).__qualname__)
            away_since = away_since or time.monotonic()
            if not is_told and time.monotonic() - away_since >= AWAY_SECONDS:
                is_told = _tell(
                    "数据库无应答 / the warehouse does not answer",
                    "处理：./steppe status；./steppe up 启动缺少的进程。告警暂时无法记录。",
                    "Do: ./steppe status, then ./steppe up. Until it is back no other alert can be raised.",
                    "critical",
                )
        stop.wait(SEND_SECONDS)


def _watch(connection: Connection, stop: threading.Event) -> None:
    looked_at = float("-inf")
    while not stop.is_set():
        if time.monotonic() - looked_at >= LOOK_SECONDS:
            looked_at = time.monotonic()
            log.info("%s", alerts.look(connection, "watcher", datetime.now(UTC)))
        done = alerts.dispatch(connection)
        if done.sent or done.failed:
            log.info("%s", done.summary)
        stop.wait(SEND_SECONDS)


def _tell(title: str, zh: str, en: str, severity: str) -> bool:
    """Say to every channel what the outbox, which is away, cannot hold; whether one took it."""
    message = alerts.Message(f"Steppe {title}", f"{zh}\n{en} {RUNBOOK}#database_down", severity)
    answers = [channel.send(message) for channel in alerts.configured()]
    return any(answer.is_sent for answer in answers)
