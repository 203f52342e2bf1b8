"""The fast path: byte ranges of a well-formed CSV file go to COPY as they are, decoded by the server.

Every physical line must be a record here: a line with an odd number of quotes, which may hold a line break, belongs to the tolerant
path, and so does whatever the server refuses. What this path takes, the tolerant path would take to the same rows.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg

from steppe import database
from steppe.contracts import Resource
from steppe.database import Connection
from steppe.errors import Rejected
from steppe.intake import headers, limits, tables
from steppe.intake.headers import Layout
from steppe.intake.package import Extent

_OTHERS = bytes(byte for byte in range(256) if byte not in b'"\n')


class NotPlain(Exception):
    """The file is not what the fast path can read."""


@dataclass(frozen=True)
class _Target:
    """What is copied, and a flag that ends the other stream as soon as one fails."""

    delivery_id: int
    resource: Resource
    layout: Layout
    stop: threading.Event

    def copy(self, connection: Connection, stream: int, extent: Extent) -> int:
        """Copy one range into a new child; the number of rows."""
        tables.create_child(connection, self.resource, self.delivery_id, stream)
        statement = tables.copy_statement(
            self.resource, self.delivery_id, stream, columns=self.layout.known, encoding=self.layout.encoding
        )
        with connection.cursor() as cursor:
            with cursor.copy(statement) as target:
                for chunk in _plain_chunks(connection, extent, self.resource, self.layout):
                    if self.stop.is_set():
                        raise NotPlain
                    target.write(chunk)
            return cursor.rowcount


def copy(connection: Connection, delivery_id: int, resource: Resource, layout: Layout) -> int:
    """Copy a file into one or two children of ``raw.<resource>`` and attach them; the number of rows.

    Commits. Two streams run at once, the second on a connection of its own.

    Raises:
        NotPlain: nothing is left behind; use the tolerant path.
        Rejected: ``delivery.line_too_long``.
    """
    if layout.ignored_columns:
        raise NotPlain
    ranges = _ranges(_trimmed(layout.body))
    target = _Target(delivery_id, resource, layout, threading.Event())
    second = _Second(target, ranges[1]) if len(ranges) > 1 else None
    if second:
        second.start()
    try:
        with connection.transaction():
            rows = target.copy(connection, 0, ranges[0])
            if second:
                rows += second.result()
            for stream in range(len(ranges)):
                tables.attach(connection, resource, delivery_id, stream)
        return rows
    except BaseException as error:
        target.stop.set()
        if second:
            second.join()
        tables.clear(connection, delivery_id, resource)
        if second and isinstance(second.error, Rejected):
            raise second.error from None
        if isinstance(error, psycopg.DataError):
            raise NotPlain from None
        raise


class _Second(threading.Thread):
    """The second stream: its child is committed apart and attached together with the first."""

    def __init__(self, target: _Target, extent: Extent) -> None:
        super().__init__(name=f"copy-{target.resource.name}-1", daemon=True)
        self._target, self._extent = target, extent
        self._rows = 0
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            with database.connect("loader", application="steppe copy") as connection:
                self._rows = self._target.copy(connection, 1, self._extent)
        except BaseException as error:  # raised again where the result is asked for
            self.error = error
            self._target.stop.set()

    def result(self) -> int:
        """The number of rows, once the stream has ended."""
        self.join()
        if self.error:
            raise self.error
        return self._rows


def _plain_chunks(connection: Connection, extent: Extent, resource: Resource, layout: Layout) -> Iterator[bytes]:
    """The bytes of a range, as long as each line is plain.

    Raises:
        NotPlain: a line may hold a line break inside quotes, or ends in a way that COPY reads otherwise.
        Rejected: ``delivery.line_too_long``.
    """
    # Before 18 the server takes a line of \. for the end of the data.
    marker = b"\n\\." if connection.info.server_version < 180000 else None
    rest, is_first = b"", True
    for chunk in extent.chunks():
        first = chunk.find(b"\n")
        if (first if first >= 0 else len(chunk)) + len(rest) > limits.MAX_LINE_BYTES:
            raise headers.line_too_long(resource, _line_number(extent, layout))
        if is_first:
            # A lone CR in the first line would make COPY take CR for the end of lines.
            if b"\r" in chunk[: max(first - 1, 0) if first >= 0 else len(chunk)]:
                raise NotPlain
            is_first = False
        last = chunk.rfind(b"\n") + 1
        lines, rest = (rest + chunk[:last], chunk[last:]) if last else (b"", rest + chunk)
        # Of the line, only quotes and line ends are kept; pairs of quotes cancel, so a quote that is left stands in an odd line.
        if b'"' in lines and b'"' in lines.translate(None, _OTHERS).replace(b'""', b""):
            raise NotPlain
        if marker and (marker in lines or lines.startswith(marker[1:])):
            raise NotPlain
        if lines:
            yield lines
    if rest.count(b'"') % 2 or (marker and rest.startswith(marker[1:])):
        raise NotPlain
    if rest:
        yield rest


def _line_number(extent: Extent, layout: Layout) -> int:
    """Number of the first overlong line, for the reason; the file is read again up to it."""
    number, length = 2, 0
    for chunk in Extent(layout.body.path, layout.body.start, extent.end - layout.body.start).chunks():
        lines = chunk.split(b"\n")
        if length + len(lines[0]) > limits.MAX_LINE_BYTES:
            return number
        number += len(lines) - 1
        length = len(lines[-1]) + (length if len(lines) == 1 else 0)
    return number


def _trimmed(body: Extent) -> Extent:
    """Without the empty lines at the end of the file."""
    size = body.size
    with body.path.open("rb", buffering=0) as handle:
        while size > 0:
            start = max(0, size - 4096)
            handle.seek(body.start + start)
            tail = handle.read(size - start)
            kept = len(tail.rstrip(b"\r\n"))
            size = start + kept
            if kept:
                break
    return Extent(body.path, body.start, size)


def _ranges(body: Extent) -> list[Extent]:
    """The body as one or two ranges that begin at a line."""
    if body.size < limits.TWO_STREAMS_FROM_BYTES:
        return [body]
    middle = body.size // 2
    probe = Extent(body.path, body.start + middle, body.size - middle).read(limits.MAX_LINE_BYTES)
    cut = probe.find(b"\n") + 1
    if not cut:
        raise NotPlain  # no line end for 1 MB: the tolerant path says where
    return [
        Extent(body.path, body.start, middle + cut),
        Extent(body.path, body.start + middle + cut, body.size - middle - cut),
    ]
