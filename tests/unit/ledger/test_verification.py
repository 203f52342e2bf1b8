"""What verification says, without a server."""

from __future__ import annotations

import re

from steppe import settings
from steppe.ledger import Violation
from steppe.ledger.verification import RULES

RULE_ID = re.compile(r"'((?:transfer|seal|account|balance|decision|order|line|approval)\.[a-z0-9]+)'")


def test_every_rule_of_the_statements_is_explained_in_both_languages() -> None:
    used = {
        rule_id
        for file in (settings.SQL / "30_ledger").glob("verify_*.sql")
        for rule_id in RULE_ID.findall(file.read_text(encoding="utf-8"))
    }

    assert used == set(RULES)
    assert len(used) == 24
    for chinese, english in RULES.values():
        assert re.search("[一-龥]", chinese)
        assert re.search("[a-z]", english)


def test_a_violation_says_what_where_and_why() -> None:
    violation = Violation("150428", "transfer.gap", "transfer 4", *RULES["transfer.gap"])

    assert str(violation) == "ledger 150428: transfer 4: 该行之前缺少序号 / a row before it is missing (transfer.gap)"
