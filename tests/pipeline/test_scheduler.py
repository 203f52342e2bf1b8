"""A real scheduler: the processes of Airflow and the watcher, their own database and ports, a small sample with one broken delivery."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pipeline import canaries
from pipeline.gate import gate_deliveries as deliveries
from pipeline.running import BROKEN, SENDERS, Outcome, failed, query, run_ingest
from psycopg import sql
from steppe import contracts, database, intake, server, settings
from steppe.doctor import examine
from steppe.orchestration import processes
from steppe.orchestration.client import Client

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(900)]


def contents() -> dict[str, int]:
    """Number of rows of every table that a consumer reads, and the ledger's total."""
    tables = query(
        "SELECT table_schema, table_name FROM information_schema.tables "
        "WHERE table_schema IN ('warehouse', 'ledger', 'mart', 'quarantine', 'vault') ORDER BY 1, 2"
    )
    counted = {}
    with database.connect("admin") as connection:
        for schema, table in tables:
            statement = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(schema, table))
            counted[f"{schema}.{table}"] = connection.execute(statement).fetchone()
        counted["fen"] = connection.execute("SELECT coalesce(sum(amount_fen), 0) FROM ledger.transfer").fetchone()
        counted["publications"] = connection.execute("SELECT count(*) FROM ops.publication").fetchone()
    return {name: int(row[0]) for name, row in counted.items() if row}


def of_run(outcome: Outcome) -> str:
    """The deliveries of the first run, as a condition: other tests deliver to this installation, too, before or after."""
    names = ", ".join(f"'{file.name}'" for file in outcome.files)
    return f"delivery_id IN (SELECT delivery_id FROM ops.delivery WHERE file_name IN ({names}))"


def test_every_delivery_has_a_final_state(outcome: Outcome) -> None:
    states = dict(query(f"SELECT file_name, state FROM ops.delivery WHERE {of_run(outcome)}"))
    assert set(states) == {file.name for file in outcome.files}
    assert set(states.values()) <= {"published", "rejected"}
    assert list(settings.home().inbox.glob("*.zip")) == []


def test_the_broken_delivery_is_rejected_for_its_fault_and_fails_no_dag(outcome: Outcome) -> None:
    rows = query(f"SELECT state, rule_id, reason_zh, reason_en FROM ops.delivery WHERE file_name = '{BROKEN}'")
    ((state, rule_id, reason_zh, reason_en),) = rows
    assert (state, rule_id) == ("rejected", "delivery.checksum")
    assert reason_zh
    assert reason_en
    assert failed() == []


def test_the_same_sender_s_good_deliveries_are_published_in_order(outcome: Outcome) -> None:
    rows = query(
        "SELECT source, sender_code, array_agg(period ORDER BY publication_id), array_agg(period ORDER BY period) "
        f"FROM ops.publication WHERE {of_run(outcome)} GROUP BY 1, 2"
    )
    assert {(source, sender) for source, sender, *_ in rows} == {
        (contract.source, sender)
        for contract in contracts.load_all()
        if settings.REGION_CODE not in contract.senders  # what the region's agency delivers for all is not among these
        for sender in SENDERS
    }
    assert [row for row in rows if row[2] != row[3]] == []


def test_assets_carry_the_news_to_the_marts(outcome: Outcome) -> None:
    ((last,),) = query("SELECT max(publication_id) FROM ops.publication")
    assert query("SELECT step, publication_id FROM ops.step_mark ORDER BY 1") == [
        ("build_warehouse", last), ("post_ledgers", last), ("post_subsidies", last), ("publish_marts", last),
    ]  # fmt: skip
    with Client() as client:
        for dag_id in processes.CONSUMERS:
            runs = client.call("GET", f"/dags/{dag_id}/dagRuns")["dag_runs"]
            assert {run["run_type"] for run in runs} == {"asset_triggered"}, dag_id
    assert query("SELECT count(*) > 0 FROM mart.target_progress") == [(True,)]
    assert query("SELECT count(*) > 0 FROM ledger.transfer") == [(True,)]
    assert query("SELECT count(*) > 0 FROM warehouse.fct_employment_month") == [(True,)]


