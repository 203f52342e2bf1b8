"""What a person reads who is asked whether a rejected delivery may be published: counts only, Chinese first."""

from __future__ import annotations

from steppe import settings
from steppe.clerk import offences
from steppe.database import Connection


def question(connection: Connection, delivery_id: int) -> tuple[str, str]:
    """Subject and body (Markdown) of the question about a delivery."""
    returned = offences.gather(connection, delivery_id, listed=False)
    name = returned.contract.title_zh if returned.contract else ""
    page = connection.execute(
        "SELECT path FROM ops.delivery_report WHERE delivery_id = %s AND kind = 'page'", (delivery_id,)
    ).fetchone()
    lines = [
        f"{returned.reason or ''}（`{returned.rule_id}`）",
        "",
        "| 表 | 新增 | 减少 | 变化 | 未变 |",
        "|---|---:|---:|---:|---:|",
        *(
            f"| {each.resource.title} | {each.added:,} | {each.removed:,} | {each.changed:,} | {each.unchanged:,} |"
            for each in returned.differences
        ),
        "",
        f"批次页 page: `{settings.home().reports / page[0]}`" if page else "",
        "",
        "批准后该批次重新校验并发布，减少的记录自本月起终止；不批准则维持退回。请核实后填写理由，勿填个人信息。",
        "Approved: the delivery is judged again and published, and what it leaves out ends with its month. Refused: it stays rejected.",
    ]
    return f"{name} {returned.label} 批次 {delivery_id}：是否发布？ Publish it?", "\n".join(lines)
