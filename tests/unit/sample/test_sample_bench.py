"""The bench's snapshot: one person per position, whatever the size of the pieces, and a second month that differs as it should."""

from __future__ import annotations

import csv
import hashlib
import json
from datetime import date
from pathlib import Path

import pytest
from stdnum.iso7064 import mod_11_2
from steppe import contracts
from steppe.sample import bench

ROWS = 30_000
Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("bench")
    return {
        f"2020-{month:02d}": bench.snapshot(folder / str(month), ROWS, date(2020, month, 1), seed=7) for month in (5, 6)
    }


def read(path: Path, resource: str = "person") -> Rows:
    columns = [column.name for column in contracts.load("household_registry").resource(resource).columns]
    with (path / f"{resource}.csv").open(encoding="gb18030", newline="") as handle:
        reader = csv.reader(handle)
        next(reader)
        return [dict(zip(columns, row, strict=True)) for row in reader]


def is_wrong(row: dict[str, str]) -> bool:
    return (
        not (len(row["id_number"]) == 18 and mod_11_2.is_valid(row["id_number"]))
        or row["birth_date"] != row["id_number"][6:14]
        or int(row["sex"]) % 2 != int(row["id_number"][16]) % 2
        or row["region_code"] == "159999"
        or row["labour_ability"] == "1"
        or row["name"].startswith("=")
        or int(row["months_worked"]) > 12
        or row["village_code"][:6] != row["region_code"]
        or row["has_illness_insurance"] == "Y"
    )


def test_manifest_and_files_agree(months: dict[str, Path]) -> None:
    for period, path in months.items():
        said = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
        assert (said["source"], said["sender"], said["period"]) == ("household_registry", bench.SENDER, period)
        assert {file["resource"] for file in said["files"]} == {"household", "person", "employment"}
        for file in said["files"]:
            content = (path / file["path"]).read_bytes()
            assert hashlib.sha256(content).hexdigest() == file["sha256"]
            assert content.count(b"\n") - 1 == file["rows"]


def test_one_in_a_hundred_is_defective_and_ids_are_unique(months: dict[str, Path]) -> None:
    rows = read(months["2020-05"])
    wrong = sum(map(is_wrong, rows))
    assert len(rows) == ROWS
    assert 0.007 < wrong / ROWS < 0.013
    right = [row["id_number"] for row in rows if not is_wrong(row)]
    assert len(set(right)) == len(right)
    assert all(
        row["labour_ability"] in ("01", "02")
        for row in rows
        if row["work_place_class"] and row["labour_ability"] != "1"
    )


def test_the_second_month_changes_two_in_a_hundred(months: dict[str, Path]) -> None:
    before, after = ({row["person_id"]: row for row in read(path)} for path in months.values())
    both = before.keys() & after.keys()
    assert len(after.keys() - before.keys()) == ROWS // 100
    assert 0.003 < len(before.keys() - after.keys()) / ROWS < 0.007
    assert 0.017 < sum(before[key] != after[key] for key in both) / ROWS < 0.023


def test_the_pieces_do_not_show(months: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "_CHUNK", 7_777)
    again = bench.snapshot(tmp_path / "again", ROWS, date(2020, 5, 1), seed=7)
    assert (again / "person.csv").read_bytes() == (months["2020-05"] / "person.csv").read_bytes()
    other = bench.snapshot(tmp_path / "other", ROWS, date(2020, 5, 1), seed=8)
    assert (other / "person.csv").read_bytes() != (months["2020-05"] / "person.csv").read_bytes()


def test_the_small_files_speak_of_persons_and_households_that_are_there(months: dict[str, Path]) -> None:
    for path in months.values():
        people = {row["id_number"]: row for row in read(path) if not is_wrong(row)}
        homes = {row["household_id"] for row in read(path, "household")}
        assert {row["household_id"] for row in people.values()} == homes
        spells = read(path, "employment")
        assert spells
        assert all(
            people[row["id_number"]]["region_code"] == row["region_code"]
            for row in spells
            if row["id_number"] in people
        )
