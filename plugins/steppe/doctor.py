"""The doctor: each part of an installation is asked how it is, and told in a line: well or not, what is wrong, what to do.

Nothing is started, changed or repaired; a test message to each channel is the only trace.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

import psycopg

from steppe import database, server, settings
from steppe.errors import SteppeError

Verdict = Literal["ok", "warn", "fail"]

# Below the first a publication may not end; below the second there is time to make room.
LEAST_BYTES, LOW_BYTES = 2 * 2**30, 10 * 2**30
# Every ten minutes a run takes up what is in the inbox.
WAITED_LONG = timedelta(minutes=30)
OLDEST_SERVER = 160_000  # PostgreSQL 16
NEW_OR_LOST = "a new one: ./steppe up; one that was here: docs/runbook.md#restore"


@dataclass(frozen=True)
class Finding:
    """How one thing is. ``cure`` says what a person should do; empty where it is well."""

    part: str
    verdict: Verdict
    what: str
    cure: str = ""


def examine(*, with_message: bool = True) -> Iterator[Finding]:
    """Findings, part after part, each as soon as it is known; that a part cannot be asked is a finding too.

    Args:
        with_message: send each channel a test message.
    """
    if not settings.is_set_up():
        yield Finding("keys", "fail", f"{settings.home().path} holds no installation", NEW_OR_LOST)
        return
    for part, check in PARTS.items():
        try:
            yield from check() if part != "channels" or with_message else ()
        except (OSError, SteppeError, psycopg.Error) as error:
            told = str(error) if isinstance(error, SteppeError) else type(error).__name__
            yield Finding(part, "fail", f"cannot be asked: {told}", "./steppe up; docs/runbook.md#first_look")


def _database() -> Iterator[Finding]:
    where = database.public_url()
    for role in settings.ROLES:
        with database.connect(role, application="steppe doctor") as connection:
            number = connection.info.server_version
    if number < OLDEST_SERVER:
        yield Finding("database", "fail", f"{where} is PostgreSQL {number // 10_000}", "16 or later is needed")
    with database.connect("admin", application="steppe doctor") as connection:
        waiting = database.unapplied(connection)
    if waiting:
        yield Finding("database", "fail", f"its schema lacks {', '.join(waiting)}", "./steppe up brings it up to date")
        return
    yield Finding("database", "ok", f"{where}, PostgreSQL {number // 10_000}, schema up to date, every role may log in")


def _airflow() -> Iterator[Finding]:
    from steppe.orchestration import configuration, processes
    from steppe.orchestration.client import Client

    if configuration.port() is None:
        yield _heard_of("airflow", "was never started here", "./steppe up, unless it runs elsewhere")
        return
    dead = [part for part in processes.status() if part.pid is None]
    for process in dead:
        yield Finding("airflow", "fail", f"{process.name} does not run", f"./steppe up; it ended with {process.log}")
    if not dead and not processes.is_current():
        yield Finding("airflow", "warn", "runs with earlier settings or code", "./steppe up starts it afresh")
    with Client() as client:
        unwell = sorted(part for part, state in client.health().items() if state != "healthy")
        errors, known, paused = client.import_errors(), client.dag_ids(), client.dag_ids(paused=True)
    for part in unwell:
        yield Finding("airflow", "fail", f"{part} does not do its work", f"see {settings.home().log}")
    for error in errors:
        yield Finding("airflow", "fail", f"a DAG file does not load: {error.splitlines()[0]}", "correct the file")
    missing = sorted(processes.dag_ids() - known)
    if missing:
        yield Finding("airflow", "fail", f"does not know {', '.join(missing)}", "see airflow-dag-processor.log")
    if paused:
        yield Finding("airflow", "fail", f"is paused: {', '.join(sorted(paused))}", "unpause it on Airflow's page")
    if not (dead or unwell or errors or missing or paused):
        yield Finding("airflow", "ok", f"{configuration.base_url()}, {len(known)} DAGs")
    yield _heard_of("airflow", "has not run its watch", "docs/runbook.md#airflow_dead")
    yield _heard_of("watcher", "is silent", "./steppe up; see airflow-watcher.log")


def _heard_of(component: str, otherwise: str, cure: str) -> Finding:
    """Whether a part left a heartbeat lately."""
    from steppe.alerts.watching import SILENT_AFTER

    with database.connect("loader", application="steppe doctor") as connection:
        row = connection.execute("SELECT beat_at FROM ops.heartbeat WHERE component = %s", (component,)).fetchone()
    if row and datetime.now(UTC) - row[0] < SILENT_AFTER:
        return Finding("airflow", "ok", f"{component}: last seen at {row[0].astimezone(settings.CALENDAR):%H:%M:%S}")
    since = f" since {row[0].astimezone(settings.CALENDAR):%Y-%m-%d %H:%M}" if row else ""
    return Finding("airflow", "fail", f"{component} {otherwise}{since}", cure)


def _inbox() -> Iterator[Finding]:
    inbox = settings.home().inbox
    if not inbox.is_dir() or not os.access(inbox, os.R_OK | os.W_OK | os.X_OK):
        yield Finding(
            "inbox",
            "fail",
            f"{inbox} is not a folder that may be read and written",
            "mount it, or correct STEPPE_INBOX",
        )
        return
    waiting = [entry.stat().st_mtime for entry in inbox.iterdir() if not entry.name.startswith(".")]
    age = datetime.now(UTC) - datetime.fromtimestamp(min(waiting), UTC) if waiting else timedelta(0)
    if age > WAITED_LONG:
        hours = f"{age.total_seconds() / 3600:.1f} h"
        yield Finding(
            "inbox", "warn", f"{len(waiting)} wait in {inbox}, the oldest for {hours}", "docs/runbook.md#airflow_dead"
        )
    else:
        yield Finding("inbox", "ok", f"{inbox}, {len(waiting)} waiting")


def _disk() -> Iterator[Finding]:
    places = {"home": settings.home().path}
    archive = urlsplit(settings.home().archive_url)
    if archive.scheme in ("", "file"):
        places["archive"] = Path(unquote(archive.path))
    if not os.environ.get("STEPPE_WAREHOUSE_URL"):
        places["PostgreSQL"] = server.data_directory()
    for name, place in places.items():
        if not place.exists():
            yield Finding("disk", "fail", f"{name}: {place} is not there", "./steppe up, or correct STEPPE_ARCHIVE_URL")
            continue
        free = shutil.disk_usage(place).free
        told = f"{name}: {free / 2**30:,.0f} GiB free at {place}"
        if free < LOW_BYTES:
            yield Finding("disk", "fail" if free < LEAST_BYTES else "warn", told, "docs/runbook.md#disk_full")
        else:
            yield Finding("disk", "ok", told)


def _keys() -> Iterator[Finding]:
    from steppe.warehouse import identity

    home = settings.home()
    places = (home.path, home.secrets, home.secrets / "steppe.json")
    for place in places:
        if place.exists() and stat.S_IMODE(place.stat().st_mode) & 0o077:
            yield Finding("keys", "fail", f"{place} is open to other users", f"chmod go= {place}")
    with database.connect("loader", application="steppe doctor") as connection:
        is_ours = identity.recognises(connection)
    if is_ours:
        yield Finding("keys", "ok", "the person token is the one that the warehouse was built with")
    else:
        what = "the person token is not the one that the warehouse was built with"
        yield Finding("keys", "fail", what, "load nothing; put back secrets/steppe.json: docs/runbook.md#restore")


def _channels() -> Iterator[Finding]:
    from steppe import alerts

    configured = alerts.configured()
    if not configured:
        yield Finding(
            "channels",
            "warn",
            "none: alerts stand in ops.alert only",
            "set STEPPE_ALERT_URLS: docs/runbook.md#channel_setup",
        )
    message = alerts.Message(
        "Steppe 测试 / test",
        "这是 ./steppe doctor 的测试消息，无需处理。\nThis is a test message of ./steppe doctor. Do: nothing.",
        "info",
    )
    for channel in configured:
        answer = channel.send(message)
        cure = "" if answer.is_sent else "docs/runbook.md#alert_undeliverable"
        yield Finding("channels", "ok" if answer.is_sent else "fail", f"{channel.name}: {answer.response}", cure)


def _incidents() -> Iterator[Finding]:
    from steppe import alerts

    with database.connect("loader", application="steppe doctor") as connection:
        known = alerts.list_incidents(connection)
    worst = [incident for incident in known if incident.severity == "critical" and incident.state == "open"]
    if worst:
        yield Finding(
            "incidents", "warn", f"{len(worst)} critical ones that nobody has acknowledged", "./steppe incidents"
        )
    else:
        yield Finding("incidents", "ok", f"{len(known)} unresolved, none of them critical and open")


PARTS = {
    "database": _database,
    "keys": _keys,
    "airflow": _airflow,
    "inbox": _inbox,
    "disk": _disk,
    "channels": _channels,
    "incidents": _incidents,
}
