"""Clauses of the notice and what answers each: tables, rules, parameters, programmes, indicators, signals and workflows that cite it.

``include/clauses.csv`` lists what the notice asks; everything else is read from where it is written down: the comments of tables and
views, ``meta.clause`` of the rules, the ``clause`` column of the parameter files, the heads of signals and the purpose of the DAGs.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from steppe import gate, settings
from steppe.warehouse import signals

DOCUMENT = settings.ROOT / "docs" / "clauses.md"
_CLAUSE = re.compile(r"\bC\d\.\d+\b")
_RANGE = re.compile(r"\b(C\d\.\d+) to (C\d\.\d+)\b")
CHAPTERS = {
    "C1": "一 Responsibility 责任", "C2": "二 Dynamic data 动态数据", "C3": "三 Out-migration 外出务工", "C4": "四 Keeping work 稳岗",
    "C5": "五 Jobs nearby 就近就业", "C6": "六 Assessment 考核", "C7": "七 Genuine results 作风与真实性",
}  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """Something that answers a clause: of a kind (``table``, ``rule``, ``parameter``, ``signal``, ``workflow``), with its name."""

    kind: str
    name: str


def requirements() -> dict[str, str]:
    """What each clause asks, in the order of the notice."""
    with (settings.INCLUDE / "clauses.csv").open(encoding="utf-8", newline="") as handle:
        return {row["clause"]: row["requirement"] for row in csv.DictReader(handle)}


def cited(text: str, known: Sequence[str]) -> set[str]:
    """The clauses that a text names; ``C3.4 to C3.6`` names those between, too."""
    found = set(_CLAUSE.findall(text))
    for first, last in _RANGE.findall(text):
        if first in known and last in known:
            found |= set(known[known.index(first) : known.index(last) + 1])
    return found


def answers(tables: Iterable[tuple[str, str]], workflows: Iterable[tuple[str, str]]) -> dict[str, list[Answer]]:
    """By clause what answers it.

    Args:
        tables: (``schema.table``, comment) of the database.
        workflows: (DAG file, purpose).
    """
    known = list(requirements())
    found: dict[str, set[Answer]] = defaultdict(set)
    sources: list[tuple[Answer, str]] = [
        *((Answer("table", name), comment) for name, comment in tables),
        *((Answer("rule", rule.rule_id), rule.clause) for rule in gate.catalogue()),
        *((Answer("parameter", name), clause) for name, clause in _parameters()),
        *((Answer("signal", signal.name), signal.clause) for signal in signals.catalogue()),
        *((Answer("workflow", file), purpose) for file, purpose in workflows),
    ]
    for answer, text in sources:
        for clause in cited(text, known):
            found[clause].add(answer)
    return {clause: sorted(of_it, key=lambda answer: (answer.kind, answer.name)) for clause, of_it in found.items()}


def _parameters() -> Iterable[tuple[str, str]]:
    """(file and key of a row, its clause) of every parameter file that cites clauses."""
    for path in sorted(settings.PARAMETERS.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as handle:
            reader = csv.DictReader(handle)
            if reader.fieldnames and "clause" in reader.fieldnames:
                for row in reader:
                    yield f"{path.name}: {row[reader.fieldnames[0]]}", row["clause"]


def document(tables: Iterable[tuple[str, str]], workflows: Iterable[tuple[str, str]]) -> str:
    """The text of docs/clauses.md."""
    found = answers(tables, workflows)
    parts = [
        "# Clauses 条款对照",
        "What the notice (内人社办发〔2020〕142号) asks, and what answers it. Made by `./steppe docs` from `include/clauses.csv` and "
        "from what tables, [rules](rules.md), parameters, [signals](signals.md) and DAGs say of themselves.",
    ]
    chapter = ""
    for clause, requirement in requirements().items():
        if clause[:2] != chapter:
            chapter = clause[:2]
            parts.append(f"## {CHAPTERS[chapter]}")
        lines = [f"### {clause}", "", requirement, ""]
        of_it = found.get(clause, [])
        for kind, shown in _KINDS.items():
            names = [answer.name for answer in of_it if answer.kind == kind]
            if names:
                lines.append(f"- {shown[0]}: {'; '.join(shown[1](name) for name in names)}")
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _table(name: str) -> str:
    return f"[`{name}`](data-dictionary.md#{name.replace('.', '')})"


def _file(name: str) -> str:
    return f"[`{name}`](../{name})"


def _name(name: str) -> str:
    return f"`{name}`"


_KINDS = {
    "table": ("Tables 数据表", _table),
    "workflow": ("Workflows 流程", _file),
    "parameter": ("Parameters 参数", _name),
    "signal": ("Signals 疑点", _name),
    "rule": ("Rules 校验规则", _name),
}
