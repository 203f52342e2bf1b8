"""What the commands print: results on standard output, progress and errors on standard error."""

from __future__ import annotations

import re
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from time import perf_counter

import psycopg
from rich.console import Console

from steppe import settings

HEARTBEAT_SECONDS = 10.0

# A file or a pipe has no width: tables there are as wide as what is in them.
out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 240)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def say(text: str) -> None:
    """One line of progress."""
    err.print(text, markup=False)


@contextmanager
def step(what: str) -> Iterator[None]:
    """Say what is being done, that it still is, and how long it took."""
    started = perf_counter()
    done = threading.Event()

    def beat() -> None:
        while not done.wait(HEARTBEAT_SECONDS):
            say(f"  … {what} ({perf_counter() - started:.0f} s)")

    say(f"▸ {what}")
    pulse = threading.Thread(target=beat, daemon=True)
    pulse.start()
    try:
        yield
    finally:
        done.set()
        pulse.join()
    say(f"  {what}: {perf_counter() - started:.1f} s")


def keep_traceback(error: BaseException) -> Path:
    """Write where an unexpected error happened into the log folder; no value of a row goes with it.

    A database's message quotes the row that it is about, and so may any other: of the first only code and object are kept, of the
    others quoted parts and long numbers are masked.
    """
    file = settings.home().log / f"steppe-{datetime.now(settings.CALENDAR):%Y%m%d-%H%M%S}.log"
    frames = "".join(traceback.format_tb(error.__traceback__))
    chain: BaseException | None = error
    lines = []
    while chain is not None:
        lines.append(_described(chain))
        chain = chain.__cause__ or chain.__context__
    file.touch(mode=0o600)
    file.write_text(f"{' '.join(sys.argv[:2])}\n{frames}{chr(10).join(lines)}\n", encoding="utf-8")
    return file


def _described(error: BaseException) -> str:
    name = f"{type(error).__module__}.{type(error).__qualname__}"
    if isinstance(error, psycopg.Error):
        found = error.diag
        place = [part for part in (found.schema_name, found.table_name, found.constraint_name) if part]
        return f"{name}: SQLSTATE {error.sqlstate or '?'} {'.'.join(place)}".rstrip()
    return f"{name}: {masked(str(error))}"


def masked(text: str) -> str:
    """The text with quoted parts and numbers of six digits or more left out."""
    return re.sub(r"\d{6,}[\dXx]?|'[^']*'|\"[^\"]*\"|[\u4e00-\u9fff]+", "…", text)
