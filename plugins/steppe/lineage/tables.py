"""Tables: which ones a SQL text reads and writes, by PostgreSQL's own parser."""

from __future__ import annotations

import re

import pglast
from pglast import ast
from pglast.visitors import Visitor

WRITING = (ast.InsertStmt, ast.UpdateStmt, ast.DeleteStmt, ast.MergeStmt)


def tables(text: str) -> tuple[set[str], set[str]]:
    """Tables with a schema that a text reads, and those that it writes."""
    found = _Tables()
    # A bound value parses as a parameter wherever PostgreSQL takes one.
    found(pglast.parse_sql(re.sub(r"%\(\w+\)s", "$1", text).replace("%%", "%")))
    return found.read, found.written


class _Tables(Visitor):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self.read: set[str] = set()
        self.written: set[str] = set()

    def visit_RangeVar(self, ancestors: object, node: ast.RangeVar) -> None:  # noqa: N802
        is_target = getattr(ancestors, "member", None) == "relation" and isinstance(
            getattr(ancestors, "node", None), WRITING
        )
        if node.schemaname:
            (self.written if is_target else self.read).add(f"{node.schemaname}.{node.relname}")
