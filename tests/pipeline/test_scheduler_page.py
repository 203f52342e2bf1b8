"""The page in a real Chromium, inside a real Airflow: log in, look around, drill down, export; accessible, silent, and at home."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import SCREENSHOTS, launched
from pipeline.running import APPROVERS, PEOPLE, Outcome, query
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, expect
from steppe.orchestration import configuration, processes
from steppe.page import views

expect.set_options(timeout=30_000)  # a machine with other tests on it
pytestmark = [pytest.mark.airflow, pytest.mark.timeout(600)]

VIEWS = [view for view in views.all_views().values() if view.group]
# Airflow frames us sandboxed with scripts and our own origin, and Chromium says so; it is not ours to say otherwise.
OF_AIRFLOW = "An iframe which has both allow-scripts and allow-same-origin"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as running:
        yield running


@pytest.fixture
def told() -> list[str]:
    """What a browser complained of, and what it asked of others."""
    return []


@pytest.fixture
def open_as(outcome: Outcome, browser: Browser, told: list[str]) -> Iterator[Callable[..., Page]]:
    """A function from a user to a page that is logged in as him."""
    contexts: list[BrowserContext] = []

    def opened(user: str = configuration.LOGIN, **options: object) -> Page:
        context = browser.new_context(base_url=configuration.base_url(), accept_downloads=True, **options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: told.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: told.append(str(error)))
        page.on("request", lambda request: told.append(request.url) if not at_home(request.url) else None)
        page.goto("/auth/login/")
        page.fill("input[name=username]", user)
        page.fill("input[name=password]", configuration.logins()[user])
        page.click("button[type=submit]")
        page.wait_for_url(lambda url: "/auth/login" not in url)
        return page

    yield opened
    for context in contexts:
        context.close()


def at_home(url: str) -> bool:
    return url.startswith((configuration.base_url(), "data:", "blob:"))


def complaints(told: list[str]) -> list[str]:
    return [text for text in told if OF_AIRFLOW not in text]


def in_airflow(page: Page) -> FrameLocator:
    """The page where Airflow's navigation shows it."""
    page.goto("/")
    page.get_by_role("link", name="Steppe").first.click()
    page.wait_for_url("**/plugin/steppe")
    return page.frame_locator("iframe")


