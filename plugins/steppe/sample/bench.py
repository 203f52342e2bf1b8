"""A person snapshot of any size for the bench: one sender, GB18030, 1 % defective, written in pieces so that memory stays flat.

A person's row follows from the seed and his position alone: the second month repeats it, but for the shares that changed, came or went.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from steppe import contracts
from steppe.contracts import Resource
from steppe.sample import days, delivery, identity, names, region
from steppe.sample.days import Month
from steppe.sample.identity import Bytes, Ints
from steppe.sample.people import CHANGED_SHARE, GONE_SHARE, NEW_SHARE

SENDER = "150400"
SOURCE = "household_registry"
FIRST_MONTH = Month(2020, 5)
DEFECTIVE_SHARE = 0.01
_CHUNK = 50_000
_HOUSEHOLDS = 6
_BIRTHDAYS = 23_000  # days of birth from 1941 on
_STRIDE = 7_919  # has no factor in common with the number of birthdays, so that neighbours are not of one age
_ENCODING = "gb18030"


def snapshot(path: Path, rows: int, month: date, seed: int) -> Path:
    """Write a register delivery (a folder) of one sender with about ``rows`` persons, two or so households and no more spells.

    The first month is May 2020; of a later one 2 % of the persons have changed, 1 % are new and 0.5 % gone, whichever month it is.

    Args:
        path: the delivery's folder; made if need be.
        rows: persons in the first month.
        month: first day of the delivered month.
        seed: the same seed makes the same people.

    Returns:
        ``path``.
    """
    period = Month(month.year, month.month)
    path.mkdir(parents=True, exist_ok=True)
    contract = contracts.load(SOURCE)
    with (path / "person.csv").open("wb") as handle:
        files = [
            _write(path / "household.csv", contract.resource("household"), _households()),
            _write_persons(handle, contract.resource("person"), rows, period, seed),
            _write(path / "employment.csv", contract.resource("employment"), _spells(seed)),
        ]
    said: dict[str, Any] = delivery.manifest(SOURCE, SENDER, period, []) | {"files": files}
    (path / "manifest.json").write_text(json.dumps(said, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def _write_persons(handle: BinaryIO, resource: Resource, rows: int, period: Month, seed: int) -> dict[str, Any]:
    digest = hashlib.sha256()
    header = _header(resource)
    handle.write(header)
    digest.update(header)
    written = 0
    is_later = period > FIRST_MONTH
    total = rows + round(rows * NEW_SHARE) if is_later else rows
    for start in range(0, total, _CHUNK):
        at = np.arange(start, min(start + _CHUNK, total))
        lines = _lines(at, rows, seed, is_later)
        block = b"\n".join(lines) + b"\n"
        written += len(lines)
        handle.write(block)
        digest.update(block)
    return _entry(resource, digest.hexdigest(), written)


def _entry(resource: Resource, sha256: str, rows: int) -> dict[str, Any]:
    return {
        "resource": resource.name,
        "path": f"{resource.name}.csv",
        "format": "csv",
        "encoding": "GB18030",
        "sha256": sha256,
        "rows": rows,
    }


def _write(path: Path, resource: Resource, lines: Sequence[dict[str, str]]) -> dict[str, Any]:
    body = "".join(",".join(line[column.name] for column in resource.columns) + "\n" for line in lines)
    content = _header(resource) + body.encode(_ENCODING)
    path.write_bytes(content)
    return _entry(resource, hashlib.sha256(content).hexdigest(), len(lines))


def _header(resource: Resource) -> bytes:
    return (",".join(column.header for column in resource.columns) + "\n").encode(_ENCODING)


@cache
def _banners() -> Ints:
    sender = next(sender for sender in region.senders() if sender.code == SENDER)
    return np.array(sender.banners)


def _household_id(number: int) -> str:
    return f"{_banners()[number]}{number + 1:07d}"


def _households() -> list[dict[str, str]]:
    return [
        {
            "household_id": _household_id(number), "region_code": str(_banners()[number]), "village_code": f"{_banners()[number]}101201",
            "village_name": "新立村", "register_year": "2014", "standard": "1", "household_type": "01", "poverty_cause": "01",
            "poverty_status": "1", "member_count": "3", "head_name": "王明", "phone": "", "income_per_head_fen": "8000.00",
        }
        for number in range(_HOUSEHOLDS)
    ]  # fmt: skip


def _spells(seed: int) -> list[dict[str, str]]:
    """Work of a few persons of the snapshot who are at work there."""
    at = np.arange(2_000)
    fixed = _Fixed(at, seed)
    working = np.flatnonzero((fixed.work > 0) & ~fixed.is_defective)[:5]
    codes = [text.decode() for text in _text(fixed.id_number)]
    return [
        {
            "spell_id": f"W{number:06d}", "id_number": codes[number], "region_code": str(fixed.banner[number]),
            "started_on": "20200310", "ended_on": "", "work_place_class": "04", "work_region_code": "120101",
            "employer_name": "天津宏达食品有限公司", "employer_uscc": "", "industry": "C", "channel": "01", "is_organised": "0",
            "contract_signed_on": "", "monthly_wage_fen": "4200.00", "verification": "2", "verified_on": "20200415",
        }
        for number in working.tolist()
    ]  # fmt: skip


def _text(characters: Bytes) -> NDArray[np.bytes_]:
    return np.ascontiguousarray(characters).view(f"S{characters.shape[1]}").ravel()


class _Fixed:
    """What follows from a person's position and the seed: his ID, his work, whether his row is defective."""

    def __init__(self, at: Ints, seed: int) -> None:
        banners = _banners()
        place, order = at % len(banners), at // len(banners)
        self.banner = banners[place]
        birthday = order % _BIRTHDAYS * _STRIDE % _BIRTHDAYS
        self.birth = days.as_number(days.day(1941, 1, 1) + birthday)
        self.age = (days.day(2020, 5, 1) - days.day(1941, 1, 1) - birthday) / 365.25
        self.draw = _uniform(at, seed)
        self.sex = np.where(self.draw[0] < 0.52, 1, 2)
        # Unique: one order code per round through the birthdays of a banner.
        sequence = order // _BIRTHDAYS * 2 + (self.sex == 1)
        self.id_number = identity.id_characters(self.banner, self.birth, sequence)
        self.can_work = (self.age >= 18) & (self.age < 62) & (self.draw[1] < 0.86)
        self.work = np.where(
            self.can_work & (self.draw[2] < 0.55), np.searchsorted([0.1, 0.2, 0.4], self.draw[2]) + 1, 0
        )
        self.is_defective = self.draw[3] < DEFECTIVE_SHARE
        self.village = self.banner * 10**6 + (101 + order % 17) * 1000 + 201 + order // 17 % 12


