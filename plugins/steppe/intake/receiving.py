"""Receiving: from a claimed file to a row in ``ops.delivery``, its bytes in the archive and its manifest judged."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from steppe import database, settings
from steppe.database import Connection
from steppe.errors import Rejected
from steppe.intake import archive, content, inbox, manifest, package
from steppe.intake.content import Content
from steppe.intake.manifest import Manifest, Told

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Received:
    """A delivery as received: new, or one whose content was known."""

    delivery_id: int
    is_new: bool
    state: str


def receive(connection: Connection, path: Path) -> Received:
    """Record a delivery and archive its bytes. Commits. Safe to run again and at once with itself.

    Content that is known gets a receipt and nothing else. A delivery whose manifest does not hold is recorded as rejected. A claimed
    path is gone afterwards, any other is left as it is.
    """
    connection.commit()
    try:
        what, refusal = content.read(path), None
    except Rejected as error:
        what, refusal = content.unread(path), error
    except PermissionError:
        what, refusal = content.unread(path), _unreadable()
    with connection.transaction():
        known = _receipt(connection, path, what)
    if known:
        inbox.discard(path)
        return Received(known[0], False, known[1])
    facts = Told()
    if refusal is None:
        facts, refusal = _judge(path, what)
        archive.store(path, what, may_move=inbox.is_claimed(path))
    with connection.transaction():
        inserted = database.run(
            connection,
            "05_intake/insert_delivery.sql",
            {
                "sha256": what.sha256,
                "file_name": _printable(path.name),
                "size_bytes": what.size_bytes,
                **asdict(facts),
                "rule_id": refusal and refusal.rule_id,
                "reason_zh": refusal and refusal.zh,
                "reason_en": refusal and refusal.en,
            },
        ).rowcount
        found = _receipt(connection, path, what)
    inbox.discard(path)
    if found is None:
        raise AssertionError("a delivery that was inserted has no receipt")
    return Received(found[0], inserted == 1, found[1])


def receive_inbox(connection: Connection, source: str) -> list[int]:
    """Claim and receive everything of a source; its deliveries that are not final, and those rejected now, in order of period.

    Two at once for one source wait for each other. A folder that is still arriving is given a few seconds. Commits.
    """
    received: list[int] = []
    connection.commit()
    with only_one(connection, f"steppe.receive.{source}"):
        deadline = time.monotonic() + 2 * inbox.SETTLE_SECONDS
        while True:
            for path in inbox.claim(source):
                got = receive(connection, path)
                if got.is_new:
                    received.append(got.delivery_id)
            if not inbox.has_unsettled() or time.monotonic() > deadline:
                break
            time.sleep(0.5)
        with connection.transaction():
            rows = database.run(
                connection, "05_intake/open_deliveries.sql", {"source": source, "received": received}
            ).fetchall()
    return [delivery_id for (delivery_id,) in rows]


def manifest_of(connection: Connection, delivery_id: int) -> Manifest:
    """The manifest of a received delivery, from the archive.

    Raises:
        Rejected: the delivery has no valid manifest.
    """
    with connection.transaction():
        found = connection.execute("SELECT sha256 FROM ops.delivery WHERE delivery_id = %s", (delivery_id,)).fetchone()
    if found is None:
        raise LookupError(f"no delivery {delivery_id}")
    with scratch(delivery_id) as folder, archive.local(found[0], folder) as path, package.open_package(path) as opened:
        return manifest.parse(opened.manifest())


@contextlib.contextmanager
def scratch(delivery_id: int) -> Iterator[Path]:
    """The delivery's folder under ``work/``, where its members are unpacked; ``drop`` removes it."""
    folder = settings.home().work / str(delivery_id)
    folder.mkdir(mode=0o700, exist_ok=True)
    yield folder


@contextlib.contextmanager
def only_one(connection: Connection, name: str) -> Iterator[None]:
    """Hold the session's advisory lock of this name; it outlives commits. Ends the transaction at both ends."""
    connection.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", (name,))
    connection.commit()
    try:
        yield
    finally:
        if not connection.closed:
            connection.rollback()
            connection.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", (name,))
            connection.commit()


def _receipt(connection: Connection, path: Path, what: Content) -> tuple[int, str] | None:
    values = {"sha256": what.sha256, "file_name": _printable(path.name)}
    row = database.run(connection, "05_intake/known_content.sql", values).fetchone()
    return (row[0], row[1]) if row else None


def _judge(path: Path, what: Content) -> tuple[Told, Rejected | None]:
    """What the manifest says and, where it does not hold, why."""
    facts = Told()
    try:
        with package.open_package(path) as opened:
            text = opened.manifest()
            facts = manifest.told(text)
            found = manifest.parse(text)
            facts = Told(found.source, found.sender, found.month, found.contract_version, found.created_at)
            for file in found.files:
                if not opened.has(file.path):
                    raise Rejected(
                        "delivery.file_missing",
                        f"报送包内没有清单所列的 {file.resource} 文件；请补齐后重报",
                        f"the file of {file.resource} that the manifest lists is not in the delivery; add it and send it again",
                    )
                if what.files is not None:
                    extent = opened.extent(file.path, path)
                    name = str(extent.path.relative_to(path)) if extent else ""
                    check_sum(file.resource, what.files.get(name, ""), file.sha256)
    except Rejected as error:
        return facts, error
    except Exception as error:  # whatever a hostile file can make a reader do, the files behind it must go on
        _log.warning("the reader failed with %s", type(error).__name__)
        return facts, _unreadable()
    return facts, None


def _unreadable() -> Rejected:
    return Rejected(
        "delivery.unknown_file",
        "文件无法读取；请核对文件及其权限后重报",
        "the file cannot be read; check it and its permissions and send it again",
    )


def check_sum(resource: str, found: str, stated: str) -> None:
    """Compare a file's digest with the manifest's.

    Raises:
        Rejected: ``delivery.checksum``.
    """
    if found != stated:
        raise Rejected(
            "delivery.checksum",
            f"{resource} 文件的 SHA-256 与清单不符，文件可能在传输中损坏或生成清单后被改动；请重新打包后重报",
            f"the SHA-256 of the file of {resource} differs from the manifest's: it was damaged or changed after the "
            "manifest was written; pack it again and send it again",
        )


def _printable(name: str) -> str:
    """A file name that PostgreSQL can keep: no NUL, no surrogates."""
    return name.encode("utf-8", "replace").decode()[:255]
