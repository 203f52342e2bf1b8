"""The two paths read a file to the same rows, whatever is in it."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pipeline.intake.deliveries import HOUSEHOLD, header
from steppe.database import Connection
from steppe.intake import fast, headers, limits, tables, tolerant
from steppe.intake.package import Extent

WIDTH = len(HOUSEHOLD.columns)
NAMES = ", ".join(column.name for column in HOUSEHOLD.columns)
IDS = count(1)

# What a field may hold, and what a clerk's export does to it.
VALUES = st.text(st.sampled_from('户牧a0 ,"\\\t|.𠮷é\r'), max_size=6)


def field(value: str, quoted: bool) -> str:
    return '"' + value.replace('"', '""') + '"' if quoted or set(value) & set(',"\r') else value


@st.composite
def files(draw: st.DrawFn) -> tuple[bytes, str, list[list[str | None]]]:
    """(bytes, encoding, rows) of a well-formed file."""
    encoding = draw(st.sampled_from(["GB18030", "UTF-8"]))
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    rows, lines = [], [header(HOUSEHOLD)]
    for _ in range(draw(st.integers(0, 12))):
        if draw(st.integers(0, 9)) == 0:
            lines.append("")
        row = draw(st.lists(VALUES, min_size=WIDTH, max_size=WIDTH))
        if set("".join(row)) <= {" "}:
            row[0] = "x"
        rows.append([value or None for value in row])
        lines.append(",".join(field(value, draw(st.booleans())) for value in row))
    ending = draw(st.sampled_from(["", newline, newline * 3]))
    mark = "\ufeff" if draw(st.booleans()) else ""
    return (mark + newline.join(lines) + ending).encode(headers.PYTHON_CODECS[encoding]), encoding, rows


def landed(connection: Connection, path: Path, encoding: str, *, is_fast: bool) -> list[tuple[str | None, ...]] | None:
    """Rows as landed, in order; None when the fast path leaves the file to the other."""
    delivery_id = next(IDS)
    layout = headers.read(Extent(path, 0, path.stat().st_size), HOUSEHOLD, encoding)
    try:
        if is_fast:
            fast.copy(connection, delivery_id, HOUSEHOLD, layout)
        else:
            tolerant.copy(connection, delivery_id, HOUSEHOLD, layout)
        rows = connection.execute(
            f"SELECT {NAMES} FROM raw.household WHERE delivery_id = %s ORDER BY stream, ctid", (delivery_id,)
        ).fetchall()
        bad = connection.execute("SELECT count(*) FROM raw.bad_line").fetchone()
        assert bad == (0,)
    except fast.NotPlain:
        return None
    finally:
        connection.rollback()
        tables.clear(connection, delivery_id, HOUSEHOLD)
    return rows


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(files(), st.sampled_from([1 << 20, 50, 7]))
def test_both_paths_read_what_was_written(
    loader: Connection, tmp_path: Path, file: tuple[bytes, str, list[list[str | None]]], chunk: int
) -> None:
    data, encoding, rows = file
    path = tmp_path / "household.csv"
    path.write_bytes(data)
    expected = [tuple(row) for row in rows]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits, "CHUNK_BYTES", chunk)
        patch.setattr(limits, "TWO_STREAMS_FROM_BYTES", 100)
        assert landed(loader, path, encoding, is_fast=False) == expected
        assert landed(loader, path, encoding, is_fast=True) in (expected, None)


@pytest.mark.parametrize(
    ("body", "is_fast"),
    [
        ("a,b\r\nc,d\r\n", True),
        ("a,b\nc,d", True),
        ("a,b\nc,d\n\n\r\n\n", True),
        ('"a","b"\n"c","d"\n', True),
        ('x"a"y,b\n', True),
        ("a,b\nc,d\r\ne,f\n", False),  # two kinds of line end
        ("a,b\n\nc,d\n", False),  # an empty line
        ('"a\nb",c\n', False),  # a line break inside quotes
        ("a,b\rc,d\n", False),  # a lone CR, which COPY would take for the end of lines
        ("a,b\n\\.\nc,d\n", False),  # what ends the data on an older server
    ],
)
def test_which_files_are_plain(loader: Connection, tmp_path: Path, body: str, is_fast: bool) -> None:
    path = tmp_path / "household.csv"
    padding = "," * (WIDTH - 2)
    lines = [row + padding if row.strip("\r") and row not in ("\\.", '"a') else row for row in body.split("\n")]
    lines = [row.replace("\r" + padding, padding + "\r") for row in lines]
    path.write_text(header(HOUSEHOLD) + "\n" + "\n".join(lines), encoding="gb18030", newline="")
    layout = headers.read(Extent(path, 0, path.stat().st_size), HOUSEHOLD, "GB18030")
    delivery_id = next(IDS)
    if is_fast:
        assert fast.copy(loader, delivery_id, HOUSEHOLD, layout) == body.rstrip().count("\n") + 1
    else:
        with pytest.raises(fast.NotPlain):
            fast.copy(loader, delivery_id, HOUSEHOLD, layout)
    tables.clear(loader, delivery_id, HOUSEHOLD)


def test_a_failure_of_the_second_stream_leaves_nothing(
    loader: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "TWO_STREAMS_FROM_BYTES", 100)
    path = tmp_path / "household.csv"
    good = "," * (WIDTH - 1) + "x\n"
    path.write_bytes((header(HOUSEHOLD) + "\n" + good * 50 + "ragged\n").encode("gb18030"))
    layout = headers.read(Extent(path, 0, path.stat().st_size), HOUSEHOLD, "GB18030")
    with pytest.raises(fast.NotPlain):
        fast.copy(loader, next(IDS), HOUSEHOLD, layout)
    left = loader.execute("SELECT count(*) FROM pg_class WHERE relname ~ '^household_[0-9]+_[01]$'").fetchone()
    assert left == (0,)


def test_every_character_of_gb18030_is_read_alike(loader: Connection) -> None:
    """The tolerant path judges a line with Python's codec and the server decodes it: they must agree."""
    pairs = [bytes([a, b]) for a in range(0x81, 0xFF) for b in (*range(0x40, 0x7F), *range(0x80, 0xFF))]
    rows = loader.execute(
        "SELECT convert_from(decode(code, 'hex'), 'GB18030') FROM unnest(%s::text[]) WITH ORDINALITY AS u(code, n) ORDER BY n",
        ([pair.hex() for pair in pairs],),
    ).fetchall()
    assert [found for (found,) in rows] == [pair.decode("gb18030") for pair in pairs]
