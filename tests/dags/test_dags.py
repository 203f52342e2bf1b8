"""The DAG files: what they are, how they are joined, what they may not do. Each check is shown to fail on a bad file beside it."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from steppe import contracts, settings

DAGS = settings.ROOT / "dags"
SOURCES = contracts.sources()
EXPECTED = {
    *(f"ingest_{source}" for source in SOURCES),
    "build_warehouse",
    "post_ledgers",
    "confirm_assessment",
    "pay_subsidies",
    "publish_marts",
    "approve_deliveries",
    "watch",
}
SECTIONS = ("Purpose:", "Reads:", "Writes:", "When it fails:")
PARSE_SECONDS = 0.5
SQL = re.compile(r"\b(select\s.+\sfrom|insert\s+into|update\s+\w+\s+set|delete\s+from)\b", re.IGNORECASE | re.DOTALL)

BROKEN = "from airflow.sdk import DAG\nimport a_module_that_is_not_there\n"
SLOW = "import time\nfrom airflow.sdk import DAG\ntime.sleep(0.6)\nwith DAG('slow', schedule=None):\n    pass\n"
BARE = """
from airflow.sdk import DAG, task
with DAG("bare", schedule="*/10 * * * *", max_active_runs=3):
    @task
    def work(): ...
    work()
"""


def parse(folder: Path, home: Path) -> dict[str, Any]:
    """What Airflow makes of a folder of DAG files, in a process and with settings of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    done = subprocess.run(
        (sys.executable, str(Path(__file__).with_name("parsing.py")), str(folder)),
        env=kept
        | {
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
            "PYTHONPATH": str(settings.ROOT / "plugins"),
            "PYTHONWARNINGS": "ignore",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return parse(DAGS, tmp_path_factory.mktemp("airflow"))


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("dags")
    for name, text in {"broken.py": BROKEN, "slow.py": SLOW, "bare.py": BARE}.items():
        (folder / name).write_text(text)
    return parse(folder, tmp_path_factory.mktemp("airflow"))


def faults(dag: dict[str, Any]) -> set[str]:
    """What a DAG lacks of what each of ours has."""
    found = {section for section in SECTIONS if not re.search(rf"^{section}", dag["doc_md"], re.MULTILINE)}
    tasks = dag["tasks"].values()
    lacks = {
        "owner": dag["owner"] != "employment-assistance",
        "tags": "steppe" not in dag["tags"],
        "description": not dag["description"],
        "params": not dag["params"]
        or not all(schema.get("type") and schema.get("title") for schema in dag["params"].values()),
        # Where a person is waited for, the next run must not wait.
        "one run at a time": dag["max_active_runs"] != (16 if "one.ask" in dag["tasks"] else 1) or dag["catchup"],
        "retries with backoff": not all(task["retries"] and task["backoff"] for task in tasks),
        "alert": not all(task["alerts"] for task in tasks),
        "time zone": "cron" in str(dag["timetable"]).lower() and "Asia/Shanghai" not in str(dag["timetable"]),
    }
    return found | {name for name, is_lacking in lacks.items() if is_lacking}


def test_the_set_of_dags_is_exact(parsed: dict[str, Any], bad: dict[str, Any]) -> None:
    assert set(parsed["dags"]) == EXPECTED
    assert set(bad["dags"]) == {"slow", "bare"}


def test_every_file_loads(parsed: dict[str, Any], bad: dict[str, Any]) -> None:
    assert parsed["errors"] == {}
    assert bad["errors"] == {"broken.py": "ModuleNotFoundError: No module named 'a_module_that_is_not_there'"}


def test_every_file_parses_in_half_a_second(parsed: dict[str, Any], bad: dict[str, Any]) -> None:
    assert set(parsed["seconds"]) == {file.name for file in DAGS.glob("*.py")}
    assert {name: seconds for name, seconds in parsed["seconds"].items() if seconds > PARSE_SECONDS} == {}
    assert bad["seconds"]["slow.py"] > PARSE_SECONDS


def test_every_dag_says_whose_it_is_and_what_to_do(parsed: dict[str, Any], bad: dict[str, Any]) -> None:
    assert {dag_id: faults(dag) for dag_id, dag in parsed["dags"].items() if faults(dag)} == {}
    assert faults(bad["dags"]["bare"]) == {
        *SECTIONS, "owner", "tags", "description", "params", "one run at a time", "retries with backoff", "alert",
        "time zone",
    }  # fmt: skip


def test_assets_join_the_dags(parsed: dict[str, Any]) -> None:
    """ingest (any) → build_warehouse → post_ledgers → publish_marts: each is started by what the one before updates."""
    outlets = {
        dag_id: {uri for task in dag["tasks"].values() for uri in task["outlets"]}
        for dag_id, dag in parsed["dags"].items()
    }
    started_by = {
        dag_id: set(re.findall(r"steppe://[a-z_/]+", json.dumps(dag["timetable"])))
        for dag_id, dag in parsed["dags"].items()
    }
    ingested = {uri for dag_id, uris in outlets.items() if dag_id.startswith("ingest_") for uri in uris}
    assert ingested == {f"steppe://warehouse/{source}" for source in SOURCES}
    assert started_by["build_warehouse"] == ingested
    assert "any" in json.dumps(parsed["dags"]["build_warehouse"]["timetable"]).lower()
    assert started_by["post_ledgers"] == outlets["build_warehouse"] == {"steppe://warehouse/facts"}
    assert started_by["publish_marts"] == outlets["post_ledgers"] == {"steppe://ledger/transfers"}
    assert outlets["pay_subsidies"] == {"steppe://ledger/transfers"}
    assert outlets["watch"] == set()


@pytest.mark.parametrize("source", SOURCES)
def test_ingest_maps_over_senders(parsed: dict[str, Any], source: str) -> None:
    tasks = parsed["dags"][f"ingest_{source}"]["tasks"]
    assert list(tasks) == ["receive", "load", "announce"]
    assert tasks["load"]["is_mapped"]
    assert tasks["load"]["pool"] == "gate"
    assert tasks["load"]["upstream"] == ["receive"]
    # The state of the run is that of the deliveries: telling about them runs in any case and does not hide a failure.
    assert tasks["announce"]["is_teardown"]
    assert tasks["announce"]["upstream"] == ["load"]


def test_the_marts_wait_for_a_ledger_that_holds(parsed: dict[str, Any]) -> None:
    tasks = parsed["dags"]["post_ledgers"]["tasks"]
    assert tasks["verify"]["upstream"] == ["post"]
    assert tasks["verify"]["outlets"]
    assert not tasks["post"]["outlets"]


def test_an_order_is_paid_after_two_answers_that_were_recorded(parsed: dict[str, Any]) -> None:
    tasks = parsed["dags"]["pay_subsidies"]["tasks"]
    assert {name: task["upstream"] for name, task in tasks.items()} == {
        "propose": [],
        "approve.ask_first": ["propose"],
        "approve.record_first": ["approve.ask_first", "propose"],
        "approve.ask_second": ["approve.record_first"],
        "approve.record_second": ["approve.ask_second", "propose"],
    }
    assert parsed["dags"]["pay_subsidies"]["timetable"]["__type"].endswith("NullTimetable")


def test_a_delivery_is_asked_about_before_it_is_decided(parsed: dict[str, Any]) -> None:
    tasks = parsed["dags"]["approve_deliveries"]["tasks"]
    assert {name: task["upstream"] for name, task in tasks.items()} == {
        "find": [],
        "one.ask": ["find"],
        "one.decide": ["find", "one.ask"],
    }


def test_an_assessment_is_confirmed_by_both_departments_one_after_the_other(parsed: dict[str, Any]) -> None:
    tasks = parsed["dags"]["confirm_assessment"]["tasks"]
    assert {name: task["upstream"] for name, task in tasks.items()} == {
        "propose": [],
        "sign.ask_hr": ["propose"],
        "sign.record_hr": ["propose", "sign.ask_hr"],
        "sign.ask_poverty": ["sign.record_hr"],
        "sign.record_poverty": ["propose", "sign.ask_poverty"],
    }
    assert "0 9 16 * *" in json.dumps(parsed["dags"]["confirm_assessment"]["timetable"])


def wiring_faults(source: str) -> set[str]:
    """What a DAG file does that it may not: SQL, frames, heavy imports at the top, reading or writing."""
    tree = ast.parse(source)
    found = set()
    documentation = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        for name in names:
            if name.split(".")[0] in {"pandas", "numpy", "psycopg", "psycopg2", "sqlalchemy", "great_expectations"}:
                found.add(f"imports {name}")
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in documentation
        if is_text and SQL.search(node.value):
            found.add("SQL")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"open", "exec", "eval"}:
            found.add(node.func.id)
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module, "steps") in {(node.module, a.name) for a in node.names}:
            found.add("steps imported at the top")
    return found


