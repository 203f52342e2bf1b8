"""The suites as documents: complete, in stock vocabulary, and agreeing with the contracts they judge."""

from __future__ import annotations

import re

import pytest
from steppe import contracts, gate, settings
from steppe.gate import rules

RESOURCES = [resource for contract in contracts.load_all() for resource in contract.resources]
SUITES = [rules.suite(resource.name) for resource in RESOURCES]
NAMES = [resource.name for resource in RESOURCES]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# What a stock Great Expectations knows; a rule that needs more belongs into the relation's SQL.
STOCK = {
    "expect_column_values_to_be_in_set",
    "expect_column_values_to_not_be_null",
    "expect_column_values_to_be_between",
    "expect_column_pair_values_a_to_be_greater_than_b",
    "expect_column_pair_values_to_be_equal",
    "expect_column_sum_to_be_between",
    "expect_table_row_count_to_equal",
    "expect_table_columns_to_match_set",
}


@pytest.mark.parametrize("suite", SUITES, ids=NAMES)
def test_a_suite_is_complete(suite: rules.Suite) -> None:
    assert len(suite.rules) >= 15
    assert len({rule.rule_id for rule in suite.rules}) == len(suite.rules)
    for rule, expectation in zip(suite.rules, suite.expectations, strict=True):
        assert rule.rule_id.startswith(f"{suite.resource}."), rule.rule_id
        assert re.fullmatch(r"C[1-7]\.[1-9]", rule.clause), rule.rule_id
        assert rule.severity in ("critical", "warning", "info"), rule.rule_id
        assert expectation["type"] in STOCK, rule.rule_id
        for text in (rule.why, rule.fix):
            # Chinese for the clerk first, then English.
            assert CHINESE.match(text) or CHINESE.search(text[:12]), rule.rule_id
            assert re.search(r"[A-Za-z]{3,}", text), rule.rule_id


@pytest.mark.parametrize(("resource", "suite"), zip(RESOURCES, SUITES, strict=True), ids=NAMES)
def test_code_rules_list_the_codes_of_the_contract(resource: contracts.Resource, suite: rules.Suite) -> None:
    listed = {
        expectation["kwargs"]["column"].removesuffix("_code"): expectation["kwargs"]["value_set"]
        for _, expectation in suite.on("judged")
        if expectation["type"] == "expect_column_values_to_be_in_set" and expectation["kwargs"]["value_set"] != [True]
    }
    for column in resource.columns:
        if column.format == "code":
            assert column.code_list is not None
            assert listed.pop(column.name) == list(column.code_list.values), column.name
    assert set(listed) <= {column.name for column in resource.columns if column.format == "flag"}


def mapped(resource: contracts.Resource, name: str) -> dict[str, str]:
    """What the staging SQL maps a code column's codes to."""
    text = (settings.SQL / "10_staging" / f"{resource.name}.sql").read_text(encoding="utf-8")
    case = re.search(rf"CASE {name}_code\b((?:\s+WHEN '[^']*' THEN \S+)+)\s+END(?:\s+AS {name}\b)", text)
    assert case, f"{resource.name}.{name} is not mapped"
    return {code: value.strip("'") for code, value in re.findall(r"WHEN '([^']*)' THEN (\S+)", case[1])}


@pytest.mark.parametrize("resource", RESOURCES, ids=NAMES)
def test_codes_are_mapped_as_the_contract_says(resource: contracts.Resource) -> None:
    # The one pass asks a code rule only where the mapping gave nothing.
    for column in resource.columns:
        if column.format == "code":
            assert column.code_list is not None
            assert mapped(resource, column.name) == column.code_list.values, column.name
        elif column.format == "flag":
            assert mapped(resource, column.name) == {"0": "false", "1": "true"}, column.name


@pytest.mark.parametrize(("resource", "suite"), zip(RESOURCES, SUITES, strict=True), ids=NAMES)
def test_money_is_held_to_the_manifest(resource: contracts.Resource, suite: rules.Suite) -> None:
    held = {rule.columns[0] for rule in suite.rules if rule.rejects == "delivery.control_total"}
    assert held == set(resource.control_totals)


def test_the_catalogue_has_every_rule_once_for_each_resource() -> None:
    listed = [(rule.resource, rule.rule_id) for rule in gate.catalogue()]
    assert len(listed) == len(set(listed))
    assert sum(len(suite.rules) for suite in SUITES) + 4 < len(listed)
    assert {rule.kind for rule in gate.catalogue()} == {"row", "table", "format", "delivery"}


@pytest.mark.parametrize("suite", SUITES, ids=NAMES)
def test_bitmaps_have_room(suite: rules.Suite) -> None:
    assert len(suite.bits("critical")) <= 62
    assert len(suite.bits("warning")) <= 62


@pytest.mark.parametrize(("resource", "suite"), zip(RESOURCES, SUITES, strict=True), ids=NAMES)
def test_rules_point_at_columns_of_the_file(resource: contracts.Resource, suite: rules.Suite) -> None:
    for rule in suite.row_rules:
        assert rule.columns, rule.rule_id
        for name in rule.columns:
            assert resource.column(name).header
