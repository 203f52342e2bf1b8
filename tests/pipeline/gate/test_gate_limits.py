"""Limits that the notice leaves open are parameters: what the region allows holds, unless a banner has a row of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from pipeline.gate import gate_deliveries as deliveries
from steppe import database, gate

BANNER = "150421"
LATER, EARLIER = "2020-01-01", "2019-01-01"  # the loan was granted on 2019-03-15


@pytest.mark.parametrize(
    ("own", "rule", "outcome"),
    [
        (None, "principal_limit", "warn"),
        (("microloan_limit_yuan", EARLIER, "80000"), "principal_limit", "pass"),
        (("microloan_limit_yuan", EARLIER, "79999"), "principal_limit", "warn"),
        (("microloan_limit_yuan", LATER, "80000"), "principal_limit", "warn"),
        (None, "term_limit", "pass"),
        (("microloan_term_months", EARLIER, "35"), "term_limit", "warn"),
    ],
)
def test_a_loan_is_held_to_the_limit_of_its_banner_on_the_day_it_was_granted(
    admin: database.Connection, tmp_path: Path, own: tuple[str, str, str] | None, rule: str, outcome: str
) -> None:
    if own:
        name, since, value = own
        admin.execute(
            "INSERT INTO ops.parameter VALUES (%s, %s, %s, %s, 'test', 'C5.4', 'test', 'unconfirmed')",
            (name, BANNER, since, value),
        )
        admin.commit()
    rows = {"loan": [deliveries.row("loan", 0, principal_fen="80000.00")]}
    verdict = gate.check(deliveries.write(tmp_path / "delivery", rows, source="microloan"))
    assert verdict.result(f"loan.{rule}").outcome == outcome
