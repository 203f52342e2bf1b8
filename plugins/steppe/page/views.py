"""The views there are: each SQL file in ``80_page/`` whose header has a title."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from steppe import settings

FOLDER = settings.SQL / "80_page"
TEMPLATES = Path(__file__).parent / "templates"

# What every query may be bound to; any other placeholder is a choice of the reader's, taken from the address.
BOUND = {
    "place", "village", "banner_or_above", "banners", "senders", "month", "root", "sources", "definitions", "deadline",
}  # fmt: skip

# The tabs, in their order.
GROUPS = {
    "targets": ("目标", "Targets"),
    "lists": ("清单", "Lists"),
    "money": ("资金", "Money"),
    "quality": ("质量", "Quality"),
}


@dataclass(frozen=True)
class View:
    """One view of the page.

    Attributes:
        group: its tab; None for one that is only linked to.
        inputs: relations that it reads, of its parts too; whoever may read all of them sees the view.
        sources: contracts whose deliveries it stands on.
        definitions: by which it counts: names in ``ops.indicator`` and ``ops.parameter``; ``programme`` for the rules of all programmes.
        is_posted: whether it shows what stands in the ledger.
        order: a list's own order, by its columns; ``-`` before one that falls.
        choices: further parameters of an address that its queries take.
        parts: further queries of a view with a template of its own, by the name it knows their rows under.
    """

    name: str
    title_zh: str
    title_en: str
    group: str | None
    rank: int
    inputs: tuple[str, ...]
    sources: tuple[str, ...]
    definitions: tuple[str, ...]
    is_posted: bool
    order: tuple[str, ...]
    choices: frozenset[str]
    parts: dict[str, str]

    @property
    def file(self) -> str:
        return f"{self.name}.sql"

    @property
    def template(self) -> str:
        own = f"{self.name}.html"
        return own if (TEMPLATES / own).exists() else "list.html"

    @property
    def is_list(self) -> bool:
        return self.template == "list.html"

    @property
    def has_figures(self) -> bool:
        """Whether it shows figures, which somebody may have signed; the rest tells of the work itself."""
        return self.group in ("targets", "lists", "money")


@cache
def all_views() -> dict[str, View]:
    """Every view by its name, in the order of the navigation."""
    found = [_view(file) for file in sorted(FOLDER.glob("*.sql")) if "." not in file.stem and _header(file, "Title")]
    order = [*GROUPS, None]
    return {view.name: view for view in sorted(found, key=lambda view: (order.index(view.group), view.rank, view.name))}


def relations() -> set[str]:
    """Everything that some view reads."""
    return {relation for view in all_views().values() for relation in view.inputs}


def _view(file: Path) -> View:
    zh, _, en = _header(file, "Title").partition(" | ")
    group, _, rank = _header(file, "Group").partition(" ")
    parts = {part.stem.split(".")[1]: part.name for part in sorted(FOLDER.glob(f"{file.stem}.*.sql"))}
    files = [file, *(FOLDER / part for part in parts.values())]
    return View(
        name=file.stem,
        title_zh=zh,
        title_en=en,
        group=group if group in GROUPS else None,
        rank=int(rank or 0),
        inputs=tuple(sorted({name for each in files for name in _inputs(each)})),
        sources=_words(file, "Sources"),
        definitions=_words(file, "Definitions"),
        is_posted=bool(_header(file, "Posted")),
        order=tuple(re.findall(r"-?\w+", _header(file, "Order"))),
        choices=frozenset(name for each in files for name in re.findall(r"%\((\w+)\)s", _text(each))) - BOUND,
        parts=parts,
    )


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def _header(file: Path, word: str) -> str:
    found = re.search(rf"^-- {word}: (.+)$", _text(file), re.MULTILINE)
    return found[1].strip() if found else ""


def _words(file: Path, word: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", _header(file, word)))


def _inputs(file: Path) -> tuple[str, ...]:
    found = re.search(r"Inputs:(.*?)(?:Rerun:|\n[^-])", _text(file), re.DOTALL)
    return tuple(sorted(set(re.findall(r"\b[a-z]+\.[a-z_]+\b", found[1] if found else ""))))
