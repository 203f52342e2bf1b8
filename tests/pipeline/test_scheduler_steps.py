"""What the tasks do, without a scheduler: run twice, at once, out of order and killed, they come to the same."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from pipeline.gate import gate_deliveries as deliveries
from steppe import database, gate, intake, settings
from steppe.orchestration import failures, steps

SOURCE = "household_registry"


def deliver(tmp_path: Path, period: str, persons: range, *, rows_missing: int = 0) -> None:
    """Put a month's register of some persons into the inbox; its manifest may state more rows than there are."""
    rows = {
        name: [deliveries.row(name, place, household_id=f"H{place:06d}") for place in persons]
        for name in ("household", "person")
    }
    folder = deliveries.write(tmp_path / period, rows, source=SOURCE, period=period)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"][0]["rows"] += rows_missing
    (folder / "manifest.json").write_text(json.dumps(manifest))
    intake.deliver(folder)


def received() -> list[int]:
    return [delivery_id for turn in steps.receive(SOURCE, 500) for delivery_id in turn["delivery_ids"]]


def query(statement: str) -> list[tuple[Any, ...]]:
    with database.connect("admin") as connection:
        return connection.execute(statement).fetchall()


def published() -> list[tuple[Any, ...]]:
    return query("SELECT period::text, delivery_id FROM ops.publication ORDER BY publication_id")


def people() -> list[tuple[Any, ...]]:
    """Every version of every person, without the numbers and moments that differ from run to run."""
    return query(
        "SELECT person_key, valid_from::text, valid_to::text, known_to = 'infinity', count(*) FROM warehouse.dim_person "
        "GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"
    )


def leftovers() -> list[tuple[Any, ...]]:
    """Partitions of deliveries in raw and staging."""
    return query(
        "SELECT inhparent::regclass, inhrelid::regclass FROM pg_inherits "
        "WHERE inhparent::regclass::text ~ '^(raw|staging)[.]'"
    )


@pytest.fixture
def two_months(warehouse: str, tmp_path: Path) -> list[int]:
    deliver(tmp_path, "2020-06", range(1, 40))
    deliver(tmp_path, "2020-05", range(40))
    return received()


def load_apart(*delivery_ids: int) -> subprocess.Popen[bytes]:
    """The task's work in a process of its own."""
    code = f"from steppe.orchestration import steps; steps.load(*{delivery_ids})"
    return subprocess.Popen(
        (sys.executable, "-c", code),
        env=os.environ | {"PYTHONPATH": str(settings.ROOT / "plugins")},
        stderr=subprocess.DEVNULL,
    )


def test_a_sender_has_one_turn_and_the_oldest_month_comes_first(two_months: list[int]) -> None:
    may, june = two_months
    assert query(f"SELECT array_agg(period::text) FROM ops.delivery WHERE delivery_id = {may}") == [(["2020-05-01"],)]
    assert steps.receive(SOURCE, 500) == [{"delivery_ids": [may, june], "label": "150400 2020-05 … 2020-06"}]
    assert steps.receive(SOURCE, 1) == [{"delivery_ids": [may], "label": "150400 2020-05"}]
    assert steps.receive(SOURCE, 500, "152501") == []


def test_a_turn_publishes_its_months_in_order(two_months: list[int]) -> None:
    """The gate would else compare with nothing, and a verdict be overtaken."""
    may, june = two_months
    steps.load(june, may)
    assert published() == [("2020-05-01", may), ("2020-06-01", june)]
    steps.load(may, june)
    assert published() == [("2020-05-01", may), ("2020-06-01", june)]
    assert leftovers() == []


def test_a_double_run_changes_nothing(two_months: list[int]) -> None:
    for delivery_id in two_months:
        steps.load(delivery_id)
    before = (published(), people(), query("SELECT count(*) FROM ops.alert"))
    assert before[1]
    for delivery_id in two_months:
        steps.load(delivery_id)
    assert received() == []
    assert (published(), people(), query("SELECT count(*) FROM ops.alert")) == before


def test_two_at_once_publish_once(two_months: list[int]) -> None:
    tasks = [load_apart(*two_months) for _ in range(3)]
    assert [task.wait(120) for task in tasks] == [0, 0, 0]
    assert [period for period, _ in published()] == ["2020-05-01", "2020-06-01"]
    assert leftovers() == []


