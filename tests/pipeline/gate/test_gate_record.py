"""What the gate leaves on record: outcomes that are told apart, GX's own results, the catalogue, thresholds tried afterwards."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pipeline.clerk.test_error_workbook import SOURCE, load, persons, register
from steppe import database, dictionary, gate
from steppe.gate import rules


@pytest.fixture
def loaded(loader: database.Connection, tmp_path: Path) -> Callable[..., int]:
    def run(**options: Any) -> int:
        people = persons(100)
        for person in people[:3]:
            person["sex"] = "9"
        people[4]["phone"] = "123"
        return load(register(people), tmp_path / "may", **options)

    return run


def test_a_rule_that_had_nothing_to_judge_did_not_pass(loader: database.Connection, loaded: Callable[..., int]) -> None:
    number = loaded()
    outcomes = dict(
        loader.execute(
            "SELECT resource || ' ' || outcome, count(*) FROM ops.gate_result WHERE delivery_id = %s GROUP BY 1",
            (number,),
        ).fetchall()
    )
    # A first month is held to no month before it.
    assert outcomes["employment not_applicable"] == len(rules.suite("employment").row_rules) + 1
    assert outcomes["person fail"] == outcomes["person warn"] == 1
    assert outcomes["person not_applicable"] == 1


def test_results_are_kept_as_stock_gx_writes_and_renders_them(
    loader: database.Connection, loaded: Callable[..., int]
) -> None:
    from great_expectations.core.expectation_validation_result import expectationSuiteValidationResultSchema
    from great_expectations.render.renderer import ValidationResultsPageRenderer

    loaded()
    (kept,) = loader.execute("SELECT result FROM ops.validation_result WHERE resource = 'person'").fetchone() or ({},)
    stock = expectationSuiteValidationResultSchema.load(kept)
    assert (stock.success, stock.suite_name) == (False, "person")
    assert stock.statistics["evaluated_expectations"] == len(rules.suite("person").rules)
    (sex,) = [each for each in stock.results if each.expectation_config.meta["rule_id"] == "person.sex_code"]
    assert (sex.success, sex.result["unexpected_count"], sex.result["unexpected_percent"]) == (False, 3, 3.0)
    assert ValidationResultsPageRenderer().render(stock).to_json_dict()["sections"]
    told = json.dumps(kept, ensure_ascii=False)
    assert not any(person[name] in told for person in persons(5) for name in ("id_number", "name", "person_id"))


def test_the_catalogue_is_in_the_database_with_hits_by_month(
    loader: database.Connection, loaded: Callable[..., int]
) -> None:
    loaded()
    listed = {row[0] for row in loader.execute("SELECT DISTINCT rule_id FROM mart.rule_catalogue")}
    assert listed == {rule.rule_id for rule in gate.catalogue()}
    assert len(listed) >= 120
    met = loader.execute(
        "SELECT month::text, times_failed, rows_evaluated, rows_failed, hit_rate::float FROM mart.rule_catalogue "
        "WHERE rule_id = 'person.sex_code'"
    ).fetchall()
    assert met == [("2020-05-01", 1, 100, 3, 0.03)]
    never = loader.execute(
        "SELECT month, times_met, rows_failed FROM mart.rule_catalogue WHERE rule_id = 'delivery.checksum'"
    ).fetchall()
    assert never == [(None, 0, None)]


def test_a_rule_that_is_taken_out_stays_on_record(
    admin: database.Connection, loaded: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded()
    left = tuple(rule for rule in gate.catalogue() if rule.rule_id != "person.sex_code")
    monkeypatch.setattr(rules, "catalogue", lambda: left)
    gate.register(admin)
    assert admin.execute("SELECT rule_id FROM ops.rule WHERE NOT is_current").fetchall() == [("person.sex_code",)]


def test_thresholds_are_tried_on_what_is_on_record(loader: database.Connection, loaded: Callable[..., int]) -> None:
    loaded()
    changed = "SELECT rule_id, outcome, outcome_under FROM ops.outcome_under({}) WHERE outcome <> outcome_under"
    assert loader.execute(changed.format("")).fetchall() == []
    assert loader.execute(changed.format("max_rejected_share => 0.01") + " ORDER BY 1").fetchall() == [
        ("employment.rejected_share", "pass", "fail"),
        ("household.rejected_share", "pass", "fail"),
        ("person.rejected_share", "pass", "fail"),
    ]
    assert loader.execute(changed.format("min_warned_share => 0.05")).fetchall() == [
        ("person.phone_format", "warn", "pass")
    ]


def test_senders_are_followed_month_by_month(
    admin: database.Connection, loaded: Callable[..., int], tmp_path: Path
) -> None:
    loaded()
    load(register(persons(100)), tmp_path / "june", period="2020-06")
    told = admin.execute(
        "SELECT period::text, rejected, quarantined_share::float, trend FROM mart.sender_quality ORDER BY 1"
    )
    assert told.fetchall() == [("2020-05-01", 0, 0.021429, None), ("2020-06-01", 0, 0.0, "better")]


def test_the_document_lists_every_rule() -> None:
    text = dictionary.rule_catalogue()
    assert all(f"`{rule.rule_id}`" in text for rule in gate.catalogue())
    assert SOURCE in text
