"""Why a whole delivery goes back: the rules on the whole that it broke, told to the clerk in both languages."""

from __future__ import annotations

from collections.abc import Sequence

from steppe.errors import Rejected
from steppe.gate import rules
from steppe.gate.relations import Delivery
from steppe.gate.rules import Rule
from steppe.gate.verdict import Verdict


def of(verdict: Verdict, delivery: Delivery) -> Rejected | None:
    """The rejection that the rules on the whole ask for, the gravest first."""
    broken: dict[str, list[Rule]] = {}
    by_id = {
        rule.rule_id: rule for resource in delivery.contract.resources for rule in rules.suite(resource.name).rules
    }
    for result in verdict.results:
        rule = by_id.get(result.rule_id)
        if rule and rule.rejects and rule.rejects not in delivery.approved and result.outcome == "fail":
            broken.setdefault(rule.rejects, []).append(rule)
    for rule_id in (
        "delivery.rows_missing",
        "delivery.control_total",
        "delivery.mass_deletion",
        "delivery.rejected_share",
        "delivery.unexplained_change",
    ):
        if rule_id in broken:
            return _reason(rule_id, broken[rule_id], verdict, delivery)
    return None


def _reason(rule_id: str, broken: Sequence[Rule], verdict: Verdict, delivery: Delivery) -> Rejected:
    resources = {name: delivery.contract.resource(name) for name in dict.fromkeys(rule.resource for rule in broken)}
    titles_zh = "、".join(resource.title for resource in resources.values())
    names = ", ".join(resources)
    if rule_id == "delivery.control_total":
        columns = [resources[rule.resource].column(column) for rule in broken for column in rule.columns]
        zh = f"{titles_zh}：{'、'.join(column.header for column in columns)}合计与清单不符；请核对文件与清单后重报"
        en = (
            f"{names}: the sum of {', '.join(column.name for column in columns)} differs from the manifest's control total; "
            "compare file and manifest and send the delivery again"
        )
        return Rejected(rule_id, zh, en)
    if rule_id == "delivery.rows_missing":
        return Rejected(
            rule_id,
            f"{titles_zh}：入库行数与文件不符；请重新报送",
            f"{names}: not every row landed; send the delivery again",
        )
    if rule_id == "delivery.mass_deletion":
        absent = "、".join(f"{verdict.rows[name].absent or 0:,}" for name in resources)
        limit = f"{delivery.contract.max_absent_share:.0%}"
        zh = f"{titles_zh}：比上期缺少 {absent} 条，超过 {limit}；请补齐全量快照后重报，确属注销的请申请批准"
        en = f"{names}: {absent.replace('、', ', ')} known records are absent, more than {limit}; send all of it again, or ask for approval"
        return Rejected(rule_id, zh, en)
    if rule_id == "delivery.unexplained_change":
        rows_in = "、".join(f"{verdict.rows[name].delivered:,}" for name in resources)
        zh = f"{titles_zh}：本月 {rows_in} 行，与往月相差过大；请核对是否重复、漏报，属实的请申请批准"
        en = f"{names}: {rows_in.replace('、', ', ')} rows differ too much from the months before; check the file, or ask for approval"
        return Rejected(rule_id, zh, en)
    failed = sum(rows.quarantined for rows in verdict.rows.values())
    delivered = sum(rows.delivered for rows in verdict.rows.values())
    limit = f"{delivery.contract.max_rejected_share:.0%}"
    zh = f"{titles_zh}：未通过的行超过 {limit}（全批 {delivered:,} 行中 {failed:,} 行）；请按隔离清单改正后重报整批"
    en = (
        f"{names}: more than {limit} of the rows fail ({failed:,} of {delivered:,} in the whole delivery); "
        "correct the quarantined rows and send the whole delivery again"
    )
    return Rejected(rule_id, zh, en)
