"""Deliveries that must be refused as a whole. Each comes beside the right one of its sender and month, under a name of its own."""

from __future__ import annotations

import copy
import hashlib
import io
import itertools
import re
import struct
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from steppe.sample import delivery
from steppe.sample.days import Month
from steppe.sample.delivery import File, Table
from steppe.sample.region import Sender


@dataclass(frozen=True)
class Right:
    """The right delivery that a broken one is made from; its tables still have the rows that it was written from."""

    source: str
    sender: Sender
    month: Month
    tables: Sequence[Table]
    files: Sequence[File]

    def said(self, files: Sequence[File] | None = None) -> dict[str, Any]:
        # A day earlier than the right one, and never the same bytes.
        return delivery.manifest(self.source, self.sender.code, self.month, files or self.files, day=2)

    def with_content(
        self, resource: str, change: Callable[[bytes], bytes], *, sums_agree: bool = True
    ) -> dict[str, bytes]:
        """Members with one file's bytes changed."""
        files = []
        for file in self.files:
            if file.entry["resource"] == resource:
                content = change(file.content)
                entry = file.entry | ({"sha256": hashlib.sha256(content).hexdigest()} if sums_agree else {})
                file = replace(file, content=content, entry=entry)  # noqa: PLW2901 - the file that goes into the zip
            files.append(file)
        return delivery.members(self.said(files), files)

    def with_table(self, resource: str, change: Callable[[Table], None]) -> dict[str, bytes]:
        """Members with one table's rows changed and all else agreeing with them."""
        files = []
        for table, file in zip(self.tables, self.files, strict=True):
            if table.resource.name == resource:
                other = copy.deepcopy(table)
                change(other)
                files.append(delivery.file(other, self.sender))
            else:
                files.append(file)
        return delivery.members(self.said(files), files)

    def with_manifest(self, change: Callable[[dict[str, Any]], None]) -> dict[str, bytes]:
        said = copy.deepcopy(self.said())
        change(said)
        return delivery.members(said, self.files)


Make = Callable[[Right], Mapping[str, bytes]]


@dataclass(frozen=True)
class Broken:
    """One way to break a delivery.

    Attributes:
        name: of the kind, without ``delivery.``; so is ``rule``.
        month: ``first`` or ``last`` of the delivered months.
        make: members of the zip from the right delivery.
        after: what is done to the finished file.
    """

    source: str
    name: str
    rule: str
    sender: str
    month: str
    note: str
    make: Make
    after: Callable[[bytes], bytes] | None = None


def _main(right: Right) -> str:
    """The resource that is spoilt: the second of several."""
    return right.tables[:2][-1].resource.name


def _control_total(said: dict[str, Any]) -> None:
    totals = next(entry["control_totals"] for entry in said["files"] if "control_totals" in entry)
    name = next(iter(totals))
    yuan, _, rest = totals[name].partition(".")
    totals[name] = f"{int(yuan) + 100}.{rest}"


def _text(change: Callable[[list[str]], str], encoding: str = "gb18030") -> Callable[[bytes], bytes]:
    def act(content: bytes) -> bytes:
        return change(content.decode(encoding, "surrogateescape").split("\n")).encode(encoding, "surrogateescape")

    return act


def _without_last_column(lines: list[str]) -> str:
    return "\n".join(line.rpartition(",")[0] for line in lines)


def _with_column_twice(lines: list[str]) -> str:
    return "\n".join(f"{line},{line.partition(',')[0]}" if line else line for line in lines)


def _long_line(lines: list[str]) -> str:
    return "\n".join([lines[0], lines[1] + "长" * 700_000, *lines[2:]])


def _one_in_five_wrong(table: Table) -> None:
    """The codes of another version of the list; the keys stay right, so that nothing looks deleted."""
    ability = table.columns["labour_ability"]
    ability[::5] = [code.lstrip("0") for code in ability[::5]]


def _one_in_five_gone(table: Table) -> None:
    for name, values in table.columns.items():
        table.columns[name] = [value for at, value in enumerate(values[: table.base]) if at % 5]
    table.base = len(next(iter(table.columns.values())))
    table.places.clear()
    table.breaks.clear()


def _traversal(right: Right) -> Mapping[str, bytes]:
    return {**delivery.members(right.said(), right.files), "../../etc/cron.d/steppe": b"* * * * * root true\n"}


def _external_entity(right: Right) -> Mapping[str, bytes]:
    """A workbook whose sheet asks the reader for a file of his own machine."""
    files = []
    for table, file in zip(right.tables, right.files, strict=True):
        if table.resource.name == _main(right):
            written = delivery.file(_few_rows(table), replace(right.sender, file_format="xlsx"))
            content = _with_entity(written.content)
            written = replace(
                written, content=content, entry=written.entry | {"sha256": hashlib.sha256(content).hexdigest()}
            )
            files.append(written)
        else:
            files.append(file)
    return delivery.members(right.said(files), files)


def _few_rows(table: Table) -> Table:
    columns = {name: values[:5] for name, values in table.columns.items()}
    return Table(table.resource, columns, {}, len(next(iter(columns.values()))))


