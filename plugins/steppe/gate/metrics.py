"""Great Expectations at work: conditions for the one pass, table rules, and the stock evaluation that both are held to.

GX is asked on the caller's own connection, inside the caller's transaction. It is never asked for values: a row rule yields a condition
or a count, and the query that names failing rows is narrowed to their places before it runs.
Importing GX takes seconds; it happens in ``warm`` or at first use, never with this module.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary, ref

import psycopg

from steppe import contracts, database
from steppe.contracts import Contract, Resource
from steppe.database import Connection
from steppe.errors import SteppeError
from steppe.gate import relations, rules
from steppe.gate.rules import Relation, Rule, Suite
from steppe.gate.verdict import GateError

_COUNTS = {"result_format": "BOOLEAN_ONLY"}
_BATCH = "judged"


@dataclass(frozen=True)
class Condition:
    """A rule and the SQL condition under which a row breaks it, as GX states it; None when GX could not state one."""

    rule: Rule
    clause: str | None


@dataclass(frozen=True)
class Found:
    """What stock GX found for one rule."""

    rule: Rule
    passed: bool | None  # None: it could not run
    rows_failed: int | None
    places_query: str | None = None  # yields (stream, row_ctid) of the failing rows
    observed: Decimal | None = None  # what was compared with a bound, where the rule is such a comparison
    bound: Decimal | None = None


def warm() -> None:
    """Import GX, compile the row rules and prepare the table rules of every suite, so that processes forked from this one need not.

    The connection that this takes is closed again; a warehouse that does not answer is left for first use.
    """
    _library()
    try:
        with database.connect("loader", application="steppe warm") as connection:
            for contract in contracts.load_all():
                for resource in contract.resources:
                    conditions(connection, contract, resource)
                    conditions(connection, contract, resource, "outcome")
                    delivered = relations.bind(
                        connection, f"delivered/{resource.name}.sql", relations.nothing(contract, resource)
                    )
                    evaluate_tables(connection, rules.suite(resource.name), "delivered", delivered, {})
    except (SteppeError, psycopg.Error):
        logging.getLogger(__name__).info("the warehouse does not answer yet: rules are compiled at first use")


@cache
def _library() -> Any:
    """GX, quiet: no network, no progress bars, and no log of its own (its tracebacks quote what the server said)."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    os.environ["TQDM_DISABLE"] = "1"
    import great_expectations
    import great_expectations.core.batch_definition
    import great_expectations.util
    import great_expectations.validator.validator

    # For each sum GX describes every frame of the stack, to leave out a warning where its profiler asks. Inside a task of Airflow that
    # takes longer than all rules together; its profiler never asks here.
    great_expectations.util.stack = list
    for name in ("great_expectations", "posthog"):
        logger = logging.getLogger(name)
        logger.setLevel(logging.CRITICAL + 1)
        logger.propagate = False
    logging.captureWarnings(False)
    return great_expectations


_engines: WeakKeyDictionary[Connection, Any] = WeakKeyDictionary()


def _borrowed(connection: Connection) -> Any:
    """SQLAlchemy on a borrowed connection, which it may neither commit, roll back nor close."""
    if connection not in _engines:
        import sqlalchemy

        lender = ref(connection)
        engine = sqlalchemy.create_engine(
            "postgresql+psycopg://",
            creator=lender,
            poolclass=sqlalchemy.NullPool,
            pool_reset_on_return=None,
            use_native_hstore=False,
        )
        for act in ("do_commit", "do_rollback", "do_close", "do_terminate"):
            setattr(engine.dialect, act, lambda _: None)
        _engines[connection] = engine
    return _engines[connection]


@contextmanager
def _engine(connection: Connection, *, query: str | None = None, table: str | None = None) -> Iterator[Any]:
    """A GX execution engine whose one batch is a query or a table, on the caller's connection."""
    _library()
    from great_expectations.execution_engine import SqlAlchemyExecutionEngine
    from great_expectations.execution_engine.sqlalchemy_batch_data import SqlAlchemyBatchData

    execution = SqlAlchemyExecutionEngine(engine=_borrowed(connection), create_temp_table=False)
    execution.load_batch_data(
        _BATCH, SqlAlchemyBatchData(execution, query=query, table_name=table, create_temp_table=False)
    )
    yield execution


def _expectations(suite: Suite, chosen: Sequence[dict[str, Any]]) -> list[Any]:
    _library()
    from great_expectations.core import ExpectationSuite

    return list(ExpectationSuite(name=suite.resource, expectations=list(chosen)).expectations)


_conditions: dict[tuple[str, Relation, str], tuple[Condition, ...]] = {}


def conditions(
    connection: Connection, contract: Contract, resource: Resource, relation: Relation = "judged"
) -> tuple[Condition, ...]:
    """The conditions of the rules on a relation, row by row; compiled once per process and state of the rules."""
    key = (resource.name, relation, rules.rule_files(contract.source))
    if key in _conditions:
        return _conditions[key]
    path = f"{resource.name}.sql" if relation == "judged" else f"{relation}.sql"
    query = relations.bind(connection, path, relations.nothing(contract, resource))
    compiled = _compile(connection, rules.suite(resource.name), relation, query)
    if all(condition.clause is not None for condition in compiled):
        _conditions[key] = compiled
    return compiled


