"""How the tolerant path cuts a file into records, and what it says of the lines that it cannot cut."""

from __future__ import annotations

from pathlib import Path

import pytest
from steppe.contracts import Column, Resource
from steppe.errors import Rejected
from steppe.intake import headers, limits, tolerant
from steppe.intake.package import Extent

COLUMNS = tuple(
    Column(name, header, "text", "text", "", False, None, False, None, False)
    for name, header in (("a", "甲"), ("b", "乙"), ("c", "丙"))
)
RESOURCE = Resource("thing", "事", "", "", False, COLUMNS)


class Bad(tolerant.BadLines):
    """Keeps what is added."""

    def __init__(self) -> None:
        super().__init__(1, RESOURCE)
        self.found: list[tuple[int, str]] = []

    def add(self, line_no: int, rule_id: str, text: str) -> None:
        super().add(line_no, rule_id, text)
        self.found.append((line_no, rule_id.removeprefix("format.")))


def cut(tmp_path: Path, body: bytes, header: str = "甲,乙,丙") -> tuple[list[bytes], list[tuple[int, str]]]:
    """(good records behind their number, (line, rule) of the bad ones)."""
    path = tmp_path / "thing.csv"
    path.write_bytes(header.encode("gb18030") + b"\n" + body)
    layout = headers.read(Extent(path, 0, path.stat().st_size), RESOURCE, "GB18030")
    bad = Bad()
    good = b"".join(tolerant.records(layout, bad))
    return good.split(b"\n")[:-1] if b'"' not in good else [good], bad.found


@pytest.mark.parametrize("chunk", [1 << 20, 3])
@pytest.mark.parametrize(
    ("body", "good", "bad"),
    [
        (b"1,2,3\n4,5,6\n", [b"2,1,2,3", b"3,4,5,6"], []),
        (b"1,2,3\r\n4,5,6", [b"2,1,2,3", b"3,4,5,6"], []),
        (b"1,2,3\n\n\r\n4,5,6\n", [b"2,1,2,3", b"5,4,5,6"], []),  # an empty line keeps its number
        (b"1,2\n4,5,6\n1,2,3,4\n", [b"3,4,5,6"], [(2, "ragged"), (4, "ragged")]),
        (b"1,\0,3\n4,5,6\n", [b"3,4,5,6"], [(2, "nul_byte")]),
        (b"1,\xff,3\n4,5,6\n7,8,9\n", [b"3,4,5,6", b"4,7,8,9"], [(2, "encoding")]),
        (b'1,"2\n2",3\n4,5,6\n', [b'2,1,"2\n2",3\n3,4,5,6\n'], []),  # a line break inside quotes
        (b'"1\n1",2,3\n4,5,6\n', [b'2,"1\n1",2,3\n3,4,5,6\n'], []),  # also in the first field
        (b'1,2,"3\n4,5,6\n', [b"3,4,5,6"], [(2, "unbalanced_quote")]),  # never closed
        (b'1,"2,3\n4,5,6\n7,8",9\n', [b"3,4,5,6"], [(2, "unbalanced_quote"), (4, "unbalanced_quote")]),
        (b'1,"2,3\n4,5",6\n7,8,9\n', [b"4,7,8,9"], [(2, "unbalanced_quote"), (3, "unbalanced_quote")]),
        (b'1,"2\nx"y,3,4\n7,8,9\n', [b"4,7,8,9"], [(2, "unbalanced_quote"), (3, "unbalanced_quote")]),
        (b'1,"2\n\xff",3\n7,8,9\n4,5,6\n', [b"4,7,8,9", b"5,4,5,6"], [(2, "unbalanced_quote"), (3, "encoding")]),
        (b'1,"a,b",3\n', [b'2,1,"a,b",3\n'], []),
        (b"1,a\rb,3\n", [b'2,1,"a\rb",3\n'], []),  # COPY takes a CR only inside quotes
    ],
)
def test_records(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    body: bytes,
    good: list[bytes],
    bad: list[tuple[int, str]],
    chunk: int,
) -> None:
    monkeypatch.setattr(limits, "CHUNK_BYTES", chunk)
    assert cut(tmp_path, body) == (good, bad)


def test_unknown_columns_are_left_out_and_the_order_is_the_files(tmp_path: Path) -> None:
    assert cut(tmp_path, b"x,3,1,y,2\n", header="无,丙,甲,,乙") == ([b"2,3,1,2"], [])


def test_most_lines_undecodable_rejects_the_file_and_half_does_not(tmp_path: Path) -> None:
    assert cut(tmp_path, b"\xff,2,3\n4,5,6\n")[1] == [(2, "encoding")]
    with pytest.raises(Rejected, match="GB18030"):
        cut(tmp_path, b"\xff,2,3\n\xff,2,3\n4,5,6\n")


def test_a_line_may_be_as_long_as_the_limit_and_no_longer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_LINE_BYTES", 100)
    monkeypatch.setattr(limits, "CHUNK_BYTES", 64)
    assert cut(tmp_path, b"1,2," + b"3" * 96 + b"\n4,5,6\n")[1] == []
    with pytest.raises(Rejected) as caught:
        cut(tmp_path, b"1,2,3\n1,2," + b"3" * 97 + b"\n")
    assert caught.value.rule_id == "delivery.line_too_long"
    assert "line 3" in caught.value.en


def test_many_open_quotes_take_linear_time(tmp_path: Path) -> None:
    good, bad = cut(tmp_path, b'1,2,"3\n' + b"x\n" * 100_000 + b'1,2,"3\n' + b"y\n" * 100_000)
    assert good == []
    assert len(bad) == 200_002


@pytest.mark.parametrize(
    ("raw", "fields"),
    [
        (b"a,b", [b"a", b"b"]),
        (b'"a,b",c', [b'"a,b"', b"c"]),
        (b'a"b,c"d,e', [b'a"b,c"d', b"e"]),
        (b'"a""b",', [b'"a""b"', b""]),
        (b"", [b""]),
    ],
)
def test_split(raw: bytes, fields: list[bytes]) -> None:
    assert tolerant.split(raw) == fields
