"""Names of invented people and places, from include/parameters/sample_names.csv."""

from __future__ import annotations

import csv
from functools import cache

import numpy as np
from numpy.typing import NDArray

from steppe import settings
from steppe.sample.identity import Texts


@cache
def _lists() -> dict[str, tuple[Texts, NDArray[np.float64]]]:
    found: dict[str, tuple[list[str], list[float]]] = {}
    with (settings.PARAMETERS / "sample_names.csv").open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            words, weights = found.setdefault(row["kind"], ([], []))
            words.append(row["text"])
            weights.append(float(row["weight"]))
    return {
        kind: (np.array(words, dtype=object), np.cumsum(weights) / np.sum(weights))
        for kind, (words, weights) in found.items()
    }


def draw(kind: str, rng: np.random.Generator, count: int) -> Texts:
    """Words of a kind, by weight."""
    words, bounds = _lists()[kind]
    drawn: Texts = words[np.minimum(np.searchsorted(bounds, rng.random(count)), len(words) - 1)]
    return drawn


def han(surname: Texts, is_male: NDArray[np.bool_], rng: np.random.Generator) -> Texts:
    """Han names for given surnames: mostly two characters after the surname, sometimes one."""
    count = len(surname)
    first = np.where(is_male, draw("male_first", rng, count), draw("female_first", rng, count))
    second = np.where(is_male, draw("male_second", rng, count), draw("female_second", rng, count))
    made: Texts = surname + np.where(rng.random(count) < 0.12, "", first) + second
    return made


def mongol(is_male: NDArray[np.bool_], rng: np.random.Generator) -> Texts:
    """Mongolian names in Chinese transcription, most without a surname."""
    count = len(is_male)
    return np.where(is_male, draw("mongol_male", rng, count), draw("mongol_female", rng, count))