def _compile(connection: Connection, suite: Suite, relation: Relation, query: str) -> tuple[Condition, ...]:
    _library()
    from great_expectations.validator.metric_configuration import MetricConfiguration
    from great_expectations.validator.metrics_calculator import MetricsCalculator

    pairs = suite.on(relation)
    compiled = []
    with _engine(connection, query=query) as engine:
        calculator = MetricsCalculator(engine)
        for (rule, _), expectation in zip(pairs, _expectations(suite, [body for _, body in pairs]), strict=True):
            try:
                counted = expectation.get_validation_dependencies(
                    execution_engine=engine, runtime_configuration=_COUNTS
                ).metric_configurations[f"{expectation.map_metric}.unexpected_count"]
                stated = calculator.get_metric(
                    MetricConfiguration(
                        f"{expectation.map_metric}.condition", counted.metric_domain_kwargs, counted.metric_value_kwargs
                    )
                )
                # What GX leaves out of a rule's domain (ignore_row_if, row_condition) is part of its condition here.
                domain = getattr(engine.get_domain_records(counted.metric_domain_kwargs), "whereclause", None)
                clause = _text(stated[0]) if domain is None else f"({_text(domain)}) AND ({_text(stated[0])})"
            except psycopg.Error as error:
                raise GateError(f"{rule.rule_id}: the server answered {type(error).__name__}") from None
            except Exception:
                clause = None
            compiled.append(Condition(rule, clause))
    return tuple(compiled)


