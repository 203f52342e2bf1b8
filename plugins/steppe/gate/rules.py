"""The rules, as the suites in ``expectations/`` state them. Reading them needs no Great Expectations."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from steppe import contracts, settings
from steppe.contracts import Contract

Severity = Literal["critical", "warning", "info"]
Kind = Literal["row", "table", "format", "delivery"]
Relation = Literal["judged", "delivered", "outcome", "across"]
ACROSS = "across"  # the suite about what agencies say of the same persons


@dataclass(frozen=True)
class Rule:
    """One rule, with what a person who must follow it needs to know.

    Attributes:
        clause: id in the requirements, such as ``C5.3``.
        why: the reason, Chinese first.
        fix: what to do about a row that breaks it, Chinese first.
        kind: asked of each row, of a table, of the lines (``format``) or of the delivery as a whole.
        columns: contract columns to look at.
        relation: what the rule is asked of: each ``judged`` row, all ``delivered`` rows, the ``outcome`` (one row of counts), or
            ``across`` the sources (one row of counts for each banner); None where intake decides.
        rejects: delivery rule under which the delivery goes back when a critical table rule fails.
        is_waivable: whether a row that breaks it can be stored and derived from all the same.
    """

    rule_id: str
    resource: str
    clause: str
    why: str
    fix: str
    severity: Severity
    kind: Kind
    columns: tuple[str, ...] = ()
    relation: Relation | None = None
    rejects: str | None = None
    is_waivable: bool = False


@dataclass(frozen=True)
class Suite:
    """A suite: the rules and, in the same order, the expectations they are written as (Great Expectations' own JSON)."""

    resource: str
    rules: tuple[Rule, ...]
    expectations: tuple[dict[str, Any], ...]

    def on(self, relation: Relation) -> tuple[tuple[Rule, dict[str, Any]], ...]:
        """Rules that are asked of a relation, each with its expectation."""
        pairs = zip(self.rules, self.expectations, strict=True)
        return tuple((rule, expectation) for rule, expectation in pairs if rule.relation == relation)

    @property
    def row_rules(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.kind == "row")

    def bits(self, severity: Severity) -> tuple[Rule, ...]:
        """Row rules of one severity, after the warnings those that only count; a rule's position is its bit in ``failed_<severity>``."""
        also = ("info",) if severity == "warning" else ()
        return tuple(rule for kind in (severity, *also) for rule in self.row_rules if rule.severity == kind)

    def named(self, severity: Severity) -> list[str]:
        """The ids of a severity's own rules, the first of its bits."""
        return [rule.rule_id for rule in self.row_rules if rule.severity == severity]


@cache
def suite(resource: str) -> Suite:
    """The suite of a resource, ``expectations/<resource>.json``."""
    document = json.loads((settings.EXPECTATIONS / f"{resource}.json").read_text(encoding="utf-8"))
    expectations = tuple(document["expectations"])
    return Suite(resource, tuple(_rule(resource, expectation) for expectation in expectations), expectations)


def _rule(resource: str, expectation: dict[str, Any]) -> Rule:
    meta = expectation["meta"]
    return Rule(
        rule_id=meta["rule_id"],
        resource=resource,
        clause=meta["clause"],
        why=meta["why"],
        fix=meta["fix"],
        severity=expectation["severity"],
        kind=meta["kind"],
        columns=tuple(meta["columns"]),
        relation=meta.get("relation", "judged"),
        rejects=meta.get("rejects"),
        is_waivable=meta.get("waivable", False),
    )


@cache
def rule_files(source: str) -> str:
    """SHA-256 over whatever decides, in this checkout, how a row of the source is judged."""
    contract = contracts.load(source)
    files = [settings.CONTRACTS / f"{source}.odcs.yaml"]
    files += sorted((settings.SQL / "00_schema").glob("V*__functions.sql"))
    for resource in contract.resources:
        files.append(settings.EXPECTATIONS / f"{resource.name}.json")
        folder = settings.SQL / "10_staging"
        files += [folder / step / f"{resource.name}.sql" for step in ("", "conflict")]
    digest = hashlib.sha256()
    for file in files:
        if file.exists():  # not every resource has contradictions of its own
            digest.update(file.read_bytes())
    return digest.hexdigest()


# What intake decides, line by line or at the door: there is no expectation for what is not yet a row.
_FORMAT = {
    "format.ragged": (
        "该行的列数与表头不符，无法分列。 The line has more or fewer fields than the header.",
        "检查该行的逗号和引号。 Check commas and quotes in the line.",
    ),
    "format.nul_byte": (
        "该行含 NUL 字节，文件可能损坏。 The line holds a NUL byte; the file may be damaged.",
        "重新导出文件。 Export the file again.",
    ),
    "format.encoding": (
        "该行无法按声明的编码读出。 The line cannot be decoded in the encoding that the manifest names.",
        "用清单所列编码重新导出。 Export the file again in that encoding.",
    ),
    "format.unbalanced_quote": (
        "该行的引号不成对。 A quote in the line is not closed.",
        "检查该行的引号。 Check the quotes in the line.",
    ),
}
_DELIVERY = {
    "delivery.unknown_file": "不是报送包。 Not a delivery.",
    "delivery.unsafe_archive": "压缩包不安全（路径越界、链接、加密、炸弹）。 An archive that is not safe to open.",
    "delivery.unsafe_workbook": "工作簿不安全。 A workbook that is not safe to open.",
    "delivery.manifest": "清单缺失或不合合同。 The manifest is missing or against the contract.",
    "delivery.sender_unknown": "报送单位不在合同之列。 The sender is not one of the contract's.",
    "delivery.file_missing": "缺少文件。 A file is missing.",
    "delivery.checksum": "文件与清单的摘要不符。 A file differs from its checksum in the manifest.",
    "delivery.rows_missing": "行数与清单不符。 The number of rows differs from the manifest's.",
    "delivery.encoding": "整个文件无法解码。 The whole file cannot be decoded.",
    "delivery.header": "表头缺列或重复。 A column is missing from the header, or there twice.",
    "delivery.line_too_long": "行过长。 A line is too long.",
    "delivery.empty": "文件为空。 A file is empty.",
    "delivery.control_total": "金额合计与清单不符。 A sum of money differs from the manifest's.",
    "delivery.rejected_share": "未通过的行过多。 Too large a share of the rows fails.",
    "delivery.mass_deletion": "缺席的记录过多。 Too large a share of the known records is absent.",
    "delivery.unexplained_change": "行数与往月相差过大。 The number of rows differs too much from the months before.",
    "delivery.outdated": "同月已有生成时间更晚的文件。 A file that was made later is published for the month.",
}
FORMAT_RULES: tuple[Rule, ...] = tuple(
    Rule(rule_id, "line", "C2.2", why, fix, "critical", "format") for rule_id, (why, fix) in _FORMAT.items()
)
_DELIVERY_RULES: tuple[Rule, ...] = tuple(
    Rule(
        rule_id,
        "delivery",
        "C2.2",
        why,
        "按退回原因改正后重新报送。 Correct what the reason names and send the delivery again.",
        "critical",
        "delivery",
    )
    for rule_id, why in _DELIVERY.items()
)


@cache
def catalogue() -> tuple[Rule, ...]:
    """All rules, resource by resource in the order of the contracts, then those across sources, on lines and on whole deliveries."""
    listed: list[Rule] = []
    for contract in contracts.load_all():
        for resource in contract.resources:
            listed += suite(resource.name).rules
    return (*listed, *suite(ACROSS).rules, *FORMAT_RULES, *_DELIVERY_RULES)


def of_rows(resource: str) -> dict[str, Rule]:
    """Whatever can be wrong with a row or line of a resource, by rule id."""
    return {rule.rule_id: rule for rule in (*suite(resource).rules, *FORMAT_RULES)}


def of_file(resource: str) -> dict[str, Rule]:
    """Whatever can be wrong with a resource's file, from its header to its rows, by rule id."""
    return of_rows(resource) | {rule.rule_id: rule for rule in _DELIVERY_RULES}


def chinese(text: str) -> str:
    """The Chinese half of a text in both languages.

    >>> chinese("补填姓名。 Fill in 姓名.")
    '补填姓名。'
    """
    zh, stop, _ = text.partition("。 ")
    return f"{zh}。" if stop else zh


def suites_of(contract: Contract) -> tuple[Suite, ...]:
    return tuple(suite(resource.name) for resource in contract.resources)