def _with_entity(workbook: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copied:
        for member in source.infolist():
            content = source.read(member)
            if member.filename.startswith("xl/worksheets/"):
                declared = b'<!DOCTYPE worksheet [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
                content = re.sub(rb"(<worksheet)", declared + rb"\1", content, count=1)
            copied.writestr(zipfile.ZipInfo(member.filename, (2020, 6, 3, 9, 0, 0)), content)
    return target.getvalue()


def _encrypted(content: bytes) -> bytes:
    """The same zip with the mark of encryption on each member."""
    marked = bytearray(content)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = marked.find(signature)
        while at >= 0:
            flags = struct.unpack_from("<H", marked, at + offset)[0]
            struct.pack_into("<H", marked, at + offset, flags | 1)
            at = marked.find(signature, at + 4)
    return bytes(marked)


def _drop_member(right: Right) -> Mapping[str, bytes]:
    packed = delivery.members(right.said(), right.files)
    return {name: content for name, content in packed.items() if not name.startswith(_main(right))}


def _bad_json(right: Right) -> Mapping[str, bytes]:
    packed = delivery.members(right.said(), right.files)
    return packed | {"manifest.json": packed["manifest.json"][:-20]}


def _utf_16(content: bytes) -> bytes:
    return content.decode("gb18030", "surrogateescape").encode("utf-16", "surrogatepass")


def fewer_rows(right: Right) -> Mapping[str, bytes]:
    """The last lines are lost; the checksum is that of what is left, the number of rows is not."""
    return right.with_content(_main(right), lambda content: b"\n".join(content.rstrip(b"\n").split(b"\n")[:-3]) + b"\n")


def _same(right: Right) -> Mapping[str, bytes]:
    """Members as they should be; what is wrong is done to the finished file."""
    return delivery.members(right.said(), right.files)


def _set(**values: str) -> Make:
    return lambda right: right.with_manifest(lambda said: said.update(values))


def wrong_total(right: Right) -> Mapping[str, bytes]:
    return right.with_manifest(_control_total)


def _content(change: Callable[[bytes], bytes], *, sums_agree: bool = True) -> Make:
    return lambda right: right.with_content(_main(right), change, sums_agree=sums_agree)


def _persons(change: Callable[[Table], None]) -> Make:
    return lambda right: right.with_table("person", change)


def _cut(share: float) -> Callable[[bytes], bytes]:
    return lambda content: content[: int(len(content) * share)]


def _nothing(_: bytes) -> bytes:
    return b""


# Ways to break that fit any source.
CHECKSUM = _content(lambda content: content + b"\n", sums_agree=False)
CUT = _content(_cut(0.5), sums_agree=False)
UTF_16 = _content(_utf_16)
COLUMN_MISSING = _content(_text(_without_last_column))
COLUMN_TWICE = _content(_text(_with_column_twice))
EMPTY = _content(_nothing)

_register = partial(Broken, "household_registry")
_insurance = partial(Broken, "social_insurance")
_pv = partial(Broken, "pv_revenue")
# Small senders, so that the sample stays quick to make; their files are GB18030 with LF.
KINDS = (
    _pv("control_total", "control_total", "150100", "first", "控制总额多 100 元", wrong_total),
    _insurance("contribution_total", "control_total", "150700", "last", "缴费控制总额不符", wrong_total),
    _insurance("rows_missing", "rows_missing", "150100", "first", "比清单少三行", fewer_rows),
    _register("checksum", "checksum", "150300", "first", "校验和不符", CHECKSUM),
    _pv("cut_file", "checksum", "150700", "last", "文件被截断", CUT),
    _register("cut_zip", "unknown_file", "152501", "last", "压缩包被截断", _same, _cut(0.66)),
    _register("utf_16", "encoding", "150781", "first", "UTF-16 编码", UTF_16),
    _register("column_missing", "header", "150300", "last", "少一列", COLUMN_MISSING),
    _insurance("column_twice", "header", "150300", "last", "同一列两次", COLUMN_TWICE),
    _pv("traversal", "unsafe_archive", "150300", "first", "包内路径越界", _traversal),
    _pv("encrypted", "unsafe_archive", "150781", "last", "压缩包已加密", _same, _encrypted),
    _register("sender_unknown", "sender_unknown", "152501", "first", "报送单位不存在", _set(sender="159900")),
    _register("rejected_share", "rejected_share", "150100", "first", "五分之一代码不对", _persons(_one_in_five_wrong)),
    _register("mass_deletion", "mass_deletion", "150700", "last", "五分之一的人消失", _persons(_one_in_five_gone)),
    _insurance("file_missing", "file_missing", "150781", "first", "缺一个文件", _drop_member),
    _insurance("manifest_json", "manifest", "152501", "first", "清单不是 JSON", _bad_json),
    _insurance("contract_version", "manifest", "150781", "last", "合同版本不符", _set(contract_version="2.0.0")),
    _pv("empty_file", "empty", "152501", "last", "文件为空", EMPTY),
    _register("line_too_long", "line_too_long", "150781", "last", "一行超过 1 MB", _content(_text(_long_line))),
    _insurance("external_entity", "unsafe_workbook", "152501", "last", "工作簿引用外部实体", _external_entity),
)


def unknown_file(folder: Path) -> Path:
    """Something that is no delivery at all."""
    path = folder / "关于报送数据的说明.docx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 4)
    return path


def write(broken: Broken, right: Right, folder: Path) -> Path:
    """Write the broken delivery beside the right one; where the first delivered month is the last one, too, there may be several."""
    names = (f"{right.source}_{right.sender.code}_{right.month.code}_{number}.zip" for number in itertools.count(1))
    path = next(path for path in map(folder.joinpath, names) if not path.exists())
    delivery.write_zip(path, broken.make(right), right.month)
    if broken.after:
        path.write_bytes(broken.after(path.read_bytes()))
    return path
