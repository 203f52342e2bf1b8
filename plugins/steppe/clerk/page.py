"""A page for each delivery that opens without network: what became of it, which rules it broke, how its sender did before.

Counts, rules and codes only; no value of a row. Great Expectations' own pages load their styles from elsewhere, so these are ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from string import Template
from typing import IO

from steppe import settings
from steppe.clerk.offences import Month, Returned
from steppe.contracts import Resource
from steppe.gate import rules

_SKELETON = settings.INCLUDE / "pages" / "report.html"
_SEVERITY = {"critical": "严重", "warning": "警示"}
_OUTCOME = {"error": "规则未能执行", "fail": "未通过", "warn": "警示"}


def write(target: IO[bytes], returned: Returned, *, workbook: str | None = None) -> None:
    """Write the page of a delivery.

    Args:
        workbook: name of its error workbook, in the same folder.
    """
    contract = returned.contract
    heading = contract.title_zh if contract else "报送文件"
    verdict, conclusion = _conclusion(returned)
    sections = [section for section in _sections(returned) if section]
    filled = Template(_SKELETON.read_text(encoding="utf-8")).substitute(
        title=escape(f"{heading} {returned.label}"),
        heading=escape(f"{heading}（批次 {returned.delivery_id}）"),
        place=escape(returned.label),
        verdict=verdict,
        conclusion=escape(conclusion),
        reason=_reason(returned, workbook),
        sections="\n".join(sections),
        footer="Steppe。本页只含数量与规则，不含个人信息；不联网即可打开。 Counts and rules only, no personal data; needs no network.",
    )
    target.write(filled.encode())


def _conclusion(returned: Returned) -> tuple[str, str]:
    if returned.rule_id:
        return "rejected", "整批退回，未入库 rejected"
    quarantined = sum(counts.quarantined for counts in returned.counts)
    if quarantined:
        return "partly", f"入库，其中 {quarantined:,} 行被隔离 {quarantined:,} rows quarantined"
    return "clean", "全部通过 all accepted"


def _reason(returned: Returned, workbook: str | None) -> str:
    parts = []
    if returned.rule_id:
        parts.append(f"<p>退回原因：{escape(returned.reason or '')} <code>{escape(returned.rule_id)}</code></p>")
    if workbook:
        parts.append(
            f'<p>需改正的行：<a href="{escape(workbook)}">{escape(workbook)}</a>（含个人信息，只供报送单位）</p>'
        )
    return "\n".join(parts)


def _sections(returned: Returned) -> Iterable[str]:
    yield _table(
        "行数 Rows",
        ("表", "报送", "通过", "隔离", "重复", "其中未变"),
        [
            (each.resource.title, each.rows_in, each.accepted, each.quarantined, each.duplicate, each.unchanged)
            for each in returned.counts
        ],
    )
    yield _table(
        "未通过的规则 Rules that were broken",
        ("表", "规则", "级别", "结果", "行数", "占比", "原因", "处理"),
        [
            (
                hit.resource.title,
                hit.rule.rule_id,
                _SEVERITY[hit.rule.severity],
                _OUTCOME[hit.outcome],
                "整批" if hit.rows_failed is None else hit.rows_failed,
                f"{hit.rows_failed / hit.rows_evaluated:.2%}" if hit.rows_failed and hit.rows_evaluated else "",
                hit.detail or rules.chinese(hit.rule.why),
                rules.chinese(hit.rule.fix),
            )
            for hit in returned.hits
        ],
        {"critical": [hit.outcome == "fail" for hit in returned.hits]},
    )
    yield _table(
        "与本月已知数据相比 Against what is known for the month",
        ("表", "上一批次", "新增", "减少", "变化", "未变"),
        [
            (
                each.resource.title,
                str(each.predecessor_id or "无"),
                each.added,
                each.removed,
                each.changed,
                each.unchanged,
            )
            for each in returned.differences
        ],
    )
    yield _table(
        "变化的列 Columns that change",
        ("表", "列", "行数"),
        [
            (each.resource.title, _header(each.resource, column), rows)
            for each in returned.differences
            for column, rows in each.columns
        ],
    )
    yield _table(
        "自动更正 Read as it was meant",
        ("表", "列", "原写法", "更正为", "行数"),
        [(each.resource.title, each.column.header, each.before, each.after, each.rows) for each in returned.repaired],
    )
    yield _table(
        "按豁免放行 Passed by waiver",
        ("豁免", "规则", "行数", "责任人", "理由", "至"),
        [
            (f"#{each.waiver_id}", each.rule_id, each.rows, each.owner, each.reason, f"{each.expires_on:%Y-%m-%d}")
            for each in returned.waived
        ],
    )
    if len(returned.history) > 1:
        yield f"<h2>本单位历月隔离比例 Quarantined share, month by month</h2>\n{_bars(returned.history)}"


def _header(resource: Resource, column: str) -> str:
    return next((each.header for each in resource.columns if each.name == column), "其他（姓名、电话等不入库的列）")


Cell = str | int


def _table(
    title: str, header: Sequence[str], rows: Sequence[Sequence[Cell]], marked: dict[str, list[bool]] | None = None
) -> str:
    """A section with a table; empty when there is nothing in it. Figures stand to the right."""
    if not rows:
        return ""
    figures = [all(isinstance(row[place], int) for row in rows) for place in range(len(header))]
    classes = [' class="figure"' if is_figure else "" for is_figure in figures]
    lines = [f"<h2>{escape(title)}</h2>", "<table>"]
    lines.append("<tr>" + "".join(f"<th{kind}>{escape(name)}</th>" for name, kind in zip(header, classes, strict=True)))
    for number, row in enumerate(rows):
        kind = "".join(f' class="{name}"' for name, flags in (marked or {}).items() if flags[number])
        cells = "".join(f"<td{look}>{_cell(cell)}</td>" for cell, look in zip(row, classes, strict=True))
        lines.append(f"<tr{kind}>{cells}")
    return "\n".join([*lines, "</table>"])


def _cell(cell: Cell) -> str:
    return f"{cell:,}" if isinstance(cell, int) else escape(cell)


def _bars(history: Sequence[Month]) -> str:
    """A bar for each month, the last one in a stronger colour."""
    highest = max((month.share for month in history), default=0) or 1
    width, height = 64, 90
    parts = [f'<svg viewBox="0 0 {width * len(history)} {height + 28}" width="{width * len(history)}" role="img">']
    for place, month in enumerate(history):
        tall = round(height * month.share / highest)
        now = ' class="now"' if place == len(history) - 1 else ""
        left = width * place
        parts.append(f'<rect{now} x="{left + 12}" y="{height + 12 - tall}" width="40" height="{tall}"/>')
        parts.append(f'<text x="{left + 32}" y="{height + 8 - tall}" text-anchor="middle">{month.share:.2%}</text>')
        parts.append(f'<text x="{left + 32}" y="{height + 24}" text-anchor="middle">{month.period:%Y-%m}</text>')
    return "\n".join([*parts, "</svg>"])