def keep(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


def test_from_the_navigation_to_a_village_in_either_language(open_as: Callable[..., Page], told: list[str]) -> None:
    page = open_as()
    frame = in_airflow(page)
    expect(frame.get_by_role("heading", level=1)).to_have_text("目标进度")
    keep(page, "in-airflow")
    frame.get_by_role("link", name="English").click()
    expect(frame.get_by_role("heading", level=1)).to_have_text("Targets")
    # June of 赤峰市 was rejected: the page says so, and May is a choice away.
    frame.locator("select[name=month]").select_option("2020-05")
    expect(frame.locator(".standing").first).to_contain_text("Up to 2020-05")
    frame.locator("svg.map a[aria-label^=赤峰市]").click()
    expect(frame.locator(".path [aria-current]")).to_have_text("赤峰市")
    ((banner,),) = query(
        "SELECT region_name FROM ops.region INNER JOIN warehouse.fct_employment_month USING (region_code) "
        "WHERE parent_code = '150400' AND month = '2020-05-01' GROUP BY region_name ORDER BY count(*) DESC LIMIT 1"
    )
    frame.get_by_role("table", name="Progress by place").get_by_role("link", name=banner).click()
    expect(frame.get_by_role("heading", name="Villages")).to_be_visible()
    frame.locator("section[aria-labelledby=villages] tbody a").first.click()
    expect(frame.locator(".path li")).to_have_count(4)
    expect(frame.get_by_text("registered", exact=True)).to_be_visible()
    assert complaints(told) == []


def test_a_list_is_exported_and_a_transfer_tells_its_story(open_as: Callable[..., Page], told: list[str]) -> None:
    page = open_as()
    page.goto("/steppe/view/list_willing_out")
    shown = int(re.sub(r"\D", "", page.locator("h2#rows").inner_text()))
    assert shown > 0
    with page.expect_download() as saved:
        page.get_by_role("link", name="CSV").click()
    rows = list(csv.DictReader(Path(saved.value.path()).read_text(encoding="utf-8-sig").splitlines()))
    assert len(rows) == shown
    assert {row["姓名"] for row in rows} == {"＊＊＊"}
    page.goto("/steppe/view/transfers")
    page.locator("tbody a[href*=story]").first.click()
    expect(page.get_by_text("摘要相符")).to_be_visible()
    page.get_by_role("link", name=re.compile(r"^\d+$")).first.click()
    expect(page.locator("h2#life")).to_contain_text("批次")
    assert complaints(told) == []


@pytest.mark.parametrize(
    ("theme", "shown"), [("light", VIEWS), ("dark", VIEWS[:2] + VIEWS[-2:])], ids=["light", "dark"]
)
def test_every_view_is_accessible_and_silent(
    open_as: Callable[..., Page], told: list[str], theme: str, shown: list[views.View]
) -> None:
    page = open_as(color_scheme=theme, viewport={"width": 1280, "height": 900})
    faults = {}
    for view in shown:
        page.goto(f"/steppe/view/{view.name}")
        page.wait_for_load_state("networkidle")
        keep(page, f"{view.name}-{theme}")
        found = Axe().run(page).response["violations"]
        serious = [fault["id"] for fault in found if fault["impact"] in ("serious", "critical")]
        if serious:
            faults[view.name] = serious
    assert faults == {}
    assert complaints(told) == []


def test_a_fault_of_access_would_be_found(open_as: Callable[..., Page]) -> None:
    page = open_as()
    page.goto("/steppe/view/targets")
    page.evaluate("document.querySelector('h1').outerHTML = '<img src=\"/steppe/static/mark.svg\">'")
    found = {fault["id"] for fault in Axe().run(page).response["violations"]}
    assert "image-alt" in found


def test_airflow_s_choice_of_light_or_dark_is_followed(open_as: Callable[..., Page]) -> None:
    page = open_as(color_scheme="light")
    page.goto("/steppe/view/targets")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.evaluate("localStorage.setItem('theme', 'dark')")
    page.reload()
    assert page.evaluate(ground) != light


def test_a_chart_says_what_its_table_says(open_as: Callable[..., Page], told: list[str]) -> None:
    page = open_as()
    page.goto("/steppe/view/targets")
    page.wait_for_selector(".plot svg")
    drawn = page.evaluate("document.querySelector('.plot').data[0].y")
    cells = page.locator("figure table tbody tr td:nth-child(2)").all_inner_texts()
    assert drawn == [int(text.replace(",", "")) for text in cells]
    assert complaints(told) == []


@pytest.mark.parametrize(
    ("user", "sees", "misses"),
    [("clerk", "松山区", "元宝山区"), ("audit", "元宝山区", "显示不存在"), ("steppe", "元宝山区", "显示姓名")],
)
def test_each_user_sees_his_own(open_as: Callable[..., Page], user: str, sees: str, misses: str) -> None:
    page = open_as(user)
    bodies = ""
    for address in ("/steppe/view/targets", "/steppe/view/targets?place=150400", "/steppe/view/list_willing_out"):
        bodies += page.request.get(address).text()
    assert sees in bodies
    assert misses not in bodies


def test_the_auditor_s_look_at_names_is_recorded(open_as: Callable[..., Page]) -> None:
    page = open_as("audit")
    page.goto("/steppe/view/list_willing_out")
    page.get_by_role("link", name="显示姓名").click()
    expect(page.get_by_role("link", name="隐去姓名")).to_be_visible()
    numbers = page.locator("tbody td:nth-child(6)").all_inner_texts()
    assert numbers
    assert all(re.fullmatch(r"\d{17}[\dX]", text) for text in numbers)
    assert query("SELECT user_name, list_name, form FROM ops.named_view") == [("audit", "list_willing_out", "page")]


def test_what_was_looked_for_is_in_no_log(open_as: Callable[..., Page]) -> None:
    page = open_as("audit")
    page.goto("/steppe/view/list_willing_out?sort=place_class")
    page.get_by_label("查找").fill("查无此人")
    page.get_by_role("button", name="筛选").click()
    expect(page.get_by_text("没有符合条件的行")).to_be_visible()
    log = processes.log_file("api-server").read_text(encoding="utf-8")
    assert "sort=place_class" in log  # the twin: what is no secret is there
    assert "查无此人" not in log
    assert quote("查无此人") not in log


def test_without_airflow_s_login_there_is_nothing(outcome: Outcome) -> None:
    with httpx.Client(base_url=configuration.base_url(), trust_env=False) as client:
        for address in (
            "/",
            "/view/targets",
            "/export/list_employed.csv",
            "/static/page.css",
            "/docs",
            "/openapi.json",
            "/x",
        ):
            answer = client.get(f"/steppe{address}")
            assert answer.status_code in (307, 401), address
            assert "赤峰" not in answer.text
        token = client.post("/auth/token", json={"username": "clerk", "password": configuration.logins()["clerk"]})
        known = {"Authorization": f"Bearer {token.json()['access_token']}"}
        assert client.get("/steppe/view/targets", headers=known).status_code == 200
        known = {"Authorization": known["Authorization"][:-2] + "xx"}
        assert client.get("/steppe/view/targets", headers=known).status_code == 401


def test_the_users_are_airflow_s(outcome: Outcome) -> None:
    assert set(configuration.logins()) == {configuration.LOGIN, *PEOPLE, *APPROVERS}
