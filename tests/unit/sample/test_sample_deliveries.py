"""Deliveries: the same for the same seed, as their manifests say, and each refused one beside a right one."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from sample_reader import MONTHS, SCALE, SEED, Made, lines, manifest, read, rows
from steppe import contracts, sample, settings
from steppe.sample import feeds
from steppe.sample.broken import KINDS as BROKEN_OF_SENDERS

BROKEN = (*BROKEN_OF_SENDERS, *(kind for feed in feeds.all_feeds() for kind in feed.BROKEN))
AMOUNT = re.compile(r"-?\d+\.\d\d")


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_makes_the_same_bytes_in_another_process(made: Made, tmp_path: Path) -> None:
    code = f"from pathlib import Path; from steppe import sample; sample.generate(Path({str(tmp_path)!r}), {SCALE}, {MONTHS}, {SEED})"
    environment = os.environ | {
        "PYTHONPATH": str(settings.ROOT / "plugins"),
        "PYTHONHASHSEED": "7",
        "TZ": "America/Lima",
    }
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    assert digests(tmp_path) == digests(made.folder)


def test_another_seed_makes_other_people(made: Made, tmp_path: Path) -> None:
    sample.generate(tmp_path, SCALE, MONTHS, SEED + 1)
    ours, theirs = digests(made.folder), digests(tmp_path)
    assert ours.keys() == theirs.keys()
    same = {name for name in ours if ours[name] == theirs[name]}
    assert same == {"deliveries/关于报送数据的说明.docx"}


def test_every_sender_delivers_every_source_each_month_and_the_register_of_the_baseline(made: Made) -> None:
    found = {path.name for path in made.right()}
    agency, senders = settings.REGION_CODE, contracts.load("pv_revenue").senders
    expected = {
        f"{contract.source}_{sender}_{month}.zip"
        for contract in contracts.load_all()
        if contract.source != "payment"  # there is nothing to answer before the ledger has ordered something
        for sender in ([agency] if agency in contract.senders else senders)
        for month in ("202005", "202006")
    }
    assert found == expected | {f"household_registry_{sender}_201912.zip" for sender in senders}


def test_manifests_are_true(made: Made) -> None:
    for path in made.right():
        assert list(faults(path)) == [], path.name


def faults(path: Path) -> list[str]:
    """What is wrong between a delivery's manifest and its files."""
    with zipfile.ZipFile(path) as archive:
        if archive.infolist()[0].flag_bits & 1:
            return ["encrypted"]
    said, found = manifest(path), []
    contract = contracts.load(said["source"])
    if said["sender"] not in contract.senders or said["contract_version"] != contract.version:
        found.append("sender or version")
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        if any(".." in name for name in names):
            found.append("path")
        for file in said["files"]:
            if file["path"] not in names:
                return ["file missing"]
            content = archive.read(file["path"])
            if hashlib.sha256(content).hexdigest() != file["sha256"]:
                return ["checksum"]
            if file["format"] == "csv":
                found += text_faults(contract.resource(file["resource"]), file, content)
    if not found:
        for file in said["files"]:
            for column, total in file.get("control_totals", {}).items():
                values = [row[column] for _, row in rows(path, file["resource"])]
                if sum((Decimal(value) for value in values if AMOUNT.fullmatch(value)), Decimal(0)) != Decimal(total):
                    found.append(f"total of {column}")
    return found


def text_faults(resource: contracts.Resource, file: dict[str, object], content: bytes) -> list[str]:
    if not content:
        return ["empty"]
    codec = {"GB18030": "gb18030", "UTF-8": "utf-8-sig"}[str(file["encoding"])]
    head, *body = content.splitlines()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ["encoding"]
    found = []
    if head.decode(codec).split(",") != [column.header for column in resource.columns]:
        found.append("header")
    if len(body) != file["rows"]:
        found.append("rows")
    if any(len(line) > 1 << 20 for line in body):
        found.append("line length")
    return found


