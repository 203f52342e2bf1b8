"""Judging a delivery: what is accepted, quarantined, counted, rejected, and left alone."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from pipeline.gate import gate_deliveries as deliveries
from pipeline.gate.gate_deliveries import SOURCE, Row, persons, register
from steppe import database, gate, intake, warehouse
from steppe.errors import Rejected
from steppe.gate import metrics, rules
from steppe.gate.verdict import GateError
from steppe.intake import limits

Judged = Callable[..., tuple[int, gate.Verdict]]


@pytest.fixture
def arrive(loader: database.Connection, tmp_path: Path) -> Callable[..., int]:
    """Receive and land a delivery; returns its number."""
    count = 0

    def arrived(rows: dict[str, Sequence[Row]], *, source: str = SOURCE, **options: Any) -> int:
        nonlocal count
        count += 1
        folder = deliveries.write(tmp_path / f"delivery-{count}", rows, source=source, **options)
        received = intake.receive(loader, folder)
        intake.land(loader, received.delivery_id)
        return received.delivery_id

    return arrived


@pytest.fixture
def judged(loader: database.Connection, arrive: Callable[..., int]) -> Judged:
    def run(rows: dict[str, Sequence[Row]], **options: Any) -> tuple[int, gate.Verdict]:
        delivery_id = arrive(rows, **options)
        return delivery_id, gate.judge(loader, delivery_id)

    return run


def one(connection: database.Connection, query: str, *values: Any) -> Any:
    row = connection.execute(query, values).fetchone()
    return row[0] if row and len(row) == 1 else row


def quarantined(connection: database.Connection, delivery_id: int) -> dict[int, list[str]]:
    rows = connection.execute(
        "SELECT line_no, rule_ids FROM quarantine.row WHERE delivery_id = %s ORDER BY line_no", (delivery_id,)
    ).fetchall()
    return dict(rows)


def test_rows_are_accepted_quarantined_or_duplicate_and_none_is_lost(
    loader: database.Connection, judged: Judged
) -> None:
    people = persons(60)
    people[3]["sex"] = "1"  # line 5: both rules of the one defect that breaks two
    people[3]["months_worked"] = "13"
    people[7]["phone"] = "12"  # line 9: a warning
    people.append(dict(people[0]))  # line 62: an exact repeat

    delivery_id, verdict = judged(register(people))

    assert verdict.rows["person"] == gate.verdict.Rows(61, 59, 1, 1, 0, 0)
    assert quarantined(loader, delivery_id) == {5: ["person.sex_matches_id", "person.months_worked_range"]}
    record = one(loader, "SELECT record FROM quarantine.row WHERE delivery_id = %s", delivery_id)
    assert record == {name: value or None for name, value in people[3].items()}
    assert one(loader, "SELECT count(*) FROM staging.person WHERE delivery_id = %s", delivery_id) == 59
    assert one(loader, "SELECT count(*) FROM staging.person WHERE failed_warning <> 0") == 1
    assert one(loader, "SELECT state, rows_in, rows_accepted, rows_quarantined, rows_duplicate FROM ops.delivery") == (
        "gated", 101, 99, 1, 1,
    )  # fmt: skip
    assert verdict.result("person.phone_format").outcome == "warn"
    assert verdict.result("person.sex_matches_id").rows_failed == 1
    assert verdict.result("person.id_check_digit").outcome == "pass"
    results = one(loader, "SELECT count(*) FROM ops.gate_result WHERE delivery_id = %s", delivery_id)
    assert results == sum(len(rules.suite(name).rules) for name in ("household", "person", "employment"))


def test_staged_values_are_typed_and_normalised(loader: database.Connection, judged: Judged) -> None:
    number = deliveries.id_number(1)
    people = [
        deliveries.row("person", 1, id_number=number + "43", labour_ability="02", has_minimum_living="1"),
        deliveries.row("person", 2, id_number=deliveries.id_number(2).replace("X", "x")),
    ]
    judged(register(people))

    staged = one(
        loader,
        "SELECT id_number, birth_date::text, sex, labour_ability, has_minimum_living, months_worked FROM staging.person "
        "WHERE person_id = 'P000001'",
    )
    assert staged == (number, "1985-06-01", "female", "skilled", True, 4)


def test_line_numbers_run_on_through_both_streams(
    loader: database.Connection, judged: Judged, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "TWO_STREAMS_FROM_BYTES", 1)
    people = persons(400)
    for place in (0, 150, 250, 399):
        people[place]["sex"] = "1"

    delivery_id, _ = judged(register(people))

    streams = loader.execute("SELECT DISTINCT stream FROM raw.person ORDER BY stream").fetchall()
    assert streams == [(0,), (1,)]
    assert list(quarantined(loader, delivery_id)) == [2, 152, 252, 401]


def test_a_line_that_cannot_be_split_is_quarantined_as_it_is(loader: database.Connection, judged: Judged) -> None:
    delivery_id, verdict = judged(register(persons(40)), extra={"person": ["P1,too,short"]})

    assert quarantined(loader, delivery_id) == {42: ["format.ragged"]}
    assert one(loader, "SELECT record FROM quarantine.row") == {"text": "P1,too,short"}
    assert verdict.rows["person"].quarantined == 1
    assert verdict.result("format.ragged").rows_failed == 1


def test_judging_again_gives_the_same(loader: database.Connection, judged: Judged) -> None:
    people = persons(60)
    people[3]["sex"] = "1"
    delivery_id, first = judged(register(people))
    before = quarantined(loader, delivery_id)

    assert gate.judge(loader, delivery_id) == first
    assert quarantined(loader, delivery_id) == before
    assert one(loader, "SELECT count(*) FROM staging.person") == 59


@pytest.mark.parametrize(("stated", "rejected"), [("560.00", False), ("560.01", True)])
def test_a_wrong_control_total_rejects(
    loader: database.Connection, arrive: Callable[..., int], stated: str, rejected: bool
) -> None:
    rows = {name: [deliveries.row(name, 0)] for name in ("employer_unit", "enrollment", "contribution")}
    totals = {"employer_paid_fen": stated}
    delivery_id = arrive(rows, source="social_insurance", totals=totals)
    if not rejected:
        assert gate.judge(loader, delivery_id).is_clean
        return
    with pytest.raises(Rejected) as told:
        gate.judge(loader, delivery_id)
    assert told.value.rule_id == "delivery.control_total"
    assert "单位实缴" in told.value.zh
    gate.reject(loader, delivery_id, told.value)
    assert one(loader, "SELECT state, rule_id FROM ops.delivery") == ("rejected", "delivery.control_total")
    assert one(loader, "SELECT count(*) FROM staging.contribution") == 0
    outcome = "SELECT outcome FROM ops.gate_result WHERE rule_id = 'contribution.control_total_employer_paid_fen'"
    assert one(loader, outcome) == "fail"


def test_a_sum_with_an_unreadable_amount_is_not_compared(loader: database.Connection, judged: Judged) -> None:
    rows = {
        name: [deliveries.row(name, place) for place in range(40)]
        for name in ("employer_unit", "enrollment", "contribution")
    }
    rows["contribution"][5]["employer_paid_fen"] = "五百六"
    _, verdict = judged(rows, source="social_insurance", totals={"employer_paid_fen": "22400.00"})

    result = verdict.result("contribution.control_total_employer_paid_fen")
    assert (result.outcome, result.rows_failed) == ("warn", 1)
    assert verdict.result("contribution.control_total_person_paid_fen").outcome == "pass"


@pytest.mark.parametrize(("defects", "rejected"), [(5, False), (6, True)])
def test_too_many_defects_reject(
    loader: database.Connection, arrive: Callable[..., int], defects: int, rejected: bool
) -> None:
    people = persons(100)
    for place in range(defects):
        people[place]["sex"] = "1"
    delivery_id = arrive(register(people, households=0))  # 5 % of 100 rows are allowed
    if not rejected:
        gate.judge(loader, delivery_id)
        return
    with pytest.raises(Rejected, match="6 of 100") as told:
        gate.judge(loader, delivery_id)
    assert told.value.rule_id == "delivery.rejected_share"
    assert len(quarantined(loader, delivery_id)) == 6


def published(loader: database.Connection, delivery_id: int) -> None:
    warehouse.publish(loader, delivery_id)
    loader.commit()


@pytest.mark.parametrize(("missing", "rejected"), [(10, False), (11, True)])
def test_too_many_absent_keys_reject(
    loader: database.Connection, judged: Judged, arrive: Callable[..., int], missing: int, rejected: bool
) -> None:
    first, _ = judged(register(persons(100)))
    published(loader, first)
    second = arrive(register(persons(100)[missing:]), period="2020-06")
    if not rejected:
        assert gate.judge(loader, second).rows["person"].absent == missing
        return
    with pytest.raises(Rejected) as told:
        gate.judge(loader, second)
    assert told.value.rule_id == "delivery.mass_deletion"


@pytest.mark.parametrize("ended_on", ["20191130", ""], ids=["ended last year", "still going on"])
def test_spells_of_last_year_are_not_missed_in_a_new_one(
    loader: database.Connection, judged: Judged, arrive: Callable[..., int], ended_on: str
) -> None:
    then = {"started_on": "20190301", "contract_signed_on": "20190301", "verified_on": "20190310", "ended_on": ended_on}
    spells = [deliveries.row("employment", place, **then) for place in range(30)]
    people = register(persons(30))
    first, _ = judged({**people, "employment": spells}, period="2019-12")
    published(loader, first)
    second = arrive({**people, "employment": []}, period="2020-01")

    if ended_on:
        assert gate.judge(loader, second).rows["employment"].absent == 0
        return
    with pytest.raises(Rejected) as told:
        gate.judge(loader, second)
    assert told.value.rule_id == "delivery.mass_deletion"


def test_unchanged_rows_are_not_judged_again(loader: database.Connection, judged: Judged) -> None:
    people = persons(60)
    first, _ = judged(register(people))
    published(loader, first)
    people[5]["months_worked"] = "5"
    people.append(deliveries.row("person", 60))

    second, verdict = judged(register(people), period="2020-06")

    assert verdict.rows["person"] == gate.verdict.Rows(61, 61, 0, 0, 59, 0)
    assert verdict.result("person.sex_matches_id").rows_evaluated == 2
    assert one(loader, "SELECT count(*) FROM staging.person WHERE delivery_id = %s", second) == 2
    assert (
        one(loader, "SELECT count(*) FROM staging.changed WHERE delivery_id = %s AND resource = 'person'", second) == 2
    )


def test_another_rule_set_judges_everything_again(
    loader: database.Connection, admin: database.Connection, judged: Judged
) -> None:
    first, _ = judged(register(persons(60)))
    published(loader, first)
    admin.execute("INSERT INTO ops.county VALUES ('999999', '新县')")
    admin.commit()

    _, verdict = judged(register(persons(60)), period="2020-06")

    assert verdict.rows["person"].unchanged == 0


def test_a_change_elsewhere_is_seen_by_an_unchanged_row(loader: database.Connection, judged: Judged) -> None:
    spell = deliveries.row("employment", 0, started_on="20200101", ended_on="20200415")
    others = [deliveries.row("employment", place) for place in range(1, 40)]
    first, _ = judged({**register(persons(60)), "employment": [spell, *others]})
    published(loader, first)
    overlapping = deliveries.row("employment", 99, id_number=spell["id_number"], started_on="20200401")

    second, verdict = judged({**register(persons(60)), "employment": [spell, *others, overlapping]}, period="2020-06")

    assert quarantined(loader, second) == {2: ["employment.no_overlap"], 42: ["employment.no_overlap"]}
    assert verdict.rows["employment"].unchanged == 39


@pytest.mark.parametrize(
    ("spoil", "lines"),
    [
        (lambda row: row | {"id_number": "150421198506010008"}, ()),
        (lambda row: row | {"id_number": "1.50421E+17"}, ()),
        (lambda _: None, ("P1,",)),
    ],
    ids=["wrong check digit", "ID as float", "line cut short"],
)
def test_a_defective_person_is_not_an_absent_one(
    loader: database.Connection, judged: Judged, spoil: Callable[[Row], Row | None], lines: tuple[str, ...]
) -> None:
    people = persons(60)
    first, _ = judged(register(people))
    published(loader, first)
    spoilt = spoil(people[9])
    cut = [f"{line}{people[9]['id_number']}" for line in lines]
    kept = people[:9] + ([spoilt] if spoilt else []) + people[10:]

    second, verdict = judged(register(kept), period="2020-06", extra={"person": cut})
    published(loader, second)

    assert verdict.rows["person"].quarantined == 1
    assert verdict.rows["person"].absent == 0
    ended = "SELECT count(*) FROM warehouse.dim_person WHERE known_to = 'infinity' AND valid_to < 'infinity'"
    assert one(loader, ended) == 0


def test_an_absent_person_is_ended(loader: database.Connection, judged: Judged) -> None:
    people = persons(60)
    first, _ = judged(register(people))
    published(loader, first)
    second, verdict = judged(register(people[1:]), period="2020-06")
    published(loader, second)

    assert verdict.rows["person"].absent == 1
    ended = "SELECT count(*) FROM warehouse.dim_person WHERE known_to = 'infinity' AND valid_to < 'infinity'"
    assert one(loader, ended) == 1


def test_a_rule_that_cannot_run_is_an_error_and_nothing_is_accepted(
    loader: database.Connection, arrive: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    suite = rules.suite("person")
    place = next(index for index, rule in enumerate(suite.rules) if rule.rule_id == "person.age_plausible")
    broken = dict(suite.expectations[place]) | {"kwargs": {"column": "no_such_column", "min_value": 0, "max_value": 1}}
    spoilt = rules.Suite("person", suite.rules, (*suite.expectations[:place], broken, *suite.expectations[place + 1 :]))
    monkeypatch.setattr(rules, "suite", lambda name, real=rules.suite: spoilt if name == "person" else real(name))
    monkeypatch.setattr(metrics, "_conditions", {})
    delivery_id = arrive(register(persons(10)))

    with pytest.raises(GateError, match=r"person\.age_plausible"):
        gate.judge(loader, delivery_id)

    assert one(loader, "SELECT outcome FROM ops.gate_result WHERE rule_id = 'person.age_plausible'") == "error"
    assert one(loader, "SELECT state FROM ops.delivery") == "landed"
    assert one(loader, "SELECT count(*) FROM staging.person") == 0


def test_what_the_server_says_of_a_row_is_not_passed_on(
    loader: database.Connection, arrive: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    suite = rules.suite("person")
    canary = deliveries.id_number(3)
    original = metrics.conditions

    def raising(*arguments: Any) -> tuple[metrics.Condition, ...]:
        # A condition that raises on one row, with the row's value in the server's words.
        found = original(*arguments)
        return tuple(
            metrics.Condition(one.rule, "(name || id_number)::integer = 1") if one.rule == suite.rules[0] else one
            for one in found
        )

    monkeypatch.setattr(metrics, "conditions", raising)
    delivery_id = arrive(register(persons(10)))

    with pytest.raises(GateError) as told:
        gate.judge(loader, delivery_id)

    error: BaseException | None = told.value
    while error is not None:
        assert canary not in str(error)
        error = error.__cause__
    assert told.value.__suppress_context__ or told.value.__context__ is None
    assert one(loader, "SELECT outcome FROM ops.gate_result WHERE rule_id = 'person.person_id_present'") == "error"
    assert one(loader, "SELECT outcome FROM ops.gate_result WHERE rule_id = 'person.id_present'") == "pass"


def test_checking_keeps_nothing(loader: database.Connection, warehouse: str, tmp_path: Path) -> None:
    people = persons(60)
    people[3]["sex"] = "1"
    folder = deliveries.write(tmp_path / "outbox", register(people), source=SOURCE)
    tables = "SELECT count(*) FROM pg_class WHERE relnamespace IN ('raw'::regnamespace, 'staging'::regnamespace)"
    before = one(loader, tables)
    loader.commit()

    verdict = gate.check(folder)

    assert not verdict.is_clean
    assert [(found.resource, found.line_no, found.rule_id, found.column) for found in verdict.findings] == [
        ("person", 5, "person.sex_matches_id", "性别、证件号码")
    ]
    assert one(loader, tables) == before
    for table in ("ops.delivery", "ops.delivery_resource", "ops.gate_result", "ops.receipt", "quarantine.row"):
        assert one(loader, f"SELECT count(*) FROM {table}") == 0
    assert not (tmp_path / "archive").exists()


def test_checking_a_file_that_is_no_delivery_says_so(warehouse: str, tmp_path: Path) -> None:
    path = tmp_path / "letter.zip"
    path.write_bytes(b"Dear Sir")
    with pytest.raises(Rejected) as told:
        gate.check(path)
    assert told.value.rule_id == "delivery.unknown_file"


def test_two_deliveries_are_judged_at_once(
    warehouse: str, loader: database.Connection, arrive: Callable[..., int]
) -> None:
    from concurrent.futures import ThreadPoolExecutor

    numbers = [
        arrive(register(persons(60)), sender="150400"),
        arrive({"household": [], "person": [], "employment": []}, sender="150500"),
    ]

    def judge(delivery_id: int) -> gate.Verdict:
        with database.connect("loader") as connection:
            return gate.judge(connection, delivery_id)

    with ThreadPoolExecutor(2) as pool:
        verdicts = list(pool.map(judge, numbers))
    assert [verdict.rows["person"].accepted for verdict in verdicts] == [60, 0]


def test_the_test_deliveries_are_files_as_agencies_write_them(tmp_path: Path) -> None:
    folder = deliveries.write(tmp_path / "delivery", register(persons(2)), source=SOURCE)
    with (folder / "person.csv").open(encoding="gb18030", newline="") as handle:
        header, *lines = csv.reader(handle)
    assert header[6] == "证件号码"
    assert len(lines) == 2
