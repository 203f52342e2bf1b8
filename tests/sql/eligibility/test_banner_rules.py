"""Every programme under a banner's own rules: its eligible case at the edge of the window, without a fund, at its cap.

These conditions are decided in one place for all programmes; here each programme shows that they hold for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sql.eligibility.test_eligibility import FILES, Case, cases, decided, fill
from steppe.database import Connection

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Variant:
    """The eligible case in a banner of its own, with the rules of that banner, and what follows."""

    proves: str
    case: Case
    unmet: tuple[str, ...] = ()
    amount_yuan: Decimal | None = None

    def outcome(self, found: dict[tuple[str, str], dict[str, Any]]) -> dict[str, Any]:
        ((claim, _),) = self.case.expected().items()
        row = found.get(claim, {})
        return {name: row.get(name) for name in ("outcome", "unmet", "amount_yuan")}

    def expected(self) -> dict[str, Any]:
        return {
            "outcome": "refused" if self.unmet else "eligible",
            "unmet": list(self.unmet),
            "amount_yuan": Decimal(0) if self.unmet else self.amount_yuan,
        }


def variants(
    base: Case, event_date: date, amount_yuan: Decimal, funds: list[str], banners: list[str]
) -> Iterator[Variant]:
    """The base case under each rule, in a banner each."""
    programme = base.programme
    (given,) = base.content.get("rules", {}).get("programme", [{}])
    free = iter(enumerate(banners, start=100))

    def under(
        proves: str, unmet: str = "", amount: Decimal = amount_yuan, table: str = "programme", **columns: Any
    ) -> Variant:
        number, banner = next(free)
        rows = [{"programme_code": programme, **given, **columns}]
        rules = (
            {"programme": rows}
            if table == "programme"
            else {table: [{"programme_code": programme, "fund_code": fund, **columns} for fund in funds]}
        )
        if table != "programme" and given:
            rules["programme"] = [dict(given)]
        case = replace(base, number=number, content={**base.content, "banner": banner, "rules": rules})
        return Variant(proves, case, (unmet,) if unmet else (), amount)

    yield under("the last day of the window is inside", window_from="2000-01-01", window_through=event_date)
    yield under("the day after it is not", "in_window", window_from="2000-01-01", window_through=event_date - DAY)
    yield under("the first day of the window is inside", window_from=event_date, window_through="2100-01-01")
    yield under("the day before it is not", "in_window", window_from=event_date + DAY, window_through="2100-01-01")
    if funds:
        yield under("no fund that may pay, no money", "fund_allowed", table="fund_rule", is_allowed=False)
        cap = {"cap_units": None, "cap_fen": 100, "cap_scope": "payee", "cap_period": "ever"}
        yield under("a cap of one yuan leaves one yuan", amount=Decimal(1), **cap)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_windows_funds_and_caps_hold_for_every_programme(file: Any, admin: Connection, loader: Connection) -> None:
    base = cases(file)[0]
    fill(admin, [base])
    ((claim, expected),) = base.expected().items()
    before = decided(loader)[claim]
    assert before["outcome"] == "eligible", before["unmet"]
    funds = [
        fund
        for (fund,) in admin.execute(
            "SELECT fund_code FROM ops.fund_rule WHERE programme_code = %s AND region_code = '150000' AND is_allowed",
            (file.stem,),
        )
    ]
    banners = [
        code
        for (code,) in admin.execute(
            "SELECT region_code FROM ops.region WHERE parent_code = '150400' AND region_code <> %s ORDER BY 1",
            (base.banner,),
        )
    ]
    every = list(variants(base, before["event_date"], before["amount_yuan"], funds, banners))
    fill(admin, [variant.case for variant in every])

    found = decided(loader)

    assert {variant.proves: variant.outcome(found) for variant in every} == {
        variant.proves: variant.expected() for variant in every
    }
    # The banner that has no rule of its own is paid as before.
    assert {name: found[claim][name] for name in expected} == {name: before[name] for name in expected}

    admin.execute("DELETE FROM ops.programme WHERE programme_code = %s", (file.stem,))
    admin.commit()
    row = decided(loader)[claim]
    assert row["outcome"] == "refused"
    assert "rule_in_force" in row["unmet"]