# What the manifest and its files show by themselves; the rest takes the gate and what it knows.
SHOWN = {
    "control_total": "total of", "rows_missing": "rows", "checksum": "checksum", "encoding": "encoding", "header": "header",
    "sender_unknown": "sender or version", "file_missing": "file missing", "empty": "empty", "line_too_long": "line length",
}  # fmt: skip
SHOWN_OTHERWISE = {"traversal": "path", "encrypted": "encrypted", "contract_version": "sender or version"}


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_a_refused_delivery_has_a_right_one_beside_it(made: Made, broken: object) -> None:
    kind = next(kind for kind in BROKEN if kind is broken)
    month = {"first": "202005", "last": "202006"}[kind.month]
    bad = made.delivery(kind.source, kind.sender, month, "_1")
    good = made.delivery(kind.source, kind.sender, month)
    assert faults(good) == []
    shown = SHOWN_OTHERWISE.get(kind.name) or SHOWN.get(kind.rule)
    if shown:
        assert any(fault.startswith(shown) for fault in faults(bad))
    elif kind.name == "cut_zip":
        with pytest.raises(zipfile.BadZipFile):
            zipfile.ZipFile(bad)
    elif kind.name == "manifest_json":
        with pytest.raises(ValueError, match=r"delimiter|Expecting|Unterminated"):
            manifest(bad)
    elif kind.name == "external_entity":
        with zipfile.ZipFile(bad) as archive, archive.open("enrollment.xlsx") as book, zipfile.ZipFile(book) as parts:
            assert b"<!ENTITY" in parts.read("xl/worksheets/sheet1.xml")
    else:
        assert kind.name in ("rejected_share", "mass_deletion")
        assert faults(bad) == []
        before, after = (list(rows(path, "person")) for path in (good, bad))
        if kind.name == "mass_deletion":
            assert len(after) < 0.85 * len(before)
        else:
            assert sum(row["labour_ability"] in "1234" for _, row in after) > 0.1 * len(after)


def test_senders_write_in_their_own_way(made: Made) -> None:
    def head(sender: str) -> bytes:
        with zipfile.ZipFile(made.delivery("household_registry", sender, "202005")) as archive:
            return archive.read("person.csv")[:2_000]

    assert head("150800").startswith(b"\xef\xbb\xbf")
    assert head("150200").decode("utf-8", "ignore").startswith("人编号,户编号")
    assert head("150400").decode("gb18030", "ignore").startswith("人编号,户编号")
    assert b"\r\n" in head("150900")
    assert b"\r\n" not in head("150400")
    book = made.delivery("household_registry", "152900", "202005")
    assert {file["format"] for file in manifest(book)["files"]} == {"xlsx"}
    found = [row for _, row in rows(book, "person")]
    assert all(len(row["id_number"]) in (15, 17, 18, 20, 22) or not row["id_number"].isdigit() for row in found)


def test_an_employer_with_a_comma_in_its_name_is_quoted(made: Made) -> None:
    quoted = [
        line
        for path in made.right()
        if "150400" in path.name and "registry" in path.name
        for line in lines(path, "employment")
        if b'"' in line
    ]
    assert all(line.count(b'"') == 2 for line in quoted)


def test_a_single_month_has_every_broken_delivery_beside_the_right_one(tmp_path: Path) -> None:
    done = sample.generate(tmp_path, 0.002, ["2020-05"], SEED)
    one = read(tmp_path, done.answer_key_path)
    refused = [answer for answer in one.answers if answer.level == "delivery"]
    assert sorted(answer.kind for answer in refused) == sorted(
        ["delivery.unknown_file", *(f"delivery.{kind.name}" for kind in BROKEN)]
    )
    names = [answer.file_name for answer in refused]
    assert len({*names}) == len(names)
    assert {*names} <= {path.name for path in done.files}
    # First and last are one: two of one source, sender and month do not take each other's place.
    assert {name for name in names if name.endswith("_2.zip")}
    assert not {name for name in names if name.endswith("_2.zip")} & {path.name for path in one.right()}


@pytest.mark.parametrize(
    ("scale", "months", "told"),
    [
        (0, ["2020-05"], "scale"),
        (1.5, ["2020-05"], "scale"),
        (0.01, [], "months"),
        (0.01, ["2020-06", "2020-05"], "months"),
        (0.01, ["2019-11"], "months"),
    ],
)
def test_what_cannot_be_made_is_said(tmp_path: Path, scale: float, months: list[str], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        sample.generate(tmp_path / "none", scale, months, 1)
    assert not (tmp_path / "none").exists()
