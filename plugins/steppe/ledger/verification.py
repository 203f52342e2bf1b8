"""Verification: every digest, seal, balance and invariant, recomputed from the rows as they are."""

from __future__ import annotations

from dataclasses import dataclass

from steppe import database
from steppe.database import Connection
from steppe.planning import OF_FEW, planned

STEPS = ("verify_transfers", "verify_seals", "verify_accounts", "verify_decisions", "verify_orders")

# What each rule says, for the person who reads a violation. The rows are named by number, key or account: no personal data.
RULES = {
    "transfer.digest": ("该行与其摘要不符", "the row is not what its digest says: a cell was changed"),
    "transfer.gap": ("该行之前缺少序号", "a row before it is missing"),
    "transfer.movement": ("金额不为正，或借贷同户", "its amount is not above zero, or both accounts are the same"),
    "transfer.key": ("幂等键不合规", "its idempotency key is malformed"),
    "transfer.path": ("补贴资金未按规定路径流转", "a subsidy's money does not go the way of its kind"),
    "transfer.unapproved": ("未经两人审批即送银行", "it went to the bank without the approvals of two people"),
    "transfer.batch": ("不属于所记批次", "it is not inside the batch that it names, or has another posting time"),
    "transfer.account": ("账户未开立", "one of its accounts was never opened"),
    "transfer.reversal": ("冲销与原分录不符", "it does not mirror the transfer that it reverses"),
    "transfer.version": (
        "前一版本未冲销或版本不连续",
        "the version before it was not taken back, or its number does not follow",
    ),
    "seal.chain": ("封签链断开", "it does not continue the batch before it"),
    "seal.content": ("批次分录不全", "its transfers are not those that were sealed: number, range or amount differ"),
    "seal.sha256": ("封签不符", "its seal is not the hash of its transfers and the seal before"),
    "account.row": ("账户与科目或首笔分录不符", "it differs from the chart of accounts or from its first transfer"),
    "balance.amounts": ("余额与分录不符", "it is not what the transfers sum to"),
    "balance.overdrawn": ("账户透支", "the account is overdrawn against its rule"),
    "decision.digest": ("该认定与其摘要不符", "the decision is not what its digest says: a cell was changed"),
    "decision.gap": ("认定次序不连续", "a decision of the claim before it is missing"),
    "order.gap": ("付款单序号不连续", "an order before it is missing"),
    "order.sha256": ("付款单与其明细或摘要不符", "the order is not the hash of its row and lines"),
    "line.digest": ("付款明细与其摘要不符", "the line is not what its digest says: a cell was changed"),
    "line.order": ("付款明细无付款单", "its order is missing"),
    "approval.digest": ("审批与其摘要不符", "the approval is not what its digest says: a cell was changed"),
    "approval.order": ("审批与付款单摘要不符", "it was given to another order than the one that stands"),
}


@dataclass(frozen=True)
class Violation:
    """The first row of a banner that breaks a rule: ``transfer 17``, ``batch 3``, ``account pv_village:…``, ``balance … batch 3``,
    ``decision travel:… 2``, ``order 150404-202006-0001``, ``line … 3``, ``approval … wang``."""

    region_code: str
    rule_id: str
    row: str
    reason_zh: str
    reason_en: str

    def __str__(self) -> str:
        return f"ledger {self.region_code}: {self.row}: {self.reason_zh} / {self.reason_en} ({self.rule_id})"


def verify(connection: Connection) -> list[Violation]:
    """Recompute the whole ledger; the empty list says that it is what was posted.

    One violation per banner and broken rule, naming the first row; rows of transfers come before batches, accounts and balances, then
    decisions and orders. What is
    cut off behind the last seal leaves no trace inside: compare ``max(batch_no)`` with a seal kept elsewhere.

    Args:
        connection: the loader's or the auditor's; an analyst verifies only what he may see.
    """
    with connection.transaction(), planned(connection, OF_FEW):
        rows = [
            (region_code, step, row_no, rule_id, row_name)
            for step, name in enumerate(STEPS)
            for region_code, rule_id, row_name, row_no in database.run(connection, f"30_ledger/{name}.sql").fetchall()
        ]
    return [
        Violation(region_code, rule_id, row_name, *RULES[rule_id])
        for region_code, _, _, rule_id, row_name in sorted(rows)
    ]
