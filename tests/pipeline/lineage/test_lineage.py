"""Lineage: what the SQL reads and writes, where columns begin, and the events that tell it, to a file and to a server that may fail."""

from __future__ import annotations

import json
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml
from pipeline.gate import gate_deliveries as deliveries
from receivers import closed_port
from steppe import intake, lineage, settings
from steppe.database import Connection
from steppe.lineage.columns import origins
from steppe.lineage.tables import tables
from steppe.orchestration import steps

EXPECTED: dict[str, list[str]] = yaml.safe_load(Path(__file__).with_name("columns.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def marts(template: str) -> lineage.Datasets:
    from steppe import database, server

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STEPPE_WAREHOUSE_URL", server.url(template))
        with database.connect("loader") as connection:
            return lineage.of_marts(connection)


@pytest.mark.parametrize("column", EXPECTED)
def test_where_a_column_begins(marts: lineage.Datasets, column: str) -> None:
    table, _, name = column.rpartition(".")
    assert [".".join(origin) for origin in marts.columns[table][name]] == EXPECTED[column]


def test_every_mart_is_told_with_columns_that_it_has(marts: lineage.Datasets, loader: Connection) -> None:
    rows = loader.execute(
        "SELECT 'mart.' || relname, array_agg(attname::text ORDER BY attname) FROM pg_class "
        "INNER JOIN pg_attribute ON attrelid = pg_class.oid WHERE relnamespace = 'mart'::regnamespace AND relkind IN ('r', 'p', 'v') "
        "AND NOT relispartition AND attnum > 0 AND NOT attisdropped GROUP BY relname"
    ).fetchall()
    filled = {name: columns for name, columns in rows if name in marts.columns}
    assert {"mart.target_progress", "mart.list_employed", "mart.pv_revenue_share"} <= set(filled)
    # A column may have its default and be named by no statement.
    assert [name for name, columns in marts.columns.items() if set(columns) - set(filled[name])] == []
    # Most of a mart begins in the warehouse: were the parser lost, nothing would.
    for name, columns in marts.columns.items():
        assert sum(bool(begins) for begins in columns.values()) * 2 > len(columns), name


def test_what_a_text_reads_and_writes() -> None:
    text = "WITH x AS (SELECT 1 FROM warehouse.a) INSERT INTO mart.b SELECT * FROM x JOIN ops.c ON d = %(e)s; DELETE FROM mart.f;"
    assert tables(text) == ({"warehouse.a", "ops.c"}, {"mart.b", "mart.f"})


def test_a_column_is_followed_through_a_temporary_table() -> None:
    text = "CREATE TEMPORARY TABLE t ON COMMIT DROP AS SELECT a.x + %(p)s AS y FROM warehouse.a; INSERT INTO mart.b (z) SELECT t.* FROM t;"
    schema = {"warehouse": {"a": {"x": "integer"}}, "mart": {"b": {"z": "integer"}}}
    assert origins(text, schema) == {"mart.b": {"z": [("warehouse.a", "x")]}}


def test_folders_tell_the_way_of_the_layers() -> None:
    build, post = lineage.of_folder("20_warehouse", derived_only=True), lineage.of_folder("30_ledger")
    assert "warehouse.fct_employment_spell" in build.reads
    assert "warehouse.fct_employment_month" not in build.reads
    assert "warehouse.fct_pv_settlement_month" in post.reads
    assert not any(name.startswith("staging.") for name in [*build.reads, *build.writes, *post.reads, *post.writes])


def read(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_events_of_a_delivery_and_of_the_marts(warehouse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "lineage.ndjson"
    monkeypatch.setenv("STEPPE_LINEAGE_URL", file.as_uri())
    rows = {
        name: [deliveries.row(name, place, household_id=f"H{place:06d}") for place in range(20)]
        for name in ("household", "person")
    }
    intake.deliver(deliveries.write(tmp_path / "2020-05", rows, source="household_registry", period="2020-05"))
    (turn,) = steps.receive("household_registry", 500)
    steps.load(*turn["delivery_ids"])
    steps.build(60)
    steps.refresh(60)
    events = read(file)
    assert [(event["job"]["name"], event["eventType"]) for event in events] == [
        (job, state)
        for job in ("ingest.load", "build_warehouse.build", "publish_marts.refresh")
        for state in ("START", "COMPLETE")
    ]
    for begun, ended in zip(events[::2], events[1::2], strict=True):
        assert begun["run"]["runId"] == ended["run"]["runId"]
    loaded, marts = events[1], events[5]
    persons = next(output for output in loaded["outputs"] if output["name"].endswith("warehouse.dim_person"))
    assert persons["namespace"].startswith("postgres://127.0.0.1:")
    assert persons["outputFacets"]["outputStatistics"]["rowCount"] == 20
    assert {each["name"]: each["inputFacets"]["inputStatistics"]["rowCount"] for each in loaded["inputs"]}[
        "delivery.household_registry.person"
    ] == 20
    progress = next(output for output in marts["outputs"] if output["name"].endswith("mart.target_progress"))
    fields = progress["facets"]["columnLineage"]["fields"]
    assert fields["target_persons"]["inputFields"][0]["field"] == "target_persons"
    assert "confirmation" not in fields
    # No personal data: nothing of a row, and no file's name.
    text = file.read_text(encoding="utf-8")
    for row in rows["person"]:
        assert not any(value in text for value in (row["name"], row["id_number"]))


def test_a_failure_is_told_and_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "lineage.ndjson"
    monkeypatch.setenv("STEPPE_LINEAGE_URL", file.as_uri())
    with pytest.raises(ValueError, match="15042219900101123X"), lineage.told("x", lineage.Datasets):
        raise ValueError("15042219900101123X")
    assert [event["eventType"] for event in read(file)] == ["START", "FAIL"]
    assert "15042219900101123X" not in file.read_text()


@pytest.mark.parametrize(
    "url",
    [f"http://127.0.0.1:{closed_port()}", "ftp://nowhere", "file:///nowhere/at/all"],
    ids=["closed port", "no protocol of ours", "no folder"],
)
def test_a_server_that_is_away_fails_nothing(
    url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("STEPPE_LINEAGE_URL", url)
    with lineage.told("x", lineage.Datasets):
        pass
    assert "not told" in caplog.text


def test_events_go_to_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    got: list[tuple[str, str | None, dict[str, Any]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((self.path, self.headers["Authorization"], json.loads(body)))
            self.send_response(201)
            self.end_headers()

        def log_message(self, *arguments: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setenv("STEPPE_LINEAGE_URL", f"http://127.0.0.1:{server.server_address[1]}")
        monkeypatch.setenv("OPENLINEAGE_API_KEY", "key-of-a-test")
        with lineage.told("x", partial(lineage.of_folder, "30_ledger")):
            pass
        server.shutdown()
    assert [(path, event["eventType"]) for path, _, event in got] == [
        ("/api/v1/lineage", "START"), ("/api/v1/lineage", "COMPLETE"),
    ]  # fmt: skip
    assert got[0][1] == "Bearer key-of-a-test"
    assert any(output["name"].endswith("ledger.transfer") for output in got[1][2]["outputs"])


def test_off_it_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STEPPE_LINEAGE_URL", raising=False)

    def unasked() -> lineage.Datasets:
        raise AssertionError("asked")

    with lineage.told("x", unasked):
        pass
    assert settings.home()
