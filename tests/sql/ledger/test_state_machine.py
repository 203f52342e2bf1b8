"""Any history of facts that come, change, go and come late, with replays and crashes between, leaves the ledger that the facts say.

The model is a second, plain derivation of every balance from the facts; money is counted in single fen so that roundings matter.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import pairwise
from math import floor
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sql.ledger.conftest import (
    NEIGHBOUR,
    STATION,
    VILLAGE,
    Facts,
    allocation,
    balances,
    paid,
    post_and_die,
    settlement,
    station,
)
from steppe import database, ledger
from steppe.database import Connection
from steppe.ledger import Posted

MONTHS = st.sampled_from(["2020-05-01", "2020-06-01", "2020-07-01"])
VILLAGES = st.sampled_from([VILLAGE, NEIGHBOUR])
FEN = st.integers(0, 9)
SHARES = st.sampled_from(
    [{VILLAGE: 60, NEIGHBOUR: 40}, {VILLAGE: "33.33", NEIGHBOUR: "66.67"}, {VILLAGE: 50, NEIGHBOUR: 49}]
)
USES = {
    "post_wages_fen": "pv_wage_pool",
    "public_works_fen": "pv_public_works",
    "land_rent_fen": "pv_land_rent",
    "operation_fen": "pv_operation",
    "other_fen": "pv_other",
}


def split(amount_fen: int, shares: dict[str, Any]) -> dict[str, int]:
    """Largest remainder, as a person would do it by hand; nothing where the shares are not the whole."""
    if sum(Fraction(str(share)) for share in shares.values()) != 100:
        return {}
    exact = {village: amount_fen * Fraction(str(share)) / 100 for village, share in shares.items()}
    parts = {village: floor(part) for village, part in exact.items()}
    by_remainder = sorted(exact, key=lambda village: (parts[village] - exact[village], village))
    for village in by_remainder[: amount_fen - sum(parts.values())]:
        parts[village] += 1
    return parts


class LedgerMachine(RuleBasedStateMachine):
    facts: Facts
    loader: Connection

    def __init__(self) -> None:
        super().__init__()
        admin = self.facts.connection
        admin.execute(
            "TRUNCATE ledger.balance, ledger.transfer, ledger.account, ledger.seal, warehouse.dim_pv_station, "
            "warehouse.fct_pv_settlement_month, warehouse.fct_pv_allocation_month, warehouse.fct_pv_post_month"
        )
        admin.commit()
        self.shares: dict[str, Any] = {}
        self.known: dict[tuple[str, ...], tuple[str, dict[str, Any]]] = {}
        self.is_posted = True

    def state(self, *rows: tuple[str, dict[str, Any]]) -> None:
        for table, row in rows:
            key = (
                table,
                *(
                    str(row[column])
                    for column in ("station_code", "village_code", "person_key", "month")
                    if column in row
                ),
            )
            self.known[key] = (table, row)
        self.facts.publish(rows)
        self.is_posted = False

    @rule(shares=SHARES)
    def share(self, shares: dict[str, Any]) -> None:
        self.shares = shares
        self.state(*station(shares))

    @rule(month=MONTHS, accrued=FEN, received=FEN, subsidy=FEN, subsidy_received=FEN)
    def settle(self, month: str, accrued: int, received: int, subsidy: int, subsidy_received: int) -> None:
        self.state(
            settlement(
                month, coal_accrued_fen=accrued, coal_received_fen=received, subsidy_accrued_fen=subsidy,
                subsidy_received_fen=subsidy_received,
            )
        )  # fmt: skip

    @rule(month=MONTHS, village=VILLAGES, carried_in=FEN, revenue=FEN, uses=st.tuples(*[FEN] * len(USES)))
    def allocate(self, month: str, village: str, carried_in: int, revenue: int, uses: tuple[int, ...]) -> None:
        columns = dict(zip(USES, uses, strict=True))
        self.state(allocation(month, village, carried_in_fen=carried_in, revenue_fen=revenue, **columns))

    @rule(month=MONTHS, person=st.integers(1, 2), amount=FEN)
    def pay(self, month: str, person: int, amount: int) -> None:
        self.state(paid(person, amount, month))

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def go(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.known)))
        table, row = self.known.pop(key)
        if table == "dim_pv_station":
            self.shares = {village: share for village, share in self.shares.items() if village != row["village_code"]}
        self.facts.publish([], gone=[(table, row)])
        self.is_posted = False

    @rule(is_full=st.booleans())
    def post(self, is_full: bool) -> None:
        ledger.post(self.loader, is_full=is_full)
        self.is_posted = True

    @precondition(lambda self: not self.is_posted)
    @rule()
    def crash(self) -> None:
        """The server process dies after the last statement and before the commit."""
        admin = self.facts.connection
        before = admin.execute("SELECT count(*), max(transfer_id) FROM ledger.transfer").fetchone()
        admin.commit()
        victim = database.connect("loader")
        with pytest.raises(psycopg.OperationalError):
            post_and_die(victim, admin)
        victim.close()
        assert admin.execute("SELECT count(*), max(transfer_id) FROM ledger.transfer").fetchone() == before
        admin.commit()

    @precondition(lambda self: self.is_posted)
    @invariant()
    def ledger_says_what_the_facts_say(self) -> None:
        assert balances(self.loader) == self.expected()
        assert ledger.verify(self.loader) == []
        assert ledger.post(self.loader, is_full=True) == Posted()
        self.loader.commit()

    def rows(self, table: str) -> list[dict[str, Any]]:
        return sorted(
            (row for name, row in self.known.values() if name == table), key=lambda row: str(row.get("month"))
        )

    def expected(self) -> dict[str, int]:
        balance: Counter[str] = Counter()
        shared: Counter[str] = Counter()
        for part in ("coal", "subsidy"):
            accrued = sum(row[f"{part}_accrued_fen"] for row in self.rows("fct_pv_settlement_month"))
            received = sum(row[f"{part}_received_fen"] for row in self.rows("fct_pv_settlement_month"))
            balance[f"pv_revenue:{STATION}"] += accrued
            balance[f"pv_grid_{part}:{STATION}"] = max(accrued - received, 0)
            balance[f"pv_suspense_receipt:{STATION}"] += max(received - accrued, 0)
        for row in self.rows("fct_pv_settlement_month"):
            received = row["coal_received_fen"] + row["subsidy_received_fen"]
            parts = split(received, self.shares)
            shared.update(parts)
            balance[f"pv_settlement:{STATION}"] += received - sum(parts.values())
        for village in (VILLAGE, NEIGHBOUR):
            self.expect_village(village, shared[village], balance)
        return {account: amount for account, amount in balance.items() if amount}

    def expect_village(self, village: str, shared_fen: int, balance: Counter[str]) -> None:
        rows = [row for row in self.rows("fct_pv_allocation_month") if row["village_code"] == village]
        wages = sum(row["paid_fen"] for row in self.rows("fct_pv_post_month") if row["village_code"] == village)
        arrived = sum(row["revenue_fen"] for row in rows)
        for column, kind in USES.items():
            balance[f"{kind}:{village}"] = sum(row[column] for row in rows)
        pool = balance[f"pv_wage_pool:{village}"] - wages
        balance[f"pv_wages_paid:{village}"] = wages
        balance[f"pv_wage_pool:{village}"] = max(pool, 0)
        balance[f"pv_suspense_wages:{village}"] = max(-pool, 0)
        balance[f"pv_share:{village}"] = max(shared_fen - arrived, 0)
        balance[f"pv_suspense_arrival:{village}"] = max(arrived - shared_fen, 0)
        if rows:
            left = [row["carried_in_fen"] + row["revenue_fen"] - sum(row[column] for column in USES) for row in rows]
            breaks = [after["carried_in_fen"] - kept for kept, (_, after) in zip(left, pairwise(rows), strict=False)]
            balance[f"pv_opening:{village}"] = rows[0]["carried_in_fen"]
            balance[f"pv_village:{village}"] = max(left[-1], 0)
            balance[f"pv_suspense_carry:{village}"] = sum(breaks) + max(-left[-1], 0)


def run(facts: Facts, loader: Connection, examples: int, steps: int) -> None:
    machine = type("Machine", (LedgerMachine,), {"facts": facts, "loader": loader})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_any_history_of_facts_leaves_what_they_say(facts: Facts, loader: Connection) -> None:
    run(facts, loader, examples=12, steps=12)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_many_histories_of_facts_leave_what_they_say(facts: Facts, loader: Connection) -> None:
    run(facts, loader, examples=1500, steps=25)
