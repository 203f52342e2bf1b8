"""From a request to HTML: which view, which place and month, in which language."""

from __future__ import annotations

import importlib.resources
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jinja2
from fastapi import Request

from steppe import contracts, settings
from steppe.gate.rules import Rule, catalogue
from steppe.page import freshness, listing, outlines, views, wording
from steppe.page.reading import Place, Readers, Reading
from steppe.page.views import View

PLOTLY = f"plotly-{version('plotly')}.js"
# The source that is shown until another is chosen: the population of record (C2.1).
REGISTER = "household_registry"
# What stays when the reader goes to another view.
KEPT = ("lang", "place", "month")


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
def _rules() -> dict[str, Rule]:
    """What the suites say of each rule."""
    return {rule.rule_id: rule for rule in catalogue()}


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
    environment.globals["rules"] = _rules
    environment.globals["source_names"] = contracts.sources
    environment.globals["map_of"] = lambda places: outlines.outlines(tuple(place.code for place in places))
    return environment


class Asked:
    """What a request asks for, and the words to answer it in; ``page`` in the templates."""

    def __init__(self, request: Request) -> None:
        self.query = dict(request.query_params)
        wanted = self.query.get("lang") or request.cookies.get("steppe_lang")
        self.language = wanted if wanted in wording.LANGUAGES else wording.LANGUAGES[0]
        self.base = str(request.scope.get("root_path", "")).rstrip("/")
        self.airflow = self.base.removesuffix("/steppe")
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
        return self._address(f"view/{view}", {name: self.query[name] for name in KEPT if name in self.query} | changes)

    def same(self, **changes: Any) -> str:
        """This very address, with something changed."""
        return "?" + urlencode(_given(self.query | changes))

    def export(self, view: str, form: str, **changes: Any) -> str:
        """Where the whole of a list, as it is chosen here, is to be had as a file."""
        return self._address(f"export/{view}.{form}", self.query | changes)

    def _address(self, path: str, query: Mapping[str, Any]) -> str:
        text = urlencode(_given(query))
        return f"{self.base}/{path}" + (f"?{text}" if text else "")


def _given(query: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in query.items() if value is not None}


@dataclass(frozen=True)
class Wanted:
    """What a reader wants to see, found to be there for him.

    Attributes:
        month: None while the warehouse is empty.
        values: what the view's queries are bound to.
        query: of a list; None for a view with a template of its own.
    """

    view: View
    place: Place
    month: date | None
    months: list[date]
    values: Mapping[str, Any]
    query: listing.Query | None

    @property
    def with_names(self) -> bool:
        return self.query is not None and self.query.with_names

    def as_recorded(self, form: str) -> dict[str, Any]:
        return {"list_name": self.view.name, "place": self.place.code, "month": self.month, "form": form}


def first(request: Request, reading: Reading) -> str:
    """Where the page begins for this reader."""
    for view in _visible(reading):
        return Asked(request).link(view.name)
    raise Unseen("no view")


def wanted(asked: Asked, reading: Reading, name: str) -> Wanted:
    """What an address asks for.

    Raises:
        Unseen: no such view or place for this reader.
    """
    view = views.all_views().get(name)
    place = reading.place(asked.query.get("place"))
    if view is None or place is None or not reading.may_read(view.inputs):
        raise Unseen(name)
    months = reading.months()
    month = next((each for each in months if f"{each:%Y-%m}" == asked.query.get("month")), None)
    month = month or next(iter(months), None)
    # A view of what stands behind another is asked for with that one's name.
    behind = views.all_views().get(asked.query.get("of", ""), view)
    source = asked.query.get("source")
    source = source if source in contracts.sources() else REGISTER
    values = {
        **{name: asked.query.get(name) for name in view.choices},
        "source": source,
        "deadline": freshness.deadline(source),
        "place": place.code,
        "village": place.code if place.level == "village" else None,
        "banner_or_above": place.parent_code if place.level == "village" else place.code,
        "banners": reading.banners(place),
        "month": month,
        "root": settings.REGION_CODE,
        "senders": reading.senders(place),
        "sources": list(behind.sources),
        "definitions": list(behind.definitions),
    }
    query = None
    if view.is_list:
        query = listing.Query(view.file, view.order, values, listing.chosen(asked.query))
        if asked.query.get("names") and reading.may_read(listing.VAULT):
            query = replace(query, with_names=True)
    return Wanted(view, place, month, months, values, query)


def page(request: Request, readers: Readers, name: str) -> str:
    """A view as HTML; that names are about to be shown is written down first.

    Raises:
        Stranger: the user reads as nobody.
        Unseen: no such view or place for him.
    """
    asked, user = Asked(request), request.state.reader
    with readers.reading(user) as reading:
        found = wanted(asked, reading, name)
        if not found.with_names:
            return _render(asked, reading, found)
    readers.record_named_view(user, found.as_recorded("page"))
    with readers.reading(user) as reading:
        return _render(asked, reading, found)


def _render(asked: Asked, reading: Reading, found: Wanted) -> str:
    view, values = found.view, found.values
    rows: dict[str, Any] = {"rows": [], "list": None, "standing": [], "definitions": [], "posted": [], "confirmed": []}
    rows |= {part: [] for part in view.parts}
    if found.months:
        rows["standing"] = reading.rows("standing.sql", values)
        rows["definitions"] = reading.rows("definitions.sql", values)
        if view.is_posted:
            rows["posted"] = reading.rows("posted.sql", values)
        if view.has_figures:
            rows["confirmed"] = reading.rows("confirmation.sql", values)
        if found.query:
            rows["list"] = listing.listing(reading, found.query, asked.language)
        else:
            rows["rows"] = reading.rows(view.file, values)
        rows |= {part: reading.rows(file, values) for part, file in view.parts.items()}
    visible = _visible(reading)
    return (
        _templates()
        .get_template(view.template)
        .render(
            page=asked,
            wanted=found,
            view=view,
            names={each.name: each for each in visible},
            groups=_groups(visible),
            reading=reading,
            place=found.place,
            path=reading.path(found.place),
            below=reading.below(found.place),
            month=found.month,
            months=found.months,
            month_due=freshness.month_due(view.sources),
            may_name=found.query is not None and reading.may_read(listing.VAULT),
            **rows,
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
