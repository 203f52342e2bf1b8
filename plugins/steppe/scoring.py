"""How well the signals find what is not genuine: their cases against the sample's key, ``signs.csv``."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from steppe import settings
from steppe.database import Connection
from steppe.errors import SteppeError

STATED = settings.ROOT / "docs" / "signal-scores.csv"
# The sample that the stated scores are of: its scale, months and seed.
STATED_SAMPLE = (0.02, ("2020-05", "2020-06"), 142)

Shown = set[tuple[str, str]]  # (month, subject: a person's token or the code of something else)


@dataclass(frozen=True)
class Score:
    """A signal's cases beside the subjects that were seeded for it, month by month."""

    signal: str
    seeded: int
    found: int
    right: int

    @property
    def recall(self) -> float:
        """Share of the seeded that is found."""
        return self.right / self.seeded

    @property
    def precision(self) -> float | None:
        """Share of the found that was seeded; None where nothing is found."""
        return self.right / self.found if self.found else None


def stated() -> list[Score]:
    """What docs/signals.md states of the signals, by name; a test holds it to the sample that it names."""
    with STATED.open(encoding="utf-8", newline="") as handle:
        return [
            Score(row["signal"], int(row["seeded"]), int(row["found"]), int(row["right"]))
            for row in csv.DictReader(handle)
        ]


def newest_key() -> Path:
    """The key of the sample that was made last in this installation.

    Raises:
        SteppeError: there is none.
    """
    keys = sorted((settings.home().path / "sample").glob("*/signs.csv"), key=lambda path: path.stat().st_mtime)
    if not keys:
        raise SteppeError("no sample was delivered here: run `./steppe run`, or name a signs.csv")
    return keys[-1]


def score(connection: Connection, key: Path) -> list[Score]:
    """The scores of the signals that the key seeds, by name.

    Args:
        connection: may read the vault (the auditor's or the owner's): the key names persons of the sample by ID number.
        key: ``signs.csv`` of a sample.

    Raises:
        SteppeError: the file is not such a key.
    """
    with key.open(encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle)
        if reader.fieldnames != ["signal", "month", "subject"]:
            raise SteppeError(f"{key.name}: line 1: columns must be signal,month,subject")
        rows = [(row["signal"], row["month"], row["subject"]) for row in reader]
    numbers = sorted({number for _, _, number in rows})
    tokens: dict[str, str] = dict(
        connection.execute(
            "SELECT id_number, person_key::text FROM vault.identity WHERE id_number = any(%s)", (numbers,)
        ).fetchall()
    )
    seeded: dict[str, Shown] = defaultdict(set)
    for signal, month, number in rows:
        # Only persons have tokens; who never got through the gate has none and stays among those who are to be found.
        seeded[signal].add((month, tokens.get(number, number)))
    found: dict[str, Shown] = defaultdict(set)
    cases = connection.execute(
        "SELECT signal, month::text, subject_code FROM mart.signal_case WHERE is_current AND signal = any(%s) AND month = any(%s::date[])",
        (list(seeded), sorted({month for _, month, _ in rows})),
    )
    for signal, month, subject in cases:
        found[signal].add((month, subject))
    return [
        Score(signal, len(shown), len(found[signal]), len(shown & found[signal]))
        for signal, shown in sorted(seeded.items())
    ]
