"""The first line of a CSV file: in which encoding the file is, and which column stands where."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from dataclasses import dataclass

from steppe.contracts import Resource
from steppe.errors import Rejected
from steppe.intake import limits
from steppe.intake.package import Extent

PYTHON_CODECS = {"GB18030": "gb18030", "UTF-8": "utf-8"}
POSTGRES_ENCODINGS = {"GB18030": "GB18030", "UTF-8": "UTF8"}


@dataclass(frozen=True)
class Layout:
    """How to read the lines of a file.

    Attributes:
        encoding: ``GB18030`` or ``UTF-8``: the declared one unless the header speaks for the other.
        columns: the contract's column at each position, None for a column that the contract does not know.
        body: the bytes after the header.
    """

    encoding: str
    columns: tuple[str | None, ...]
    body: Extent

    @property
    def known(self) -> tuple[str, ...]:
        """Names of the contract's columns in the order of the file."""
        return tuple(name for name in self.columns if name is not None)

    @property
    def ignored_columns(self) -> int:
        return len(self.columns) - len(self.known)


def read(extent: Extent, resource: Resource, declared: str) -> Layout:
    """Read a CSV file's header.

    The header decides a wrong declaration: of two strict encodings only one yields the contract's Chinese names.

    Raises:
        Rejected: ``delivery.empty``, ``delivery.line_too_long``, ``delivery.encoding`` or ``delivery.header``.
    """
    head = extent.read(limits.MAX_LINE_BYTES + 1)
    if not head:
        raise Rejected(
            "delivery.empty",
            f"{place_zh(resource)}为空文件；无数据时也须有表头，请重报",
            f"{resource.name}: the file is empty; even without rows it needs its header",
        )
    line, newline, _ = head.partition(b"\n")
    if not newline and len(head) > limits.MAX_LINE_BYTES:
        raise line_too_long(resource, 1)
    body = Extent(extent.path, extent.start + len(line) + len(newline), extent.size - len(line) - len(newline))
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in line:
        raise undecodable(resource)
    order = [declared, *(name for name in PYTHON_CODECS if name != declared)]
    if line.startswith(codecs.BOM_UTF8):
        order = ["UTF-8"]
    refusal: Rejected | None = None
    for encoding in order:
        try:
            text = line.decode(PYTHON_CODECS[encoding])
        except UnicodeDecodeError:
            continue
        try:
            return Layout(encoding, match(split(text), resource), body)
        except Rejected as error:
            refusal = refusal or error
    raise refusal or undecodable(resource)


def split(line: str) -> list[str]:
    """The fields of a header line; no header of a contract has a comma or a quote in it."""
    return [name.strip().strip('"') for name in line.rstrip("\r\n").removeprefix("\ufeff").split(",")]


def match(headers: Sequence[str], resource: Resource) -> tuple[str | None, ...]:
    """The contract's column for each header, None for one that it does not know.

    Raises:
        Rejected: ``delivery.header`` when a column is missing or stands twice. Unknown headers are not repeated: a file without
            a header has a person's data there.
    """
    by_header = {column.header: column.name for column in resource.columns}
    columns = tuple(by_header.get(header.strip()) for header in headers)
    for column in resource.columns:
        if columns.count(column.name) > 1:
            raise Rejected(
                "delivery.header",
                f"{place_zh(resource)}表头“{column.header}”出现两次；请删去一列后重报",
                f"{resource.name}: the column {column.header} ({column.name}) stands twice; remove one and send it again",
            )
    missing = [column for column in resource.columns if column.name not in columns]
    if missing:
        raise Rejected(
            "delivery.header",
            f"{place_zh(resource)}表头缺少：{'、'.join(column.header for column in missing)}；请按合同补齐后重报",
            f"{resource.name}: the header lacks {', '.join(f'{column.header} ({column.name})' for column in missing)}; "
            "add them and send it again",
        )
    return columns


def place_zh(resource: Resource) -> str:
    return f"{resource.title}（{resource.name}）："


def line_too_long(resource: Resource, line_no: int) -> Rejected:
    return Rejected(
        "delivery.line_too_long",
        f"{place_zh(resource)}第 {line_no:,} 行超过 1 MB，不是有效的 CSV；请重新导出后重报",
        f"{resource.name}: line {line_no:,} is longer than 1 MB, so this is no CSV file; export and send it again",
    )


def undecodable(resource: Resource) -> Rejected:
    return Rejected(
        "delivery.encoding",
        f"{place_zh(resource)}编码不是 GB18030 或 UTF-8；请以清单声明的编码另存后重报",
        f"{resource.name}: the text is neither GB18030 nor UTF-8; save it in the encoding that the manifest declares",
    )
