"""Alerts about what agencies say of the same persons or months and do not agree on: rules and numbers of banners, nothing of anybody."""

from __future__ import annotations

import hashlib
from datetime import date

from steppe import database
from steppe.alerts.message import RUNBOOK, TOP_RULES, Alert, place
from steppe.database import Connection


def for_disagreements(connection: Connection, month: date) -> list[Alert]:
    """One alert per sender whose banners break a rule across sources; the same rules in as many banners are told once."""
    with connection.transaction():
        found = database.run(connection, "50_alerts/select_disagreements.sql", {"month": month}).fetchall()
    return [_alert(month, *each) for each in found]


def _alert(month: date, sender_code: str, sender_name: str, rules: list[str]) -> Alert:
    where = place(None, sender_code, sender_name, month)
    listed = "，".join(rules[:TOP_RULES]) + ("，…" if len(rules) > TOP_RULES else "")
    command = (
        './steppe sql -c "SELECT region_code, rule_id, observed, bound FROM ops.across_result '  # noqa: S608 - text for a person
        f"WHERE month = '{month}' AND outcome = 'warn' ORDER BY observed - bound DESC\""
    )
    return Alert(
        kind="sources_disagree",
        severity="warning",
        cause_key=f"sources_disagree:{sender_code}:{month:%Y-%m}",
        occurrence_key=f"{month:%Y-%m} {hashlib.sha256(' '.join(rules).encode()).hexdigest()[:12]}",
        title=f"Steppe 跨部门不一致 / sources disagree: {where} · {len(rules)}",
        body=(
            f"{where}：各部门对同一人员或月份的说法不一致，超出上限（规则 旗县数）：{listed}\n"
            f"处理：请相关部门核对。明细：{command}\n"
            f"What: {len(rules)} rules across sources do not hold (rule, banners): {listed}.\n"
            f"Do: have the agencies compare their records. {RUNBOOK}#sources_disagree"
        ),
        sender_code=sender_code,
        period=month,
    )
