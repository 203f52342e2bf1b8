"""The tolerant path: a file line by line, in bounded memory, so that a bad line costs itself and never the file.

Good records go to the same COPY as on the fast path, as the bytes that were delivered, behind their record number. Quotes mean what
they mean to COPY: anywhere in a field a quote opens or closes, and two of them inside are one.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO

import psycopg

from steppe import database
from steppe.contracts import Resource
from steppe.database import Connection
from steppe.intake import headers, limits, tables
from steppe.intake.headers import Layout
from steppe.intake.package import Extent

MAX_BAD_TEXT = 100_000
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": "\\\\x00"})
_NEEDS_QUOTES = re.compile(rb'[",\r\n]')


@dataclass
class BadLines:
    """Lines that could not be split, kept in a temporary file until the good ones are copied."""

    delivery_id: int
    resource: Resource
    count: int = 0
    undecodable: int = 0
    _spool: IO[bytes] = field(default_factory=lambda: tempfile.SpooledTemporaryFile(4 << 20))  # noqa: SIM115

    def add(self, line_no: int, rule_id: str, text: str) -> None:
        self.count += 1
        self.undecodable += rule_id == "format.encoding"
        shown = text[:MAX_BAD_TEXT].translate(_ESCAPES)
        row = f"{self.delivery_id}\t{self.resource.name}\t{line_no}\t{rule_id}\t{shown}\n"
        self._spool.write(row.encode("utf-8", "backslashreplace"))

    def copy(self, connection: Connection) -> None:
        self._spool.seek(0)
        statement = database.statement("05_intake/copy_bad_lines.sql").partition(b"COPY")
        with connection.cursor() as cursor, cursor.copy(b"COPY" + statement[2].rstrip().rstrip(b";")) as target:
            while chunk := self._spool.read(limits.CHUNK_BYTES):
                target.write(chunk)
        self._spool.close()


def copy(connection: Connection, delivery_id: int, resource: Resource, layout: Layout) -> tuple[int, int]:
    """Copy a file into ``raw``; the numbers of good and of bad records. Commits.

    Raises:
        Rejected: ``delivery.line_too_long``, or ``delivery.encoding`` when most lines cannot be decoded.
    """
    bad = BadLines(delivery_id, resource)
    try:
        rows = store(connection, bad, records(layout, bad), columns=layout.known, encoding=layout.encoding)
    except psycopg.DataError:
        # A server whose edition of GB18030 lacks a character is given UTF-8 instead.
        bad = BadLines(delivery_id, resource)
        codec = headers.PYTHON_CODECS[layout.encoding]
        batches = (batch.decode(codec).encode() for batch in records(layout, bad))
        rows = store(connection, bad, batches, columns=layout.known, encoding="UTF-8")
    return rows, bad.count


def store(
    connection: Connection, bad: BadLines, batches: Iterable[bytes], *, columns: tuple[str, ...], encoding: str
) -> int:
    """Copy numbered CSV lines into stream 0 and the bad ones beside them, in one transaction; the number of good records."""
    with connection.transaction():
        tables.create_child(connection, bad.resource, bad.delivery_id, 0)
        statement = tables.copy_statement(
            bad.resource, bad.delivery_id, 0, columns=columns, encoding=encoding, numbered=True
        )
        with connection.cursor() as cursor:
            with cursor.copy(statement) as target:
                for batch in batches:
                    target.write(batch)
            rows = cursor.rowcount
        bad.copy(connection)
        tables.attach(connection, bad.resource, bad.delivery_id, 0)
    return rows


def records(layout: Layout, bad: BadLines) -> Iterator[bytes]:
    """Batches of good records as ``<line_no>,<record>`` lines; the others go to ``bad``.

    Raises:
        Rejected: ``delivery.line_too_long`` or ``delivery.encoding``.
    """
    codec = headers.PYTHON_CODECS[layout.encoding]
    seen, size = 0, 0
    batch: list[bytes] = []
    for number, line, record in numbered(layout, bad.resource):
        seen += 1
        if isinstance(record, str):
            bad.add(number, record, line.removesuffix(b"\r").decode(codec, "backslashreplace"))
            continue
        batch.append(b"%d,%b\n" % (number, record))
        size += len(record)
        if size > limits.CHUNK_BYTES:
            yield b"".join(batch)
            batch, size = [], 0
    if bad.undecodable * 2 > seen:
        raise headers.undecodable(bad.resource)
    yield b"".join(batch)


def numbered(layout: Layout, resource: Resource) -> Iterator[tuple[int, bytes, bytes | str]]:
    """Each record's number, its first line, and the record (unknown columns left out) or the rule that the line breaks.

    An empty line is no record but has its number, as a spreadsheet shows it. A record may hold line breaks inside quotes; but where
    a following line looks like a record of its own, the quote was never closed, and only the line that opened it is bad.

    Raises:
        Rejected: ``delivery.line_too_long``.
    """
    keep = None if not layout.ignored_columns else [i for i, name in enumerate(layout.columns) if name is not None]
    source = _Lines(layout.body, resource, headers.PYTHON_CODECS[layout.encoding])
    for number, line in enumerate(source, 2):
        if line.removesuffix(b"\r"):
            yield number, line, _record(line, source, keep, len(layout.columns))


def _record(line: bytes, source: _Lines, keep: list[int] | None, width: int) -> bytes | str:
    """The record that starts with a line, its unknown columns left out; or the rule that the line breaks."""
    record = line.removesuffix(b"\r")
    if not source.is_clean and (rule := source.unreadable(record)):
        return rule
    has_quotes = b'"' in record
    if has_quotes and record.count(b'"') % 2:
        whole = source.close_quote(line, width)
        if whole is None:
            return "format.unbalanced_quote"
        record = whole.removesuffix(b"\r")
    is_as_delivered = keep is None and b"\r" not in record
    if is_as_delivered and not has_quotes:
        return record if record.count(b",") == width - 1 else "format.ragged"
    fields = split(record)
    if len(fields) != width:
        return "format.ragged"
    if is_as_delivered:
        return record
    return b",".join(_quoted(fields[index]) for index in (keep or range(width)))


def split(record: bytes) -> list[bytes]:
    """The fields of a record, their quotes still on."""
    fields, start, is_open = [], 0, False
    for match in re.finditer(rb'[",]', record):
        if match[0] == b'"':
            is_open = not is_open
        elif not is_open:
            fields.append(record[start : match.start()])
            start = match.end()
    fields.append(record[start:])
    return fields


def quote(value: bytes) -> bytes:
    """A value as a CSV field."""
    return b'"' + value.replace(b'"', b'""') + b'"' if _NEEDS_QUOTES.search(value) else value


def unquote(raw: bytes) -> bytes:
    """The value of a field whose quotes are still on."""
    if b'"' not in raw:
        return raw
    value, is_open, position = b"", False, 0
    while position < len(raw):
        byte = raw[position : position + 1]
        if byte == b'"':
            if is_open and raw[position + 1 : position + 2] == b'"':
                value += b'"'
                position += 1
            else:
                is_open = not is_open
        else:
            value += byte
        position += 1
    return value


def _quoted(raw: bytes) -> bytes:
    """A field whose CR, if any, stands inside quotes."""
    return quote(unquote(raw)) if b"\r" in raw else raw


class _Lines:
    """The lines of a file, some of which can be given back.

    ``is_clean`` says that the lines handed out now come from pieces that decode and hold no NUL, so that none need be tried alone.
    """

    def __init__(self, body: Extent, resource: Resource, codec: str) -> None:
        self._resource, self._codec = resource, codec
        self._pieces = self._read(body)
        self._pending: list[bytes] = []  # in reverse
        self.is_clean = True

    def __iter__(self) -> Iterator[bytes]:
        while (line := self._next()) is not None:
            yield line

    def _next(self) -> bytes | None:
        if not self._pending:
            lines, self.is_clean = next(self._pieces, (None, True))
            if lines is None:
                return None
            self._pending = lines[::-1]
        return self._pending.pop()

    def unreadable(self, record: bytes) -> str | None:
        """The rule that a line breaks by not being text."""
        try:
            record.decode(self._codec)
        except UnicodeDecodeError:
            return "format.encoding"
        return "format.nul_byte" if b"\0" in record else None

    def close_quote(self, line: bytes, width: int) -> bytes | None:
        """The record that starts with an odd line, up to the line that closes its quote; None, and nothing taken, if none does."""
        was_clean, taken, size = self.is_clean, [line], len(line)
        at = len(split(line)) - 1  # the field that is open
        while size <= limits.MAX_LINE_BYTES and (following := self._next()) is not None:
            taken.append(following)
            size += len(following) + 1
            closes = following.count(b'"') % 2 == 1
            # A line with a whole record's commas is one, unless the first field began on the line before.
            if following.count(b",") >= width - 1 and not (closes and at == 0):
                break
            if not self.is_clean and self.unreadable(following):
                break
            if closes:
                whole = b"\n".join(taken)
                if len(split(whole.removesuffix(b"\r"))) == width:
                    return whole
                break
        self._pending.extend(reversed(taken[1:]))
        self.is_clean = was_clean and self.is_clean
        return None

    def _read(self, body: Extent) -> Iterator[tuple[list[bytes], bool]]:
        rest, number = b"", 2
        for chunk in body.chunks():
            first = chunk.find(b"\n")
            if (first if first >= 0 else len(chunk)) + len(rest) > limits.MAX_LINE_BYTES:
                raise headers.line_too_long(self._resource, number)
            piece, newline, tail = chunk.rpartition(b"\n")
            if not newline:
                rest += chunk
                continue
            piece, rest = rest + piece, tail
            lines = piece.split(b"\n")
            number += len(lines)
            yield lines, _is_clean(piece, self._codec)
        if rest:
            yield [rest], _is_clean(rest, self._codec)


def _is_clean(piece: bytes, codec: str) -> bool:
    try:
        piece.decode(codec)
    except UnicodeDecodeError:
        return False
    return b"\0" not in piece
