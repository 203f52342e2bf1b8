"""Correct and send again: a script that does what the workbook says, and nothing else, empties the quarantine."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from pipeline.clerk import error_workbook
from pipeline.clerk.error_workbook import Truth
from pipeline.gate import gate_deliveries as deliveries
from pipeline.gate import test_gate_defects as defects
from pipeline.gate.gate_deliveries import Row
from steppe import clerk, database, gate, intake, settings, summary
from steppe.errors import SteppeError
from steppe.orchestration import steps

SOURCE = "household_registry"


def load(source: str, delivery: Path) -> int:
    """Deliver and load as the task does; the delivery's number."""
    intake.deliver(delivery)
    ((delivery_id,),) = [turn["delivery_ids"] for turn in steps.receive(source, 500)]
    steps.load(delivery_id)
    return delivery_id


def workbook_of(connection: database.Connection, delivery_id: int) -> Path:
    row = connection.execute(
        "SELECT path FROM ops.delivery_report WHERE delivery_id = %s AND kind = 'workbook'", (delivery_id,)
    ).fetchone()
    assert row
    return settings.home().reports / row[0]


def correct(delivery: Path, book: Path, source: str, truth: Truth) -> Path:
    error_workbook.follow(book, source, truth)
    out = delivery.with_name(f"{delivery.stem}-corrected.zip")
    clerk.correct(delivery, book, out)
    return out


def right_rows(source: str) -> tuple[dict[str, list[Row]], dict[tuple[str, int], Row]]:
    """A delivery that breaks every rule, and what its rows say when they are right; some of them should not be there at all."""
    rows, placed = defects.defective(source)
    clean = range(2, 2 + defects.CLEAN_ROWS)
    truth = {(name, line_no): dict(rows[name][line_no - 2]) for name in rows for line_no in clean}
    for one in placed:
        right = deliveries.row(one.resource, one.place)
        if "share_percent" in one.change and one.change.get("station_type") == "2":
            # Two villages do share a station: their keys are right, the halves are not.
            right = rows[one.resource][one.line_no - 2] | {"share_percent": "50"}
        truth[one.resource, one.line_no] = right
        for name, referred in referred_to(one.resource, right, one.place):
            rows[name].append(referred)
            truth[name, len(rows[name]) + 1] = dict(referred)
    return rows, truth


def referred_to(resource: str, right: Row, place: int) -> Iterator[tuple[str, Row]]:
    """What has to be delivered with a row."""
    if resource == "employment":
        yield "person", deliveries.row("person", place)
    if resource == "contribution":
        yield "enrollment", deliveries.row("enrollment", place, scheme=right["scheme"])
    if resource in ("settlement", "allocation"):
        yield "station", deliveries.row("station", place)


def errors_of(delivery: Path, out: Path) -> gate.Verdict:
    """The verdict before a delivery is sent, with its workbook."""
    returned: list[clerk.Returned] = []
    verdict = gate.check(delivery, look=lambda connection, number: returned.append(clerk.gather(connection, number)))
    clerk.save(out, lambda target: clerk.write(target, returned[0]))
    return verdict


@pytest.mark.parametrize("source", [SOURCE, "pv_revenue", "social_insurance"])
def test_a_delivery_that_breaks_every_rule_is_corrected_by_its_workbooks(
    source: str, loader: database.Connection, tmp_path: Path
) -> None:
    """What hides behind a wrong code shows when the code is right: a second workbook tells of it."""
    rows, truth = right_rows(source)
    delivery = deliveries.write(tmp_path / "delivery", rows, source=source)
    first = load(source, delivery)
    assert loader.execute("SELECT state FROM ops.delivery").fetchone() == ("rejected",)

    once, truth = followed(delivery, workbook_of(loader, first), source, truth)
    left = errors_of(once, tmp_path / "again.xlsx")
    twice, _ = followed(once, tmp_path / "again.xlsx", source, truth)

    assert sum(counts.quarantined for counts in left.rows.values()) < 10
    verdict = gate.check(twice)
    # What was read although it was written otherwise needs nobody.
    assert [(one.resource, one.line_no, one.rule_id) for one in verdict.findings if one.severity != "info"] == []
    second = load(source, twice)
    states = loader.execute("SELECT delivery_id, state, rows_quarantined FROM ops.delivery ORDER BY 1").fetchall()
    assert [(number, state) for number, state, _ in states] == [(first, "rejected"), (second, "published")]
    assert states[1][2] == 0


def followed(
    delivery: Path, book: Path, source: str, truth: dict[tuple[str, int], Row]
) -> tuple[Path, dict[tuple[str, int], Row]]:
    """The delivery after the workbook was followed, and the truth by its new line numbers: struck rows are gone."""
    struck = {
        (name, line_no)
        for name, sheet in error_workbook.sheets(book, source).items()
        for line_no in error_workbook.lines(sheet)
        if (name, line_no) not in truth
    }
    moved = {
        (name, line_no - sum(other == name and gone < line_no for other, gone in struck)): row
        for (name, line_no), row in truth.items()
    }
    return correct(delivery, book, source, truth), moved


