"""The functions that read text: they answer, or say NULL, and never raise."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_2
from steppe import database

EXPECTED: dict[str, dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "functions.yaml").read_text(encoding="utf-8")
)
SHARED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def ask(connection: database.Connection, function: str, value: str | None) -> Any:
    row = connection.execute(f"SELECT ops.{function}(%s)", (value,)).fetchone()
    answer = row[0] if row else None
    return answer.isoformat() if isinstance(answer, datetime.date) else answer


@pytest.mark.parametrize("function", EXPECTED)
def test_answers(loader: database.Connection, function: str) -> None:
    for value, expected in EXPECTED[function].items():
        exact = Decimal(str(expected)) if isinstance(expected, float) else expected
        assert ask(loader, function, value) == exact, (function, value)
    assert ask(loader, function, None) is None


@SHARED
@given(st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), max_size=24))
def test_no_text_raises(loader: database.Connection, text: str) -> None:
    for function in EXPECTED:
        ask(loader, function, text)


@SHARED
@given(
    st.from_regex(
        r"(15|11|37)[0-9]{4}19([03-9][0-9]|2[1-9])(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])[0-9]{3}", fullmatch=True
    )
)
def test_check_digit_is_that_of_the_standard(loader: database.Connection, body: str) -> None:
    right = mod_11_2.calc_check_digit(body)
    for digit in "0123456789X":
        assert ask(loader, "id_check_digit_ok", body + digit) == (digit == right)
    assert ask(loader, "normalise_id", body[:6] + body[8:]) == body + right


@SHARED
@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=17, max_size=17))
def test_employer_code_is_that_of_the_standard(loader: database.Connection, body: str) -> None:
    right = uscc.calc_check_digit(body)
    assert ask(loader, "uscc_check_ok", body + right)
    assert not ask(loader, "uscc_check_ok", body + ("0" if right != "0" else "1"))
