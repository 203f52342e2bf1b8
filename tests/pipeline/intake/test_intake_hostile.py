"""Whatever is in the inbox gets a verdict in seconds and bounded memory: a located reason in two languages, and nothing in ``raw``."""

from __future__ import annotations

import hashlib
import io
import os
import random
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from pipeline import bounds
from pipeline.intake import deliveries
from pipeline.intake.deliveries import HOUSEHOLD, header, line, text
from steppe import intake, settings
from steppe.database import Connection
from steppe.errors import Rejected

Maker = Callable[[Path], Path]
CANARY = "150421198001011234"


def with_member(name: str, data: bytes = b"x", attributes: int = 0) -> Maker:
    """A good delivery with one more member."""

    def make(place: Path) -> Path:
        target = deliveries.zipped(deliveries.folder(place / "d"))
        with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
            member = zipfile.ZipInfo(name)
            member.external_attr = attributes << 16
            member.create_system = 3
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, data)
        return target

    return make


def bomb(place: Path) -> Path:
    target = deliveries.zipped(deliveries.folder(place / "d"))
    with (
        zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("zeros.csv", "w", force_zip64=True) as member,
    ):
        for _ in range(300):
            member.write(bytes(1 << 20))
    return target


def lying_bomb(place: Path) -> Path:
    """A member whose directory entry claims a small size, in a delivery that is otherwise good."""
    folder = deliveries.folder(place / "d", {"household": bytes(100 << 20)}, rows={"household": 1})
    target = deliveries.zipped(folder)
    data = bytearray(target.read_bytes())
    at = data.rindex(b"PK\1\2", 0, data.rindex(b"household.csv"))
    data[at + 24 : at + 28] = (5000).to_bytes(4, "little")
    target.write_bytes(data)
    return target


def overlapping(place: Path) -> Path:
    """Two directory entries that point at the same bytes."""
    target = with_member("extra.csv")(place)
    data = bytearray(target.read_bytes())
    first = data.index(b"PK\1\2")
    last = data.rindex(b"PK\1\2")
    data[last + 42 : last + 46] = data[first + 42 : first + 46]
    target.write_bytes(data)
    return target


def encrypted(place: Path) -> Path:
    target = deliveries.zipped(deliveries.folder(place / "d"))
    data = bytearray(target.read_bytes())
    data[data.rindex(b"PK\1\2") + 8] |= 1
    target.write_bytes(data)
    return target


def truncated(place: Path) -> Path:
    target = deliveries.zipped(deliveries.folder(place / "d"))
    target.write_bytes(target.read_bytes()[:-40])
    return target


def corrupted(place: Path) -> Path:
    """Bytes inside a compressed member turned over."""
    body = text(HOUSEHOLD, [line(HOUSEHOLD, household_id=str(number)) for number in range(2000)])
    target = deliveries.zipped(deliveries.folder(place / "d", {"household": body.encode("gb18030")}))
    data = bytearray(target.read_bytes())
    at = data.index(b"household.csv") + 200
    data[at : at + 20] = bytes(20)
    target.write_bytes(data)
    return target


def random_bytes(start: bytes) -> Maker:
    def make(place: Path) -> Path:
        target = place / "file.zip"
        target.write_bytes(start + random.Random(1).randbytes(300_000))
        return target

    return make


def directory_bomb(place: Path) -> Path:
    """An end record that claims a directory of a gigabyte, in a sparse file."""
    target = place / "file.zip"
    with target.open("wb") as file:
        file.write(b"PK\3\4")
        file.truncate(1 << 30)
        file.seek(0, os.SEEK_END)
        size = ((1 << 30) - 10).to_bytes(4, "little")
        file.write(b"PK\5\6" + bytes(4) + b"\xff\xfe\xff\xfe" + size + (10).to_bytes(4, "little") + bytes(2))
    return target


def many_members(place: Path) -> Path:
    target = deliveries.zipped(deliveries.folder(place / "d"))
    with zipfile.ZipFile(target, "a") as archive:
        for number in range(1000):
            archive.writestr(f"{number}.csv", "")
    return target


