"""A delivery as a set of named files: a zip that is trusted in nothing, or a folder.

A member is handed out as an ``Extent``, a range of bytes of a local file: what lies uncompressed in a zip is read where it is, what
is compressed is unpacked under limits that hold whatever the zip says about itself.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from steppe.errors import Rejected
from steppe.intake import content, limits

MANIFEST = "manifest.json"
_NESTED = re.compile(r"\.(zip|rar|7z|gz|tgz|tar|bz2|xz|zst)$", re.IGNORECASE)
_LOCAL_HEADER = struct.Struct("<4s5H3L2H")


@dataclass(frozen=True)
class Extent:
    """``size`` bytes of a local file from ``start``; ``sha256`` where it was computed on the way."""

    path: Path
    start: int
    size: int
    sha256: str | None = None

    @property
    def end(self) -> int:
        return self.start + self.size

    def chunks(self, size: int | None = None) -> Iterator[bytes]:
        """The bytes in pieces of ``size``, by default ``limits.CHUNK_BYTES``."""
        size = size or limits.CHUNK_BYTES
        with self.path.open("rb", buffering=0) as handle:
            handle.seek(self.start)
            left = self.size
            while left > 0 and (chunk := handle.read(min(size, left))):
                left -= len(chunk)
                yield chunk

    def read(self, limit: int) -> bytes:
        """The first bytes, at most ``limit``."""
        return next(self.chunks(min(limit, max(self.size, 1))), b"")


class Package(Protocol):
    """A delivery that is open for reading."""

    def manifest(self) -> bytes:
        """The manifest's bytes.

        Raises:
            Rejected: ``delivery.manifest``.
        """

    def extent(self, name: str, scratch: Path) -> Extent | None:
        """A member by its path in the manifest, unpacked into ``scratch`` if need be; None when there is none."""

    def has(self, name: str) -> bool: ...


@contextlib.contextmanager
def open_package(path: Path) -> Iterator[Package]:
    """Open a delivered file or folder.

    Raises:
        Rejected: ``delivery.empty``, ``delivery.unknown_file`` or ``delivery.unsafe_archive``.
    """
    if path.is_dir():
        yield _Folder(path, content.files_of(path))
        return
    if path.stat().st_size == 0:
        raise Rejected("delivery.empty", "文件为空；请重新导出后报送", "the file is empty; export and deliver it again")
    with path.open("rb") as handle:
        archive = _open_zip(handle)
        with archive:
            yield _Zip(path, archive)


class _Folder:
    def __init__(self, path: Path, names: list[str]) -> None:
        self._path = path
        self._root = _root_of(names)
        self._names = {_normal(name): name for name in names}

    def has(self, name: str) -> bool:
        return _normal(self._root + name) in self._names

    def manifest(self) -> bytes:
        extent = self.extent(MANIFEST, self._path)
        return _manifest_bytes(extent.size if extent else None, lambda: extent.path.open("rb"))  # type: ignore[union-attr]

    def extent(self, name: str, scratch: Path) -> Extent | None:  # noqa: ARG002 - nothing to unpack
        found = self._names.get(_normal(self._root + name))
        if found is None:
            return None
        path = self._path / found
        return Extent(path, 0, path.stat().st_size)


class _Zip:
    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self._path, self._archive = path, archive
        members = [member for member in archive.infolist() if not member.is_dir()]
        names = {_normal(name_of(member)): member for member in members}
        self._root = _root_of([name_of(member) for member in members])
        self._members = names

    def has(self, name: str) -> bool:
        return _normal(self._root + name) in self._members

    def manifest(self) -> bytes:
        member = self._members.get(_normal(self._root + MANIFEST))
        return _manifest_bytes(
            member.file_size if member else None,
            lambda: self._archive.open(member),  # type: ignore[arg-type]
        )

    def extent(self, name: str, scratch: Path) -> Extent | None:
        member = self._members.get(_normal(self._root + name))
        if member is None:
            return None
        if member.compress_type == zipfile.ZIP_STORED:
            return self._stored(member)
        if member.file_size > limits.max_unpacked_bytes(scratch):
            raise unsafe("解压后过大", "it unpacks to more than the disk allows")
        target = scratch / hashlib.sha256(name.encode()).hexdigest()[:16]
        digest, size = hashlib.sha256(), 0
        with target.open("wb", buffering=0) as output:
            for chunk in unpacked(self._archive, member):
                digest.update(chunk)
                output.write(chunk)
                size += len(chunk)
        return Extent(target, 0, size, digest.hexdigest())

    def _stored(self, member: zipfile.ZipInfo) -> Extent:
        with self._path.open("rb") as handle:
            handle.seek(member.header_offset)
            head = handle.read(_LOCAL_HEADER.size)
        if len(head) < _LOCAL_HEADER.size or not head.startswith(b"PK\3\4"):
            raise damaged()
        fields = _LOCAL_HEADER.unpack(head)
        start = member.header_offset + _LOCAL_HEADER.size + fields[9] + fields[10]
        if member.file_size != member.compress_size or start + member.file_size > self._path.stat().st_size:
            raise damaged()
        extent = Extent(self._path, start, member.file_size)
        digest = hashlib.sha256()
        for chunk in extent.chunks():
            digest.update(chunk)
        return Extent(self._path, start, member.file_size, digest.hexdigest())


def unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """A member's bytes in pieces, never more than it declares and never beyond the ratio limit.

    Raises:
        Rejected: ``delivery.unsafe_archive`` or, for damage, ``delivery.unknown_file``.
    """
    size, allowed = 0, max(limits.RATIO_APPLIES_FROM_BYTES, member.compress_size * limits.MAX_RATIO)
    try:
        with archive.open(member) as source:
            while chunk := source.read(limits.CHUNK_BYTES):
                size += len(chunk)
                if size > allowed:
                    raise unsafe("压缩比异常（压缩炸弹）", "it unpacks to far more than its size (a zip bomb)")
                yield chunk
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, struct.error) as error:
        raise damaged() from error
    if size != member.file_size:
        raise damaged()


class _BoundedReads(io.RawIOBase):
    """A file that refuses one huge read: a zip that claims a huge directory cannot make the reader fetch it."""

    def __init__(self, handle: BinaryIO) -> None:
        self._handle = handle

    def read(self, size: int | None = -1) -> bytes:  # type: ignore[override]
        if size is None or size < 0 or size > limits.MAX_DIRECTORY_BYTES:
            here = self._handle.tell()
            left = self._handle.seek(0, io.SEEK_END) - here
            self._handle.seek(here)
            if left > limits.MAX_DIRECTORY_BYTES:
                raise unsafe("目录区过大", "its directory is too large")
            size = left
        return self._handle.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._handle.seek(offset, whence)

    def tell(self) -> int:
        return self._handle.tell()

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True


def _open_zip(handle: BinaryIO) -> zipfile.ZipFile:
    start = handle.read(4)
    handle.seek(0)
    if start[:2] != b"PK":
        raise Rejected(
            "delivery.unknown_file",
            "不是 zip 报送包；请按报送格式打包（zip，内含 manifest.json）后重报",
            "not a zip delivery; pack it as the delivery format says (a zip with manifest.json) and send it again",
        )
    return checked_zip(handle)


def checked_zip(handle: BinaryIO) -> zipfile.ZipFile:
    """Open a zip and judge its directory before any member is read.

    Raises:
        Rejected: ``delivery.unsafe_archive`` or ``delivery.unknown_file``.
    """
    try:
        archive = zipfile.ZipFile(_BoundedReads(handle))  # type: ignore[arg-type]
    except (
        zipfile.BadZipFile,
        EOFError,
        OSError,
        NotImplementedError,
        ValueError,
        OverflowError,
        struct.error,
    ) as error:
        raise damaged() from error
    _judge_directory(archive.infolist())
    return archive


def _judge_directory(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > limits.MAX_MEMBERS:
        raise unsafe(f"超过 {limits.MAX_MEMBERS} 个文件", f"it holds more than {limits.MAX_MEMBERS} files")
    seen: set[str] = set()
    packed = unpacked_size = 0
    for member in members:
        _judge_member(member)
        name = _normal(name_of(member)).casefold()
        if name in seen:
            raise unsafe("包内文件重名", "two of its files have one name")
        seen.add(name)
        packed += member.compress_size
        unpacked_size += member.file_size
    if unpacked_size > max(limits.RATIO_APPLIES_FROM_BYTES, packed * limits.MAX_RATIO):
        raise unsafe("压缩比异常（压缩炸弹）", "it unpacks to far more than its size (a zip bomb)")
    if unpacked_size > limits.MAX_UNPACKED_BYTES:
        raise unsafe("解压后过大", "it unpacks to more than is allowed")
    ends = 0
    for member in sorted(members, key=lambda member: member.header_offset):
        if member.header_offset < ends:
            raise unsafe("包内文件相互重叠（压缩炸弹）", "its files overlap each other (a zip bomb)")
        ends = member.header_offset + _LOCAL_HEADER.size + member.compress_size


def _judge_member(member: zipfile.ZipInfo) -> None:
    name = name_of(member)
    parts = name.split("/")
    if member.flag_bits & 0x41:
        raise unsafe("已加密", "it is encrypted")
    if name.startswith("/") or re.match(r"^[A-Za-z]:", name) or ".." in parts:
        raise unsafe("包内路径越界", "a path in it leads outside of it")
    if any(ord(character) < 32 for character in name) or len(name) > 255:
        raise unsafe("包内文件名不合规", "a file name in it is not allowed")
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise unsafe("含链接或特殊文件", "it holds a link or a special file")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise unsafe(
            "压缩方式不支持（只收 store、deflate）", "its compression is not supported (store or deflate only)"
        )
    if _NESTED.search(name):
        raise unsafe("包中套包", "it holds another archive")


def name_of(member: zipfile.ZipInfo) -> str:
    """A member's path with forward slashes; Windows writes Chinese names in GBK without saying so."""
    name = member.filename
    if not member.flag_bits & 0x800:
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("gb18030")
    return name.replace("\\", "/")


