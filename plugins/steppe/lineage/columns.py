"""Columns: where each column of a mart begins, read from the SQL that fills it. sqlglot follows it through CTEs, joins and stars."""

from __future__ import annotations

import re

import sqlglot
from sqlglot import exp
from sqlglot.lineage import Node, lineage

from steppe.lineage.datasets import Origin, Schema


def origins(text: str, schema: Schema) -> dict[str, dict[str, list[Origin]]]:
    """By table that the text inserts into, and by column, the columns in which it begins: none for a constant or a parameter.

    Raises:
        sqlglot.errors.SqlglotError: it is SQL that sqlglot does not follow.
    """
    # A parameter begins nowhere; a temporary table is a step of the statement that reads it.
    text = re.sub(r"%\(\w+\)s", "NULL", text).replace("%%", "%")
    text = re.sub(r"\bCREATE TEMPORARY TABLE (\w+) ON COMMIT DROP AS\b", r"CREATE TABLE \1 AS", text)
    steps: dict[str, exp.Query] = {}
    found: dict[str, dict[str, list[Origin]]] = {}
    for statement in sqlglot.parse(text, read="postgres"):
        if isinstance(statement, exp.Create) and isinstance(statement.expression, exp.Query):
            steps[statement.this.name] = statement.expression
        if isinstance(statement, exp.Insert):
            target, query = statement.this, statement.expression.copy()
            if statement.args.get("with_"):
                query.set("with_", statement.args["with_"].copy())
            nodes = lineage(
                None, query, dict(schema), sources=steps, dialect="postgres", validate_qualify_columns=False
            )
            table = target.this if isinstance(target, exp.Schema) else target
            names = [column.name for column in target.expressions] if isinstance(target, exp.Schema) else list(nodes)
            found[_name(table)] = {name: _leaves(node) for name, node in zip(names, nodes.values(), strict=True)}
    return found


def _leaves(node: Node) -> list[Origin]:
    tables = (each for each in node.walk() if not each.downstream and isinstance(each.expression, exp.Table))
    # A function in FROM is a table to sqlglot; it is none.
    return sorted(
        {
            (_name(each.expression), each.name.rpartition(".")[2])
            for each in tables
            if isinstance(each.expression.this, exp.Identifier)
        }
    )


def _name(table: exp.Expr) -> str:
    return ".".join(filter(None, (table.text("db"), table.name)))
