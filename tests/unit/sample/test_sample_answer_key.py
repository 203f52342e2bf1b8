"""The answer key points at the right line: the file is opened and looked at."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable

import pytest
from sample_reader import Made, lines, manifest, rows
from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_2
from steppe import settings
from steppe.sample import feeds
from steppe.sample.broken import KINDS as BROKEN_OF_SENDERS
from steppe.sample.kinds import ROW_KINDS as ROW_KINDS_OF_SENDERS

BROKEN = (*BROKEN_OF_SENDERS, *(kind for feed in feeds.all_feeds() for kind in feed.BROKEN))
ROW_KINDS = (*ROW_KINDS_OF_SENDERS, *(kind for feed in feeds.all_feeds() for kind in feed.KINDS))

Row = dict[str, str]
FLOAT = re.compile(r"\d\.\d+E\+17")


def _other_sex(row: Row) -> bool:
    number = row["id_number"]
    return len(number) == 18 and number.isascii() and row["sex"] in "12" and int(number[16]) % 2 != int(row["sex"]) % 2


def _wrong_check_digit(row: Row) -> bool:
    return len(row["id_number"]) == 18 and not mod_11_2.is_valid(row["id_number"].upper())


# What a person would see in the line that the key names. The same question about the other lines is the failing twin.
SEEN: dict[str, Callable[[Row], bool]] = {
    "person.check_digit": _wrong_check_digit,
    "person.id_as_float": lambda row: bool(FLOAT.fullmatch(row["id_number"])),
    "person.id_missing": lambda row: not row["id_number"],
    "person.name_formula": lambda row: row["name"].startswith("="),
    "person.ability_of_other_list": lambda row: row["labour_ability"] == "1",
    "person.region_unknown": lambda row: row["region_code"] == "159999",
    "person.works_without_ability": lambda row: row["labour_ability"] == "03" and row["work_place_class"] != "",
    "person.dead_at_work": lambda row: row["life_status"] == "2" and row["work_place_class"] != "",
    "person.sex_not_of_id": _other_sex,
    "household.no_members": lambda row: row["member_count"] == "0",
    "employment.ends_before_start": lambda row: bool(row["ended_on"]) and row["started_on"] > row["ended_on"],
    "employment.uscc_wrong": lambda row: bool(row["employer_uscc"]) and not uscc.is_valid(row["employer_uscc"]),
    "employment.place_too_coarse": lambda row: row["work_region_code"] == "110000",
    "contribution.paid_beyond_due": lambda row: float(row["person_paid_fen"]) > _number(row["person_due_fen"]),
    "contribution.received_without_date": lambda row: row["is_received"] == "1" and not row["received_on"],
    "settlement.coal_beyond_accrued": lambda row: _number(row["coal_received_fen"]) > float(row["coal_accrued_fen"]) >= 0,
    "post.paid_above_wage": lambda row: float(row["paid_fen"]) > float(row["wage_fen"]) >= 0,
    "post.days_beyond_month": lambda row: int(row["days_worked"]) > 31,
    "station.beyond_limit": lambda row: row["capacity_kw"] == "5000",
}  # fmt: skip


def _number(text: str) -> float:
    return float(text) if re.fullmatch(r"-?\d+\.\d+", text) else float("inf")


@pytest.mark.parametrize("kind", SEEN)
def test_the_line_shows_the_defect_and_no_line_that_the_key_leaves_out_does(made: Made, kind: str) -> None:
    resource, looks = kind.partition(".")[0], SEEN[kind]
    named = {(answer.file_name, answer.line_no) for answer in made.answers if answer.kind == kind}
    assert named
    source = next(path for path in made.right() if path.name in {name for name, _ in named}).name.rsplit("_", 2)[0]
    seen = 0
    for path in made.right():
        if not path.name.startswith(source) or (resource not in {file["resource"] for file in manifest(path)["files"]}):
            continue
        bad = made.bad_lines(path, resource)
        for number, row in rows(path, resource):
            if (path.name, number) in named:
                assert looks(row), f"{path.name}: line {number}"
                seen += 1
            elif number not in bad:
                assert not looks(row), f"{path.name}: line {number}"
    assert seen == len(named)


@pytest.mark.parametrize(
    ("kind", "looks"),
    [
        ("person.nul_byte", lambda line, _: b"\0" in line),
        ("person.undecodable", lambda line, _: b"\xff" in line),
        ("person.ragged_few", lambda line, width: line.count(b",") < width - 1),
        ("person.ragged_many", lambda line, width: line.count(b",") > width - 1),
        ("person.open_quote", lambda line, _: line.count(b'"') % 2 == 1),
    ],
)
def test_a_broken_line_stands_where_the_key_says(made: Made, kind: str, looks: Callable[[bytes, int], bool]) -> None:
    named = [answer for answer in made.answers if answer.kind == kind]
    assert named
    for answer in named:
        assert answer.line_no
        found = lines(made.folder / "deliveries" / answer.file_name, "person")
        width = found[0].count(b",") + 1
        assert looks(found[answer.line_no - 1], width)
        others = made.bad_lines(made.folder / "deliveries" / answer.file_name, "person")
        assert not any(looks(line, width) for at, line in enumerate(found, start=1) if at not in others)


def test_exact_repeats_repeat_an_earlier_line_and_no_other_line_does(made: Made) -> None:
    named = Counter((answer.file_name, answer.resource) for answer in made.answers if answer.level == "duplicate")
    assert named
    for path in made.right():
        for file in manifest(path)["files"]:
            if file["format"] != "csv":
                continue
            found = lines(path, file["resource"])
            assert len(found) - len(set(found)) == named[path.name, file["resource"]], path.name
    for answer in made.answers:
        if answer.level == "duplicate" and answer.line_no and made.delivery("", "", "").suffix:
            path = made.folder / "deliveries" / answer.file_name
            if manifest(path)["files"][0]["format"] == "csv":
                found = lines(path, answer.resource)
                assert found[answer.line_no - 1] in found[: answer.line_no - 1]


def test_two_rows_of_one_key_are_both_named(made: Made) -> None:
    two = [kind.name for kind in ROW_KINDS if kind.cost == 2]
    counted = Counter(answer.kind for answer in made.answers)
    assert two
    assert all(counted[name] % 2 == 0 and counted[name] for name in two)


def test_every_kind_is_there_and_its_rules_are_rules_of_the_gate(made: Made) -> None:
    counted = Counter(answer.kind for answer in made.answers)
    expected = (
        {kind.name for kind in ROW_KINDS} | {f"delivery.{kind.name}" for kind in BROKEN} | {"delivery.unknown_file"}
    )
    assert set(counted) == expected
    assert len(expected) > 150
    known = {
        expectation["meta"]["rule_id"]
        for path in settings.EXPECTATIONS.glob("*.json")
        for expectation in json.loads(path.read_text(encoding="utf-8"))["expectations"]
    }
    named = {rule for answer in made.answers for rule in answer.rule_ids if answer.level in ("row", "warning")}
    assert {rule for rule in named if not rule.startswith("format.")} <= known
    assert all(answer.rule_ids for answer in made.answers if answer.level != "duplicate")


def test_no_file_has_more_wrong_rows_than_a_delivery_may_have(made: Made) -> None:
    checked = 0
    for path in made.right():
        said = manifest(path)
        for file in said["files"]:
            bad = len(made.bad_lines(path, file["resource"]))
            assert bad <= 0.05 * file["rows"], f"{path.name} {file['resource']}: {bad} of {file['rows']}"
            checked += 1
    assert checked > 200