@pytest.mark.parametrize("moment", ["received", "landed", "gated"])
def test_a_killed_task_is_taken_up_again(two_months: list[int], moment: str) -> None:
    may, june = two_months
    task = load_apart(may, june)
    with database.connect("admin", autocommit=True) as connection:
        # The session of the task shows that it has begun.
        working = "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s AND datname = current_database()"
        state = "SELECT state FROM ops.delivery WHERE delivery_id = %s"
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and task.poll() is None:
            has_begun = connection.execute(working, (f"steppe load {may}",)).fetchone() != (0,)
            if has_begun and connection.execute(state, (may,)).fetchone() in ((moment,), ("published",)):
                break
    task.send_signal(signal.SIGKILL)
    task.wait(10)
    assert len(published()) <= 2
    steps.load(may, june)
    assert [period for period, _ in published()] == ["2020-05-01", "2020-06-01"]
    assert (
        query("SELECT count(*), sum(count(*)) OVER () FROM warehouse.dim_person WHERE known_to = 'infinity'")[0][0]
        == 40
    )
    assert leftovers() == []


def test_a_rejection_is_an_outcome_and_one_alert(warehouse: str, tmp_path: Path) -> None:
    deliver(tmp_path, "2020-05", range(20), rows_missing=1)
    (delivery_id,) = received()
    steps.load(delivery_id)
    steps.load(delivery_id)
    assert steps.announce(SOURCE) == 0
    assert query("SELECT state, rule_id FROM ops.delivery") == [("rejected", "delivery.rows_missing")]
    assert query("SELECT kind, delivery_id FROM ops.alert") == [("delivery_rejected", delivery_id)]
    assert published() == []
    assert leftovers() == []


def test_an_alert_that_a_kill_prevented_is_raised_by_announce(warehouse: str, tmp_path: Path) -> None:
    deliver(tmp_path, "2020-05", range(20))
    (settings.home().inbox / "notes.txt").write_text("not a delivery")
    (delivery_id,) = received()
    assert query("SELECT count(*) FROM ops.alert") == [(0,)]
    steps.load(delivery_id)
    assert steps.announce(SOURCE) == 1, "one publication waits to be built"
    assert query("SELECT count(*) FROM ops.alert WHERE kind = 'delivery_rejected'") == [(1,)]
    steps.build(60)
    assert steps.announce(SOURCE) == 0


def test_a_defect_in_one_month_does_not_hold_up_the_next(
    two_months: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    may, june = two_months
    judge = gate.judge

    def fails_for_may(connection: database.Connection, delivery_id: int) -> Any:
        if delivery_id == may:
            raise ValueError("15040419800101123X")
        return judge(connection, delivery_id)

    monkeypatch.setattr(gate, "judge", fails_for_may)
    with pytest.raises(failures.StepFailed, match=rf"load\({may}\): builtins.ValueError at ") as caught:
        steps.load(may, june)
    assert published() == [("2020-06-01", june)]
    assert "1504" not in str(caught.value)
    monkeypatch.setattr(gate, "judge", judge)
    steps.load(may, june)
    assert [period for period, _ in published()] == ["2020-06-01", "2020-05-01"]


def test_a_turn_is_tried_again_where_one_of_its_failures_may_pass(
    two_months: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    may, june = two_months
    judge = gate.judge
    raised: dict[int, Exception] = {may: ValueError("of ours"), june: OSError("a full disk")}

    def fails(connection: database.Connection, delivery_id: int) -> Any:
        if delivery_id in raised:
            raise raised[delivery_id]
        return judge(connection, delivery_id)

    monkeypatch.setattr(gate, "judge", fails)
    with pytest.raises(failures.Unavailable, match=rf"load\({june}\): builtins.OSError at "):
        steps.load(may, june)
    del raised[june]
    with pytest.raises(failures.StepFailed, match=rf"load\({may}\): builtins.ValueError at "):
        steps.load(may, june)
    assert published() == [("2020-06-01", june)]


def test_a_failed_task_becomes_one_alert_without_its_text(warehouse: str) -> None:
    for _ in range(2):
        steps.task_failed(dag_id="ingest_pv_revenue", task_id="load", run_id="r1", map_index=3, error="UniqueViolation")
    ((kind, title),) = query("SELECT kind, title FROM ops.alert")
    assert kind == "task_failed"
    assert "ingest_pv_revenue.load[3] · UniqueViolation" in title


def test_the_steps_after_publication_follow_their_marks(two_months: list[int]) -> None:
    for delivery_id in two_months:
        steps.load(delivery_id)
    steps.build(60)
    steps.post(60)
    steps.verify(60)
    steps.refresh(60)
    marks = query("SELECT step, publication_id FROM ops.step_mark ORDER BY 1")
    ((last,),) = query("SELECT max(publication_id) FROM ops.publication")
    assert marks == [
        ("build_warehouse", last),
        ("post_ledgers", last),
        ("post_subsidies", last),
        ("publish_marts", last),
    ]


def test_the_watch_tells_of_what_is_late(two_months: list[int]) -> None:
    for delivery_id in two_months:
        steps.load(delivery_id)
    steps.find_late("2020-08-15T09:00:00")
    steps.find_late("2020-08-15T09:00:00+08:00")
    steps.find_late()
    assert query("SELECT count(*) FROM ops.alert WHERE kind = 'task_failed'") == [(0,)]
