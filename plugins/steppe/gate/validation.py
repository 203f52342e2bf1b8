"""Results in Great Expectations' own form, so that its renderers, stores and anybody's tools can read what the gate found.

Counts only: what GX would call ``unexpected_list`` is never there.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from typing import Any

from steppe.gate.relations import Delivery
from steppe.gate.rules import Suite
from steppe.gate.verdict import Result

SUCCESS = ("pass", "not_applicable")


def result(delivery: Delivery, suite: Suite, results: Iterable[Result]) -> dict[str, Any]:
    """An ``ExpectationSuiteValidationResult`` as JSON, of one suite and delivery."""
    by_id = {one.rule_id: one for one in results if one.resource == suite.resource}
    answered = [
        _answer(expectation, by_id[rule.rule_id])
        for rule, expectation in zip(suite.rules, suite.expectations, strict=True)
        if rule.rule_id in by_id
    ]
    succeeded = sum(answer["success"] for answer in answered)
    return {
        "success": succeeded == len(answered),
        "suite_name": suite.resource,
        "suite_parameters": {},
        "statistics": {
            "evaluated_expectations": len(answered),
            "successful_expectations": succeeded,
            "unsuccessful_expectations": len(answered) - succeeded,
            "success_percent": 100 * succeeded / len(answered) if answered else None,
        },
        "results": answered,
        "meta": {
            "great_expectations_version": _version(),
            "run_id": {
                "run_name": f"delivery {delivery.delivery_id}",
                "run_time": datetime.now(UTC).isoformat(),
            },
            "rule_set_digest": delivery.digest,
        },
    }


@cache
def _version() -> str:
    return version("great_expectations")


def _answer(expectation: dict[str, Any], found: Result) -> dict[str, Any]:
    is_error = found.outcome == "error"
    counts: dict[str, Any] = {}
    if found.rows_evaluated is not None and found.rows_failed is not None:
        share = 100 * found.rows_failed / found.rows_evaluated if found.rows_evaluated else 0.0
        counts = {
            "element_count": found.rows_evaluated,
            "unexpected_count": found.rows_failed,
            "unexpected_percent": share,
        }
    if found.observed is not None:
        counts["observed_value"] = float(found.observed)
    return {
        "success": found.outcome in SUCCESS,
        "expectation_config": {key: expectation[key] for key in ("type", "kwargs", "meta", "id", "severity")},
        "result": counts,
        "meta": {"outcome": found.outcome},
        "exception_info": {
            "raised_exception": is_error,
            # What the server said may quote a row.
            "exception_message": "the rule could not run" if is_error else None,
            "exception_traceback": None,
        },
    }
