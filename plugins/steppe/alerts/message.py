"""What an alert says: built from counts, codes and rule ids only, Chinese first.

No name, ID number, phone, file name, nor any text from a file or an exception goes into an alert: it leaves the building. A reader
who may see the reason finds it with the command that the text gives.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from steppe import contracts, database
from steppe.database import Connection
from steppe.errors import SettingsError
from steppe.gate.approvals import APPROVABLE

RUNBOOK = "docs/runbook.md"
# A warning is worth a message when it hits this share of the rows that were judged; below, it stands in ops.gate_result.
WARNING_SHARE = 0.01
TOP_RULES = 5

# What a rejection means, by rule. The delivery's own reason, with figures and file names, stays in ops.delivery.
REASONS: dict[str, tuple[str, str]] = {
    "delivery.unknown_file": ("文件不是约定的报送格式", "not a delivery: neither a zip or folder with a manifest"),
    "delivery.unsafe_archive": ("压缩包不安全，未解压", "the archive is unsafe and was not unpacked"),
    "delivery.manifest": ("清单 manifest.json 缺失或有误", "manifest.json is missing or wrong"),
    "delivery.sender_unknown": ("报送单位不在合同之列", "the contract does not list this sender"),
    "delivery.file_missing": ("清单所列文件不全", "a file of the manifest is missing"),
    "delivery.checksum": ("文件摘要与清单不符", "a file differs from the manifest's checksum"),
    "delivery.rows_missing": ("行数与清单不符", "the number of rows differs from the manifest"),
    "delivery.encoding": ("文件编码与声明不符", "a file is not in the encoding that it declares"),
    "delivery.header": ("表头缺列或重复", "the header lacks a column or repeats one"),
    "delivery.line_too_long": ("存在超长行", "a line is too long"),
    "delivery.unsafe_workbook": ("工作簿不安全，未读取", "the workbook is unsafe and was not read"),
    "delivery.control_total": ("控制总数不符", "a control total does not match"),
    "delivery.rejected_share": ("未通过行的比例超过合同上限", "more rows fail than the contract allows"),
    "delivery.mass_deletion": ("缺失的主键过多，疑似误删", "so many keys are absent that a mass deletion is implied"),
    "delivery.unexplained_change": ("行数与往月相差过大", "the number of rows differs too much from the months before"),
    "delivery.outdated": ("同月已有生成时间更晚的文件", "a file made later is published for the month"),
    "delivery.empty": ("没有数据行", "there are no rows"),
}


_OR_APPROVED = (
    "；属实的在 Airflow 页面 Required Actions 批准",
    ", or, if it is right, approve it on Airflow's page under Required Actions",
)


@dataclass(frozen=True)
class Alert:
    """One sighting of something that needs a person.

    Attributes:
        cause_key: what is wrong; alerts of one cause are one incident.
        occurrence_key: what makes this sighting one, such as a delivery or a run: told twice, it counts once.
        region_code: smallest region that covers what is wrong; the sender's, else the whole region, by default.
        rows_affected: rows in quarantine, of ``rows_in``.
    """

    kind: str
    severity: str  # info, warning or critical
    cause_key: str
    title: str
    body: str
    source: str | None = None
    sender_code: str | None = None
    period: date | None = None
    delivery_id: int | None = None
    occurrence_key: str = ""
    region_code: str | None = None
    rows_in: int | None = None
    rows_affected: int | None = None


def masked(text: str) -> str:
    """The text without any run of digits long enough for a phone or an ID number: the last defence, not the first."""
    return re.sub(r"\d{11,}[\dXx]?", "***", text)


@dataclass(frozen=True)
class _Delivery:
    delivery_id: int
    sha256: str
    source: str | None
    sender_code: str | None
    sender_name: str | None
    period: date | None
    state: str
    rule_id: str | None
    rows_in: int | None
    rows_quarantined: int | None
    region_code: str | None
    workbook: str | None
    page: str | None

    @property
    def reports(self) -> str:
        """Where the rows to correct and the delivery's page are, as lines of an alert."""
        named = (("错误工作簿 / error workbook", self.workbook), ("批次页 / page", self.page))
        return "".join(f"{name}: reports/{path}\n" for name, path in named if path)

    @property
    def place(self) -> str:
        return place(self.source, self.sender_code, self.sender_name, self.period)

    @property
    def keys(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "sender_code": self.sender_code,
            "period": self.period,
            "delivery_id": self.delivery_id,
            "occurrence_key": f"delivery {self.delivery_id}",
            "region_code": self.region_code,
            "rows_in": self.rows_in,
            "rows_affected": self.rows_quarantined,
        }