def duplicate_names(place: Path) -> Path:
    target = deliveries.zipped(deliveries.folder(place / "d"))
    with zipfile.ZipFile(target, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("household.csv", "another")
    return target


def linked_folder(place: Path) -> Path:
    folder = deliveries.folder(place / "d")
    (folder / "more.csv").symlink_to("/etc/passwd")
    return folder


def household(data: bytes, rows: int = 1, **changes: object) -> Maker:
    """A delivery whose household file is this."""

    def make(place: Path) -> Path:
        return deliveries.zipped(
            deliveries.folder(place / "d", {"household": data}, rows={"household": rows}, file_changes=changes or None)
        )

    return make


def one_long_line(place: Path) -> Path:
    """A gigabyte without a line end, sparse, in a folder: as a zip its ratio would give it away."""
    folder = deliveries.folder(place / "d")
    path = folder / "household.csv"
    path.write_bytes(header(HOUSEHOLD).encode("gb18030") + b"\n")
    with path.open("r+b") as file:
        file.truncate(1 << 30)
    digest = hashlib.file_digest(path.open("rb"), "sha256").hexdigest()
    manifest = folder / "manifest.json"
    before = hashlib.sha256(text(HOUSEHOLD, [line(HOUSEHOLD)]).encode("gb18030")).hexdigest()
    manifest.write_text(manifest.read_text().replace(before, digest))
    return folder


def manifest(**changes: object) -> Maker:
    return lambda place: deliveries.zipped(deliveries.folder(place / "d", **changes))  # type: ignore[arg-type]


def raw_manifest(data: bytes | None) -> Maker:
    def make(place: Path) -> Path:
        folder = deliveries.folder(place / "d")
        (folder / "manifest.json").unlink()
        if data is not None:
            (folder / "manifest.json").write_bytes(data)
        return deliveries.zipped(folder)

    return make


def missing_file(place: Path) -> Path:
    folder = deliveries.folder(place / "d")
    (folder / "person.csv").unlink()
    return deliveries.zipped(folder)


def changed_file(is_zip: bool) -> Maker:
    def make(place: Path) -> Path:
        folder = deliveries.folder(place / "d")
        with (folder / "person.csv").open("ab") as file:
            file.write(b"x")
        return deliveries.zipped(folder) if is_zip else folder

    return make


def workbook(**parts: bytes) -> Maker:
    """A delivery whose household file is a workbook with these parts replaced or added."""
    book = openpyxl.Workbook()
    book.active.append([column.header for column in HOUSEHOLD.columns])
    book.active.append([column.name for column in HOUSEHOLD.columns])
    saved = io.BytesIO()
    book.save(saved)
    changed = io.BytesIO()
    names = {
        name.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin"): part for name, part in parts.items()
    }
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.namelist():
            if member not in names:
                target.writestr(member, source.read(member))
        for name, part in names.items():
            target.writestr(name, part)
    return household(changed.getvalue(), format="xlsx", encoding=None)


SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'
ENTITY = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY leak SYSTEM "file:///etc/passwd">]>'
    + SHEET % b'<row r="1"><c r="A1" t="str"><v>&leak;</v></c></row>'
)
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "haha">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, (b"&a%d;" % (n - 1) if n else b"&a;") * 10) for n in range(9))
    + b"]>"
    + SHEET % b""
)
FAR_CELL = SHEET % b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'

