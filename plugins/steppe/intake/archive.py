"""The archive: every delivered byte, by content, written once and never changed.

A file is kept as ``<ab>/<sha256>.zip`` (``.bin`` when it is no zip), a folder as the folder ``<ab>/<digest>.folder``. On a local disk
a delivery that is surely ours alone is moved in by one rename and costs no copy; everything else is copied beside its final
name and renamed.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import fsspec

from steppe import settings
from steppe.errors import SettingsError
from steppe.intake import content
from steppe.intake.content import Content

SUFFIXES = (".zip", ".folder", ".bin")


def store(path: Path, what: Content, *, may_move: bool) -> None:
    """Put a delivery into the archive; content that is there already is left alone.

    Args:
        path: the delivered file or folder.
        what: its content as hashed.
        may_move: the delivery is claimed, so that its bytes may be moved instead of copied.
    """
    suffix = ".folder" if what.is_folder else ".zip" if _starts_as_zip(path) else ".bin"
    filesystem, root = _filesystem()
    target = _place(root, what.sha256, suffix)
    if not _is_local(filesystem):
        _store_remote(filesystem, path, target, what)
        return
    final = Path(target)
    if final.exists():
        return
    final.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    members = [path] if what.files is None else [path / name for name in what.files]
    draft = final.with_name(f".{final.name}.{uuid.uuid4().hex}")
    if may_move and path.stat().st_dev == final.parent.stat().st_dev and all(map(content.is_ours, members)):
        before = [_identity(member) for member in members]
        path.rename(draft)
        moved = [draft] if what.files is None else [draft / name for name in what.files]
        for member, identity in zip(moved, before, strict=True):
            if _identity(member) != identity:
                raise OSError(f"{path.name} changed while it was received")
    elif what.files is None:
        shutil.copyfile(path, draft)
    else:
        for name in what.files:
            (draft / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.copyfile(path / name, draft / name, follow_symlinks=False)
        draft.mkdir(mode=0o700, exist_ok=True)
    _seal(draft)
    # Losing a race to an identical content is no loss.
    try:
        draft.rename(final)
    except OSError:
        if not final.exists():
            raise
        shutil.rmtree(draft) if draft.is_dir() else draft.unlink()
    _sync(final.parent)


@contextlib.contextmanager
def local(sha256: str, scratch: Path) -> Iterator[Path]:
    """The archived delivery as a local file or folder: itself on a local disk, else a copy under ``scratch``.

    Raises:
        SettingsError: the archive does not have it.
    """
    filesystem, root = _filesystem()
    for suffix in SUFFIXES:
        place = _place(root, sha256, suffix)
        if filesystem.exists(place):
            break
    else:
        raise SettingsError(f"the archive has no content {sha256[:12]}…: restore it, or set STEPPE_ARCHIVE_URL back")
    if _is_local(filesystem):
        yield Path(place)
        return
    copy = scratch / f"archived{suffix}"
    if suffix == ".folder":
        shutil.rmtree(copy, ignore_errors=True)
        for found in filesystem.find(place):
            target = copy / PurePosixPath(found).relative_to(PurePosixPath(place))
            target.parent.mkdir(parents=True, exist_ok=True)
            filesystem.get_file(found, str(target))
    else:
        filesystem.get_file(place, str(copy))
    yield copy


def _filesystem() -> tuple[Any, str]:
    return fsspec.core.url_to_fs(settings.home().archive_url)  # type: ignore[no-any-return]


def _is_local(filesystem: Any) -> bool:
    return "file" in ((filesystem.protocol,) if isinstance(filesystem.protocol, str) else filesystem.protocol)


def _place(root: str, sha256: str, suffix: str) -> str:
    return f"{root.rstrip('/')}/{sha256[:2]}/{sha256}{suffix}"


def _starts_as_zip(path: Path) -> bool:
    with path.open("rb") as handle:
        return handle.read(2) == b"PK"


def _store_remote(filesystem: Any, path: Path, target: str, what: Content) -> None:
    if filesystem.exists(target):
        return
    draft = f"{target}.{uuid.uuid4().hex}.part"
    if what.files is None:
        filesystem.makedirs(target.rpartition("/")[0], exist_ok=True)
        filesystem.put_file(str(path), draft)
    else:
        for name in what.files:
            place = f"{draft}/{name}"
            filesystem.makedirs(place.rpartition("/")[0], exist_ok=True)
            filesystem.put_file(str(path / name), place)
    filesystem.mv(draft, target, recursive=what.files is not None)


def _identity(path: Path) -> tuple[int, int, int]:
    status = path.lstat()
    return status.st_ino, status.st_size, status.st_mtime_ns


def _seal(draft: Path) -> None:
    """Make a draft durable and read-only."""
    for member in [draft] if draft.is_file() else sorted(draft.rglob("*")):
        if member.is_file():
            _sync(member)
            member.chmod(0o400)
        else:
            member.chmod(0o700)
    if draft.is_dir():
        draft.chmod(0o700)
        _sync(draft)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