def spoiled(tmp_path: Path, *, extra: list[str] | None = None) -> tuple[Path, dict[tuple[str, int], Row]]:
    people = [deliveries.row("person", place) for place in range(100)]
    truth = {("person", line_no): dict(row) for line_no, row in enumerate(people, start=2)}
    people[3]["sex"] = "9"
    people[8]["id_number"] = "1.50421E+17"
    people[9]["name"] = '=1+1,"x"'
    rows = {"household": [deliveries.row("household", place) for place in range(40)], "person": people}
    folder = deliveries.write(tmp_path / "delivery", rows, source=SOURCE, extra={"person": extra or []})
    return folder, truth


OPEN = "SELECT resource, rule_id, region_code, open_rows, age_days FROM mart.open_quarantine ORDER BY rule_id"


def test_the_new_delivery_supersedes_the_old_ones_rows_and_releases_them(
    loader: database.Connection, tmp_path: Path
) -> None:
    delivery, truth = spoiled(tmp_path, extra=["P9,cut short"])
    first = load(SOURCE, delivery)
    with pytest.raises(psycopg.errors.InsufficientPrivilege), loader.transaction():
        loader.execute("UPDATE ops.quarantine_count SET row_count = 1")  # the loader may release, and nothing else
    assert loader.execute(OPEN).fetchall() == [
        ("person", "format.ragged", "150400", 1, 0),
        ("person", "person.id_format", "150421", 1, 0),
        ("person", "person.name_safe", "150421", 1, 0),
        ("person", "person.sex_code", "150421", 1, 0),
    ]
    truth["person", 102] = deliveries.row("person", 101)

    second = load(SOURCE, correct(delivery, workbook_of(loader, first), SOURCE, truth))

    assert loader.execute(
        "SELECT delivery_id, supersedes_delivery_id FROM ops.publication ORDER BY publication_id"
    ).fetchall() == [(first, None), (second, first)]
    assert loader.execute(
        "SELECT rows_in, rows_quarantined FROM ops.delivery WHERE delivery_id = %s", (second,)
    ).fetchone() == (141, 0)
    assert loader.execute(OPEN).fetchall() == []
    assert loader.execute("SELECT DISTINCT delivery_id, released_by FROM ops.quarantine_count").fetchall() == [
        (first, second)
    ]
    known = "SELECT count(*) FROM warehouse.dim_person WHERE known_to = 'infinity' AND valid_to = 'infinity'"
    assert loader.execute(known).fetchone() == (101,)


def test_what_is_still_wrong_stays_open_and_keeps_its_age(
    loader: database.Connection, admin: database.Connection, tmp_path: Path
) -> None:
    delivery, truth = spoiled(tmp_path)
    first = load(SOURCE, delivery)
    admin.execute("UPDATE ops.quarantine_count SET quarantined_at = quarantined_at - interval '12 days'")
    admin.commit()
    truth["person", 5] = truth["person", 5] | {"sex": "8"}
    second = load(SOURCE, correct(delivery, workbook_of(loader, first), SOURCE, truth))
    assert loader.execute(OPEN).fetchall() == [("person", "person.sex_code", "150421", 1, 12)]
    assert summary.open_rows(loader) == summary.Open(1, 1, 12)
    still = loader.execute("SELECT DISTINCT delivery_id FROM ops.quarantine_count WHERE released_at IS NULL").fetchall()
    assert still == [(second,)]


def test_a_second_attempt_takes_the_place_of_a_rejected_one(loader: database.Connection, tmp_path: Path) -> None:
    for attempt, wrong in enumerate((40, 30)):
        people = [deliveries.row("person", place, sex="9" if place < wrong else "2") for place in range(60)]
        load(SOURCE, deliveries.write(tmp_path / str(attempt), {"person": people}, source=SOURCE))
    assert loader.execute("SELECT DISTINCT state FROM ops.delivery").fetchall() == [("rejected",)]
    assert sum(row[3] for row in loader.execute(OPEN)) == 30
    load(SOURCE, deliveries.write(tmp_path / "june", {"person": people}, source=SOURCE, period="2020-06"))
    assert sum(row[3] for row in loader.execute(OPEN)) == 60, "another month's delivery replaces nothing"


def test_what_the_workbook_does_not_list_is_taken_over_byte_by_byte(
    loader: database.Connection, tmp_path: Path
) -> None:
    delivery, truth = spoiled(tmp_path)
    before = (delivery / "person.csv").read_bytes().split(b"\n")
    out = correct(delivery, workbook_of(loader, load(SOURCE, delivery)), SOURCE, truth)
    with zipfile.ZipFile(out) as archive:
        after = archive.read("person.csv").split(b"\n")
        manifest = json.loads(archive.read("manifest.json"))
        assert archive.read("household.csv") == (delivery / "household.csv").read_bytes()
    assert out.stat().st_mode & 0o777 == 0o600
    assert [place + 1 for place, line in enumerate(after) if line != before[place]] == [5, 10, 11]
    assert {file["resource"]: file["rows"] for file in manifest["files"]} == {
        "household": 40,
        "person": 100,
        "employment": 0,
    }