def _normal(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _root_of(names: list[str]) -> str:
    """The folder that the manifest is in: the top, or the one folder that was packed as a whole."""
    if MANIFEST in names:
        return ""
    found = [name for name in names if name.endswith("/" + MANIFEST) and not name.startswith("__MACOSX/")]
    return found[0].removesuffix(MANIFEST) if len(found) == 1 else ""


def _manifest_bytes(size: int | None, opener: Any) -> bytes:
    if size is None:
        raise Rejected(
            "delivery.manifest",
            f"缺少清单 {MANIFEST}；请把清单放在报送包顶层后重报",
            f"there is no {MANIFEST}; put it at the top of the delivery and send it again",
        )
    if size > limits.MAX_MANIFEST_BYTES:
        raise Rejected(
            "delivery.manifest",
            f"清单 {MANIFEST} 超过 1 MB；请核对后重报",
            f"{MANIFEST} is larger than 1 MB; correct it and send it again",
        )
    try:
        with opener() as source:
            data: bytes = source.read(limits.MAX_MANIFEST_BYTES)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, struct.error) as error:
        raise damaged() from error
    return data


def unsafe(zh: str, en: str) -> Rejected:
    return Rejected(
        "delivery.unsafe_archive",
        f"压缩包不安全：{zh}；请重新打包后重报",
        f"the archive is unsafe: {en}; pack it again and send it again",
    )


def damaged() -> Rejected:
    return Rejected(
        "delivery.unknown_file",
        "压缩包已损坏或不完整；请重新打包后重报",
        "the archive is damaged or incomplete; pack it again and send it again",
    )
