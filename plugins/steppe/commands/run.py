"""``./steppe run``: from a checkout to a warehouse with facts, a ledger and marts, and an account of what happened."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from multiprocessing import active_children, get_context
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from steppe import contracts, database, settings, summary
from steppe.commands import console, report
from steppe.commands.deliveries import make_sample, parse_months, parse_scale
from steppe.commands.status import waiting

if TYPE_CHECKING:
    from steppe.orchestration.client import Progress
    from steppe.sample import Sample

TELL_SECONDS = 5.0


@dataclass(frozen=True)
class Plan:
    """Which sample an installation holds; kept in its home, so that a second run means the same one."""

    scale: str = "0.1"
    months: str = "2020-05:2020-06"
    seed: int = 142

    @property
    def folder(self) -> Path:
        name = f"{self.scale}-{self.months.replace(':', '-')}-{self.seed}"
        return settings.home().path / "sample" / name

    @property
    def stamp(self) -> Path:
        """Lists the files with their SHA-256; there when the sample is complete."""
        return self.folder.with_name(f"{self.folder.name}.json")


def run(
    scale: Annotated[
        str | None, typer.Option(help="Share of the real population, or full.", show_default="0.1")
    ] = None,
    months: Annotated[
        str | None, typer.Option(metavar="FROM:TO", help="Months of the sample.", show_default="2020-05:2020-06")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the sample.", show_default="142")] = None,
    with_sample: Annotated[
        bool, typer.Option("--sample/--no-sample", help="Deliver the sample region, or only what is in the inbox.")
    ] = True,
    timeout: Annotated[int, typer.Option(min=1, help="Give up waiting after so many minutes.")] = 60,
) -> None:
    """Set up, start, deliver, run every DAG to its end and say what came of it. Exit 0 only when all ended well.

    A second call delivers nothing twice and changes nothing. Ctrl-C at any moment is safe: call it again. A warehouse that holds
    deliveries of others never gets the sample.

    Examples:

        ./steppe run

        ./steppe run --scale full

        ./steppe deliver outbox/*.zip && ./steppe run --no-sample
    """
    plan = _plan(scale, months, seed)
    parse_scale(plan.scale)
    parse_months(plan.months)
    try:
        is_well = _whole_path(plan, timeout * 60, with_sample=with_sample)
    except KeyboardInterrupt:
        console.say(
            "\ninterrupted. What was begun goes on in Airflow: ./steppe down stops it, ./steppe run goes on from here"
        )
        raise
    if not is_well:
        raise typer.Exit(1)


def _whole_path(plan: Plan, timeout_s: float, *, with_sample: bool) -> bool:
    began = datetime.now(UTC)
    from steppe import installation
    from steppe.orchestration import processes

    with console.step("PostgreSQL and the warehouse's schema"):
        installation.prepare(scale=parse_scale(plan.scale) if with_sample else None)
    with_sample = with_sample and _may_get_sample(plan)
    with _delivering(plan, wanted=with_sample) as sample:
        with console.step("Airflow (API server, scheduler, DAG processor, triggerer) and the watcher"):
            processes.start()
        if not sample.done():
            with console.step(f"sample region at scale {plan.scale}"):
                sample.result()
    delivered = sample.result()
    console.say(f"▸ {delivered} deliveries put into the inbox" if delivered else "▸ nothing new to deliver")
    _work_off(timeout_s)
    failed = processes.failed_runs(since=began)
    for one in failed:
        console.err.print(f"failed: {one.dag_id} {one.run_id}", style="red", markup=False)
    with database.connect("loader", application="steppe run") as connection:
        account = report.gather(connection)
    report.show(account)
    return account.is_well and not failed


def _plan(scale: str | None, months: str | None, seed: int | None) -> Plan:
    """What is asked, over what the last run had, over the defaults."""
    file = settings.home().path / "sample" / "plan.json"
    kept: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    asked = {"scale": scale, "months": months, "seed": seed}
    return Plan(**(kept | {name: value for name, value in asked.items() if value is not None}))


def _may_get_sample(plan: Plan) -> bool:
    samples = settings.home().path / "sample"
    if plan.stamp.exists() or any(samples.glob("*.json")):
        return True
    with database.connect("loader", application="steppe run") as connection:
        is_empty = connection.execute("SELECT NOT EXISTS (SELECT FROM ops.delivery)").fetchone() == (True,)
    if not is_empty:
        console.say("▸ the warehouse holds deliveries that are no sample: it gets none")
    return is_empty


@contextmanager
def _delivering(plan: Plan, *, wanted: bool) -> Iterator[Future[int]]:
    """How many deliveries were put into the inbox: the sample is made, where there is none, in a process beside the caller.

    What is in the inbox when Airflow's scheduler begins is taken up at once, while the rest of Airflow still starts.
    """
    if not wanted or plan.stamp.exists():
        ready: Future[int] = Future()
        ready.set_result(_deliver(plan) if wanted else 0)
        yield ready
        return
    console.say(f"▸ sample region at scale {plan.scale}, {plan.months}, seed {plan.seed}: made meanwhile")
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        # Ctrl-C reaches the whole process group; this one is ended below instead, without a traceback of its own.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        delivered = pool.submit(_make_and_deliver, plan)
        signal.signal(signal.SIGINT, before)
        try:
            yield delivered
        except BaseException:
            # Whatever went wrong elsewhere, nobody waits for a sample that is no longer wanted.
            for child in active_children():
                child.terminate()
            raise


def _make_and_deliver(plan: Plan) -> int:
    _keep(plan, _generate(plan))
    return _deliver(plan)


def _generate(plan: Plan) -> Sample:
    plan.folder.parent.mkdir(mode=0o700, exist_ok=True)
    return make_sample(plan.folder, plan.scale, plan.months, plan.seed)


def _keep(plan: Plan, made: Sample) -> None:
    digests = {str(file): _sha256(file) for file in made.files}
    _write(plan.stamp, digests)
    _write(plan.folder.parent / "plan.json", {"scale": plan.scale, "months": plan.months, "seed": plan.seed})


def _write(file: Path, content: dict[str, Any]) -> None:
    draft = file.with_name(file.name + ".draft")
    draft.write_text(json.dumps(content, indent=1))
    draft.replace(file)


def _sha256(file: Path) -> str:
    with file.open("rb") as handle:
        digest = sha256()
        while block := handle.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _deliver(plan: Plan) -> int:
    """Put into the inbox what the warehouse does not know yet; returns how many."""
    from steppe import intake

    with database.connect("loader", application="steppe run") as connection:
        known = {row[0] for row in connection.execute("SELECT sha256 FROM ops.delivery")}
    in_inbox = {entry.name for entry in settings.home().inbox.iterdir()}
    files = [Path(name) for name, digest in json.loads(plan.stamp.read_text()).items() if digest not in known]
    fresh = [file for file in files if file.name not in in_inbox]
    for file in fresh:
        intake.deliver(file)
    return len(fresh)


def _work_off(timeout_s: float) -> None:
    """Start what has to run and wait until nothing does, telling how far it is."""
    from steppe.orchestration import processes

    with database.connect("loader", autocommit=True, application="steppe run") as connection:
        display = _Display(connection)
        left_alone = _start_what_waits(connection)
        with console.err.status("") as live:
            processes.wait_quiet(lambda progress: display.tell(progress, live.update), timeout_s)
            # Whether a run that was under way took up what arrived meanwhile is known when it has ended.
            if left_alone and _start_what_waits(connection) is not None:
                processes.wait_quiet(lambda progress: display.tell(progress, live.update), timeout_s)
        display.tell_last()


def _start_what_waits(connection: database.Connection) -> set[str] | None:
    """Start the DAGs that have something to do; returns those that were left alone because a run is under way, None if nothing waits."""
    from steppe.orchestration import processes

    seen = summary.progress(connection)
    if waiting() or seen.arrived > seen.published + seen.rejected:
        ingest = [f"ingest_{source}" for source in contracts.sources()]
        under_way = {run.dag_id for run in processes.active_runs()} & set(ingest)
        for dag_id in ingest:
            if dag_id not in under_way:
                processes.trigger(dag_id)
        return under_way
    if seen.not_taken_up:
        processes.trigger("build_warehouse")
        return set()
    return None


class _Display:
    """One line that changes on a terminal; elsewhere a line every few seconds, when there is news."""

    def __init__(self, connection: database.Connection) -> None:
        self._connection = connection
        self._told, self._told_at = "", time.monotonic()

    def tell(self, progress: Progress, update: Any) -> None:
        running = sorted({run.dag_id for run in progress.active})
        text = f"{_stages(summary.progress(self._connection))} | running: {', '.join(running) or '-'}"
        if console.err.is_terminal:
            update(text)
        elif text != self._told and time.monotonic() - self._told_at >= TELL_SECONDS:
            console.say(f"  {text}")
            self._told, self._told_at = text, time.monotonic()

    def tell_last(self) -> None:
        console.say(f"  {_stages(summary.progress(self._connection))}")


def _stages(now: summary.Progress) -> str:
    behind = f"; {now.not_taken_up} still to go into facts, ledger and marts" if now.not_taken_up else ""
    return (
        f"arrived {now.arrived}: received {now.received}, landed {now.landed}, gated {now.gated}, published {now.published}, "
        f"rejected {now.rejected}{behind}; alerts {now.alerts}"
    )
