"""Documents that are made: the data dictionary, the catalogue of rules, and the tables of the README.

Their sources are the contracts, the suites, the database's own comments and the DAG files; a test holds the documents to them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from psycopg.rows import class_row

from steppe import clauses, contracts, database, gate, hypertext, scoring, settings, star
from steppe.contracts import Contract, Resource
from steppe.gate import Rule
from steppe.warehouse import signals

DICTIONARY = settings.ROOT / "docs" / "data-dictionary.md"
HYPERTEXT = DICTIONARY.with_suffix(".html")
QUERIES = settings.ROOT / "docs" / "queries"
RULES = settings.ROOT / "docs" / "rules.md"
SIGNALS = settings.ROOT / "docs" / "signals.md"
README = settings.ROOT / "README.md"

# Layers in the order of the path. Raw and staging repeat the contracts column by column and are listed by table.
LAYERS = ("ops", "raw", "staging", "quarantine", "vault", "warehouse", "ledger", "mart")
BY_TABLE_ONLY = ("raw", "staging")

# What each kind of alert that ops.alert takes tells of; a test holds the keys to the table's CHECK.
ALERTS = {
    "delivery_rejected": ("a delivery is rejected", "整批退回"),
    "delivery_uncorrected": ("no corrected delivery follows a rejected one", "退回后未更正"),
    "delivery_late": ("a deadline passes without a delivery", "逾期未报"),
    "delivery_stuck": ("a delivery stays without a final state", "长时间未处理完"),
    "gate_failed": ("rows of a delivery are quarantined", "有行被隔离"),
    "gate_warning": ("many rows of a delivery break a warning", "警示比例偏高"),
    "sources_disagree": ("agencies do not agree about the same persons or months", "跨部门数据不一致"),
    "task_failed": ("a task of a DAG fails for good", "任务失败"),
    "alert_undeliverable": ("a channel refuses alerts again and again", "告警无法送达"),
    "airflow_silent": ("Airflow has not run the watch for half an hour", "调度无声"),
    "watcher_silent": ("the watcher beside Airflow has been silent for half an hour", "守护进程无声"),
}


@dataclass(frozen=True)
class Relation:
    """A table or view and its comment."""

    schema_name: str
    relation: str
    is_view: bool
    comment: str | None


@dataclass(frozen=True)
class DatabaseColumn:
    """A column of it, as the database describes it."""

    schema_name: str
    relation: str
    column_name: str
    type: str
    is_required: bool
    comment: str | None


@dataclass(frozen=True)
class DagFile:
    """What a DAG file says of itself."""

    dag_ids: tuple[str, ...]
    file: str
    purpose: str
    start: str


def stale(connection: database.Connection) -> dict[Path, str]:
    """The documents that differ from what they should be, with the text they should have.

    Args:
        connection: to a migrated warehouse, as its owner.
    """
    found, described = relations(connection), columns(connection)
    text = dictionary(found, described)
    wanted = {
        DICTIONARY: text,
        RULES: rule_catalogue(),
        HYPERTEXT: hypertext.page(text, star.svg(_columns_by_table(described))),
        clauses.DOCUMENT: clauses.document(*clause_sources(found)),
        SIGNALS: signal_catalogue(),
    }
    if README.exists():
        wanted[README] = with_tables(README.read_text(encoding="utf-8"), readme_tables(found))
    return {
        path: text for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text
    }


def relations(connection: database.Connection) -> list[Relation]:
    with connection.cursor(row_factory=class_row(Relation)) as cursor:
        return cursor.execute(database.statement("70_summary/relations.sql")).fetchall()


def columns(connection: database.Connection) -> list[DatabaseColumn]:
    with connection.cursor(row_factory=class_row(DatabaseColumn)) as cursor:
        return cursor.execute(database.statement("70_summary/columns.sql")).fetchall()


def dictionary(found: Sequence[Relation], described: Sequence[DatabaseColumn]) -> str:
    """The text of docs/data-dictionary.md."""
    parts = [
        "# Data dictionary",
        "Made by `./steppe docs` from the contracts and the database's comments; edit those, not this file.",
        "What agencies deliver: "
        + ", ".join(f"[{source}](#{source})" for source in contracts.sources())
        + ". What the database holds: "
        + ", ".join(f"[{layer}](#schema-{layer})" for layer in LAYERS)
        + ". How its tables join: [the star](#the-star). How it is asked: [queries](#queries).",
    ]
    for contract in contracts.load_all():
        parts += _contract(contract)
    by_relation = {
        key: list(group) for key, group in groupby(described, key=lambda column: (column.schema_name, column.relation))
    }
    for layer in LAYERS:
        parts += _layer(layer, [relation for relation in found if relation.schema_name == layer], by_relation)
    parts += [
        "## The star",
        "Facts and the dimensions that they lead to, by the column named on the line. `dim_person`, `dim_household`, `dim_employer` and "
        "`dim_pv_station` are told by each sender: join `sender_code` too, and the version that held at the fact's month.",
        f"```mermaid\n{star.mermaid(_columns_by_table(described))}\n```",
        "## Queries",
        "As the analyst, such as with `./steppe sql`; how to ask with other tools is in [connecting.md](connecting.md). A test runs each.",
    ]
    for file in sorted(QUERIES.glob("*.sql")):
        question, _, query = file.read_text(encoding="utf-8").partition("\n")
        parts += [f"### {question.removeprefix('-- ')}", f"```sql\n{query.strip()}\n```"]
    return "\n\n".join(parts) + "\n"


def _columns_by_table(described: Iterable[DatabaseColumn]) -> dict[str, list[str]]:
    """Names of the columns of each table of the warehouse."""
    found: dict[str, list[str]] = {}
    for column in described:
        if column.schema_name == "warehouse":
            found.setdefault(column.relation, []).append(column.column_name)
    return found


def _contract(contract: Contract) -> list[str]:
    parts = [
        f"## {contract.source}",
        f"{contract.title} {contract.title_zh}, contract {contract.version}. {contract.purpose.strip()} "
        f"Delivered by {len(contract.senders)} senders, due on day {contract.deadline_day} of the next month at "
        f"{contract.deadline_time:%H:%M} (Asia/Shanghai). Owner: {contract.owner}.",
    ]
    for resource in contract.resources:
        parts += [
            f"### {contract.source}: {resource.name}",
            f"{resource.description}; {resource.grain}.",
            _resource(resource),
        ]
    if contract.code_lists:
        rows = [
            (
                f"`{codes.name}`",
                codes.version,
                codes.source,
                "、".join(f"{code} {codes.labels[code]} (`{value}`)" for code, value in codes.values.items()),
            )
            for codes in contract.code_lists.values()
        ]
        parts += [f"### {contract.source}: code lists", table(("list", "version", "source", "codes"), rows)]
    return parts


def _resource(resource: Resource) -> str:
    rows = [
        (
            f"`{column.name}`",
            column.header,
            column.type,
            f"{column.format}: `{column.code_list.name}` {column.code_list.version}"
            if column.code_list
            else column.format,
            "yes" if column.required else "",
            str(column.key_position or ""),
            "yes" if column.is_personal else "",
            column.description,
        )
        for column in resource.columns
    ]
    return table(("column", "header 表头", "type", "in the file", "required", "key", "personal", "description"), rows)


def rule_catalogue() -> str:
    """docs/rules.md: every rule with its reason and cure, resource by resource."""
    listed = gate.catalogue()
    parts = [
        "# Rules 规则目录",
        f"{len(listed)} rules, made by `./steppe docs` from `expectations/` and intake. `critical` keeps a row or a whole delivery "
        "out, `warning` alerts, `info` counts what was read although it was written otherwise. How often each was broken, month by "
        "month: `mart.rule_catalogue`.",
    ]
    for contract in contracts.load_all():
        parts.append(f"## {contract.source} {contract.title_zh}\n\nOwner 责任部门: {contract.owner}.")
        for resource in contract.resources:
            parts += [f"### {resource.name} {resource.title}", _rules(listed, resource.name)]
    parts += ["## Across sources 跨部门比对", _rules(listed, "across")]
    parts += ["## Any line 任意行", _rules(listed, "line"), "## Any delivery 任意批次", _rules(listed, "delivery")]
    return "\n\n".join(parts) + "\n"


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _rules(listed: Iterable[Rule], resource: str) -> str:
    rows = [
        (f"`{rule.rule_id}`", rule.severity, rule.clause, rule.why, rule.fix)
        for rule in listed
        if rule.resource == resource
    ]
    return table(("rule 规则", "severity 级别", "clause 条款", "why 原因", "fix 处理"), rows)


def signal_catalogue() -> str:
    """docs/signals.md: every signal with its reason and when it is wrong, and how well it found what was seeded."""
    rows = [
        (
            f"[`{each.name}`](../include/sql/43_signal/{each.name}.sql) {each.title_zh}",
            each.clause,
            each.reason,
            each.false_positive,
        )
        for each in signals.catalogue()
    ]
    scale, months, seed = scoring.STATED_SAMPLE
    scores = [
        (
            f"`{each.signal}`",
            f"{each.seeded:,}",
            f"{each.found:,}",
            f"{each.right:,}",
            f"{each.recall:.2f}",
            _share(each.precision),
        )
        for each in scoring.stated()
    ]
    parts = [
        "# Signals 疑点",
        "Made by `./steppe docs` from `include/sql/43_signal/`. A signal opens a case in `mart.review_queue`, which a person explains, "
        "confirms or closes with a reason (`./steppe review`); it changes no figure and denies nobody anything.",
        table(("signal 疑点", "clause 条款", "reason 理由", "when it is wrong 误报"), rows),
        "## Scores 查全率与查准率",
        f"Of the sample at scale {scale}, {months[0]} to {months[-1]}, seed {seed}, in which every signal has something seeded "
        "(`signs.csv`, which `./steppe score` reads). A test finds the same figures again "
        "([signal-scores.csv](signal-scores.csv)). What is found beyond the seeded is the sample's ordinary life, of the kind that the "
        "last column above names.",
        table(("signal 疑点", "seeded 埋设", "found 发现", "right 命中", "recall 查全率", "precision 查准率"), scores),
    ]
    return "\n\n".join(parts) + "\n"


def clause_sources(found: Iterable[Relation]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """What may answer a clause and says so: tables with their comments, DAG files with their purpose."""
    tables = [
        (f"{each.schema_name}.{each.relation}", each.comment or "")
        for each in found
        if each.schema_name not in BY_TABLE_ONLY
    ]
    return tables, [(dag.file, dag.purpose) for dag in dag_files()]


def _layer(layer: str, found: Iterable[Relation], described: dict[tuple[str, str], list[DatabaseColumn]]) -> list[str]:
    parts = [f"## Schema {layer}"]
    if layer in BY_TABLE_ONLY:
        rows = [(f"`{layer}.{relation.relation}`", relation.comment or "") for relation in found]
        return [*parts, "Columns as in the contracts above.", table(("table", "holds"), rows)]
    for relation in found:
        kind = "view" if relation.is_view else "table"
        described_rows = [
            (f"`{column.column_name}`", column.type, "yes" if column.is_required else "", column.comment or "")
            for column in described.get((layer, relation.relation), [])
        ]
        parts += [f"### {layer}.{relation.relation}", f"{relation.comment or ''} ({kind})"]
        parts.append(table(("column", "type", "required", "meaning"), described_rows))
    return parts


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    lines += ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def dag_files() -> list[DagFile]:
    """What runs, read from dags/ without running it."""
    found = []
    for path in sorted((settings.ROOT / "dags").glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        calls = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "DAG"
        ]
        purpose = (ast.get_docstring(tree) or "").split("\n\n")[0].removeprefix("Purpose:").strip()
        for call in calls:
            start = next((_start(keyword.value) for keyword in call.keywords if keyword.arg == "schedule"), "by hand")
            found.append(DagFile(_dag_ids(call.args[0]), f"dags/{path.name}", purpose, start))
    return found


def _dag_ids(name: ast.expr) -> tuple[str, ...]:
    if isinstance(name, ast.Constant):
        return (str(name.value),)
    # f"ingest_{contract.source}": one DAG for each contract.
    prefix = next(str(part.value) for part in ast.walk(name) if isinstance(part, ast.Constant))
    return tuple(f"{prefix}{source}" for source in contracts.sources())


def _start(schedule: ast.expr) -> str:
    text = ast.unparse(schedule)
    if "Cron" in text:
        return "every ten minutes" if "EVERY_TEN_MINUTES" in text else "on the 16th of each month"
    if "published" in text:
        return "when any source was published"
    follows = re.findall(r"assets\.([A-Z]+)", text)
    return "after " + ", ".join(name.lower() for name in follows)


def readme_tables(found: Sequence[Relation]) -> dict[str, str]:
    """The tables of the README by the name of their place."""
    sources = [
        (
            f"[`{contract.source}`](include/contracts/{contract.source}.odcs.yaml) {contract.title_zh}",
            "; ".join(f"`{resource.name}` ({resource.grain})" for resource in contract.resources),
            f"day {contract.deadline_day}, {contract.deadline_time:%H:%M}",
        )
        for contract in contracts.load_all()
    ]
    marts = [(f"`mart.{mart.relation}`", mart.comment or "") for mart in found if mart.schema_name == "mart"]
    dags = [
        (", ".join(f"`{dag_id}`" for dag_id in dag.dag_ids), dag.start, f"{dag.purpose} ([file]({dag.file}))")
        for dag in dag_files()
    ]
    alerts = [(f"`{kind}`", english, chinese) for kind, (english, chinese) in ALERTS.items()]
    return {
        "sources": table(("source", "resources", "due in the next month"), sources),
        "marts": table(("mart", "answers"), marts),
        "dags": table(("DAG", "starts", "purpose"), dags),
        "alerts": table(("alert", "when", "何时"), alerts),
    }


def with_tables(text: str, tables: dict[str, str]) -> str:
    """The text with each table between its marks, ``<!-- made: NAME -->`` and ``<!-- end -->``."""
    for name, body in tables.items():
        before, mark, rest = text.partition(f"<!-- made: {name} -->\n")
        _, end, after = rest.partition("<!-- end -->")
        if mark and end:
            text = f"{before}{mark}{body}\n{end}{after}"
    return text
