"""The gate's verdict on a file before it is sent: landed and judged in a transaction that is rolled back."""

from __future__ import annotations

import dataclasses
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import psycopg

from steppe import contracts, database
from steppe.contracts import Resource
from steppe.database import Connection
from steppe.errors import Rejected
from steppe.gate import judging, onepass, quarantine, stock
from steppe.gate.relations import FOLDER, Delivery
from steppe.gate.verdict import Finding, GateError, Verdict
from steppe.intake import content, headers, manifest, package, receiving, tolerant, workbook
from steppe.intake.manifest import File, Manifest
from steppe.intake.package import Extent

FINDINGS_PER_RESOURCE = 10_000


def check(
    path: Path, engine: Literal["sql", "gx"] = "sql", look: Callable[[Connection, int], None] | None = None
) -> Verdict:
    """Judge a delivery that was not sent. Nothing of it is kept, not even that it was checked.

    Args:
        path: a zip file or folder with a manifest.
        engine: ``sql`` judges in one pass, as a delivery is judged; ``gx`` lets stock Great Expectations evaluate every rule.
        look: is shown the delivery, by number, as if it had been sent and judged, before all of that is undone.

    Returns:
        The verdict, with findings; a rule on the whole that fails is a finding too.

    Raises:
        Rejected: the file cannot be read as a delivery.
        GateError: the server or a rule failed.
    """
    with tempfile.TemporaryDirectory(prefix="steppe-check-") as scratch, database.connect("loader") as connection:
        try:
            with connection.transaction(force_rollback=True):
                delivery, said = _land(connection, path, Path(scratch))
                verdict, refused = _judge(connection, delivery, said, engine)
                if look:
                    judging.settle(connection, delivery, verdict, accepted=False)
                    if refused:
                        judging.record_rejection(connection, delivery.delivery_id, refused)
                    look(connection, delivery.delivery_id)
                return verdict
        except psycopg.Error as error:
            raise GateError(f"{path.name}: the server answered {type(error).__name__} ({error.sqlstate})") from None


def _land(connection: Connection, path: Path, scratch: Path) -> tuple[Delivery, Manifest]:
    what = content.read(path)
    with package.open_package(path) as opened:
        said = manifest.parse(opened.manifest())
        contract = contracts.load(said.source)
        row = database.run(
            connection,
            f"{FOLDER}/insert_check.sql",
            {
                # The same content may have been delivered; this row is rolled back and must not collide with it.
                "sha256": uuid.uuid4().hex * 2,
                "file_name": "check",
                "size_bytes": what.size_bytes,
                "source": said.source,
                "sender_code": said.sender,
                "period": said.month,
                "contract_version": said.contract_version,
            },
        ).fetchone()
        if row is None:
            raise AssertionError("insert_check.sql returns the delivery")
        for resource in contract.resources:
            file = said.file(resource.name)
            extent = opened.extent(file.path, scratch)
            if extent is None:
                raise Rejected(
                    "delivery.file_missing",
                    f"报送包内没有清单所列的 {resource.name} 文件；请补齐",
                    f"the file of {resource.name} that the manifest lists is not in the delivery; add it",
                )
            digest = extent.sha256 or content.sha256_of(extent.path)
            receiving.check_sum(resource.name, digest, file.sha256)
            _land_file(connection, row[0], resource, file, extent)
    return judging.load(connection, row[0]), said


def _land_file(connection: Connection, delivery_id: int, resource: Resource, file: File, extent: Extent) -> None:
    """Land one file on this connection alone: the fast path's second stream would not see the transaction."""
    if file.format == "xlsx":
        loaded = workbook.copy(connection, delivery_id, resource, extent)
        rows, encoding = loaded.rows + loaded.bad_lines, None
    else:
        layout = headers.read(extent, resource, file.encoding or "GB18030")
        rows, encoding = sum(tolerant.copy(connection, delivery_id, resource, layout)), layout.encoding
    if rows != file.rows:
        raise Rejected(
            "delivery.rows_missing",
            f"{headers.place_zh(resource)}清单称 {file.rows:,} 行，文件内 {rows:,} 行",
            f"{resource.name}: the manifest states {file.rows:,} rows and the file has {rows:,}",
        )
    database.run(
        connection,
        "05_intake/insert_resource.sql",
        {
            "delivery_id": delivery_id,
            "resource": resource.name,
            "file_name": file.path,
            "file_format": file.format,
            "encoding": encoding,
            "landing_path": "tolerant",
            "rows_in": rows,
        },
    )


def _judge(connection: Connection, delivery: Delivery, said: Manifest, engine: str) -> tuple[Verdict, Rejected | None]:
    verdict, refused = judging.decide(connection, delivery, said, stock.ENGINE if engine == "gx" else onepass.ENGINE)
    located: list[Finding] = []
    for resource in delivery.contract.resources:
        located += quarantine.findings(connection, delivery, resource, FINDINGS_PER_RESOURCE)
    if refused:
        located.insert(0, Finding("delivery", None, refused.rule_id, "critical", None, f"{refused.zh} {refused.en}"))
    return dataclasses.replace(verdict, findings=tuple(located)), refused
