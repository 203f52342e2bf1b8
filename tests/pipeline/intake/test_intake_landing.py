"""From the inbox to ``raw``: what arrives is landed once, whole, and the same on both paths."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import zipfile
from datetime import date
from pathlib import Path

import psycopg
import pytest
from pipeline.intake import deliveries
from pipeline.intake.deliveries import HOUSEHOLD, PERSON, header, line, text
from steppe import database, intake, settings
from steppe.database import Connection
from steppe.errors import Rejected
from steppe.intake import archive, limits


def arrive(connection: Connection, delivery: Path) -> int:
    """Deliver, claim and receive; the delivery's id."""
    intake.deliver(delivery)
    (delivery_id,) = intake.receive_inbox(connection, "household_registry")
    return delivery_id


def household_ids(connection: Connection, delivery_id: int) -> list[tuple[str | None, int | None]]:
    return connection.execute(
        "SELECT household_id, line_no FROM raw.household WHERE delivery_id = %s ORDER BY stream, ctid", (delivery_id,)
    ).fetchall()


def bad_lines(connection: Connection, delivery_id: int) -> list[tuple[int, str]]:
    return connection.execute(
        "SELECT line_no, rule_id FROM raw.bad_line WHERE delivery_id = %s ORDER BY line_no", (delivery_id,)
    ).fetchall()


def households(*lines: str, encoding: str = "gb18030") -> dict[str, bytes]:
    return {"household": text(HOUSEHOLD, lines).encode(encoding)}


@pytest.mark.parametrize("kind", ["folder", "deflated", "stored", "packed with its folder"])
def test_every_form_of_delivery_is_landed(loader: Connection, tmp_path: Path, kind: str) -> None:
    delivery = deliveries.folder(tmp_path / "赤峰")
    if kind != "folder":
        method = zipfile.ZIP_STORED if kind == "stored" else zipfile.ZIP_DEFLATED
        delivery = deliveries.zipped(delivery, method=method, prefix="赤峰/" if "folder" in kind else "")
    delivery_id = arrive(loader, delivery)
    landed = intake.land(loader, delivery_id)
    assert [(done.resource, done.rows, done.landing_path, done.encoding) for done in landed] == [
        ("household", 1, "fast", "GB18030"),
        ("person", 1, "fast", "GB18030"),
        ("employment", 1, "fast", "GB18030"),
    ]
    assert household_ids(loader, delivery_id) == [("household_id值", 2)]
    state = loader.execute(
        "SELECT state, source, sender_code, period, rows_in FROM ops.delivery WHERE delivery_id = %s", (delivery_id,)
    ).fetchone()
    assert state == ("landed", "household_registry", "150400", date(2020, 5, 1), 3)
    assert not list((settings.home().work).iterdir()), "nothing stays in work/"
    assert delivery.exists(), "what was delivered from stays"


def test_the_archive_holds_the_delivered_bytes_read_only(loader: Connection, tmp_path: Path) -> None:
    delivery = deliveries.zipped(deliveries.folder(tmp_path / "a"))
    delivery_id = arrive(loader, delivery)
    (sha256,) = loader.execute("SELECT sha256 FROM ops.delivery WHERE delivery_id = %s", (delivery_id,)).fetchone()
    with archive.local(sha256, tmp_path) as kept:
        assert kept.read_bytes() == delivery.read_bytes()
        assert kept.stat().st_mode & 0o777 == 0o400
    assert not list(settings.home().inbox.glob("[!.]*")), "the inbox is empty"
    assert not list((settings.home().inbox / ".claimed" / "household_registry").iterdir())