def place(source: str | None, sender_code: str | None, sender_name: str | None, period: date | None) -> str:
    """Which delivery is meant, such as ``household_registry 150400 赤峰市 2020-05``."""
    month = f"{period:%Y-%m}" if period else None
    return " ".join(part for part in (source, sender_code, sender_name, month) if part) or "来源不明 / unknown source"


def cause(what: str, source: str | None, sender_code: str | None, period: date | None, otherwise: str) -> str:
    """The key of a month's cause, such as ``delivery_late:pv_revenue:150400:2020-05``; of its own where the month is not known."""
    if source and sender_code and period:
        return f"{what}:{source}:{sender_code}:{period:%Y-%m}"
    return f"{what}:{otherwise}"


def known_source(source: str | None) -> str | None:
    """The source, if there is a contract of that name: a manifest may hold any text."""
    return source if source in contracts.sources() else None


def title_zh(source: str | None) -> str:
    """The source's Chinese title; empty where it is unknown."""
    return contracts.load(source).title_zh if source else ""


def reason_command(delivery_id: int) -> str:
    """The command that shows why a delivery was rejected, to someone who may see it."""
    return f'./steppe sql -c "SELECT reason_zh FROM ops.delivery WHERE delivery_id = {delivery_id}"'  # noqa: S608 - text for a person


def findings_command(delivery_id: int) -> str:
    """The command that lists every rule that a delivery's rows broke."""
    return (
        './steppe sql -c "SELECT resource, rule_id, rows_failed, detail_zh FROM ops.gate_result '  # noqa: S608 - text for a person
        f"WHERE delivery_id = {delivery_id} AND outcome IN ('warn', 'fail', 'error') ORDER BY rows_failed DESC\""
    )


def for_rejection(connection: Connection, delivery_id: int) -> Alert | None:
    """The alert for a rejected delivery; None when it is not rejected."""
    delivery = _delivery(connection, delivery_id)
    if delivery.state != "rejected" or delivery.rule_id is None:
        return None
    zh, en = REASONS.get(delivery.rule_id, ("未通过校验", "it fails a check"))
    top = _findings(connection, delivery_id)
    rules = f"主要问题 / main findings: {_listed(top)}\n" if top else ""
    name = title_zh(delivery.source) or "来源不明"
    is_approvable = delivery.rule_id in APPROVABLE
    return Alert(
        kind="delivery_rejected",
        severity="critical",
        cause_key=cause(
            "delivery_rejected", delivery.source, delivery.sender_code, delivery.period, delivery.sha256[:12]
        ),
        title=f"Steppe 退回 / rejected: {delivery.place} · {delivery.rule_id}",
        body=(
            f"批次 {delivery_id}（{name}，{delivery.place}）整批退回：{zh}（{delivery.rule_id}）。未发布任何数据。\n"
            f"{rules}{delivery.reports}"
            f"处理：请报送单位按原因更正后重新报送{_OR_APPROVED[0] if is_approvable else ''}。原因：{reason_command(delivery_id)}\n"
            f"What: delivery {delivery_id} (content {delivery.sha256[:12]}) was rejected, nothing published: {en}.\n"
            f"Do: have it corrected and sent again{_OR_APPROVED[1] if is_approvable else ''}. {RUNBOOK}#delivery_rejected"
        ),
        **delivery.keys,
    )


