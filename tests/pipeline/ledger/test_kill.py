"""Server and task die at random points of a posting: after restart and retry the ledger is what an undisturbed run leaves."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import signal
import time
from typing import Any

import pytest
from sql.known import insert
from sql.ledger.region import PERSON, Region
from steppe import database, ledger, server

WIPE = "TRUNCATE ledger.approval, ledger.payment_line, ledger.payment_order, ledger.decision, ledger.balance, ledger.transfer, "
WIPE += "ledger.account, ledger.seal; UPDATE ops.step_mark SET publication_id = 0, rules_sha256 = NULL"


@pytest.fixture
def published(warehouse: str) -> str:
    """Three hundred claims, published and not posted."""
    with database.connect("admin") as admin, database.connect("loader") as loader:
        region = Region(admin, loader)
        region.rule("fund_budget", "budget_fen = 10000000")
        row = {
            "month": "2020-05-01",
            "place_class": "other_province",
            "is_out_migrant": True,
            "out_migration_tier": 3,
            "evidence_tier": 3,
        }
        for person in range(300):
            insert(admin, "fct_employment_month", row | {"person_key": PERSON.format(0)[:-4] + f"{person:04d}"})
        region.publish()
    return warehouse


def post() -> None:
    with database.connect("loader") as connection:
        ledger.post_subsidies(connection)


def state() -> tuple[Any, ...]:
    """Totals, decisions and the last seal's size: all that a second run could double."""
    with database.connect("loader") as connection:
        assert ledger.verify(connection) == []
        decisions = connection.execute("SELECT count(*), sum(amount_fen) FROM ledger.decision").fetchone()
        return ledger.totals(connection), decisions


def wipe() -> None:
    with database.connect("admin") as admin:
        admin.execute(WIPE)


def kill_server() -> None:
    """As the machine would: no shutdown, no checkpoint."""
    pid = int((server.data_directory() / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGQUIT)
    with contextlib.suppress(ProcessLookupError):
        while True:
            os.kill(pid, 0)
            time.sleep(0.01)
    server.start()


def disturb(points: int, seed: int) -> None:
    began = time.monotonic()
    post()
    seconds = time.monotonic() - began
    undisturbed = state()
    rng = random.Random(seed)
    context = multiprocessing.get_context("fork")
    cut_short = 0
    for point in range(points):
        wipe()
        task = context.Process(target=post)
        task.start()
        time.sleep(rng.uniform(0, seconds))
        if point % 2:
            kill_server()
        elif task.pid:
            os.kill(task.pid, signal.SIGKILL)
        task.join()
        cut_short += bool(task.exitcode)
        post()
        assert state() == undisturbed, (seed, point)
    assert cut_short > points // 3, cut_short


def test_a_posting_that_dies_is_made_good(published: str) -> None:
    disturb(6, seed=2020)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_a_posting_that_dies_at_fifty_points_is_made_good(published: str) -> None:
    disturb(50, seed=random.SystemRandom().randrange(2**32))


def test_money_that_a_dying_run_left_behind_would_be_seen(published: str) -> None:
    """The failing twin: half of a batch, committed past the ledger, is another state."""
    post()
    whole = state()
    wipe()
    with database.connect("admin") as admin:
        admin.execute(
            "DELETE FROM warehouse.fct_employment_month WHERE right(person_key::text, 1) IN ('0', '1', '2', '3', '4')"
        )
    post()
    assert state() != whole
