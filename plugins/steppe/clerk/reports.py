"""Files for senders: a folder for each under ``reports/``, closed to other users, one file for each delivery and kind."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import IO, Any

from steppe import database, settings
from steppe.clerk import offences, page, workbook
from steppe.clerk.offences import FOLDER, Returned
from steppe.database import Connection
from steppe.errors import Rejected


def hand_back(connection: Connection, delivery_id: int, rejected: Rejected | None = None) -> None:
    """Make what goes back to the sender of a delivery that was judged, or is (about to be) rejected. Commits. Safe to run again.

    A page for each delivery; a workbook where there is something to correct. What an earlier try left and no longer holds is removed.
    """
    with connection.transaction():
        returned = offences.gather(connection, delivery_id, rejected)
        place = _place(returned)
        book = None if returned.is_clean else f"{place}.xlsx"
        files: dict[str, tuple[str, Callable[[IO[bytes]], None] | None]] = {
            "workbook": (f"{place}.xlsx", None if book is None else lambda target: workbook.write(target, returned)),
            "page": (
                f"{place}.html",
                lambda target: page.write(target, returned, workbook=book and PurePosixPath(book).name),
            ),
        }
        for kind, (path, write) in files.items():
            _keep(connection, {"delivery_id": delivery_id, "kind": kind, "path": path}, write)


def _keep(connection: Connection, values: dict[str, Any], write: Callable[[IO[bytes]], None] | None) -> None:
    file = settings.home().reports / values["path"]
    if write is None:
        file.unlink(missing_ok=True)
        connection.execute(
            "DELETE FROM ops.delivery_report WHERE delivery_id = %(delivery_id)s AND kind = %(kind)s", values
        )
        return
    save(file, write)
    database.run(connection, f"{FOLDER}/record_report.sql", values)


def save(path: Path, write: Callable[[IO[bytes]], None]) -> None:
    """Write a file whole or not at all, readable by its owner alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{uuid.uuid4().hex}.part")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
            write(target)
        draft.replace(path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            draft.unlink()


def _place(returned: Returned) -> str:
    """Path without its suffix; it holds codes only."""
    source = returned.contract.source if returned.contract else "unknown"
    month = f"{returned.period:%Y-%m}" if returned.period else "unknown"
    return f"{returned.sender_code or 'unknown'}/{source}_{month}_{returned.delivery_id}"
