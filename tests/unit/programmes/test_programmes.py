"""The files of rules: what this checkout says is whole, and what contradicts itself is refused with file and line."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from graphlib import CycleError
from pathlib import Path

import psycopg
import pytest
from steppe import programmes, reference, settings
from steppe.database import Connection
from steppe.errors import SettingsError

REGIONS = {"150000", "150400", "150404"}
Table = list[list[str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for file in programmes.FILES:
        shutil.copy(settings.PARAMETERS / file.name, tmp_path / file.name)
    return tmp_path


def edit(file: Path, change: Callable[[Table], None]) -> None:
    with file.open(encoding="utf-8", newline="") as handle:
        table = list(csv.reader(handle))
    change(table)
    with file.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle, lineterminator="\n").writerows(table)


def put(line: int, column: str, value: str) -> Callable[[Table], None]:
    """A change: one cell."""

    def change(table: Table) -> None:
        table[line - 1][table[0].index(column)] = value

    return change


def again(line: int, **columns: str) -> Callable[[Table], None]:
    """A change: a line once more at the end, with some cells changed."""

    def change(table: Table) -> None:
        row = dict(zip(table[0], table[line - 1], strict=True)) | columns
        table.append(list(row.values()))

    return change


def test_what_this_checkout_says_is_whole() -> None:
    rules = programmes.read(settings.PARAMETERS, REGIONS)
    assert {row.values["programme_code"] for row in rules["programme"]} == {
        "work_based_training", "one_off_hiring", "mass_hiring_reward", "export_service", "job_search", "travel", "workshop_reward",
        "training_living", "welfare_post", "pv_post", "unemployment_routing", "microloan_interest",
    }  # fmt: skip
    # C3.6: the reward comes from the poverty-alleviation fund only.
    funds = {
        row.values["fund_code"] for row in rules["fund_rule"] if row.values["programme_code"] == "mass_hiring_reward"
    }
    assert funds == {"poverty_alleviation"}
    # What is paid has a fund; what the notice leaves open is not confirmed.
    funded = {row.values["programme_code"] for row in rules["fund_rule"]}
    for row in rules["programme"]:
        assert (row.values["settlement"] == "referral") == (row.values["programme_code"] not in funded)
        assert row.values["amount_fen"] is None or row.values["status"] == "unconfirmed"


@pytest.mark.parametrize(
    ("file", "change", "said"),
    [
        ("programmes.csv", put(7, "amount_yuan", "12.345"), "line 7: amount_yuan: '12.345' is not an amount in yuan with"),
        ("programmes.csv", put(7, "amount_yuan", "NaN"), "line 7: amount_yuan: 'NaN' is not an amount"),
        ("programmes.csv", put(7, "amount_yuan", ""), "line 7: a referral has no amount, and everything else has"),
        ("programmes.csv", put(7, "amount_yuan", "0"), "line 7: amount_yuan and cap_yuan are above zero"),
        ("programmes.csv", put(7, "source", ""), "line 7: source: an amount needs one"),
        ("programmes.csv", put(7, "status", "sure"), "line 7: status: 'sure' is not one of confirmed, unconfirmed"),
        ("programmes.csv", put(7, "valid_from", "2020-02-30"), "line 7: valid_from: '2020-02-30' is not a day"),
        ("programmes.csv", put(7, "valid_through", "2019-12-31"), "line 7: ends on 2019-12-31, before it begins"),
        ("programmes.csv", put(7, "region_code", "110000"), "line 7: region_code: 110000 is not known here"),
        ("programmes.csv", put(7, "cap_period", ""), "line 7: a cap has a cap_scope and a cap_period"),
        ("programmes.csv", put(2, "minimum_unit", ""), "line 2: minimum and minimum_unit come together"),
        ("programmes.csv", again(7), "line 14: travel/150000 holds on the same days as line 7"),
        ("programmes.csv", again(7, valid_from="2020-06-01"), "line 14: travel/150000 holds on the same days as line 7"),
        ("programmes.csv", put(1, "unit", "units"), "line 1: columns must be programme_code,"),
        ("programmes.csv", lambda table: table[6].append("more"), "line 7: has not 23 fields"),
        ("programmes.csv", lambda table: table[6].pop(), "line 7: has not 23 fields"),
        ("budgets.csv", put(2, "fund_code", "lottery"), "line 2: fund_code: lottery is not known here"),
        ("budgets.csv", put(2, "source", ""), "line 2: source: an amount needs one"),
        ("budgets.csv", again(2), "line 5: employment_subsidy/150000/2020 holds on the same days as line 2"),
        ("fund_rules.csv", put(2, "fund_code", "lottery"), "line 2: fund_code: lottery is not known here"),
        ("fund_rules.csv", put(2, "programme_code", "gift"), "line 2: programme_code: gift is not known here"),
        ("fund_rules.csv", put(2, "is_allowed", "perhaps"), "line 2: is_allowed: 'perhaps' is not one of yes, no"),
        ("exclusions.csv", put(2, "excluded_by", "gift"), "line 2: excluded_by: gift is not known here"),
        ("exclusions.csv", again(2, programme_code="training_living"), "line 12: training_living, work_based_training, training_living"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) and value.startswith("line") else "",
)  # fmt: skip
def test_what_contradicts_itself_is_refused_with_its_place(
    folder: Path, file: str, change: Callable[[Table], None], said: str
) -> None:
    edit(folder / file, change)

    with pytest.raises(SettingsError) as caught:
        programmes.read(folder, REGIONS)

    assert f"{file}: {said}" in str(caught.value)


def test_rows_that_follow_each_other_and_a_banners_own_are_taken(folder: Path) -> None:
    def change(table: Table) -> None:
        put(7, "valid_through", "2020-05-31")(table)
        again(7, valid_from="2020-06-01", valid_through="", amount_yuan="600.50")(table)
        again(7, region_code="150404", amount_yuan="700", valid_through="")(table)

    edit(folder / "programmes.csv", change)

    rows = [row for row in programmes.read(folder, REGIONS)["programme"] if row.values["programme_code"] == "travel"]

    assert [row.values["amount_fen"] for row in rows] == [50_000, 60_050, 70_000]
    assert len({row.values["rule_version"] for row in rows}) == 3


def test_a_version_names_one_content(folder: Path) -> None:
    def version() -> str:
        return str(programmes.read(folder, REGIONS)["programme"][5].values["rule_version"])

    before = version()
    edit(folder / "programmes.csv", put(7, "amount_yuan", "501"))
    assert before != version()
    assert {before.rpartition("/")[0], version().rpartition("/")[0]} == {"travel/150000/2020-01-01"}


def test_programmes_come_after_those_they_give_way_to() -> None:
    assert programmes.order([("a", "b"), ("b", "c"), ("a", "a")]) == ["c", "b", "a"]
    with pytest.raises(CycleError):
        programmes.order([("a", "b"), ("b", "a")])


def test_the_tables_hold_what_the_files_say_and_nothing_else(admin: Connection) -> None:
    before = admin.execute("SELECT count(*), sum(amount_fen) FROM ops.programme").fetchone()
    admin.execute("UPDATE ops.programme SET amount_fen = 1, valid_from = '2019-01-01' WHERE programme_code = 'travel'")
    admin.commit()

    reference.load(admin, scale=None)

    assert admin.execute("SELECT count(*), sum(amount_fen) FROM ops.programme").fetchone() == before


@pytest.mark.parametrize("table", ["programme", "fund_rule", "exclusion"])
def test_the_database_refuses_an_overlap_too(admin: Connection, table: str) -> None:
    columns = {"programme": ", rule_version = rule_version || 'x'"}.get(table, "")
    with pytest.raises(psycopg.errors.ExclusionViolation), admin.transaction():
        admin.execute(
            f"CREATE TEMPORARY TABLE later AS SELECT * FROM ops.{table} LIMIT 1;"  # type: ignore[arg-type]
            f"UPDATE later SET valid_from = valid_from + 1{columns};"
            f"INSERT INTO ops.{table} SELECT * FROM later"
        )