def test_a_row_that_is_struck_out_is_left_out(loader: database.Connection, tmp_path: Path) -> None:
    delivery, truth = spoiled(tmp_path)
    del truth["person", 5]
    out = correct(delivery, workbook_of(loader, load(SOURCE, delivery)), SOURCE, truth)
    assert gate.check(out).rows["person"].delivered == 99


@pytest.mark.parametrize(
    ("stated", "restated"), [("180.00", "170.00"), ("170.00", "170.00"), ("999.00", "999.00")],
    ids=["the sum of the file", "the sum of the truth", "neither"],
)  # fmt: skip
def test_a_control_total_is_restated_only_if_it_was_the_sum_of_the_file(
    stated: str, restated: str, warehouse: str, tmp_path: Path
) -> None:
    station = [deliveries.row("station", place) for place in range(40)]
    posts = [deliveries.row("post", place, wage_fen="90", paid_fen="90") for place in range(2)]
    posts[1] |= {"paid_fen": "80", "days_worked": "99"}
    delivery = deliveries.write(
        tmp_path / "delivery", {"station": station, "post": posts}, source="pv_revenue", totals={"wage_fen": stated}
    )
    book = tmp_path / "errors.xlsx"
    errors_of(delivery, book)
    error_workbook.change(book, "pv_revenue", "post", 3, {"wage_fen": "80", "days_worked": "20"})
    clerk.correct(delivery, book, tmp_path / "out.zip")
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        (file,) = [file for file in json.loads(archive.read("manifest.json"))["files"] if file["resource"] == "post"]
    assert file["control_totals"]["wage_fen"] == restated


@pytest.mark.parametrize(
    ("correction", "restated", "told"), [({"wage_fen": "80"}, "170.00", ("wage_fen",)), ({"days_worked": "20"}, "170.00", ())],
    ids=["the amount is corrected", "something else is"],
)  # fmt: skip
def test_an_amount_of_too_many_decimals_is_in_the_total(
    correction: dict[str, str], restated: str, told: tuple[str, ...], warehouse: str, tmp_path: Path
) -> None:
    """The gate does not read it, the sender's own sum has it."""
    station = [deliveries.row("station", place) for place in range(40)]
    posts = [deliveries.row("post", place, wage_fen="90", paid_fen="80") for place in range(2)]
    posts[1] |= {"wage_fen": "90.001" if told else "80.001", "days_worked": "99"}
    stated = {"wage_fen": "180.00" if told else "170.00"}
    rows = {"station": station, "post": posts}
    delivery = deliveries.write(tmp_path / "delivery", rows, source="pv_revenue", totals=stated)
    book = tmp_path / "errors.xlsx"
    errors_of(delivery, book)
    error_workbook.change(book, "pv_revenue", "post", 3, correction)
    done = clerk.correct(delivery, book, tmp_path / "out.zip")
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        (file,) = [file for file in json.loads(archive.read("manifest.json"))["files"] if file["resource"] == "post"]
    assert file["control_totals"]["wage_fen"] == restated
    assert [one.totals for one in done if one.resource == "post"] == [told]


def test_a_delivered_workbook_is_corrected_too(warehouse: str, tmp_path: Path) -> None:
    delivery, truth = spoiled(tmp_path)
    as_workbook = error_workbook.repacked(delivery, "person", tmp_path / "as-workbook")
    book = tmp_path / "errors.xlsx"
    errors_of(as_workbook, book)
    out = correct(as_workbook, book, SOURCE, truth)
    assert gate.check(out).is_clean


def test_a_workbook_of_another_delivery_is_refused(loader: database.Connection, tmp_path: Path) -> None:
    delivery, _ = spoiled(tmp_path)
    book = workbook_of(loader, load(SOURCE, delivery))
    shorter = deliveries.write(tmp_path / "other", {"person": [deliveries.row("person", 1)]}, source=SOURCE)
    with pytest.raises(SteppeError, match="of another delivery"):
        clerk.correct(shorter, book, tmp_path / "out.zip")
    assert not (tmp_path / "out.zip").exists()


def test_a_line_that_cannot_be_split_has_to_be_filled_in(loader: database.Connection, tmp_path: Path) -> None:
    delivery, _ = spoiled(tmp_path, extra=["P9,cut short"])
    book = workbook_of(loader, load(SOURCE, delivery))
    with pytest.raises(SteppeError, match="line 102 is not corrected"):
        clerk.correct(delivery, book, tmp_path / "out.zip")