def test_dag_files_only_wire() -> None:
    assert {
        file.name: wiring_faults(file.read_text()) for file in DAGS.glob("*.py") if wiring_faults(file.read_text())
    } == {}
    assert {file.name for file in DAGS.glob("*.py") if len(file.read_text().splitlines()) > 80} == set()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("import pandas as pd", "imports pandas"),
        ("def work():\n    from great_expectations import get_context", "imports great_expectations"),
        ("run('SELECT 1 FROM ops.delivery')", "SQL"),
        ("rows = open('list.csv')", "open"),
        ("from steppe.orchestration import assets, steps", "steps imported at the top"),
    ],
)
def test_what_does_not_only_wire_is_found(text: str, fault: str) -> None:
    assert wiring_faults(text) == {fault}


def airflow_users(root: Path) -> set[str]:
    """Modules under a folder that import airflow."""
    found = set()
    for file in root.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if any(name.split(".")[0] == "airflow" for name in names):
                found.add(str(file.relative_to(root)))
    return found


def test_only_orchestration_imports_airflow(tmp_path: Path) -> None:
    users = airflow_users(settings.ROOT / "plugins" / "steppe")
    assert users
    assert {name for name in users if not name.startswith("orchestration/")} == set()
    (tmp_path / "gate.py").write_text("def judge():\n    from airflow.sdk import Asset\n")
    assert airflow_users(tmp_path) == {"gate.py"}