def test_an_object_store_serves_as_archive(loader: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEPPE_ARCHIVE_URL", f"memory://{tmp_path.name}")
    for delivery in (
        deliveries.zipped(deliveries.folder(tmp_path / "a")),
        deliveries.folder(tmp_path / "b", period="2020-04"),
    ):
        intake.deliver(delivery)
    for delivery_id in intake.receive_inbox(loader, "household_registry"):
        assert len(intake.land(loader, delivery_id)) == 3


@pytest.mark.parametrize("is_zip", [True, False])
def test_identical_content_is_a_receipt_only(loader: Connection, tmp_path: Path, is_zip: bool) -> None:
    first = deliveries.folder(tmp_path / "a")
    delivery_id = arrive(loader, deliveries.zipped(first) if is_zip else first)
    again = tmp_path / "again" / ("other name.zip" if is_zip else "other name")
    again.parent.mkdir()
    (first.with_name("a.zip") if is_zip else first).rename(again)
    intake.deliver(again)
    assert intake.receive_inbox(loader, "household_registry") == [delivery_id]
    assert loader.execute("SELECT count(*) FROM ops.delivery").fetchone() == (1,)
    names = loader.execute("SELECT file_name FROM ops.receipt ORDER BY receipt_id").fetchall()
    assert [name for (name,) in names] == ["a.zip" if is_zip else "a", again.name]


def test_one_changed_byte_is_another_delivery(loader: Connection, tmp_path: Path) -> None:
    first = arrive(loader, deliveries.folder(tmp_path / "a", households(line(HOUSEHOLD, household_id="1"))))
    intake.deliver(deliveries.folder(tmp_path / "b", households(line(HOUSEHOLD, household_id="2"))))
    assert len(set(intake.receive_inbox(loader, "household_registry")) - {first}) == 1


def test_landing_twice_changes_nothing(loader: Connection, tmp_path: Path) -> None:
    delivery_id = arrive(loader, deliveries.folder(tmp_path / "a"))
    first = intake.land(loader, delivery_id)
    before = loader.execute("SELECT stream, ctid, tableoid, household_id FROM raw.household").fetchall()
    assert intake.land(loader, delivery_id) == first
    assert loader.execute("SELECT stream, ctid, tableoid, household_id FROM raw.household").fetchall() == before


def test_rows_lost_in_a_crash_are_landed_again(loader: Connection, tmp_path: Path) -> None:
    delivery_id = arrive(loader, deliveries.folder(tmp_path / "a"))
    intake.land(loader, delivery_id)
    # What crash recovery does to an unlogged table.
    loader.execute(f"TRUNCATE raw.household_{delivery_id}_0")
    loader.commit()
    assert not intake.is_landed(loader, delivery_id)
    intake.land(loader, delivery_id)
    assert intake.is_landed(loader, delivery_id)
    assert len(household_ids(loader, delivery_id)) == 1


def test_what_a_killed_run_left_is_no_obstacle(loader: Connection, tmp_path: Path) -> None:
    delivery_id = arrive(loader, deliveries.folder(tmp_path / "a"))
    loader.execute(f"CREATE UNLOGGED TABLE raw.household_{delivery_id}_1 (LIKE raw.household)")
    loader.execute(f"CREATE UNLOGGED TABLE raw.person_{delivery_id}_0 (LIKE raw.person)")
    loader.commit()
    intake.land(loader, delivery_id)
    assert len(household_ids(loader, delivery_id)) == 1


def test_a_process_killed_while_landing_leaves_work_for_the_next(loader: Connection, tmp_path: Path) -> None:
    lines = [line(HOUSEHOLD, household_id=str(number)) for number in range(60_000)]
    delivery_id = arrive(loader, deliveries.folder(tmp_path / "a", households(*lines)))
    program = f"from steppe import database, intake; intake.land(database.connect('loader'), {delivery_id})"
    process = subprocess.Popen(
        [sys.executable, "-c", program], env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    )
    copying = "SELECT 1 FROM pg_stat_progress_copy WHERE tuples_processed > 100"
    while process.poll() is None and not loader.execute(copying).fetchone():
        loader.rollback()
    process.kill()
    process.wait()
    assert not intake.is_landed(loader, delivery_id)
    intake.land(loader, delivery_id)
    assert [int(found) for found, _ in household_ids(loader, delivery_id)] == list(range(60_000))


def test_two_at_once_land_one(loader: Connection, tmp_path: Path) -> None:
    delivery_id = arrive(loader, deliveries.folder(tmp_path / "a"))
    results: list[list[intake.Landed]] = []

    def run() -> None:
        with database.connect("loader") as connection:
            results.append(intake.land(connection, delivery_id))

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 2
    assert results[0] == results[1]
    assert len(household_ids(loader, delivery_id)) == 1


def test_drop_removes_the_rows_and_waits_for_no_reader(loader: Connection, tmp_path: Path) -> None:
    delivery_id = arrive(loader, deliveries.folder(tmp_path / "a"))
    intake.land(loader, delivery_id)
    intake.drop(loader, delivery_id)
    intake.drop(loader, delivery_id)
    left = loader.execute(
        "SELECT count(*) FROM pg_class WHERE relname ~ '_[0-9]+_[01]$' AND relnamespace = 'raw'::regnamespace"
    )
    assert left.fetchone() == (0,)


def test_a_large_file_goes_in_two_streams_in_order(
    loader: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "TWO_STREAMS_FROM_BYTES", 1000)
    lines = [line(HOUSEHOLD, household_id=str(number)) for number in range(1000)]
    delivery_id = arrive(loader, deliveries.folder(tmp_path / "a", households(*lines)))
    intake.land(loader, delivery_id)
    assert [int(found) for found, _ in household_ids(loader, delivery_id)] == list(range(1000))
    streams = loader.execute(
        "SELECT stream, count(*) > 400 FROM raw.household GROUP BY stream ORDER BY stream"
    ).fetchall()
    assert streams == [(0, True), (1, True)]


def test_a_bad_line_costs_itself(loader: Connection, tmp_path: Path) -> None:
    good = [line(HOUSEHOLD, household_id=str(number)) for number in range(9)]
    lines = [row.encode("gb18030") for row in good]
    lines[1] += b",one more"  # line 3
    lines[3] = lines[3].replace(b"3", b"\0", 1)  # line 5
    lines[5] = b"\xff" + lines[5]  # line 7
    lines[7] = b'"' + lines[7]  # line 9
    body = b"\r\n".join([header(HOUSEHOLD).encode("gb18030"), *lines])
    delivery_id = arrive(loader, deliveries.folder(tmp_path / "a", {"household": body}, rows={"household": 9}))
    household = intake.land(loader, delivery_id)[0]
    assert (household.rows, household.bad_lines, household.landing_path) == (9, 4, "tolerant")
    assert household_ids(loader, delivery_id) == [("0", 2), ("2", 4), ("4", 6), ("6", 8), ("8", 10)]
    assert bad_lines(loader, delivery_id) == [
        (3, "format.ragged"),
        (5, "format.nul_byte"),
        (7, "format.encoding"),
        (9, "format.unbalanced_quote"),
    ]
    (shown,) = loader.execute("SELECT line_text FROM raw.bad_line WHERE line_no = 5").fetchone()
    assert shown.startswith("\\x00,")
    assert intake.land(loader, delivery_id)[0] == household


def test_headers_may_be_in_another_order(loader: Connection, tmp_path: Path) -> None:
    columns = HOUSEHOLD.columns[::-1]
    body = "\n".join([",".join(c.header for c in columns), ",".join(c.name for c in columns)]).encode("gb18030")
    delivery_id = arrive(loader, deliveries.folder(tmp_path / "a", {"household": body}, rows={"household": 1}))
    assert intake.land(loader, delivery_id)[0].landing_path == "fast"
    names = ", ".join(column.name for column in HOUSEHOLD.columns)
    row = loader.execute(f"SELECT {names} FROM raw.household").fetchone()
    assert row == tuple(column.name for column in HOUSEHOLD.columns)


def test_unknown_columns_are_left_out_with_a_warning(loader: Connection, tmp_path: Path) -> None:
    body = f'备注,{header(HOUSEHOLD)},"其他"\n"x,\ny",{line(HOUSEHOLD, household_id="1")},z\n'.encode("gb18030")
    delivery_id = arrive(loader, deliveries.folder(tmp_path / "a", {"household": body}, rows={"household": 1}))
    household = intake.land(loader, delivery_id)[0]
    assert (household.landing_path, household.ignored_columns) == ("tolerant", 2)
    assert household_ids(loader, delivery_id) == [("1", 2)]
    warned = loader.execute("SELECT resource, rule_id, outcome, detail_zh FROM ops.gate_result").fetchall()
    assert warned == [("household", "delivery.header", "warn", "有 2 列不在合同之列，未读取")]


@pytest.mark.parametrize(
    ("declared", "actual", "recorded"),
    [
        ("GB18030", "gb18030", "GB18030"),
        ("UTF-8", "utf-8", "UTF-8"),
        ("UTF-8", "utf-8-sig", "UTF-8"),
        ("GB18030", "utf-8-sig", "UTF-8"),
        ("GB18030", "utf-8", "UTF-8"),
        ("UTF-8", "gb18030", "GB18030"),
    ],
)
def test_the_header_corrects_a_wrong_encoding(
    loader: Connection, tmp_path: Path, declared: str, actual: str, recorded: str
) -> None:
    files = households(line(HOUSEHOLD, household_id="𠮷嘎查"), encoding=actual)
    delivery_id = arrive(loader, deliveries.folder(tmp_path / "a", files, file_changes={"encoding": declared}))
    assert intake.land(loader, delivery_id)[0].encoding == recorded
    assert household_ids(loader, delivery_id) == [("𠮷嘎查", 2)]
    recorded_row = loader.execute("SELECT encoding FROM ops.delivery_resource WHERE resource = 'household'").fetchone()
    assert recorded_row == (recorded,)


def test_rejection_leaves_nothing_and_is_told_again(loader: Connection, tmp_path: Path) -> None:
    delivery_id = arrive(loader, deliveries.folder(tmp_path / "a", rows={"employment": 7}))
    with pytest.raises(Rejected) as caught:
        intake.land(loader, delivery_id)
    assert caught.value.rule_id == "delivery.rows_missing"
    assert "7" in caught.value.zh
    assert loader.execute("SELECT count(*) FROM raw.household").fetchone() == (0,)
    loader.execute(
        "UPDATE ops.delivery SET state = 'rejected', rule_id = %s, reason_zh = %s, reason_en = %s",
        (caught.value.rule_id, caught.value.zh, caught.value.en),
    )
    loader.commit()
    with pytest.raises(Rejected) as again:
        intake.land(loader, delivery_id)
    assert (again.value.rule_id, again.value.zh) == (caught.value.rule_id, caught.value.zh)


def test_each_source_claims_its_own(loader: Connection, tmp_path: Path) -> None:
    intake.deliver(deliveries.zipped(deliveries.folder(tmp_path / "a")))
    assert intake.claim("pv_revenue") == []
    assert len(intake.claim("household_registry")) == 1


@pytest.mark.parametrize(
    ("error", "warnings"), [(FileNotFoundError(2, "gone"), 0), (PermissionError(1, "not yours"), 1)]
)
def test_what_another_claimed_first_is_not_worth_a_warning(
    error: OSError,
    warnings: int,
    *,
    loader: Connection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    intake.deliver(deliveries.zipped(deliveries.folder(tmp_path / "a")))

    def rename(path: Path, target: Path) -> Path:
        raise error

    monkeypatch.setattr(Path, "rename", rename)
    assert intake.claim("household_registry") == []
    assert len([record for record in caplog.records if "out of the inbox" in record.message]) == warnings


def test_unfinished_copies_stay_in_the_inbox(loader: Connection, tmp_path: Path) -> None:
    inbox = settings.home().inbox
    good = deliveries.zipped(deliveries.folder(tmp_path / "a"))
    (inbox / ".hidden.zip").write_bytes(good.read_bytes())
    (inbox / "a.zip.part").write_bytes(good.read_bytes())
    with (inbox / "open.zip").open("wb") as still_writing:
        still_writing.write(good.read_bytes()[:100])
        still_writing.flush()
        assert intake.claim("household_registry") == []
        still_writing.write(good.read_bytes()[100:])
    assert [path.name for path in intake.claim("household_registry")] == ["open.zip"]


def test_a_claim_that_was_killed_is_taken_up(loader: Connection, tmp_path: Path) -> None:
    intake.deliver(deliveries.zipped(deliveries.folder(tmp_path / "a")))
    (claimed,) = intake.claim("household_registry")
    assert intake.claim("household_registry") == [claimed]
    assert len(intake.receive_inbox(loader, "household_registry")) == 1


def test_deliver_never_replaces(warehouse: str, tmp_path: Path) -> None:
    delivery = deliveries.folder(tmp_path / "a")
    packed = deliveries.zipped(delivery)
    names = [intake.deliver(path).name for path in (packed, packed, delivery, delivery)]
    assert names == ["a.zip", "a_2.zip", "a", "a_2"]


def test_raw_tables_follow_the_contract(admin: Connection) -> None:
    intake.ensure_raw_tables(admin)
    rows = admin.execute(
        "SELECT attname, format_type(atttypid, NULL), col_description(attrelid, attnum) IS NOT NULL "
        "FROM pg_attribute WHERE attrelid = 'raw.person'::regclass AND attnum > 0 ORDER BY attnum"
    ).fetchall()
    assert rows == [
        ("delivery_id", "bigint", True),
        ("stream", "smallint", True),
        ("line_no", "bigint", True),
        *((column.name, "text", True) for column in PERSON.columns),
    ]


def test_no_other_role_reads_raw(loader: Connection) -> None:
    with database.connect("analyst") as analyst, pytest.raises(psycopg.errors.InsufficientPrivilege):
        analyst.execute("SELECT FROM raw.person")


def test_manifest_of(loader: Connection, tmp_path: Path) -> None:
    delivery_id = arrive(loader, deliveries.folder(tmp_path / "a"))
    found = intake.manifest_of(loader, delivery_id)
    assert (found.sender, found.month, found.file("person").rows) == ("150400", date(2020, 5, 1), 1)


def test_many_deliveries_are_dropped_at_once(loader: Connection, tmp_path: Path) -> None:
    for month in range(1, 7):
        intake.deliver(
            deliveries.folder(tmp_path / str(month), period=f"2020-0{month}", created_at="2020-07-01T00:00:00Z")
        )
    ids = intake.receive_inbox(loader, "household_registry")
    for delivery_id in ids:
        intake.land(loader, delivery_id)
    errors: list[BaseException] = []

    def run(delivery_id: int) -> None:
        try:
            with database.connect("loader") as connection:
                intake.drop(connection, delivery_id)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(delivery_id,)) for delivery_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert loader.execute("SELECT count(*) FROM raw.household").fetchone() == (0,)


def test_a_detachment_that_was_killed_is_ended(loader: Connection, tmp_path: Path) -> None:
    first = arrive(loader, deliveries.folder(tmp_path / "a"))
    intake.land(loader, first)
    with database.connect("loader") as reader, database.connect("loader", autocommit=True) as dropper:
        reader.execute("SELECT FROM raw.household")
        dropper.execute("SET statement_timeout = '300ms'")
        with pytest.raises(psycopg.errors.QueryCanceled):
            dropper.execute(f"ALTER TABLE raw.household DETACH PARTITION raw.household_{first}_0 CONCURRENTLY")
    intake.deliver(deliveries.folder(tmp_path / "b", period="2020-04"))
    second = intake.receive_inbox(loader, "household_registry")[0]
    intake.land(loader, second)
    intake.drop(loader, second)
    intake.drop(loader, first)
    assert loader.execute("SELECT count(*) FROM pg_class WHERE relname ~ '^household_[0-9]+_0$'").fetchone() == (0,)
