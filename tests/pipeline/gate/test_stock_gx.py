"""Stock GX loads the suites, answers without values, and says of the rules on the whole what the gate says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pipeline.gate import gate_deliveries as deliveries
from pipeline.gate.gate_deliveries import SOURCE, persons, register
from steppe import contracts, database, gate, intake
from steppe.gate import judging, metrics, relations, rules


def test_stock_gx_loads_the_suites(tmp_path: Path) -> None:
    import great_expectations
    from steppe import settings

    context = great_expectations.get_context(mode="file", project_root_dir=str(settings.ROOT))
    expected = {resource.name for contract in contracts.load_all() for resource in contract.resources}
    expected.add(rules.ACROSS)
    assert {suite.name for suite in context.suites.all()} == expected
    for name in expected:
        suite = context.suites.get(name)
        stated = json.loads((settings.EXPECTATIONS / f"{name}.json").read_text(encoding="utf-8"))["expectations"]
        assert [one.meta["rule_id"] for one in suite.expectations] == [one["meta"]["rule_id"] for one in stated]


def test_stock_gx_answers_with_counts_and_no_values(
    warehouse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from great_expectations.validator.validator import Validator

    told: list[str] = []
    real = Validator.graph_validate

    def listening(self: Validator, *arguments: Any, **options: Any) -> Any:
        answers = real(self, *arguments, **options)
        told.extend(json.dumps(answer.to_json_dict(), ensure_ascii=False) for answer in answers)
        return answers

    monkeypatch.setattr(Validator, "graph_validate", listening)
    people = persons(60)
    people[3] |= {"sex": "1", "name": "=金丝雀", "phone": "99999", "id_number": "150421198506010008"}
    folder = deliveries.write(tmp_path / "outbox", register(people), source=SOURCE)

    verdict = gate.check(folder, engine="gx")

    assert {found.rule_id for found in verdict.findings} >= {"person.name_safe", "person.id_check_digit"}
    assert any('"unexpected_count": 1' in answer for answer in told)
    for canary in ("金丝雀", "99999", "150421198506010008", *(person["id_number"] for person in people)):
        assert not any(canary in answer for answer in told)


@pytest.mark.parametrize("source", contracts.sources())
def test_rules_on_the_whole_say_what_stock_gx_says(loader: database.Connection, tmp_path: Path, source: str) -> None:
    """They are prepared once and evaluated many times; with other values they have to give another answer."""
    contract = contracts.load(source)
    rows = {each.name: [deliveries.row(each.name, 0)] for each in contract.resources}
    received = intake.receive(loader, deliveries.write(tmp_path / "delivery", rows, source=source))
    intake.land(loader, received.delivery_id)
    delivery = judging.load(loader, received.delivery_id)
    answers = set()
    for each in contract.resources:
        suite = rules.suite(each.name)
        query = relations.bind(loader, f"delivered/{each.name}.sql", delivery.values())
        totals = ", ".join(f"sum({name})" for name in each.control_totals) or "NULL"
        sums = loader.execute(f"SELECT {totals} FROM ({query}) AS delivered").fetchone()  # type: ignore[arg-type]
        right = {"rows_landed": 1} | {
            f"total_{n}": int(s) for n, s in zip(each.control_totals, sums or (), strict=False)
        }
        for parameters in (right, {name: value + 1 for name, value in right.items()}):
            found = metrics.evaluate_tables(loader, suite, "delivered", query, parameters)
            said = {one.rule.rule_id: one.passed for one in found}
            assert said == stock_answers(loader, suite, query, parameters)
            answers |= set(said.values())
    assert answers == {True, False}


def stock_answers(
    connection: database.Connection, suite: rules.Suite, query: str, parameters: dict[str, int]
) -> dict[str, bool]:
    """What GX's own validator says of a suite's rules on the delivered rows."""
    from great_expectations.core import ExpectationSuite
    from great_expectations.validator.validator import Validator

    pairs = suite.on("delivered")
    bodies = json.loads(json.dumps([body for _, body in pairs]))
    for body in bodies:
        for name, value in body["kwargs"].items():
            if isinstance(value, dict):
                body["kwargs"][name] = parameters[value["$PARAMETER"]]
    connection.execute(f"CREATE TEMPORARY TABLE stock_relation AS {query}")  # type: ignore[arg-type]
    with metrics._engine(connection, table="stock_relation") as engine:
        expectations = ExpectationSuite(name="stock", expectations=bodies).expectations
        answers = Validator(execution_engine=engine).graph_validate(
            configurations=[expectation.configuration for expectation in expectations]
        )
        by_id = {answer.expectation_config.id: bool(answer.success) for answer in answers}
    connection.execute("DROP TABLE stock_relation")
    return {rule.rule_id: by_id[body["id"]] for rule, body in pairs}
