"""What the path costs: a person snapshot from the inbox to the fact table, against one plain COPY of the same file; and the ledger.

B is a client COPY of the very file into an unlogged table of text, decoded by the server, measured in the same run. Every figure is a
median over the repeats; every repeat has a warehouse of its own and a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import steppe.sample.bench as snapshots
from steppe import contracts, database, gate, installation, intake, ledger, server, settings, warehouse
from steppe.ledger import posting

SENDER = "150400"
MONTHS = (date(2020, 5, 1), date(2020, 6, 1))
STEPS = ("receive", "land", "judge", "publish", "build")


@dataclass(frozen=True)
class Bound:
    """One promise: ``value`` must not exceed ``limit``."""

    name: str
    value: float
    limit: float
    unit: str

    @property
    def is_met(self) -> bool:
        return self.value <= self.limit


@dataclass
class Report:
    """Medians of one size, seconds; ``steps`` by delivery and step."""

    rows: int
    copy_seconds: float = 0.0
    steps: dict[str, dict[str, float]] = field(default_factory=dict)
    peak_memory_mb: float = 0.0

    def seconds(self, delivery: str) -> float:
        return sum(self.steps[delivery].values())


def run(
    sizes: Sequence[int] = (1_000_000, 5_000_000),
    repeats: int = 3,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[list[Report], list[Bound]]:
    """Measure every size and hold it against the bounds.

    Args:
        sizes: rows of the snapshot; the bounds in units of B hold at 1M, the growth bound between the first and the last size.
        repeats: how often each size is measured.
        progress: told of each step as it is done.

    Returns:
        A report per size, and the bounds with what was measured.
    """
    reports = [_measure(rows, repeats, progress) for rows in sizes]
    return reports, bounds(reports)


def bounds(reports: Sequence[Report]) -> list[Bound]:
    """What the reports promise; with two sizes or more also the growth from the first to the last."""
    first = reports[0]
    made = [
        Bound("first month", first.seconds("first") / first.copy_seconds, 11.0, "× B"),
        Bound("second month, 2 % changed", first.seconds("second") / first.copy_seconds, 6.0, "× B"),
        Bound("identical re-delivery", first.seconds("identical") / first.copy_seconds, 0.5, "× B"),
    ]
    if len(reports) > 1:
        last = reports[-1]
        limit = 1.1 * last.rows / first.rows
        made.append(
            Bound(
                f"{last.rows:,} rows", last.seconds("first") / first.seconds("first"), limit, f"× {first.rows:,} rows"
            )
        )
    made += [Bound(f"memory at {report.rows:,} rows", report.peak_memory_mb, 400.0, "MB") for report in reports]
    return made


@dataclass(frozen=True)
class LedgerReport:
    """Seconds for a batch of transfers of one banner: posted, posted again (which posts nothing), verified."""

    transfers: int
    post_seconds: float
    replay_seconds: float
    verify_seconds: float

    def bounds(self) -> list[Bound]:
        """What is promised of a million, in proportion to their number."""
        millions = self.transfers / 1_000_000
        return [
            Bound("one batch posted", self.post_seconds, millions * 1_000_000 / 150_000, "s"),
            Bound("the same batch again", self.replay_seconds, millions * 4, "s"),
            Bound("verified", self.verify_seconds, millions * 8, "s"),
        ]


def run_ledger(transfers: int = 1_000_000, progress: Callable[[str], None] = lambda _: None) -> LedgerReport:
    """Post one batch of transfers with their keys, post it again, and verify the ledger, in a warehouse of its own.

    Raises:
        AssertionError: the second posting posts something, or the ledger does not verify.
    """
    seconds: dict[str, float] = {}
    with scratch_warehouse(), database.connect("loader") as connection:
        for step in ("post", "replay"):
            with connection.transaction():
                posting.lock(connection)
                database.run(connection, "30_ledger/create_bench_draft.sql", {"transfers": transfers})
                started = time.perf_counter()
                posted = posting.post_draft(connection)
            seconds[step] = time.perf_counter() - started
            assert posted.transfers == (transfers if step == "post" else 0), posted  # noqa: S101 - the measurement is void
            progress(f"{step}: {seconds[step]:.2f} s")
        # As autovacuum does within minutes: what was just loaded is not verified in production.
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE ledger.transfer")
        connection.autocommit = False
        started = time.perf_counter()
        violations = ledger.verify(connection)
        seconds["verify"] = time.perf_counter() - started
        assert violations == [], violations  # noqa: S101 - likewise
        progress(f"verify: {seconds['verify']:.2f} s")
    return LedgerReport(transfers, seconds["post"], seconds["replay"], seconds["verify"])


def as_json(reports: Sequence[Report], made: Sequence[Bound]) -> dict[str, Any]:
    return {
        "reports": [asdict(report) for report in reports],
        "bounds": [asdict(bound) | {"is_met": bound.is_met} for bound in made],
    }


def _measure(rows: int, repeats: int, progress: Callable[[str], None]) -> Report:
    with tempfile.TemporaryDirectory(prefix="bench-", dir=settings.home().path) as folder:
        progress(f"{rows:,} rows: making two months of a person snapshot")
        deliveries = [
            snapshots.snapshot(Path(folder) / f"{month:%Y%m}", rows=rows, month=month, seed=7) for month in MONTHS
        ]
        samples = []
        for repeat in range(1, repeats + 1):
            sample = _in_own_process(deliveries)
            samples.append(sample)
            progress(f"{rows:,} rows, {repeat} of {repeats}: B {sample['copy']:.2f} s, " + _told(sample))
    report = Report(rows, copy_seconds=median(sample["copy"] for sample in samples))
    report.peak_memory_mb = max(sample["peak_memory_mb"] for sample in samples)
    for delivery in ("first", "second", "identical"):
        report.steps[delivery] = {
            step: median(sample[delivery][step] for sample in samples) for step in samples[0][delivery]
        }
    return report


def _told(sample: dict[str, Any]) -> str:
    return ", ".join(f"{name} {sum(sample[name].values()):.2f} s" for name in ("first", "second", "identical"))


def _in_own_process(deliveries: Sequence[Path]) -> dict[str, Any]:
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_sample, args=(list(deliveries), sender))
    process.start()
    sender.close()
    try:
        sample: dict[str, Any] = receiver.recv()
    except EOFError as error:
        process.join()
        raise RuntimeError(f"the measured process ended with exit code {process.exitcode}") from error
    process.join()
    return sample


def _sample(deliveries: list[Path], sender: Any) -> None:
    """One repeat, in a process and a database of its own."""
    with scratch_warehouse():
        figures: dict[str, Any] = {"copy": _plain_copy(deliveries[0])}
        gate.warm()
        figures["first"] = _deliver(deliveries[0])
        figures["second"] = _deliver(deliveries[1])
        figures["identical"] = _deliver(deliveries[1])
    figures["peak_memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sender.send(figures)


@contextmanager
def scratch_warehouse() -> Iterator[None]:
    """A warehouse of the bench's own in the embedded server, which the functions of ``database`` go to until it is left."""
    import psycopg

    name = f"steppe_bench_{os.getpid()}"
    server.start()
    server.ensure_database(name)
    os.environ["STEPPE_WAREHOUSE_URL"] = server.url(name)
    scratch = Path(tempfile.mkdtemp(prefix="bench-home-", dir=settings.home().path))
    os.environ["STEPPE_INBOX"], os.environ["STEPPE_ARCHIVE_URL"] = (
        str(scratch / "inbox"),
        (scratch / "archive").as_uri(),
    )
    (scratch / "inbox").mkdir()
    try:
        installation.prepare_warehouse(scale=1.0)
        yield
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _plain_copy(delivery: Path) -> float:
    columns = ", ".join(
        f"{column.name} text" for column in contracts.load("household_registry").resource("person").columns
    )
    with database.connect("admin") as connection, (delivery / "person.csv").open("rb") as file:
        connection.execute(f"CREATE UNLOGGED TABLE public.plain ({columns})".encode())
        started = time.perf_counter()
        with connection.cursor().copy("COPY public.plain FROM STDIN (FORMAT csv, HEADER, ENCODING 'GB18030')") as copy:
            while block := file.read(1 << 20):
                copy.write(block)
        connection.commit()
        seconds = time.perf_counter() - started
        connection.execute("DROP TABLE public.plain")
    return seconds


def _deliver(delivery: Path) -> dict[str, float]:
    """Seconds by step, from a folder in the inbox to the fact table."""
    inbox = settings.home().inbox / delivery.name
    shutil.copytree(delivery, inbox, copy_function=os.link)
    steps: dict[str, float] = {}
    with database.connect("loader") as connection:

        def timed(step: str, act: Callable[[], Any]) -> Any:
            started = time.perf_counter()
            result = act()
            connection.commit()
            steps[step] = time.perf_counter() - started
            return result

        waiting = timed("receive", lambda: intake.receive_inbox(connection, "household_registry"))
        if waiting:
            (delivery_id,) = waiting
            timed("land", lambda: intake.land(connection, delivery_id))
            timed("judge", lambda: gate.judge(connection, delivery_id))
            timed("publish", lambda: warehouse.publish(connection, delivery_id))
            timed("build", lambda: warehouse.build(connection))
    return steps