def _uniform(at: Ints, seed: int, streams: int = 12) -> NDArray[np.float64]:
    """Random numbers of each position, the same whatever chunk it comes in (SplitMix64)."""
    state = at.astype(np.uint64)[None, :] * np.uint64(streams) + np.arange(streams, dtype=np.uint64)[:, None]
    offset = np.uint64((seed * 0x632BE59BD9B4E019 + 1) % 2**64)
    mixed = (state + offset) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((mixed ^ (mixed >> np.uint64(31))) >> np.uint64(11)).astype(np.float64) / 2.0**53


@cache
def _names() -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """A list of names for each sex, as bytes of the file."""
    rng = np.random.default_rng(5)

    def made(is_male: bool) -> NDArray[np.object_]:
        texts = names.han(names.draw("surname", rng, 20_000), np.full(20_000, is_male), rng)
        return np.array([text.encode(_ENCODING) for text in texts], dtype=object)

    return made(True), made(False)


def _codes(*texts: str) -> NDArray[np.object_]:
    return np.array([text.encode(_ENCODING) for text in texts], dtype=object)


def _lines(at: Ints, rows: int, seed: int, is_later: bool) -> list[bytes]:
    fixed = _Fixed(at, seed)
    draw, age = fixed.draw, fixed.age
    phone_number = (draw[4] * 10**9).astype(np.int64) + 13_000_000_000
    willing = np.where(fixed.work > 0, 1, np.where(fixed.can_work, 1 + (draw[5] * 2).astype(np.int64), 3))
    months = np.where(fixed.work > 0, 1 + (draw[6] * 5).astype(np.int64), 0)
    keep, changed = np.ones(len(at), dtype=bool), np.zeros(len(at), dtype=bool)
    if is_later:
        keep = (at >= rows) | (draw[7] >= GONE_SHARE)
        changed = (at < rows) & (draw[7] >= GONE_SHARE) & (draw[7] < GONE_SHARE + CHANGED_SHARE)
        phone_number = np.where(changed, phone_number + 1, phone_number)
        willing = np.where(changed & fixed.can_work & (fixed.work == 0), 3 - willing, willing)
    phone = _text(identity.digits(phone_number, 11)).astype(object)
    has_phone = (age >= 16) & (draw[8] >= 0.2)
    phone[~has_phone] = b""
    has_minimum = draw[9] < 0.3
    has_minimum ^= changed & ~has_phone
    name = _names()[0][(draw[9] * 20_000).astype(np.int64)]
    name = np.where(fixed.sex == 1, name, _names()[1][(draw[9] * 20_000).astype(np.int64)])
    home = _codes(*(_household_id(number) for number in range(_HOUSEHOLDS)))[at % len(_banners()) % _HOUSEHOLDS]
    education = np.select(
        [age < 7, age < 13, age < 16], [6, 2, 3], np.searchsorted([0.1, 0.45, 0.85, 0.95], draw[10]) + 1
    )
    student = np.select([(age >= 7) & (age < 16), (age >= 16) & (age < 18)], [1, 2], 0)
    two = _codes(*(f"{number:02d}" for number in range(100)))
    one = _codes(*"0123456789")
    columns: list[Any] = [
        _text(identity.digits(at + 1_500_000_000_000, 13)).astype(object),
        home,
        _text(identity.digits(fixed.banner, 6)).astype(object),
        _text(identity.digits(fixed.village, 12)).astype(object),
        name,
        one[fixed.sex],
        _text(fixed.id_number).astype(object),
        _text(identity.digits(fixed.birth, 8)).astype(object),
        two[np.where(draw[11] < 0.4, 1, np.where(draw[11] < 0.6, 2, 3))],
        two[np.where(draw[11] * 7 % 1 < 0.78, 1, 2)],
        two[education],
        two[student],
        two[np.searchsorted([0.75, 0.9, 0.94], draw[10] * 3 % 1) + 1],
        two[np.where(fixed.can_work, np.where(draw[1] < 0.07, 2, 1), np.where(draw[1] < 0.5, 3, 4))],
        _codes("", "01", "02", "03", "04")[fixed.work],
        one[months],
        np.full(len(at), b"1", dtype=object),
        one[((fixed.work > 2) & (draw[6] < 0.2)).astype(int)],
        one[((fixed.work <= 2) & (age >= 16) & (draw[5] < 0.6)).astype(int)],
        one[(draw[8] < 0.93).astype(int)],
        one[has_minimum.astype(int)],
        phone,
        one[willing],
        np.full(len(at), b"", dtype=object),
    ]
    _spoil(columns, fixed)
    if not keep.all():
        columns = [column[keep] for column in columns]
    return list(map(b",".join, zip(*(column.tolist() for column in columns), strict=True)))


def _spoil(columns: list[Any], fixed: _Fixed) -> None:
    """Break the rows that are to be defective, each in one of ten ways."""
    position = {column.name: index for index, column in enumerate(contracts.load(SOURCE).resource("person").columns)}

    def put(name: str, at: int, value: bytes) -> None:
        columns[position[name]][at] = value

    for at in np.flatnonzero(fixed.is_defective).tolist():
        way = int(fixed.draw[3][at] / DEFECTIVE_SHARE * 10)
        code: bytes = columns[position["id_number"]][at]
        if way == 0:
            put("id_number", at, code[:17] + (b"0" if code[17:] != b"0" else b"1"))
        elif way == 1:
            put("id_number", at, f"{float(code[:17] + b'0'):.5E}".encode())
        else:
            name, value = _WAYS[way - 2]
            put(name, at, value if value is not None else b"2" if columns[position[name]][at] == b"1" else b"1")


_WAYS: tuple[tuple[str, bytes | None], ...] = (
    ("sex", None), ("birth_date", b"19850230"), ("region_code", b"159999"), ("labour_ability", b"1"), ("name", b"=1+1"),
    ("months_worked", b"13"), ("village_code", b"150102101201"), ("has_illness_insurance", b"Y"),
)  # fmt: skip
