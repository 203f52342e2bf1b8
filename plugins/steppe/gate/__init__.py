"""The gate: between raw and staging, every rule of ``expectations/`` is asked of every new or changed row.

A row that breaks a critical rule is quarantined, one that breaks a warning goes on; a file that breaks a rule on the whole is rejected.
The suites are the only source of the rules: Great Expectations turns them into conditions, PostgreSQL evaluates them in one pass.
"""

from __future__ import annotations

from steppe.gate.approvals import ask, decide
from steppe.gate.checking import check
from steppe.gate.judging import judge, reject
from steppe.gate.metrics import warm
from steppe.gate.partitions import drop
from steppe.gate.registering import register
from steppe.gate.rules import Rule, catalogue
from steppe.gate.verdict import Finding, Result, Verdict
from steppe.gate.waivers import Waiver, end, grant

__all__ = [
    "Finding",
    "Result",
    "Rule",
    "Verdict",
    "Waiver",
    "ask",
    "catalogue",
    "check",
    "decide",
    "drop",
    "end",
    "grant",
    "judge",
    "register",
    "reject",
    "warm",
]