def test_what_goes_on_can_be_watched(outcome: Outcome) -> None:
    assert outcome.seen[-1].is_quiet
    assert {run.dag_id for progress in outcome.seen for run in progress.active} >= {
        f"ingest_{source}" for source in contracts.sources()
    }


def test_the_rejection_reaches_the_receiver_after_a_refusal(outcome: Outcome) -> None:
    """The receiver answered 200 with errcode 310000 first: recorded as failed, and sent again by `watch`."""
    deadline = time.monotonic() + 90
    waiting = (
        "SELECT count(*) FROM ops.alert AS alert WHERE NOT EXISTS (SELECT 1 FROM ops.alert_delivery AS attempt "
        "WHERE attempt.alert_id = alert.alert_id AND attempt.outcome = 'sent')"
    )
    while query(waiting) != [(0,)] and time.monotonic() < deadline:
        time.sleep(3)
        processes.trigger("watch")
        processes.wait_quiet(timeout_s=60)
    assert query(waiting) == [(0,)]
    refused = query(
        "SELECT alert_id, response FROM ops.alert_delivery WHERE outcome = 'failed' ORDER BY alert_delivery_id"
    )
    assert "310000" in refused[0][1]
    assert query(f"SELECT outcome FROM ops.alert_delivery WHERE alert_id = {refused[0][0]} ORDER BY attempt")[-1] == (
        "sent",
    )
    assert any("delivery.checksum" in text and "150400" in text for text in outcome.receiver.accepted)


def test_what_the_gate_finds_is_at_the_receiver_within_half_a_minute(outcome: Outcome) -> None:
    """From the moment of judgement to the receiver's yes, the refused first attempt included."""
    seconds = [
        float(row[0])
        for row in query(
            "SELECT extract(EPOCH FROM min(attempt.attempted_at) - max(result.evaluated_at)) FROM ops.alert "
            "INNER JOIN ops.alert_delivery AS attempt USING (alert_id) INNER JOIN ops.gate_result AS result USING (delivery_id) "
            "WHERE alert.kind IN ('gate_failed', 'gate_warning', 'delivery_rejected') AND attempt.outcome = 'sent' "
            "GROUP BY alert_id ORDER BY 1"
        )
    ]
    assert len(seconds) >= 4
    assert seconds[round(0.95 * (len(seconds) - 1))] <= 30


def test_a_second_run_changes_nothing(outcome: Outcome) -> None:
    before = contents()
    receipts = query("SELECT count(*) FROM ops.receipt")[0][0]
    for file in outcome.files:
        intake.deliver(file)
    run_ingest()
    for dag_id in ("build_warehouse", "post_ledgers", "publish_marts"):
        processes.trigger(dag_id)
    processes.wait_quiet(timeout_s=200)
    assert contents() == before
    assert query("SELECT count(*) FROM ops.receipt")[0][0] == receipts + len(outcome.files)
    assert failed() == []


def test_the_process_list_shows_no_secret(outcome: Outcome) -> None:
    import psutil

    secrets = json.loads((settings.home().secrets / "steppe.json").read_text()).values()
    lines = [" ".join(psutil.Process(part.pid).cmdline()) for part in processes.status() if part.pid]
    assert len(lines) == 5
    assert [line for line in lines for secret in secrets if secret in line] == []


def test_starting_again_leaves_the_processes_as_they_are(outcome: Outcome, monkeypatch: pytest.MonkeyPatch) -> None:
    before = processes.status()
    processes.start()
    assert processes.status() == before
    # The twin: with another setting they would be started afresh.
    monkeypatch.setenv("STEPPE_ALERT_URLS", "json://127.0.0.1:9/")
    assert not processes.is_current()