AT_THE_DOOR = {
    "zip bomb": (bomb, "delivery.unsafe_archive", "zip bomb"),
    "overlapping members": (overlapping, "delivery.unsafe_archive", "overlap"),
    "traversal": (with_member("../../etc/cron.d/x"), "delivery.unsafe_archive", "outside"),
    "traversal by backslash": (with_member("..\\..\\x"), "delivery.unsafe_archive", "outside"),
    "absolute path": (with_member("/etc/x"), "delivery.unsafe_archive", "outside"),
    "drive letter": (with_member("C:\\x"), "delivery.unsafe_archive", "outside"),
    "symlink in a zip": (with_member("l.csv", b"/etc/passwd", stat.S_IFLNK | 0o777), "delivery.unsafe_archive", "link"),
    "symlink in a folder": (linked_folder, "delivery.unsafe_archive", "link"),
    "encrypted": (encrypted, "delivery.unsafe_archive", "encrypted"),
    "nested archive": (with_member("inner.ZIP"), "delivery.unsafe_archive", "another archive"),
    "many members": (many_members, "delivery.unsafe_archive", "more than 200"),
    "duplicate names": (duplicate_names, "delivery.unsafe_archive", "one name"),
    "huge directory": (directory_bomb, "delivery.unsafe_archive", "directory"),
    "truncated": (truncated, "delivery.unknown_file", "damaged"),
    "random bytes": (random_bytes(b""), "delivery.unknown_file", "not a zip"),
    "random bytes like a zip": (random_bytes(b"PK\3\4"), "delivery.unknown_file", "damaged"),
    "empty file": (lambda place: (place / "e.zip").touch() or place / "e.zip", "delivery.empty", "empty"),
    "no manifest": (raw_manifest(None), "delivery.manifest", "no manifest.json"),
    "manifest is no JSON": (raw_manifest(CANARY.encode()[:5] + b"{"), "delivery.manifest", "JSON"),
    "manifest nested deeply": (raw_manifest(b"[" * 100_000), "delivery.manifest", "JSON"),
    "manifest is a list": (raw_manifest(b"[]"), "delivery.manifest", "the document"),
    "manifest too large": (raw_manifest(b" " * (2 << 20)), "delivery.manifest", "1 MB"),
    "unknown source": (manifest(source=CANARY), "delivery.manifest", "no contract"),
    "bad period": (manifest(period=CANARY), "delivery.manifest", "period"),
    "period to come": (manifest(period="2020-07"), "delivery.manifest", "later"),
    "no time zone": (manifest(created_at="2020-06-03T09:00:00"), "delivery.manifest", "time zone"),
    "other contract": (manifest(contract_version="2.0.0"), "delivery.manifest", "contract_version"),
    "unknown sender": (manifest(sender="110000"), "delivery.sender_unknown", "sender"),
    "negative rows": (manifest(file_changes={"rows": -1}), "delivery.manifest", "files[0].rows"),
    "unknown resource": (manifest(file_changes={"resource": CANARY}), "delivery.manifest", "files[0].resource"),
    "personal key": (manifest(file_changes={"control_totals": {CANARY: "x"}}), "delivery.manifest", "control_totals"),
    "other encoding": (manifest(file_changes={"encoding": "Big5"}), "delivery.manifest", "encoding"),
    "path outside": (manifest(file_changes={"path": "../../etc/passwd"}), "delivery.file_missing", "household"),
    "file missing": (missing_file, "delivery.file_missing", "person"),
    "checksum in a folder": (changed_file(False), "delivery.checksum", "person"),
}
AT_LANDING = {
    "lying sizes": (lying_bomb, "delivery.unknown_file", "damaged"),
    "corrupted member": (corrupted, "delivery.unknown_file", "damaged"),
    "checksum in a zip": (changed_file(True), "delivery.checksum", "person"),
    "1 GB line": (one_long_line, "delivery.line_too_long", "line 2"),
    "2 MB line": (
        household(header(HOUSEHOLD).encode("gb18030") + b"\na\n" + b"b" * (2 << 20)),
        "delivery.line_too_long",
        "line 3",
    ),
    "2 MB header": (household(b"b" * (2 << 20)), "delivery.line_too_long", "line 1"),
    "empty CSV": (household(b"", 0), "delivery.empty", "household"),
    "UTF-16": (household(text(HOUSEHOLD, [line(HOUSEHOLD)]).encode("utf-16")), "delivery.encoding", "household"),
    "UTF-16 without mark": (household(text(HOUSEHOLD, []).encode("utf-16-le")), "delivery.encoding", "household"),
    "random CSV": (household(random.Random(2).randbytes(100_000)), "delivery.encoding", "household"),
    "most lines in another encoding": (
        household(f"{header(HOUSEHOLD)}\n".encode("gb18030") + f"{'户' * 5}\n{'内' * 5}\n".encode() + b"a\n", 3),
        "delivery.encoding",
        "household",
    ),
    "column missing": (
        household(header(HOUSEHOLD).replace("户编号", "编号").encode("gb18030"), 0),
        "delivery.header",
        "户编号",
    ),
    "column twice": (household(f"{header(HOUSEHOLD)},户编号".encode("gb18030"), 0), "delivery.header", "twice"),
    "no header": (household(f"{CANARY},张三".encode("gb18030"), 0), "delivery.header", "lacks"),
    "rows missing": (
        household(text(HOUSEHOLD, [line(HOUSEHOLD)]).encode("gb18030"), 2),
        "delivery.rows_missing",
        "2 rows",
    ),
    "more rows": (household(text(HOUSEHOLD, [line(HOUSEHOLD)]).encode("gb18030"), 0), "delivery.rows_missing", "has 1"),
    "CSV named xlsx": (household(b"a,b\n", format="xlsx", encoding=None), "delivery.unsafe_workbook", "damaged"),
    "encrypted xlsx": (
        household(b"\xd0\xcf\x11\xe0" * 9, format="xlsx", encoding=None),
        "delivery.unsafe_workbook",
        "encrypted",
    ),
    "external entity": (workbook(xl__worksheets__sheet1_xml=ENTITY), "delivery.unsafe_workbook", "entities"),
    "billion laughs": (workbook(xl__worksheets__sheet1_xml=LAUGHS), "delivery.unsafe_workbook", "entities"),
    "far cell": (workbook(xl__worksheets__sheet1_xml=FAR_CELL), "delivery.unsafe_workbook", "cells"),
    "macros": (workbook(xl__vbaProject_bin=b"x"), "delivery.unsafe_workbook", "macros"),
    "workbook bomb": (workbook(xl__media__zeros_bin=bytes(200 << 20)), "delivery.unsafe_workbook", "bomb"),
    "damaged XML": (workbook(xl__workbook_xml=b"<workbook>"), "delivery.unsafe_workbook", "damaged"),
    "empty workbook": (workbook(xl__worksheets__sheet1_xml=SHEET % b""), "delivery.empty", "household"),
}


