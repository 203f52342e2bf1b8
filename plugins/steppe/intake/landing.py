"""Landing: from the archive to rows of text in ``raw``."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from steppe import contracts, database, settings
from steppe.contracts import Contract, Resource
from steppe.database import Connection
from steppe.errors import Rejected
from steppe.intake import archive, fast, headers, manifest, package, receiving, tables, tolerant, workbook
from steppe.intake.manifest import File
from steppe.intake.package import Extent


@dataclass(frozen=True)
class Landed:
    """One resource of a landed delivery; ``rows`` counts the bad lines too."""

    resource: str
    rows: int
    landing_path: str
    encoding: str | None
    bad_lines: int = 0
    ignored_columns: int = field(default=0, compare=False)  # told when it is landed, not when that is looked up


@dataclass(frozen=True)
class _Delivery:
    delivery_id: int
    sha256: str
    state: str
    contract: Contract


def land(connection: Connection, delivery_id: int) -> list[Landed]:
    """Bring a delivery's rows into ``raw`` as text and mark it landed. Commits.

    Safe to run again: what is landed and whole is left as it is, what a killed run or a crashed server left is done afresh. Two at once
    on one delivery wait for each other.

    Raises:
        Rejected: with nothing left in ``raw``; the caller records it. A delivery rejected before is rejected again for its reason.
    """
    connection.commit()
    with locked(connection, delivery_id):
        delivery = _delivery(connection, delivery_id)
        if delivery.state in ("gated", "published") or is_landed(connection, delivery_id):
            return _landed(connection, delivery)
        resources = delivery.contract.resources
        tables.clear(connection, delivery_id, *resources)
        try:
            with receiving.scratch(delivery_id) as scratch, archive.local(delivery.sha256, scratch) as path:
                landed = _land_package(connection, delivery, path, scratch)
        except Rejected:
            tables.clear(connection, delivery_id, *resources)
            raise
        finally:
            _remove_scratch(delivery_id)
        return landed


def drop(connection: Connection, delivery_id: int) -> None:
    """Remove a delivery's rows from ``raw`` and its files from ``work/``. Commits. Safe to run again."""
    connection.commit()
    with locked(connection, delivery_id):
        with connection.transaction():
            found = connection.execute(
                "SELECT source FROM ops.delivery WHERE delivery_id = %s", (delivery_id,)
            ).fetchone()
        if found and found[0]:
            tables.clear(connection, delivery_id, *contracts.load(found[0]).resources)
        _remove_scratch(delivery_id)


def is_landed(connection: Connection, delivery_id: int) -> bool:
    """Whether the rows recorded for a landed delivery are in ``raw``.

    They are unlogged: after a crash of the server the tables are there and empty.
    """
    with connection.transaction():
        found = connection.execute(
            "SELECT source FROM ops.delivery WHERE delivery_id = %s AND landed_at IS NOT NULL", (delivery_id,)
        ).fetchone()
        if not found or not found[0]:
            return False
        recorded = database.run(connection, "05_intake/landed.sql", {"delivery_id": delivery_id}).fetchall()
        expected = {resource: rows - bad for resource, rows, _, _, bad in recorded}
        return bool(expected) and all(
            resource.name in expected
            and tables.has_rows(connection, resource, delivery_id) == (expected[resource.name] > 0)
            for resource in contracts.load(found[0]).resources
        )


@contextlib.contextmanager
def locked(connection: Connection, delivery_id: int) -> Iterator[None]:
    """Hold the delivery's advisory lock; it belongs to the session and outlives commits."""
    name = f"steppe.delivery.{delivery_id}"
    with receiving.only_one(connection, name):
        yield


def _delivery(connection: Connection, delivery_id: int) -> _Delivery:
    with connection.transaction():
        row = database.run(connection, "05_intake/delivery.sql", {"delivery_id": delivery_id}).fetchone()
    if row is None:
        raise LookupError(f"no delivery {delivery_id}")
    sha256, state, source, rule_id, reason_zh, reason_en = row
    if state == "rejected":
        raise Rejected(rule_id, reason_zh, reason_en)
    return _Delivery(delivery_id, sha256, state, contracts.load(source))


def _land_package(connection: Connection, delivery: _Delivery, path: Path, scratch: Path) -> list[Landed]:
    landed = []
    with package.open_package(path) as opened:
        said = manifest.parse(opened.manifest())
        for resource in delivery.contract.resources:
            file = said.file(resource.name)
            extent = opened.extent(file.path, scratch)
            if extent is None:
                raise LookupError(f"{resource.name} is not in the archived delivery {delivery.delivery_id}")
            landed.append((file, _land_file(connection, delivery.delivery_id, resource, file, extent)))
            if extent.path.is_relative_to(scratch):
                extent.path.unlink(missing_ok=True)
    with connection.transaction():
        for file, done in landed:
            database.run(
                connection,
                "05_intake/insert_resource.sql",
                {
                    "delivery_id": delivery.delivery_id,
                    "resource": done.resource,
                    "file_name": file.path,
                    "file_format": file.format,
                    "encoding": done.encoding,
                    "landing_path": done.landing_path,
                    "rows_in": done.rows,
                },
            )
            if done.ignored_columns:
                database.run(
                    connection,
                    "05_intake/note_ignored_columns.sql",
                    {
                        "delivery_id": delivery.delivery_id,
                        "resource": done.resource,
                        "ignored": done.ignored_columns,
                    },
                )
        database.run(connection, "05_intake/mark_landed.sql", {"delivery_id": delivery.delivery_id})
    return [done for _, done in landed]


def _land_file(connection: Connection, delivery_id: int, resource: Resource, file: File, extent: Extent) -> Landed:
    # The files of a folder were compared when they were hashed to be received.
    if extent.sha256 is not None:
        receiving.check_sum(resource.name, extent.sha256, file.sha256)
    if file.format == "xlsx":
        loaded = workbook.copy(connection, delivery_id, resource, extent)
        done = Landed(
            resource.name,
            loaded.rows + loaded.bad_lines,
            "tolerant",
            None,
            loaded.bad_lines,
            loaded.ignored_columns,
        )
    else:
        done = _land_csv(connection, delivery_id, resource, file, extent)
    if done.rows != file.rows:
        raise Rejected(
            "delivery.rows_missing",
            f"{headers.place_zh(resource)}清单称 {file.rows:,} 行，文件内 {done.rows:,} 行；请重新导出并打包后重报",
            f"{resource.name}: the manifest states {file.rows:,} rows and the file has {done.rows:,}; "
            "export and pack it again and send it again",
        )
    return done


def _land_csv(connection: Connection, delivery_id: int, resource: Resource, file: File, extent: Extent) -> Landed:
    layout = headers.read(extent, resource, file.encoding or "GB18030")
    try:
        return Landed(resource.name, fast.copy(connection, delivery_id, resource, layout), "fast", layout.encoding)
    except fast.NotPlain:
        rows, bad = tolerant.copy(connection, delivery_id, resource, layout)
        return Landed(resource.name, rows + bad, "tolerant", layout.encoding, bad, layout.ignored_columns)


def _landed(connection: Connection, delivery: _Delivery) -> list[Landed]:
    with connection.transaction():
        rows = database.run(connection, "05_intake/landed.sql", {"delivery_id": delivery.delivery_id}).fetchall()
    by_name = {resource: Landed(resource, count, path, encoding, bad) for resource, count, path, encoding, bad in rows}
    return [by_name[resource.name] for resource in delivery.contract.resources if resource.name in by_name]


def _remove_scratch(delivery_id: int) -> None:
    shutil.rmtree(settings.home().work / str(delivery_id), ignore_errors=True)
