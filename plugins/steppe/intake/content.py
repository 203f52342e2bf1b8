"""What a delivery is known by: the SHA-256 of its content, computed in one streaming pass."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import signal
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from steppe.errors import Rejected
from steppe.intake import limits


@dataclass(frozen=True)
class Content:
    """Digest of a delivery; of a folder also the digest of each file in it, by relative path."""

    sha256: str
    size_bytes: int
    files: dict[str, str] | None = None

    @property
    def is_folder(self) -> bool:
        return self.files is not None


def sha256_of(path: Path) -> str:
    """SHA-256 (hex) of a file, read in pieces."""
    with path.open("rb", buffering=0) as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def read(path: Path) -> Content:
    """Hash a delivery: a file by its bytes, a folder by the sorted names, sizes and digests of its files.

    Raises:
        Rejected: ``delivery.unsafe_archive``, for a folder with links, devices or too many files.
    """
    kind = path.lstat().st_mode
    if stat.S_ISREG(kind):
        return Content(sha256_of(path), path.stat().st_size)
    if not stat.S_ISDIR(kind):
        raise Rejected(
            "delivery.unsafe_archive",
            "是链接或特殊文件，不予读取；请直接放入 zip 文件或文件夹",
            "a link or a special file is not read; deliver the zip or the folder itself",
        )
    files = files_of(path)
    # Hashing releases the interpreter, so two files are read at once.
    with ThreadPoolExecutor(2) as pool:
        digests = dict(zip(files, pool.map(lambda name: sha256_of(path / name), files), strict=True))
    sizes = {name: (path / name).stat().st_size for name in files}
    index = "".join(f"{digests[name]} {sizes[name]} {name}\n" for name in files)
    return Content(hashlib.sha256(index.encode(errors="surrogateescape")).hexdigest(), sum(sizes.values()), digests)


def unread(path: Path) -> Content:
    """A digest for what is not read: names, kinds, sizes and times alone, links never followed."""
    own = path.lstat()
    index, size = (
        hashlib.sha256(
            f"unread {own.st_mode} {own.st_size} {own.st_mtime_ns} {path.name}".encode(errors="surrogateescape")
        ),
        0,
    )
    for name, status in _entries(path) if stat.S_ISDIR(own.st_mode) else []:
        index.update(f"\n{status.st_mode} {status.st_size} {name}".encode(errors="surrogateescape"))
        size += status.st_size if stat.S_ISREG(status.st_mode) else 0
    return Content(index.hexdigest(), size, {})


def files_of(folder: Path) -> list[str]:
    """Relative paths of the regular files of a delivered folder, sorted.

    Raises:
        Rejected: ``delivery.unsafe_archive``.
    """
    found = []
    for name, status in _entries(folder):
        if stat.S_ISDIR(status.st_mode):
            continue
        if not stat.S_ISREG(status.st_mode):
            raise Rejected(
                "delivery.unsafe_archive",
                "文件夹内有链接或特殊文件，不予读取；请只放普通文件后重报",
                "the folder holds a link or a special file; deliver plain files only",
            )
        found.append(name)
        if len(found) > limits.MAX_MEMBERS:
            raise Rejected(
                "delivery.unsafe_archive",
                f"文件夹内超过 {limits.MAX_MEMBERS} 个文件；请只放清单所列文件后重报",
                f"the folder holds more than {limits.MAX_MEMBERS} files; deliver only what the manifest lists",
            )
    return sorted(found)


def _entries(folder: Path) -> list[tuple[str, os.stat_result]]:
    entries: list[tuple[str, os.stat_result]] = []
    pending = [""]
    while pending and len(entries) <= 2 * limits.MAX_MEMBERS:
        prefix = pending.pop()
        with os.scandir(folder / prefix) as scan:
            for entry in scan:
                name, status = prefix + entry.name, entry.stat(follow_symlinks=False)
                entries.append((name, status))
                if stat.S_ISDIR(status.st_mode):
                    pending.append(name + "/")
                if len(entries) > 2 * limits.MAX_MEMBERS:
                    break
    return sorted(entries, key=lambda entry: entry[0])


def is_being_written(path: Path) -> bool | None:
    """Whether some process has the file open for writing; None where the system cannot tell.

    Linux grants a read lease only on a file that nobody has open for writing.
    """
    if not hasattr(fcntl, "F_SETLEASE"):
        return None
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        # A broken lease is told by a signal, and the default one ends the process.
        with contextlib.suppress(AttributeError):
            fcntl.fcntl(handle, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:
        return None
    finally:
        os.close(handle)
    return False


def is_ours(path: Path) -> bool:
    """Whether a file can be moved into the archive as it is: our own, with no second name, and nobody writing to it."""
    status = path.lstat()
    return (
        stat.S_ISREG(status.st_mode)
        and status.st_nlink == 1
        and status.st_uid == os.geteuid()
        and is_being_written(path) is False
    )