def judge(connection: Connection, delivery: Path) -> tuple[str, str, str]:
    """Put into the inbox, receive and land; (rule id, reason in Chinese, reason in English)."""
    delivery.rename(settings.home().inbox / delivery.name)
    (delivery_id,) = intake.receive_inbox(connection, "household_registry")
    with pytest.raises(Rejected) as caught:
        intake.land(connection, delivery_id)
    assert connection.execute("SELECT count(*) FROM pg_class WHERE relname ~ '_[0-9]+_[01]$'").fetchone() == (0,)
    return caught.value.rule_id, caught.value.zh, caught.value.en


@pytest.mark.parametrize("name", [*AT_THE_DOOR, *AT_LANDING])
def test_hostile_deliveries(loader: Connection, tmp_path: Path, name: str) -> None:
    make, rule_id, words = {**AT_THE_DOOR, **AT_LANDING}[name]
    delivery = make(tmp_path)
    with bounds.kept():
        found, zh, en = judge(loader, delivery)
    assert found == rule_id
    assert words in en
    assert any("一" <= character <= "鿿" for character in zh)
    assert CANARY not in zh + en
    assert "张三" not in zh + en
    state = loader.execute("SELECT state FROM ops.delivery").fetchone()
    assert state == (("rejected",) if name in AT_THE_DOOR else ("received",))


def test_a_hostile_file_does_not_hold_up_a_good_one(loader: Connection, tmp_path: Path) -> None:
    for path in (random_bytes(b"PK\3\4")(tmp_path), encrypted(tmp_path / "x"), deliveries.folder(tmp_path / "good")):
        intake.deliver(path)
    ids = intake.receive_inbox(loader, "household_registry")
    rows = loader.execute("SELECT delivery_id FROM ops.delivery WHERE state = 'received'").fetchall()
    assert len(ids) == 3
    assert len(intake.land(loader, rows[0][0])) == 3


def test_a_link_in_the_inbox_is_not_followed(loader: Connection, tmp_path: Path) -> None:
    (settings.home().inbox / "link.zip").symlink_to("/etc/passwd")
    (delivery_id,) = intake.receive_inbox(loader, "household_registry")
    rows = loader.execute(
        "SELECT rule_id, size_bytes FROM ops.delivery WHERE delivery_id = %s", (delivery_id,)
    ).fetchall()
    assert rows == [("delivery.unsafe_archive", 0)]
    assert Path("/etc/passwd").exists()
