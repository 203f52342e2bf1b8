"""Three hundred mutated good files: what harms is caught and never published, what does not harm is not rejected.

The resource, the kind of mutation and its place are drawn at random from a seed, which the run prints; the same seed makes the same files.
They are checked one after the other as a sender would check them, so that nothing is kept.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pipeline.gate import gate_deliveries as deliveries
from pipeline.gate import mutations
from pipeline.gate.mutations import HARMFUL, HARMLESS, Kind, Sheet
from steppe import contracts, gate
from steppe.errors import Rejected

SEED = int(os.environ.get("STEPPE_TEST_SEED") or random.SystemRandom().randrange(1, 2**31))
SOURCES = {resource.name: contract.source for contract in contracts.load_all() for resource in contract.resources}
ROWS = 40


def deliver(place: Path, name: str, kind: Kind, column: str, chance: random.Random) -> Path:
    """A delivery in which one resource was changed; its manifest tells the truth about the changed file where the kind does not lie."""
    contract = contracts.load(SOURCES[name])
    rows = {one.name: [deliveries.row(one.name, number) for number in range(ROWS)] for one in contract.resources}
    sheet = Sheet(contract.resource(name), rows)
    kind.change(chance, sheet, column)
    folder = deliveries.write(place, sheet.rows, source=contract.source)
    data = sheet.text().encode("gb18030") if sheet.data is None else sheet.data
    (folder / f"{name}.csv").unlink()
    (folder / f"{name}.{sheet.form}").write_bytes(data)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (file,) = [file for file in manifest["files"] if file["resource"] == name]
    file |= {"path": f"{name}.{sheet.form}", "format": sheet.form, "sha256": hashlib.sha256(data).hexdigest()}
    file["rows"] = len(sheet.table) - 1 if sheet.told_rows is None else sheet.told_rows
    file["control_totals"] = sheet.totals() | sheet.told_totals
    if sheet.form == "xlsx":
        file["encoding"] = None
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")
    return folder


@dataclass
class Tally:
    """How many files were judged, and by resource and kind of mutation those that were judged wrongly."""

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


Drawn = tuple[str, Kind, str, bool]  # resource, kind, column, whether it harms


def draw(count: int, chance: random.Random, harmful: Sequence[Kind], harmless: Sequence[Kind]) -> Iterator[Drawn]:
    """Two of three files are harmed."""
    for number in range(count):
        is_harmful = number % 3 != 2
        name = chance.choice(sorted(SOURCES))
        resource = contracts.load(SOURCES[name]).resource(name)
        kind = chance.choice([one for one in (harmful if is_harmful else harmless) if one.columns(resource)])
        yield name, kind, chance.choice(kind.columns(resource)), is_harmful


def each(source: str) -> Iterator[Drawn]:
    """Every kind in every column of every resource of the source, once."""
    for resource in contracts.load(source).resources:
        for kind in (*HARMFUL, *HARMLESS):
            for column in kind.columns(resource):
                yield resource.name, kind, column, kind in HARMFUL


def judge(drawn: Iterator[Drawn], chance: random.Random, place: Path) -> Tally:
    """Each file is judged as its sender would have it judged."""
    tally = Tally()
    for number, (name, kind, column, is_harmful) in enumerate(drawn):
        folder = deliver(place / str(number), name, kind, column, chance)
        try:
            verdict = gate.check(folder)
            is_clean, is_quiet = verdict.is_clean, not verdict.findings
        except Rejected:
            is_clean = is_quiet = False
        what = f"{kind.name}: {name}.{column}"
        if is_harmful:
            tally.harmful += 1
            tally.missed[what] += is_quiet
            tally.published[what] += is_clean
        else:
            tally.harmless += 1
            tally.refused[what] += not is_clean
    return tally


@pytest.mark.timeout(900)
@pytest.mark.parametrize("files", [30, pytest.param(300, marks=pytest.mark.long)])
def test_mutated_files_are_judged_rightly(
    files: int, warehouse: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(SEED)
    tally = judge(draw(files, chance, HARMFUL, HARMLESS), chance, tmp_path)
    with capsys.disabled():
        print(f"\n{files} mutated files from seed {SEED}: {tally}")
    assert (tally.harmful, tally.harmless) == (files * 2 // 3, files // 3)
    assert tally.missed.total() <= 0.01 * tally.harmful, +tally.missed
    assert not +tally.published
    assert not +tally.refused


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("source", contracts.sources())
def test_no_column_is_left_out(source: str, warehouse: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chance = random.Random(SEED)
    tally = judge(each(source), chance, tmp_path)
    with capsys.disabled():
        print(f"\n{source}, every kind in every column, from seed {SEED}: {tally}")
    resources = contracts.load(source).resources
    assert tally.harmful > 5 * sum(len(resource.columns) for resource in resources)
    assert tally.harmless > 10 * len(resources)
    assert not +tally.missed
    assert not +tally.published
    assert not +tally.refused


def test_files_judged_wrongly_are_counted(warehouse: str, tmp_path: Path) -> None:
    nothing = Kind("nothing", mutations.whole, lambda *_: None)
    harmful = next(kind for kind in HARMFUL if kind.name == "a key twice")
    chance = random.Random(SEED)
    tally = judge(draw(6, chance, [nothing], [harmful]), chance, tmp_path)
    assert str(tally) == "0 of 4 harmful files caught, 4 published; 2 of 2 harmless ones refused"
