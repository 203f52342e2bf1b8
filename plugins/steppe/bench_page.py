"""What the page costs at the region's full size: made-up facts of 24 months, every view as every kind of reader, exports, thirty at once.

The server runs in a process of its own, so that its memory is its own; times are those of whole requests over loopback.
"""

from __future__ import annotations

import multiprocessing
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import date
from statistics import quantiles

import httpx
import psutil  # type: ignore[import-untyped]
from fastapi import FastAPI, Request

from steppe import contracts, database
from steppe.bench import Bound, scratch_warehouse
from steppe.database import Connection
from steppe.page import create_app, users, views
from steppe.warehouse import partitions
from steppe.warehouse.derivation import EMPLOYMENT

PERSONS = 800_000
MONTHS = tuple(date(year, month, 1) for year in (2019, 2020) for month in range(1, 13))
BANNER, LEAGUE, REGION = "150428", "150400", "150000"
# Who asks, and where he may look.
READERS: dict[str, tuple[list[str], bool]] = {"head": ([], False), "clerk": ([BANNER], False), "audit": ([], True)}
REPEATS, AT_ONCE, ROUNDS = 20, 30, 10


@dataclass(frozen=True)
class Report:
    """Milliseconds of each request, slowest of each kind first, and what they come to."""

    p95_by_view: dict[str, float]
    bounds: list[Bound]


def run(say: Callable[[str], None], persons: int = PERSONS) -> Report:
    """Fill a warehouse of the bench's own, ask for everything, forget it.

    Args:
        persons: in the register, each month.
    """
    with scratch_warehouse():
        started = time.perf_counter()
        with database.connect("admin") as connection:
            fill(connection, persons)
        say(f"{persons:,} persons, {len(MONTHS)} months: filled in {time.perf_counter() - started:.0f} s")
        with _served() as (process, base):
            return _measure(process, base, say)


def fill(connection: Connection, persons: int) -> None:
    """A made-up region: nobody is real, and its ledger does not verify."""
    values = {"months": list(MONTHS), "sources": list(contracts.sources())}
    query = partitions.fragment("90_bench/employment_month.sql")
    for month in MONTHS:
        child = EMPLOYMENT.child(f"{month:%Y%m}")
        partitions.create(connection, child, query, {"persons": persons, "month": month})
        partitions.attach(connection, EMPLOYMENT, child, "month", month.isoformat())
        connection.commit()
    for name in ("deliveries", "marts", "identity"):
        database.run(connection, f"90_bench/{name}.sql", values)
    database.run(connection, "40_mart/account_month.sql")
    for reader, (regions, is_auditor) in READERS.items():
        users.give(connection, reader, regions, is_auditor=is_auditor)
    connection.commit()
    connection.autocommit = True
    connection.execute("VACUUM ANALYZE")


async def _by_header(request: Request) -> str | None:
    return request.headers.get("x-user")


def _serve(port: int) -> None:
    import uvicorn

    page = create_app(_by_header)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with page.router.lifespan_context(page):
            yield

    app = FastAPI(lifespan=lifespan)
    app.mount("/steppe", page)
    uvicorn.run(app, port=port, log_level="error")


@contextmanager
def _served() -> Iterator[tuple[psutil.Process, str]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(port,))
    server.start()
    base = f"http://127.0.0.1:{port}/steppe"
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                httpx.get(f"{base}/", trust_env=False)
                break
            except httpx.ConnectError:
                time.sleep(0.2)
        yield psutil.Process(server.pid), base
    finally:
        server.terminate()
        server.join()


def addresses() -> list[tuple[str, str, str]]:
    """(reader, view, address) of every view at every level that a reader has."""
    found = []
    for view in views.all_views().values():
        if view.group:
            found += [("head", view.name, f"/view/{view.name}?place={place}") for place in (REGION, LEAGUE, BANNER)]
            found.append(("clerk", view.name, f"/view/{view.name}"))
            found.append(("head", view.name, f"/view/{view.name}?place={BANNER}001001"))
        if view.is_list and view.group == "lists":
            found.append(("head", view.name, f"/view/{view.name}?place={BANNER}&sort=-village_name&page=3"))
            found.append(("audit", view.name, f"/view/{view.name}?place={BANNER}&names=1&secret_words=某"))
    found += [("head", "story", f"/view/story?of={BANNER}-5"), ("head", "delivery", "/view/delivery?id=5")]
    return found


def _measure(process: psutil.Process, base: str, say: Callable[[str], None]) -> Report:
    with httpx.Client(trust_env=False, timeout=60) as client:
        times: dict[str, list[float]] = {}
        for reader, view, address in addresses():
            for repeat in range(REPEATS + 2):
                milliseconds = _ask(client, base, reader, address)
                if repeat >= 2:  # the first two fill caches, as the first reader of a day does
                    times.setdefault(f"{view} ({reader} {address.partition('?')[2]})", []).append(milliseconds)
        by_view = {name: _p95(found) for name, found in times.items()}
        slowest = dict(sorted(by_view.items(), key=lambda item: -item[1]))
        say(f"{sum(map(len, times.values())):,} requests one after another")
        bounds = [Bound("slowest view, p95", next(iter(slowest.values())), 300, "ms")]
        bounds += _exports(client, process, base, say)
    bounds += _at_once(base, say)
    return Report(slowest, bounds)


def _ask(client: httpx.Client, base: str, reader: str, address: str) -> float:
    started = time.perf_counter()
    answer = client.get(base + address, headers={"x-user": reader})
    answer.raise_for_status()
    return (time.perf_counter() - started) * 1000


def _exports(client: httpx.Client, process: psutil.Process, base: str, say: Callable[[str], None]) -> list[Bound]:
    """What a long list adds to the server's memory above what a short one does."""
    bounds = []
    for form in ("csv", "xlsx"):
        peaks = []
        for place in (BANNER, LEAGUE):
            told, peak = _export(client, process, f"{base}/export/list_employed.{form}?place={place}")
            say(f"{form} of {place}: {told}, at most {peak / 2**20:.0f} MB in the server")
            peaks.append(peak)
        bounds.append(Bound(f"a league's {form} above a banner's", (peaks[1] - peaks[0]) / 2**20, 32, "MB"))
    return bounds


def _export(client: httpx.Client, process: psutil.Process, address: str) -> tuple[str, int]:
    peak = size = 0
    started = time.perf_counter()
    with client.stream("GET", address, headers={"x-user": "head"}) as answer:
        answer.raise_for_status()
        for block in answer.iter_bytes():
            size += len(block)
            peak = max(peak, process.memory_info().rss)
    return f"{size / 2**20:.1f} MB in {time.perf_counter() - started:.1f} s", peak


def _at_once(base: str, say: Callable[[str], None]) -> list[Bound]:
    wanted: Sequence[tuple[str, str, str]] = addresses()

    def reader(number: int) -> list[float]:
        with httpx.Client(trust_env=False, timeout=60) as client:
            turns = [wanted[(number * 7 + turn) % len(wanted)] for turn in range(ROUNDS)]
            return [_ask(client, base, who, address) for who, _, address in turns]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        times = [each for found in pool.map(reader, range(AT_ONCE)) for each in found]
    say(f"{AT_ONCE} readers at once, {len(times)} requests without an error: p95 {_p95(times):.0f} ms")
    return []


def _p95(times: Sequence[float]) -> float:
    return quantiles(times, n=20)[-1]
