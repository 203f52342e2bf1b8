"""On paper: A4, light whatever the screen is, nothing beyond its edge, charts among it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from browser import launched
from page.serving import served
from playwright.sync_api import Page
from sql.staged import BANNER
from steppe.page import views

SHOWN = [view for view in views.all_views().values() if view.group]
PAGES = [view.name for view in SHOWN] + [
    f"targets?place={BANNER}",
    f"story?of={BANNER}-1",
    "definition",
    "delivery?id=1",
]
# A4 without its margins of 14 mm, upright and across, in pixels at 96 an inch; and A4 in points.
UPRIGHT, ACROSS = 687, 1016
A4 = (595, 842)

BEYOND = """(width) => [...document.querySelectorAll("body *")]
    .filter((each) => each.checkVisibility() && !each.closest("svg *") && each.getBoundingClientRect().right > width + 1)
    .map((each) => `${each.tagName} ${each.textContent.trim().slice(0, 40)}`)"""
# Grounds that are not white; labels and drawings are coloured as on a light screen.
DARK = """() => [...document.querySelectorAll("body, body *")].filter((each) => {
    const [red, green, blue, alpha = 1] = getComputedStyle(each).backgroundColor.match(/[\\d.]+/g).map(Number);
    return each.checkVisibility() && alpha > 0 && !each.closest(".tag, .legend, svg") && Math.min(red, green, blue) < 255;
}).map((each) => each.tagName)"""
# A table repeats its head on each sheet unless something around it scrolls.
SCROLLED = """() => [...document.querySelectorAll("thead")].filter((each) =>
    getComputedStyle(each).display !== "table-header-group" || getComputedStyle(each.closest(".scroll")).overflow !== "visible"
).length"""
CHART = "() => [...document.querySelectorAll('.plot .main-svg')].map((each) => each.getBoundingClientRect().right)"


@pytest.fixture(scope="module")
def screen(filled: str) -> Iterator[tuple[Page, str]]:
    """A dark screen, which nobody wants to see on paper, and the page's address."""
    with served("head") as base, launched() as browser:
        yield browser.new_page(color_scheme="dark", viewport={"width": 1280, "height": 900}), base


@pytest.fixture
def page(screen: tuple[Page, str]) -> Page:
    """The same for each test, as it is before somebody prints."""
    screen[0].emulate_media(media="null")
    screen[0].set_viewport_size({"width": 1280, "height": 900})
    return screen[0]


def opened(page: Page, base: str, name: str) -> int:
    """Open a view and lay it out as on its sheet; the sheet's width in pixels."""
    page.goto(f"{base}/view/{name}")
    page.wait_for_load_state("networkidle")
    width = ACROSS if page.locator("body.list").count() else UPRIGHT
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": width, "height": 900})
    return width


@pytest.mark.parametrize("name", PAGES)
def test_every_view_fits_its_sheet_and_is_light(page: Page, screen: tuple[Page, str], name: str) -> None:
    width = opened(page, screen[1], name)
    assert page.evaluate(BEYOND, width) == []
    assert page.evaluate(DARK) == []
    assert page.evaluate(SCROLLED) == 0
    assert not page.locator("form.choice").first.is_visible()


def test_what_is_too_wide_or_dark_would_be_found(page: Page, screen: tuple[Page, str]) -> None:
    width = opened(page, screen[1], "money")
    page.evaluate("document.querySelector('table').style.minWidth = '2000px'")
    assert any(found.startswith("TABLE") for found in page.evaluate(BEYOND, width))
    page.emulate_media(media="screen")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert "BODY" in page.evaluate(DARK)
    assert page.evaluate(SCROLLED) > 0


@pytest.mark.parametrize(("name", "sheet"), [("targets", A4), ("money", A4), ("definition", A4[::-1])])
def test_it_prints_on_a4(page: Page, screen: tuple[Page, str], name: str, sheet: tuple[int, int]) -> None:
    page.goto(f"{screen[1]}/view/{name}")
    page.wait_for_load_state("networkidle")
    printed = page.pdf(prefer_css_page_size=True)
    boxes = [box.split()[2:] for box in re.findall(rb"/MediaBox \[([^\]]+)\]", printed)]
    assert {tuple(round(float(edge)) for edge in box) for box in boxes} == {sheet}
    assert len(boxes) <= {"targets": 2, "money": 1, "definition": 5}[name]


def test_a_chart_is_drawn_anew_for_the_paper_and_back(page: Page, screen: tuple[Page, str]) -> None:
    page.goto(f"{screen[1]}/view/targets")
    page.wait_for_selector(".plot .main-svg")
    page.evaluate(
        "addEventListener('beforeprint', () => (window.printed = document.querySelector('.plot .main-svg').clientWidth))"
    )
    page.pdf()
    page.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    assert page.evaluate("window.printed") == UPRIGHT
    assert page.evaluate(CHART)[0] > ACROSS
