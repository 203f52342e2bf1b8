"""Worked questions in docs/questions/: a page of text, one query, one plot. The plot is drawn from the query's rows."""

from __future__ import annotations

import importlib.resources
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from steppe import database, settings

QUESTIONS = settings.ROOT / "docs" / "questions"
COLOURS = ("#0e4f40", "#3f8f78", "#86bfa9", "#c07a1a", "#9a2c14", "#566560")


@dataclass(frozen=True)
class Question:
    """A page with one query."""

    name: str
    text: str
    query: str


def questions() -> list[Question]:
    found = []
    for file in sorted(QUESTIONS.glob("*.md")):
        text = file.read_text(encoding="utf-8")
        (query,) = re.findall(r"```sql\n(.*?)```", text, re.DOTALL)
        found.append(Question(file.stem, text, query))
    return found


def answered(connection: database.Connection, question: Question) -> tuple[list[str], list[tuple[Any, ...]]]:
    cursor = connection.execute(question.query.encode())
    return [column.name for column in cursor.description or ()], cursor.fetchall()


def drawn(question: Question, header: Sequence[str], rows: Sequence[tuple[Any, ...]], folder: Path) -> Path:
    """Stacked bars: the first column names a bar, each further one is a part of it."""
    import matplotlib as mpl
    from matplotlib import font_manager
    from matplotlib.figure import Figure

    font = importlib.resources.files("mplfonts") / "fonts" / "NotoSansCJKsc-Regular.otf"
    font_manager.fontManager.addfont(str(font))
    mpl.rcParams["font.family"] = font_manager.FontProperties(fname=str(font)).get_name()
    figure = Figure(figsize=(8, 0.6 + 0.34 * max(len(rows), 4)), layout="constrained")
    axes = figure.subplots()
    names = [str(row[0]) for row in reversed(rows)]
    ends = [0.0] * len(rows)
    for place, part in enumerate(header[1:], start=1):
        values = [float(row[place] or 0) for row in reversed(rows)]
        axes.barh(names, values, left=ends, label=part, color=COLOURS[(place - 1) % len(COLOURS)])
        ends = [end + value for end, value in zip(ends, values, strict=True)]
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(fontsize=8, frameon=False)
    file = folder / f"{question.name}.png"
    figure.savefig(file, dpi=100)
    return file
