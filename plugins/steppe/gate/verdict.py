"""What the gate found: counts, results by rule, and where to look. No value of a row is part of it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from steppe.errors import SteppeError
from steppe.gate.rules import Severity

Outcome = Literal["pass", "warn", "fail", "error", "not_applicable"]


class GateError(SteppeError):
    """A rule or a step of the gate could not run; the delivery stays where it was. The message holds no value of a row."""

    exit_code = 70  # EX_SOFTWARE


@dataclass(frozen=True)
class Rows:
    """What became of the rows of one resource: ``delivered = accepted + quarantined + duplicate``.

    Attributes:
        unchanged: accepted rows that were accepted before with the same content under the same rules.
        absent: keys that the warehouse holds for the month and the snapshot does not name; None for a monthly resource.
    """

    delivered: int
    accepted: int
    quarantined: int
    duplicate: int
    unchanged: int
    absent: int | None = None


@dataclass(frozen=True)
class Result:
    """The outcome of one rule.

    Attributes:
        rows_evaluated: rows judged now; None for a rule that is not about rows.
        observed: what a rule on the whole compares with ``bound``.
    """

    resource: str
    rule_id: str
    severity: Severity
    outcome: Outcome
    rows_evaluated: int | None
    rows_failed: int | None
    detail_zh: str | None = None
    detail_en: str | None = None
    observed: Decimal | None = None
    bound: Decimal | None = None
    rows_waived: int | None = None


@dataclass(frozen=True)
class Finding:
    """A place in a delivered file and what to do there; ``line_no`` is the record number, the header is 1."""

    resource: str
    line_no: int | None
    rule_id: str
    severity: Severity
    column: str | None
    fix: str


@dataclass(frozen=True)
class Verdict:
    """The gate's verdict on one delivery.

    Attributes:
        rows: counts by resource.
        findings: where rules were broken; filled for a file that is checked before it is sent.
    """

    rows: dict[str, Rows]
    results: tuple[Result, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether every row would be accepted; warnings do not count."""
        return all(result.outcome not in ("fail", "error") for result in self.results)

    def result(self, rule_id: str) -> Result:
        return next(result for result in self.results if result.rule_id == rule_id)
