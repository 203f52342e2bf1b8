"""The inbox: a folder in which anybody may leave anything; a delivery leaves it by one rename."""

from __future__ import annotations

import contextlib
import errno
import json
import logging
import os
import shutil
import time
import uuid
from itertools import count
from pathlib import Path

from steppe import contracts, settings
from steppe.errors import Rejected, SettingsError
from steppe.intake import content, package

_log = logging.getLogger(__name__)
CLAIMED = ".claimed"
UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart")
# A folder arrives file by file; without everything that its manifest lists it is given this long.
SETTLE_SECONDS = 5.0


def deliver(path: Path) -> Path:
    """Copy a delivery (a zip or a folder) into the inbox, whole or not at all; its place there.

    A name that is taken gets a number.

    Raises:
        SettingsError: there is no such file.
    """
    if not path.exists():
        raise SettingsError(f"there is no file {path}")
    inbox = settings.home().inbox
    draft = inbox / f".{uuid.uuid4().hex}.part"
    if path.is_dir():
        shutil.copytree(path, draft, symlinks=True)
    else:
        shutil.copyfile(path, draft)
    suffix = "" if path.is_dir() else path.suffix
    stem = path.name.removesuffix(suffix).lstrip(".") or "delivery"
    for number in count(1):
        target = inbox / (f"{stem}{suffix}" if number == 1 else f"{stem}_{number}{suffix}")
        if not os.path.lexists(target) and _place(draft, target):
            return target
    raise AssertionError("count does not end")


def _place(draft: Path, target: Path) -> bool:
    """Give a draft its name; False when somebody took the name meanwhile."""
    try:
        if draft.is_dir():
            draft.rename(target)
        else:
            os.link(draft, target)  # unlike a rename it never replaces
            draft.unlink()
    except OSError as error:
        if error.errno in (errno.EEXIST, errno.ENOTEMPTY):
            return False
        if draft.is_dir():
            raise
        draft.rename(target)  # a file system without links
    return True


def claim(source: str) -> list[Path]:
    """Take the deliveries of one source out of the inbox, and those taken before that were never received.

    What has no readable manifest of a known source belongs to whoever claims first. Names that begin with a dot or end like an
    unfinished copy stay, and so does what is still being written.
    """
    inbox = settings.home().inbox
    place = inbox / CLAIMED / source
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in sorted(inbox.iterdir()):
        if path.name.startswith(".") or path.name.lower().endswith(UNFINISHED):
            continue
        # Somebody else may take it at any moment.
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            if _source_of(path) in (source, None) and not _is_arriving(path):
                token = place / uuid.uuid4().hex
                token.mkdir(mode=0o700)
                try:
                    path.rename(token / path.name)
                except OSError as error:
                    token.rmdir()
                    if isinstance(error, FileNotFoundError):
                        continue  # it was taken between the look at its manifest and now
                    _log.warning(
                        "cannot take %s out of the inbox (%s): give it to this user", path.name, error.strerror
                    )
    return sorted((found for token in place.iterdir() if token.is_dir() for found in token.iterdir()), key=_order)


def has_unsettled() -> bool:
    """Whether a folder in the inbox may still be arriving."""
    return any(
        path.is_dir() and not path.name.startswith(".") and _is_arriving(path)
        for path in settings.home().inbox.iterdir()
    )


def is_claimed(path: Path) -> bool:
    return path.parent.parent.parent.name == CLAIMED


def discard(path: Path) -> None:
    """Remove a claimed delivery whose bytes are archived; does nothing to any other path."""
    if not is_claimed(path):
        return
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        path.parent.rmdir()


def _order(path: Path) -> tuple[str, str]:
    return path.name, path.parent.name


def _source_of(path: Path) -> str | None:
    document = _peek(path)
    source = document.get("source")
    return source if isinstance(source, str) and source in contracts.sources() else None


def _peek(path: Path) -> dict[str, object]:
    """The manifest as a mapping; empty when it cannot be read."""
    if path.is_symlink() or not (path.is_file() or path.is_dir()):
        return {}
    try:
        with package.open_package(path) as opened:
            document = json.loads(opened.manifest().decode("utf-8-sig"))
    except (Rejected, ValueError, RecursionError, PermissionError):
        return {}
    return document if isinstance(document, dict) else {}


def _is_arriving(path: Path) -> bool:
    """Whether a delivery is still being written: some process has it open, or a folder lacks listed files and changed just now."""
    if path.is_symlink() or not path.is_dir():
        return path.is_file() and content.is_being_written(path) is True
    try:
        members = [path / name for name in content.files_of(path)]
    except Rejected:
        return False
    if any(content.is_being_written(member) is True for member in members):
        return True
    newest = max((member.lstat().st_ctime for member in members), default=path.lstat().st_ctime)
    return not _is_complete(path) and time.time() - max(newest, path.lstat().st_mtime) < SETTLE_SECONDS


def _is_complete(folder: Path) -> bool:
    document = _peek(folder)
    files = document.get("files")
    if not isinstance(files, list):
        return False
    try:
        with package.open_package(folder) as opened:
            return all(isinstance(file, dict) and opened.has(str(file.get("path"))) for file in files)
    except Rejected:
        return True