def _text(clause: Any) -> str:
    """A SQLAlchemy clause as text, with its values in it.

    GX turns whole bounds into floats; written as such, they would make the server compare every integer as numeric.
    """
    from sqlalchemy.dialects.postgresql.base import PGDialect
    from sqlalchemy.sql import visitors
    from sqlalchemy.sql.elements import BindParameter

    def whole(element: Any, **_: Any) -> Any:
        if isinstance(element, BindParameter) and isinstance(element.value, float) and element.value.is_integer():
            from sqlalchemy import literal

            return literal(int(element.value))
        return None

    dialect: Any = PGDialect(paramstyle="named")  # type: ignore[no-untyped-call]
    exact = visitors.replacement_traverse(clause, {}, whole)
    return str(exact.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


def evaluate_outcome(
    connection: Connection, contract: Contract, resource: Resource, values: Mapping[str, Any]
) -> list[Found]:
    """The rules on what became of a resource's rows, by their conditions on the one row of ``outcome.sql``."""
    asked = conditions(connection, contract, resource, "outcome")
    query = relations.bind(connection, "outcome.sql", values)
    return next((found for _, found in _compared_rows(connection, asked, query)), [])


def conditions_across(connection: Connection, query: str) -> tuple[Condition, ...]:
    """The conditions of the rules across sources; the query is asked for its columns only, several times."""
    return _compile(connection, rules.suite(rules.ACROSS), "across", query)


def evaluate_across(connection: Connection, asked: tuple[Condition, ...], query: str) -> dict[str, list[Found]]:
    """By banner: what the rules across sources say of the rows of a query."""
    return dict(_compared_rows(connection, asked, query, "region_code"))


def _compared_rows(
    connection: Connection, asked: tuple[Condition, ...], query: str, key: str = "NULL"
) -> Iterator[tuple[Any, list[Found]]]:
    """Of each row of a query: its key, and what the rules say of it, with what each compares."""
    names = {condition.rule.resource for condition in asked}
    bodies = {body["meta"]["rule_id"]: body for name in names for body in rules.suite(name).expectations}
    parts = [key]
    for condition in asked:
        parts += [f"coalesce({condition.clause or 'NULL'}, false)", *_compared(bodies[condition.rule.rule_id])]
    statement = f"SELECT {', '.join(parts)} FROM ({query}\n) AS compared"  # noqa: S608 - GX's own clauses
    for named, *row in connection.cursor().execute(statement.encode()).fetchall():
        found = []
        for place, condition in enumerate(asked):
            is_broken, bound, observed = row[3 * place : 3 * place + 3]
            passed = not is_broken if condition.clause is not None else None
            found.append(Found(condition.rule, passed, None, observed=observed, bound=bound))
        yield named, found


def _compared(body: dict[str, Any]) -> tuple[str, str]:
    """The columns of a rule "A is at least B": bound and observed value."""
    if body["type"] != "expect_column_pair_values_a_to_be_greater_than_b":
        return "NULL", "NULL"
    return body["kwargs"]["column_A"], body["kwargs"]["column_B"]


@dataclass(frozen=True)
class _Prepared:
    """A rule on a relation as a whole, as far as GX can think about it before there is a delivery."""

    rule: Rule
    expectation: Any
    dependencies: Any  # GX's ValidationDependencies
    parameters: dict[str, str]  # argument of the expectation → name of its ``$PARAMETER``

    def bound(self, parameters: Mapping[str, Any]) -> Any:
        """The expectation with its parameters' values."""
        return self.expectation.copy(update={name: parameters[wanted] for name, wanted in self.parameters.items()})


# By resource and relation: the rules, and what SQLAlchemy learned of the relation's columns. Both stay as they are while a process lives.
_prepared: dict[tuple[str, Relation], tuple[_Prepared, ...]] = {}
_reflected: dict[tuple[str, Relation], dict[Any, Any]] = {}


def _prepare(suite: Suite, relation: Relation, engine: Any) -> tuple[_Prepared, ...]:
    key = (suite.resource, relation)
    if key not in _prepared:
        pairs = suite.on(relation)
        _prepared[key] = tuple(
            _Prepared(
                rule,
                expectation,
                expectation.get_validation_dependencies(execution_engine=engine, runtime_configuration=_COUNTS),
                {
                    name: value["$PARAMETER"]
                    for name, value in body["kwargs"].items()
                    if isinstance(value, dict) and "$PARAMETER" in value
                },
            )
            for (rule, body), expectation in zip(pairs, _expectations(suite, [body for _, body in pairs]), strict=True)
        )
    return _prepared[key]


def evaluate_tables(
    connection: Connection, suite: Suite, relation: Relation, query: str, parameters: Mapping[str, Any]
) -> list[Found]:
    """A suite's rules on a relation as a whole, by stock GX.

    Args:
        query: the SELECT behind the relation.
        parameters: values of the suite's ``$PARAMETER`` references. A rule whose parameter is missing could not run.
    """
    _library()
    from great_expectations.validator.metrics_calculator import MetricsCalculator

    # A view, because GX fetches every row of a query to learn its columns.
    connection.cursor().execute(b"CREATE TEMPORARY VIEW gate_relation AS " + query.encode())
    with _engine(connection, table="gate_relation") as engine:
        engine.get_inspector().info_cache = _reflected.setdefault((suite.resource, relation), {})
        prepared = _prepare(suite, relation, engine)
        asked = [each for each in prepared if parameters.keys() >= set(each.parameters.values())]
        wanted = [metric for each in asked for metric in each.dependencies.get_metric_configurations()]
        resolved, _ = MetricsCalculator(engine).compute_metrics(wanted, runtime_configuration=_COUNTS)
        passed = {each.rule.rule_id: _passed(each, parameters, resolved, engine) for each in asked}
    connection.execute("DROP VIEW gate_relation")
    return [Found(each.rule, passed.get(each.rule.rule_id), None) for each in prepared]


def _passed(asked: _Prepared, parameters: Mapping[str, Any], resolved: dict[Any, Any], engine: Any) -> bool | None:
    try:
        metrics = {name: resolved[metric.id] for name, metric in asked.dependencies.metric_configurations.items()}
        answer = asked.bound(parameters)._validate(metrics, runtime_configuration=_COUNTS, execution_engine=engine)
    except Exception:  # a metric that GX could not compute is missing from the resolved ones
        return None
    return bool(answer["success"])


def evaluate_rows(connection: Connection, suite: Suite, table: str) -> list[Found]:
    """A suite's row rules by stock GX alone, each as GX itself evaluates it, with a query for the places of failing rows.

    Args:
        table: a table that holds the relation; the query that GX gives for failing rows is not valid over a subquery.
    """
    _library()
    from great_expectations.validator.metric_configuration import MetricConfiguration
    from great_expectations.validator.metrics_calculator import MetricsCalculator
    from great_expectations.validator.validator import Validator

    pairs = suite.on("judged")
    found = []
    with _engine(connection, table=table) as engine:
        expectations = _expectations(suite, [body for _, body in pairs])
        validator = Validator(execution_engine=engine)
        validator.metrics_calculator.show_progress_bars = False
        calculator = MetricsCalculator(engine)
        answers = validator.graph_validate(
            configurations=[expectation.configuration for expectation in expectations],
            runtime_configuration={"result_format": {"result_format": "SUMMARY", "partial_unexpected_count": 0}},
        )
        by_id = {answer.expectation_config.id: answer for answer in answers}
        for (rule, body), expectation in zip(pairs, expectations, strict=True):
            answer = by_id[body["id"]]
            failed = answer.result.get("unexpected_count")
            if failed is None:
                found.append(Found(rule, None, None))
                continue
            places = None
            if failed:
                counted = expectation.get_validation_dependencies(
                    execution_engine=engine, runtime_configuration=_COUNTS
                ).metric_configurations[f"{expectation.map_metric}.unexpected_count"]
                asked = MetricConfiguration(
                    f"{expectation.map_metric}.unexpected_index_query",
                    counted.metric_domain_kwargs,
                    dict(counted.metric_value_kwargs)
                    | {
                        "result_format": {
                            "result_format": "COMPLETE",
                            "unexpected_index_column_names": ["stream", "row_ctid"],
                        }
                    },
                )
                rows = str(calculator.get_metric(asked)).rstrip().rstrip(";")
                places = f"SELECT stream, row_ctid FROM ({rows}) AS failing"  # noqa: S608 - GX's own query
            found.append(Found(rule, failed == 0, failed, places))
    return found
