"""What a month of the whole region costs: every feed of every sender at full size, from the inbox to the marts, two senders at a time.

The baseline and two months that follow are delivered to a warehouse of the bench's own. Airflow is left out, and so are workbooks and
alerts. Memory is that of the server and of the processes that load, each page counted once.
"""

from __future__ import annotations

import logging
import multiprocessing
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from steppe import contracts, database, gate, intake, ledger, sample, server, settings, warehouse
from steppe.bench import Bound, scratch_warehouse
from steppe.errors import Rejected

BASELINE, FIRST, SECOND = (date(2019, 12, 1), date(2020, 5, 1), date(2020, 6, 1))
SECONDS = {FIRST: 600.0, SECOND: 300.0}
MEMORY_MB = 1500.0
LOADERS = 2
SPAWNED = multiprocessing.get_context("spawn")
STEPS = (warehouse.identify, warehouse.build, ledger.post, ledger.post_subsidies, warehouse.refresh_marts)


@dataclass(frozen=True)
class Month:
    """Seconds by step of one month, and the rows that were delivered."""

    month: date
    rows: int
    steps: dict[str, float]

    @property
    def seconds(self) -> float:
        return sum(self.steps.values())


@dataclass
class Report:
    """Every month, and the memory that is held: now, the most since the step at hand began, the most ever."""

    months: list[Month] = field(default_factory=list)
    peak_memory_mb: float = 0.0
    step_memory_mb: float = 0.0
    memory_mb: float = 0.0

    def bounds(self) -> list[Bound]:
        """What is promised at full size."""
        made = [
            Bound(f"{month.month:%Y-%m}, {month.rows:,} rows", month.seconds, SECONDS[month.month], "s")
            for month in self.months
            if month.month in SECONDS
        ]
        return [*made, Bound("memory", self.peak_memory_mb, MEMORY_MB, "MB")]


def run(say: Callable[[str], None], scale: float | str = "full") -> Report:
    """Deliver the months one after the other, measure each, forget everything.

    Args:
        say: told of each step as it is done.
        scale: share of the region; the bounds hold for all of it.
    """
    report = Report()
    with scratch_warehouse(), tempfile.TemporaryDirectory(prefix="bench-", dir=settings.home().path) as folder:
        # By a process of its own, whose memory is gone when what is measured begins.
        with ProcessPoolExecutor(1, mp_context=SPAWNED) as pool:
            months = [f"{month:%Y-%m}" for month in (FIRST, SECOND)]
            made = pool.submit(sample.generate, Path(folder), scale, months, 142).result()
        say(f"{len(made.files)} files, {sum(file.stat().st_size for file in made.files) / 1e6:.0f} MB")
        with _watched(report):
            for month in (BASELINE, FIRST, SECOND):
                report.months.append(_month(month, made.files, report, say))
    return report


def _month(month: date, files: Sequence[Path], report: Report, say: Callable[[str], None]) -> Month:
    steps: dict[str, float] = {}

    def note(step: str, started: float) -> None:
        steps[step] = time.perf_counter() - started
        say(f"{month:%Y-%m} {step}: {steps[step]:.1f} s, {report.step_memory_mb:,.0f} MB")
        report.step_memory_mb = report.memory_mb

    for file in files:
        if f"{month:%Y%m}" in file.name:
            intake.deliver(file)
    started = time.perf_counter()
    turns = _turns()
    # The largest first, so that both loaders end at about the same time.
    with ProcessPoolExecutor(LOADERS, mp_context=SPAWNED) as pool:
        rows = sum(pool.map(_load, turns))
    note("load", started)
    with database.connect("admin") as connection:
        database.run(connection, "90_bench/publish_in_time.sql", {"month": month})
    with database.connect("loader") as connection:
        for step in STEPS:
            started = time.perf_counter()
            step(connection)
            connection.commit()
            note(step.__name__, started)
    return Month(month, rows, steps)


def _turns() -> list[list[int]]:
    """Deliveries of each source and sender, oldest first, the largest turn first."""
    turns: dict[tuple[str, str], list[tuple[int, int]]] = {}
    with database.connect("loader") as connection:
        for source in contracts.sources():
            for number in intake.receive_inbox(connection, source):
                key = connection.execute(
                    "SELECT sender_code, size_bytes FROM ops.delivery WHERE delivery_id = %s", (number,)
                ).fetchone()
                assert key is not None  # noqa: S101 - it was just received
                turns.setdefault((source, key[0]), []).append((number, key[1]))
        connection.commit()
    by_size = sorted(turns.values(), key=lambda turn: -sum(size for _, size in turn))
    return [[number for number, _ in turn] for turn in by_size]


def _load(delivery_ids: list[int]) -> int:
    """Land, judge and publish, as ``ingest.load`` does; returns the rows delivered."""
    # A malformed file breaks off its COPY and is read again with tolerance: expected here, and no news among the figures.
    logging.getLogger("psycopg").setLevel(logging.ERROR)
    with database.connect("loader") as connection:
        for number in delivery_ids:
            try:
                intake.land(connection, number)
                warehouse.give_numbers(connection, number)
                connection.commit()
                gate.judge(connection, number)
                connection.commit()
                warehouse.publish(connection, number)
            except Rejected as rejected:
                connection.rollback()
                gate.reject(connection, number, rejected)
            connection.commit()
        row = connection.execute(
            "SELECT coalesce(sum(rows_in), 0) FROM ops.delivery WHERE delivery_id = any(%s)", (delivery_ids,)
        ).fetchone()
    return int(row[0]) if row else 0


@contextmanager
def _watched(report: Report) -> Iterator[None]:
    """Look every half second how much memory the server and this process with its children hold."""
    postmaster = psutil.Process(int((server.data_directory() / "postmaster.pid").read_text().split()[0]))
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.5):
            held = 0
            for root in (postmaster, psutil.Process()):
                for process in (root, *root.children(recursive=True)):
                    try:
                        held += process.memory_full_info().pss
                    except (psutil.Error, OSError):
                        continue  # it has ended
            report.memory_mb = held / 2**20
            report.step_memory_mb = max(report.step_memory_mb, report.memory_mb)
            report.peak_memory_mb = max(report.peak_memory_mb, report.step_memory_mb)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