def for_gate(connection: Connection, delivery_id: int) -> Alert | None:
    """The alert for what the gate found in a delivery that goes on; None when nothing is worth a message.

    With its most frequent rules: rows in quarantine or a rule that could not run make it ``gate_failed``,
    warnings on at least ``WARNING_SHARE`` of the judged rows make it ``gate_warning``. A rejected delivery has its own alert.
    """
    delivery = _delivery(connection, delivery_id)
    if delivery.state == "rejected":
        return None
    found = _findings(connection, delivery_id)
    broken = [finding for finding in found if finding.outcome == "error"]
    failed = [finding for finding in found if finding.severity == "critical" and finding.outcome == "fail"]
    warned = [finding for finding in found if finding.severity == "warning" and finding.is_frequent]
    if not (broken or failed or warned):
        return None
    quarantined, rows_in = delivery.rows_quarantined or 0, delivery.rows_in or 0
    kind = "gate_failed" if broken or failed else "gate_warning"
    what_zh = {"gate_failed": "部分行被隔离", "gate_warning": "有提示"}[kind]
    if broken:
        what_zh = "有规则未能执行"
    what_en = {"gate_failed": "rows quarantined", "gate_warning": "warnings"}[kind]
    if broken:
        what_en = "a rule could not run"
    return Alert(
        kind=kind,
        severity=_gate_severity(delivery, is_broken=bool(broken), is_failed=bool(failed)),
        cause_key=cause("gate", delivery.source, delivery.sender_code, delivery.period, str(delivery_id)),
        title=f"Steppe {what_zh} / {what_en}: {delivery.place} · {quarantined}/{rows_in}",
        body=(
            f"批次 {delivery_id}（{title_zh(delivery.source)}，{delivery.place}）：{rows_in} 行中隔离 {quarantined} 行，其余照常发布。\n"
            f"主要规则 / top rules: {_listed(broken + failed + warned)}\n{delivery.reports}"
            f"处理：请报送单位更正被隔离的行并重新报送。全部规则：{findings_command(delivery_id)}\n"
            f"What: {quarantined} of {rows_in} rows of delivery {delivery_id} are in quarantine, the others go on.\n"
            f"Do: have them corrected and the delivery sent again. {RUNBOOK}#{kind}"
        ),
        **delivery.keys,
    )


def for_task_failure(
    dag_id: str, task_id: str, run_id: str, map_index: int | None = None, exception_class: str = "unknown"
) -> Alert:
    """The alert for a failed task. Of the exception it takes the class's name only: a message may quote a row."""
    # Whoever triggers a run may type its id.
    dag_id, task_id, run_id = (
        masked(re.sub(r"[^A-Za-z0-9_:+.\-]", "_", name)[:120]) for name in (dag_id, task_id, run_id)
    )
    found = re.match(r"[A-Za-z_][A-Za-z0-9_.]*", exception_class)
    exception = found[0][:80] if found else "unknown"
    mapped = f"[{map_index}]" if map_index is not None and map_index >= 0 else ""
    return Alert(
        kind="task_failed",
        severity="critical",
        cause_key=f"task_failed:{dag_id}.{task_id}:{exception}",
        occurrence_key=f"{run_id}{mapped}",
        title=f"Steppe 任务失败 / task failed: {dag_id}.{task_id}{mapped} · {exception}",
        body=(
            f"任务 {dag_id}.{task_id}{mapped} 失败（{exception}），运行 {run_id}。已发布的数据不受影响，未发布的批次不会丢失。\n"
            f"处理：./steppe status；在 Airflow 页面查看该任务日志，排除原因后清除（Clear）重跑，重跑是安全的。\n"
            f"What: {dag_id}.{task_id}{mapped} failed ({exception}) in run {run_id}. What is published stands, no delivery is lost.\n"
            f"Do: read the task's log in Airflow, remove the cause, clear the task; running it again is safe. {RUNBOOK}#task_failed"
        ),
    )


@dataclass(frozen=True)
class _Finding:
    resource: str
    rule_id: str
    severity: str
    outcome: str
    rows_evaluated: int
    rows_failed: int

    @property
    def is_frequent(self) -> bool:
        return self.rows_failed > 0 and self.rows_failed >= WARNING_SHARE * self.rows_evaluated


def _listed(findings: Sequence[_Finding]) -> str:
    top = [f"{finding.rule_id} {finding.rows_failed}" for finding in findings[:TOP_RULES]]
    more = len(findings) - len(top)
    return "，".join(top) + (f"，… (+{more})" if more else "")


def _gate_severity(delivery: _Delivery, *, is_broken: bool, is_failed: bool) -> str:
    if is_broken:
        return "critical"
    if not is_failed or delivery.source is None:
        return "warning" if is_failed else "info"
    share = (delivery.rows_quarantined or 0) / max(delivery.rows_in or 0, 1)
    return "critical" if share * 2 >= contracts.load(delivery.source).max_rejected_share else "warning"


def _delivery(connection: Connection, delivery_id: int) -> _Delivery:
    with connection.transaction():
        row = database.run(connection, "50_alerts/select_delivery.sql", {"delivery_id": delivery_id}).fetchone()
    if row is None:
        raise SettingsError(f"delivery {delivery_id}: there is none; `./steppe status` lists them")
    return _Delivery(row[0], row[1], known_source(row[2]), *row[3:])


def _findings(connection: Connection, delivery_id: int) -> list[_Finding]:
    with connection.transaction():
        rows = database.run(connection, "50_alerts/select_findings.sql", {"delivery_id": delivery_id}).fetchall()
    return [_Finding(*row) for row in rows]