def test_the_doctor_finds_it_well_and_what_is_paused_unwell(outcome: Outcome) -> None:
    assert [finding for finding in examine(with_message=False) if finding.verdict == "fail"] == []
    with Client() as client:
        for is_paused in (True, False):
            client.call("PATCH", "/dags/post_ledgers", json={"is_paused": is_paused})
            found = [finding for finding in examine(with_message=False) if finding.verdict == "fail"]
            assert [finding.what for finding in found] == ["is paused: post_ledgers"] * is_paused


@pytest.fixture
def dumped(outcome: Outcome) -> Callable[[str], bytes]:
    """A function from a database's name, with what of it is meant, to everything that it holds as text."""

    def dump(database_name: str, *schemas: str) -> bytes:
        chosen = [f"--schema={schema}" for schema in schemas]
        command = [str(server.programs() / "bin" / "pg_dump"), "--data-only", *chosen, server.url(database_name)]
        return subprocess.run(command, check=True, capture_output=True).stdout

    return dump


@contextmanager
def vault_that_refuses() -> Iterator[None]:
    """Publishing fails inside the server, whose answer quotes the row that it refused."""
    with database.connect("admin", autocommit=True) as connection:
        connection.execute("ALTER TABLE vault.identity ADD CONSTRAINT canary CHECK (length(name) < 4) NOT VALID")
    try:
        yield
    finally:
        with database.connect("admin", autocommit=True) as connection:
            connection.execute("ALTER TABLE vault.identity DROP CONSTRAINT canary")


def test_a_thousand_canaries_are_told_nowhere(outcome: Outcome, dumped: Callable[..., bytes], tmp_path: Path) -> None:
    """Accepted, quarantined, unsplittable, refused whole, and in a task that fails: names and numbers stay in the warehouse."""
    birds = canaries.make(7)
    households = [deliveries.row("household", place, register_year="2018") for place in range(40)]
    mostly_good = [*birds.rows[:960], *canaries.spoil(birds.rows[960:988])]
    options = {"source": "household_registry", "sender": "150400"}
    deliveries.write(
        tmp_path / "canaries-1",
        {"household": households, "person": mostly_good},
        period="2018-11",
        extra={"person": canaries.lines(birds.rows[988:])},
        **options,
    )
    deliveries.write(
        tmp_path / "canaries-2",
        {"household": households, "person": canaries.spoil(birds.rows)},
        period="2018-10",
        **options,
    )
    with vault_that_refuses():
        for folder in ("canaries-1", "canaries-2"):
            intake.deliver(tmp_path / folder)
        run_ingest()
    assert set(failed()) == {"ingest_household_registry"}  # its schedule may have begun another run meanwhile
    began = datetime.now(UTC)
    run_ingest()
    # Months so old that no figure is defined for them hold up nobody's figures.
    assert failed(began) == []

    states = dict(query("SELECT file_name, state FROM ops.delivery WHERE file_name LIKE 'canaries-%'"))
    assert states == {"canaries-1": "published", "canaries-2": "rejected"}
    assert birds.told_in(settings.home().log) == {}
    assert birds.told_by((server.data_directory().parent / "server.log").read_bytes()) == set()
    assert birds.told_by(dumped("airflow")) == set()
    assert birds.told_by(dumped("steppe_scheduler", "ops", "warehouse", "mart", "ledger")) == set()
    lineage = Path(os.environ["STEPPE_LINEAGE_URL"].removeprefix("file://")).read_bytes()
    assert b"columnLineage" in lineage
    assert birds.told_by(lineage) == set()
    assert birds.told_by("\n".join(request.text for request in outcome.receiver.requests).encode()) == set()
    # The twins: where they are meant to be, every one is found.
    kept = birds.told_by(dumped("steppe_scheduler", "vault", "quarantine"))
    assert len(kept & birds.names) == canaries.COUNT
    assert len(kept & birds.numbers) > canaries.COUNT
