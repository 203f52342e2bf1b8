"""./steppe sql: CSV as the server writes it, read-only, as a role that sees no more than it may."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from steppe import database, settings
from steppe.commands import query
from steppe.commands.query import Role, answer
from steppe.errors import SteppeError


def lines(capfdbinary: pytest.CaptureFixture[bytes]) -> list[str]:
    return capfdbinary.readouterr().out.decode().splitlines()


@pytest.mark.usefixtures("warehouse")
class TestAnswer:
    """One query, one CSV."""

    def test_header_values_and_absence(self, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
        answer("SELECT 1 AS a, 'x,\"y' AS b, NULL AS c, date '2020-05-01' AS d -- last\n;", Role.analyst)
        assert lines(capfdbinary) == ["a,b,c,d", '1,"x,""y",,2020-05-01']

    def test_show_and_explain(self, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
        answer("SHOW transaction_read_only", Role.analyst)
        answer("explain SELECT 1", Role.auditor)
        assert lines(capfdbinary)[:3] == ["transaction_read_only", "on", "QUERY PLAN"]

    def test_a_role_sees_what_it_may(self, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
        answer("SELECT count(*) FROM quarantine.row", Role.auditor)
        assert lines(capfdbinary) == ["count", "0"]
        with pytest.raises(SteppeError, match="permission denied for schema quarantine"):
            answer("SELECT count(*) FROM quarantine.row", Role.analyst)

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ("", "the query is empty"),
            ("DELETE FROM ops.region", "nothing is changed"),
            ("DELETE FROM ops.region RETURNING 1", "read-only"),
            ("SELECT 1) TO PROGRAM 'true' --", "syntax error"),
            ("SELECT 1;\nSELECT 2", "syntax error"),
            (
                "SELECT 1,\n  foo FROM ops.region",
                r'column "foo" does not exist \(line 2, column 3: … foo FROM ops.region\)',
            ),
        ],
    )
    def test_what_is_refused(self, wrong: str, said: str) -> None:
        with pytest.raises(SteppeError, match=said):
            answer(wrong, Role.auditor)


def test_psql_gets_no_password_as_an_argument(warehouse: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(os, "execve", lambda *arguments: seen.append(arguments))
    query._interactive(Role.auditor)
    ((program, arguments, environment),) = seen
    password = settings.secret("auditor_password")
    assert Path(program).exists()
    assert password not in " ".join(arguments)
    assert "steppe_auditor@127.0.0.1" in arguments[1]
    assert environment["PGPASSWORD"] == password
    assert "default_transaction_read_only=on" in environment["PGOPTIONS"]
    assert password not in database.public_url()
