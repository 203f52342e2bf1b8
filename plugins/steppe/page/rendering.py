"""From a request to HTML: which view, which place and month, in which language."""

from __future__ import annotations

import importlib.resources
import re
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jinja2
from fastapi import Request

from steppe.page import outlines, views, wording
from steppe.page.reading import Place, Readers, Reading
from steppe.page.views import View

PLOTLY = f"plotly-{version('plotly')}.js"


class Unseen(Exception):
    """A view, place or file that is not there, or not for this reader: the two are not told apart."""


def plotly_file() -> Path:
    """The chart library as its package brings it."""
    return Path(str(importlib.resources.files("plotly") / "package_data" / "plotly.min.js"))


def _plotly_style_ids() -> list[str]:
    """Elements whose presence keeps the library from adding styles of its own, which the page's policy forbids: those of its tile maps."""
    found = re.findall(r'getElementById\("([0-9a-f]{64})"\)', plotly_file().read_text(encoding="utf-8"))
    return ["plotly.js-style-global", *sorted(set(found))]


@cache
def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(views.TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.globals["plotly_style_ids"] = _plotly_style_ids()
    environment.globals["map_of"] = lambda places: outlines.outlines(tuple(place.code for place in places))
    return environment


class Asked:
    """What a request asks for, and the words to answer it in; ``page`` in the templates."""

    def __init__(self, request: Request) -> None:
        self.query = dict(request.query_params)
        wanted = self.query.get("lang") or request.cookies.get("steppe_lang")
        self.language = wanted if wanted in wording.LANGUAGES else wording.LANGUAGES[0]
        self.base = str(request.scope.get("root_path", "")).rstrip("/")
        self.plotly = PLOTLY

    def t(self, zh: str, en: str) -> str:
        """One of two words, in the reader's language."""
        return zh if self.language == "zh" else en

    def label(self, column: str) -> str:
        return wording.label(column, self.language)

    def told(self, column: str, value: Any) -> str:
        return wording.told(column, value, self.language)

    def is_number(self, column: str, value: Any) -> bool:
        return wording.is_number(column, value)

    def link(self, view: str, **changes: Any) -> str:
        """A view's address with this request's language, place and month, and some of these changed; None drops one."""
        kept = {name: self.query[name] for name in ("lang", "place", "month") if name in self.query}
        wanted = {name: value for name, value in (kept | changes).items() if value is not None}
        return f"{self.base}/view/{view}" + (f"?{urlencode(wanted)}" if wanted else "")


def first(request: Request, reading: Reading) -> str:
    """Where the page begins for this reader."""
    asked = Asked(request)
    for view in _visible(reading):
        return asked.link(view.name)
    raise Unseen("no view")


def page(request: Request, readers: Readers, name: str) -> str:
    """A view as HTML.

    Raises:
        Stranger: the user reads as nobody.
        Unseen: no such view or place for him.
    """
    asked = Asked(request)
    with readers.reading(request.state.reader) as reading:
        visible = _visible(reading)
        view = next((view for view in views.all_views().values() if view.name == name), None)
        if view is None or not reading.may_read(view.inputs):
            raise Unseen(name)
        place = reading.place(asked.query.get("place"))
        if place is None:
            raise Unseen("place")
        months = reading.months()
        month = _month(asked.query.get("month"), months)
        values = {**asked.query, "place": place.code, "month": month, "banners": reading.banners(place)}
        found: dict[str, Any] = {"rows": [], **{part: [] for part in view.parts}}
        if months:
            found["rows"] = reading.rows(view.file, values)
            found |= {part: reading.rows(file, values) for part, file in view.parts.items()}
        return (
            _templates()
            .get_template(view.template)
            .render(
                page=asked,
                view=view,
                groups=_groups(visible),
                reading=reading,
                place=place,
                path=reading.path(place),
                below=_below(reading, place),
                month=month,
                months=months,
                **found,
            )
        )


def message(request: Request, which: str) -> str:
    """A page that says why there is nothing to see."""
    return _templates().get_template("message.html").render(page=Asked(request), which=which)


def _visible(reading: Reading) -> list[View]:
    return [view for view in views.all_views().values() if view.group and reading.may_read(view.inputs)]


def _groups(visible: list[View]) -> list[tuple[str, tuple[str, str], list[View]]]:
    grouped = [
        (group, words, [view for view in visible if view.group == group]) for group, words in views.GROUPS.items()
    ]
    return [each for each in grouped if each[2]]


def _below(reading: Reading, place: Place) -> list[Place]:
    return [each for each in reading.places.values() if each.parent_code == place.code]


def _month(wanted: str | None, months: list[date]) -> date | None:
    chosen = next((month for month in months if f"{month:%Y-%m}" == wanted), None)
    return chosen or next(iter(months), None)
