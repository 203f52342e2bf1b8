"""Three hundred mutated good files: what harms is caught and never published, what does not harm is not rejected.

Each mutation is drawn at random from a seed, which the run prints; the same seed makes the same files. They are checked one after the
other as a sender would check them, so that nothing is kept.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import json
import os
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pipeline.gate import gate_deliveries as deliveries
from steppe import contracts, gate
from steppe.errors import Rejected

SEED = int(os.environ.get("STEPPE_TEST_SEED") or random.SystemRandom().randrange(1, 2**31))
SOURCE = "household_registry"
PERSON = contracts.load(SOURCE).resource("person")
NAMES = [column.name for column in PERSON.columns]
CODES = [column for column in PERSON.columns if column.format in ("code", "flag") and column.name != "change_type"]
ROWS = 40

Table = list[list[str]]
Change = Callable[[random.Random, Table], Table | bytes]


def good() -> Table:
    rows = [deliveries.row("person", place) for place in range(ROWS)]
    return [[column.header for column in PERSON.columns], *([row[name] for name in NAMES] for row in rows)]


def text(table: Table, **form: str) -> str:
    out = io.StringIO()
    csv.writer(
        out, lineterminator=form.get("newline", "\n"), quoting=csv.QUOTE_ALL if form.get("quoted") else 0
    ).writerows(table)
    return out.getvalue()


def cell(name: str, make: Callable[[random.Random, str], str]) -> Change:
    """One cell of one row is changed."""

    def change(chance: random.Random, table: Table) -> Table:
        row = table[chance.randrange(1, len(table))]
        row[NAMES.index(name)] = make(chance, row[NAMES.index(name)])
        return table

    return change


def wrong_digit(chance: random.Random, value: str) -> str:
    at = chance.randrange(17)
    return value[:at] + chance.choice([digit for digit in "0123456789" if digit != value[at]]) + value[at + 1 :]


def unknown_code(chance: random.Random, table: Table) -> Table:
    column = chance.choice([column for column in CODES if column.code_list])
    known = column.code_list.values if column.code_list else {}
    row = table[chance.randrange(1, len(table))]
    row[NAMES.index(column.name)] = chance.choice(
        [code for code in ("77", "5x", "A", "-1", "是", "1.0") if code not in known]
    )
    return table


def without_column(chance: random.Random, table: Table) -> Table:
    at = chance.randrange(len(NAMES))
    return [row[:at] + row[at + 1 :] for row in table]


def twice(chance: random.Random, table: Table) -> Table:
    """A person stands there a second time with other content."""
    row = list(table[chance.randrange(1, len(table))])
    row[NAMES.index("months_worked")] = "9"
    return [*table, row]


def short_line(chance: random.Random, table: Table) -> Table:
    at = chance.randrange(1, len(table))
    return [row[: chance.randrange(2, 9)] if place == at else row for place, row in enumerate(table)]


def shifted(chance: random.Random, table: Table) -> Table:
    """Values one column to the right, as after a comma too many."""
    at = chance.randrange(1, len(table))
    table[at] = ["", *table[at][:-1]]
    return table


def stray_byte(chance: random.Random, table: Table) -> bytes:
    lines = text(table).encode("gb18030").split(b"\n")
    at = chance.randrange(1, len(table))
    place = chance.randrange(len(lines[at]))
    lines[at] = lines[at][:place] + chance.choice([b"\0", b"\xff"]) + lines[at][place:]
    return b"\n".join(lines)


def open_quote(chance: random.Random, table: Table) -> bytes:
    lines = text(table).split("\n")
    at = chance.randrange(1, len(table))
    lines[at] = lines[at].replace(",", ',"', 1)
    return "\n".join(lines).encode("gb18030")


HARMFUL: dict[str, Change] = {
    "wrong digit of an ID": cell("id_number", wrong_digit),
    "ID as a float": cell("id_number", lambda _, value: f"{float(value[:17] + '0'):.5E}"),
    "ID missing": cell("id_number", lambda *_: ""),
    "ID cut short": cell("id_number", lambda chance, value: value[: chance.randrange(1, 17)]),
    "another day of birth": cell(
        "birth_date", lambda chance, _: f"19{chance.randrange(50, 80)}0{chance.randrange(1, 6)}11"
    ),
    "no such day": cell("birth_date", lambda chance, _: chance.choice(["19850231", "1985-06-01", "19851301", "四月"])),
    "another sex": cell("sex", lambda *_: "1"),
    "unknown code": unknown_code,
    "unknown banner": cell("region_code", lambda chance, _: chance.choice(["150999", "999999", "15042", "赤峰"])),
    "banner of another sender": cell("region_code", lambda chance, _: chance.choice(["150521", "150102", "152501"])),
    "village of another banner": cell("village_code", lambda chance, _: f"150422{chance.randrange(10**6):06d}"),
    "formula in a name": cell("name", lambda chance, value: chance.choice("=+@") + value),
    "control character in a name": cell("name", lambda _, value: value + "\x07"),
    "name missing": cell("name", lambda *_: ""),
    "months beyond the year": cell("months_worked", lambda chance, _: chance.choice(["13", "99", "-1", "4.5", "多"])),
    "work without ability": cell("labour_ability", lambda chance, _: chance.choice(["03", "04"])),
    "work after death": cell("life_status", lambda *_: "2"),
    "a person twice": twice,
    "column missing": without_column,
    "line cut short": short_line,
    "values shifted": shifted,
    "stray byte": stray_byte,
    "quote left open": open_quote,
}


def reordered(chance: random.Random, table: Table) -> Table:
    order = chance.sample(range(len(NAMES)), len(NAMES))
    return [[row[at] for at in order] for row in table]


def shuffled(chance: random.Random, table: Table) -> Table:
    return [table[0], *chance.sample(table[1:], len(table) - 1)]


def extra_column(chance: random.Random, table: Table) -> Table:
    at = chance.randrange(len(NAMES) + 1)
    return [[*row[:at], "备注" if place == 0 else "无", *row[at:]] for place, row in enumerate(table)]


HARMLESS: dict[str, Change] = {
    "columns in another order": reordered,
    "rows in another order": shuffled,
    "an extra column": extra_column,
    "Windows line ends": lambda _, table: text(table, newline="\r\n").encode("gb18030"),
    "every field quoted": lambda _, table: text(table, quoted="yes").encode("gb18030"),
    "UTF-8": lambda _, table: text(table).encode(),
    "UTF-8 with its mark": lambda _, table: codecs.BOM_UTF8 + text(table).encode(),
    "no line end at the end": lambda _, table: text(table).rstrip("\n").encode("gb18030"),
    "an empty line": lambda _, table: text(table).replace("\n", "\n\n", 1).encode("gb18030"),
    "fewer rows": lambda chance, table: table[: chance.randrange(2, len(table))],
    "another phone": cell("phone", lambda chance, _: f"139{chance.randrange(10**8):08d}"),
    "no phone": cell("phone", lambda *_: ""),
    "lower-case check character": cell("id_number", lambda _, value: value.replace("X", "x")),
}


def deliver(place: Path, change: Change, chance: random.Random) -> Path:
    """A delivery whose persons were changed; its manifest tells the truth about the changed file."""
    rows = {"household": [deliveries.row("household", number) for number in range(ROWS)]}
    folder = deliveries.write(place, rows, source=SOURCE)
    made = change(chance, good())
    data = made if isinstance(made, bytes) else text(made).encode("gb18030")
    (folder / "person.csv").write_bytes(data)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (file,) = [file for file in manifest["files"] if file["resource"] == "person"]
    file["sha256"] = hashlib.sha256(data).hexdigest()
    file["rows"] = sum(1 for line in data.replace(b"\r", b"").split(b"\n") if line) - 1
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")
    return folder


@dataclass
class Tally:
    """How many files were judged, and by kind of mutation those that were judged wrongly."""

    harmful: int = 0
    harmless: int = 0
    missed: Counter[str] = field(default_factory=Counter)  # harmful, and nothing is said about it
    published: Counter[str] = field(default_factory=Counter)  # harmful, and every row would be published
    refused: Counter[str] = field(default_factory=Counter)  # harmless, and some row would not

    def __str__(self) -> str:
        caught = self.harmful - self.missed.total()
        return (
            f"{caught} of {self.harmful} harmful files caught, {self.published.total()} published; "
            f"{self.refused.total()} of {self.harmless} harmless ones refused"
        )


def judge(count: int, seed: int, place: Path, harmful: dict[str, Change], harmless: dict[str, Change]) -> Tally:
    """Two of three files are harmed; each is judged as its sender would have it judged."""
    chance, tally = random.Random(seed), Tally()
    for number in range(count):
        is_harmful = number % 3 != 2
        kind, change = chance.choice(sorted((harmful if is_harmful else harmless).items()))
        folder = deliver(place / str(number), change, chance)
        try:
            verdict = gate.check(folder)
            is_clean, is_quiet = verdict.is_clean, not verdict.findings
        except Rejected:
            is_clean = is_quiet = False
        if is_harmful:
            tally.harmful += 1
            tally.missed[kind] += is_quiet
            tally.published[kind] += is_clean
        else:
            tally.harmless += 1
            tally.refused[kind] += not is_clean
    return tally


@pytest.mark.timeout(900)
@pytest.mark.parametrize("files", [30, pytest.param(300, marks=pytest.mark.long)])
def test_mutated_files_are_judged_rightly(
    files: int, warehouse: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tally = judge(files, SEED, tmp_path, HARMFUL, HARMLESS)
    with capsys.disabled():
        print(f"\n{files} mutated files from seed {SEED}: {tally}")
    assert (tally.harmful, tally.harmless) == (files * 2 // 3, files // 3)
    assert tally.missed.total() <= 0.01 * tally.harmful, +tally.missed
    assert not +tally.published
    assert not +tally.refused


def test_files_judged_wrongly_are_counted(warehouse: str, tmp_path: Path) -> None:
    unharmed: dict[str, Change] = {"nothing": lambda _, table: table}
    harmed: dict[str, Change] = {"a person twice": twice}
    tally = judge(6, SEED, tmp_path, unharmed, harmed)
    assert str(tally) == "0 of 4 harmful files caught, 4 published; 2 of 2 harmless ones refused"
