"""A thousand persons whose names, ID numbers and phones stand nowhere else, and the search for them."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pipeline.gate import gate_deliveries as deliveries
from pipeline.gate.gate_deliveries import Row

COUNT = 1000
# Characters that no text of ours and no common name has; each canary's name is four of them.
ALPHABET = [chr(point) for point in range(0x9E00, 0x9F80)]
NAMES = re.compile(f"[{ALPHABET[0]}-{ALPHABET[-1]}]{{2,}}")
ESCAPED = re.compile(r"\\u(9[ef][0-9a-f]{2})", re.IGNORECASE)
DIGITS = re.compile(r"[0-9]{11,18}")


@dataclass(frozen=True)
class Canaries:
    """The rows to deliver, and everything personal in them."""

    rows: tuple[Row, ...]
    names: frozenset[str]
    numbers: frozenset[str]  # ID numbers without the check character, and phones

    def told_by(self, content: bytes) -> set[str]:
        """The names and numbers that a text holds, plain or as JSON escapes."""
        text = ESCAPED.sub(lambda found: chr(int(found[1], 16)), content.decode("utf-8", "replace"))
        names = {name for name in NAMES.findall(text) if any(name in known or known in name for known in self.names)}
        numbers = {run[:17] for run in DIGITS.findall(text)} | {run[:11] for run in DIGITS.findall(text)}
        return names | (numbers & self.numbers)

    def told_in(self, folder: Path) -> dict[str, set[str]]:
        """By file below a folder, what it tells; files that tell nothing are left out."""
        read = ((file, file.read_bytes()) for file in sorted(folder.rglob("*")) if file.is_file())
        return {str(file.relative_to(folder)): told for file, content in read if (told := self.told_by(content))}


def make(seed: int, *, first_place: int = 3000) -> Canaries:
    """Valid persons from one seed; ``first_place`` keeps their ID numbers apart from other tests'."""
    chance = random.Random(seed)
    rows = tuple(
        deliveries.row(
            "person",
            first_place + index,
            name="".join(chance.sample(ALPHABET, 4)),
            phone=f"199{seed % 10}{chance.randrange(10**7):07d}",
        )
        for index in range(COUNT)
    )
    numbers = {row["id_number"][:17] for row in rows} | {row["phone"] for row in rows}
    return Canaries(rows, frozenset(row["name"] for row in rows), frozenset(numbers))


def spoil(rows: Iterable[Row]) -> list[Row]:
    """Each row broken in its own way, so that every rule on personal columns has something to say."""
    return [{**row, **_changes(row, index % 7)} for index, row in enumerate(rows)]


def _changes(row: Row, way: int) -> Row:
    last = row["id_number"][17]
    return (
        {"id_number": row["id_number"][:17] + ("1" if last == "0" else "0")},
        {"id_number": row["id_number"][:12]},
        {"name": f"={row['name']}"},
        {"phone": f"{row['phone']}9", "sex": "1"},
        {"birth_date": "19991231"},
        {"sex": "7"},
        {"region_code": "999999"},
    )[way]


def lines(rows: Iterable[Row]) -> list[str]:
    """Lines that no reader can split: too few fields, too many, a NUL."""
    texts = [",".join(row.values()) for row in rows]
    broken = (lambda text: text.rsplit(",", 9)[0], lambda text: f"{text},,", lambda text: text.replace(",", ",\0", 1))
    return [broken[index % len(broken)](text) for index, text in enumerate(texts)]
