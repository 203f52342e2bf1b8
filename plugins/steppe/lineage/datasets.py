"""Datasets: what a job reads and writes, read from the SQL files and from the record of operations."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.metadata import version

from steppe import database, settings
from steppe.database import Connection

# The layers that lineage is asked about. Raw, staging and temporary tables are steps on the way.
LAYERS = ("warehouse", "ledger", "mart")

# Table and column, such as ("warehouse.fct_employment_month", "person_key").
Origin = tuple[str, str]
# Type of each column, by schema and table.
Schema = Mapping[str, Mapping[str, Mapping[str, str]]]

log = logging.getLogger(__name__)


@dataclass
class Datasets:
    """What a job reads and writes: tables as ``schema.table``, with rows where they are known."""

    reads: dict[str, int | None] = field(default_factory=dict)
    writes: dict[str, int | None] = field(default_factory=dict)
    columns: dict[str, dict[str, list[Origin]]] = field(default_factory=dict)  # by table and column


def of_delivery(connection: Connection, delivery_id: int) -> Datasets:
    """A published delivery: rows in by resource, rows accepted by table of the warehouse."""
    from steppe.warehouse import targets

    with connection.transaction():
        values = {"delivery_id": delivery_id}
        rows = database.run(connection, "60_orchestration/select_resources.sql", values).fetchall()
    found = Datasets()
    for source, resource, rows_in, rows_accepted in rows:
        table = next(target.name for target in targets.of_source(source) if target.resource.name == resource)
        found.reads[f"delivery.{source}.{resource}"] = rows_in
        found.writes[f"warehouse.{table}"] = rows_accepted
    return found


def of_folder(folder: str, *, derived_only: bool = False) -> Datasets:
    """What the SQL files of a layer read and write.

    Args:
        folder: under ``include/sql/``.
        derived_only: leave out files that read what a delivery staged.
    """
    from steppe.lineage.tables import tables

    read: set[str] = set()
    written: set[str] = set()
    for file in sorted((settings.SQL / folder).rglob("*.sql")):
        reads, writes = tables(file.read_text(encoding="utf-8"))
        if not (derived_only and any(name.startswith("staging.") for name in reads)):
            read |= reads
            written |= writes
    return Datasets(dict.fromkeys(_of_layers(read - written)), dict.fromkeys(_of_layers(written)))


def of_marts(connection: Connection) -> Datasets:
    """What the marts are made from: tables by the SQL that fills them, views by their definition, each column with its origins."""
    with connection.transaction():
        columns = database.run(connection, "60_orchestration/select_columns.sql").fetchall()
        views = database.run(connection, "60_orchestration/select_mart_views.sql").fetchall()
    schema: dict[str, dict[str, dict[str, str]]] = {}
    for schema_name, table, column, kind in columns:
        schema.setdefault(schema_name, {}).setdefault(table, {})[column] = kind
    texts = [file.read_text(encoding="utf-8") for file in sorted((settings.SQL / "40_mart").glob("*.sql"))]
    texts += [f"INSERT INTO mart.{view} {definition}" for view, definition in views]
    found = of_folder("40_mart")
    found.columns = _remembered(texts, schema)
    found.writes |= dict.fromkeys(found.columns)
    begun = {table for columns in found.columns.values() for origin in columns.values() for table, _ in origin}
    # A temporary table is a step on the way.
    found.reads |= dict.fromkeys(_of_layers(begun - set(found.writes)))
    return found


def _remembered(texts: Iterable[str], schema: Schema) -> dict[str, dict[str, list[Origin]]]:
    """The origins of every text, worked out once for these texts: it takes seconds."""
    from steppe.lineage.columns import origins

    key = json.dumps([list(texts), schema, version("sqlglot")])
    file = settings.home().run / f"lineage-{sha256(key.encode()).hexdigest()[:16]}.json"
    if not file.exists():
        found: dict[str, dict[str, list[Origin]]] = {}
        for text in texts:
            try:
                found |= origins(text, schema)
            except Exception as error:  # what sqlglot cannot follow is told without its columns
                log.warning("columns of %s: not followed (%s)", text[:60].splitlines()[0], type(error).__name__)
        draft = file.with_suffix(".draft")
        draft.write_text(json.dumps(found))
        draft.replace(file)
    known: Mapping[str, Mapping[str, list[list[str]]]] = json.loads(file.read_text())
    return {
        table: {column: [(origin[0], origin[1]) for origin in begins] for column, begins in columns.items()}
        for table, columns in known.items()
    }


def _of_layers(names: Iterable[str]) -> list[str]:
    return sorted(name for name in names if name.partition(".")[0] in LAYERS)
