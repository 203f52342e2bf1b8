"""A banner where people work away, its fund, its bank: what a test of the subsidies' money does to it, told in yuan."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sql.known import BANNER, end, insert
from steppe import ledger
from steppe.database import Connection
from steppe.ledger import Posted

PERSON = "00000000-0000-0000-0000-0000000000{:02d}"
TRAVEL = "poverty_alleviation:travel"


@dataclass
class Region:
    """The banner has 2,000 yuan of the poverty-alleviation fund; who works away in a month has a claim of 500 yuan for travel."""

    admin: Connection
    loader: Connection
    answers: int = field(default=0)

    def __post_init__(self) -> None:
        self.rule("fund_budget", f"region_code = '{BANNER}', budget_fen = 200000")

    def works_away(self, person: int, month: str = "2020-05-01", **columns: Any) -> None:
        row = {
            "person_key": PERSON.format(person), "month": month, "place_class": "other_province", "is_out_migrant": True,
            "out_migration_tier": 3, "evidence_tier": 3,
        }  # fmt: skip
        end(self.admin, "fct_employment_month", person_key=row["person_key"], month=month)
        insert(self.admin, "fct_employment_month", row | columns)
        self.publish()

    def rule(self, table: str, assignment: str) -> None:
        self.admin.execute(f"UPDATE ops.{table} SET {assignment}")  # type: ignore[arg-type]
        self.admin.commit()

    def publish(self) -> None:
        self.answers += 1
        found = self.admin.execute(
            "INSERT INTO ops.delivery (sha256, file_name, size_bytes, source, sender_code, period, state, rows_in, rows_accepted, "
            "rows_quarantined, rows_duplicate) VALUES (encode(sha256(('region' || %s)::bytea), 'hex'), 'x.zip', 1, 'test', '150400', "
            "'2020-06-01', 'published', 0, 0, 0, 0) RETURNING delivery_id",
            (self.answers,),
        ).fetchone()
        assert found
        self.admin.execute(
            "INSERT INTO ops.publication (delivery_id, source, sender_code, period, published_at) "
            "VALUES (%s, 'test', '150400', '2020-06-01', clock_timestamp())",
            found,
        )
        self.admin.commit()

    def post(self) -> Posted:
        posted = ledger.post_subsidies(self.loader)
        assert ledger.verify(self.loader) == []
        self.loader.commit()
        return posted

    def propose(self) -> ledger.Order:
        (order,) = ledger.propose(self.loader)
        self.loader.commit()
        return order

    def release(self) -> ledger.Order:
        order = self.propose()
        for approver in ("wang", "li"):
            ledger.approve(self.loader, order.payment_reference, order.sha256, approver, is_approved=True)
        self.post()
        return order

    def answer(self, order: ledger.Order, line: int = 1, status: str = "paid", **columns: Any) -> None:
        """What the bank says of a line; ``columns`` differ from what it was sent."""
        sent = self.admin.execute(
            "SELECT payee_kind, payee_code, programme_code, fund_code, amount_fen FROM ledger.payment_line "
            "WHERE payment_reference = %s AND line_no = %s",
            (order.payment_reference, line),
        ).fetchone()
        assert sent
        returned = {"returned_on": "2020-07-09", "return_reason": "account_wrong"} if status == "returned" else {}
        row = {
            "payment_reference": order.payment_reference, "line_code": str(line), "payee_kind": sent[0], "person_key": sent[1],
            "payee_code": None, "programme_code": sent[2], "fund_code": sent[3], "amount_fen": sent[4], "paid_on": "2020-07-05",
            "status": status, "returned_on": None, "return_reason": None, "period": "2020-07-01",
        } | returned  # fmt: skip
        end(self.admin, "fct_payment", payment_reference=order.payment_reference, line_code=str(line))
        insert(self.admin, "fct_payment", row | columns)
        self.publish()

    def balances(self) -> dict[str, float]:
        """account → balance in yuan, for the banner, without the accounts at zero, budget and funds that are untouched."""
        rows = self.loader.execute(
            "SELECT account_code, balance_fen FROM ledger.account_balance WHERE region_code = %s AND balance_fen <> 0 "
            "AND kind <> 'subsidy_budget' AND account_code NOT IN ('subsidy_available:employment_subsidy', 'subsidy_available:local_aid')",
            (BANNER,),
        ).fetchall()
        self.loader.commit()
        return {account.removeprefix("subsidy_"): float(balance) / 100 for account, balance in rows}
