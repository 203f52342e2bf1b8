"""Who may pass, and what each sees: the database decides, and no answer holds what it withholds."""

from __future__ import annotations

import psycopg
import pytest
from page.users import ELSEWHERE, MAY, Get
from sql.staged import BANNER
from steppe import database
from steppe.page import views
from steppe.page.reading import Readers

ADDRESSES = (
    "/",
    "/view/targets",
    "/view/nothing",
    "/static/page.css",
    "/static/nothing",
    "/docs",
    "/openapi.json",
    "/nothing",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_nobody_gets_nothing(get: Get, address: str) -> None:
    answer = get(None, address)
    assert (answer.status_code, answer.text) == (401, "Not authenticated")
    browser = get(None, address, accept="text/html,*/*")
    assert browser.status_code == 307
    assert browser.headers["location"].startswith("/auth/login/?next=")


def test_a_user_without_a_role_is_told_so(get: Get) -> None:
    answer = get("stranger", "/view/targets")
    assert answer.status_code == 403
    assert "没有查看权限" in answer.text


def test_every_answer_forbids_what_is_not_ours(get: Get) -> None:
    for user, address in (("head", "/view/targets"), ("head", "/static/page.css"), ("head", "/nothing"), (None, "/")):
        policy = get(user, address).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


def test_no_page_has_an_inline_script_or_style(get: Get) -> None:
    for name, view in views.all_views().items():
        if view.group:
            text = get("head", f"/view/{name}").text
            assert "<style" not in text, name
            assert " style=" not in text, name
            assert "<script>" not in text, name


def test_the_clerk_sees_his_banner_and_no_other(get: Get) -> None:
    own = get("clerk", "/view/targets")
    assert own.status_code == 200
    assert "元宝山区" not in own.text
    assert "松山区" in own.text
    for place in ("150000", "150400", ELSEWHERE, f"{ELSEWHERE}001001"):
        assert get("clerk", f"/view/targets?place={place}").status_code == 404, place


@pytest.mark.parametrize("user", ["head", "audit"])
def test_the_whole_region_begins_at_its_top(get: Get, user: str) -> None:
    page = get(user, "/view/targets").text
    assert "内蒙古自治区" in page
    assert "鄂尔多斯市" in page
    assert get(user, f"/view/targets?place={BANNER}").status_code == 200


def test_a_role_without_regions_sees_no_place(get: Get) -> None:
    assert get("nowhere", "/view/targets").status_code == 404


def test_the_page_s_own_login_reads_nothing_by_itself(filled: str) -> None:
    with database.connect("page", autocommit=True) as page:
        for relation in ("mart.target_progress", "ops.delivery", "vault.identity", "ops.named_view"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                page.execute(f"SELECT count(*) FROM {relation}")  # type: ignore[arg-type]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            page.execute("SET ROLE steppe_loader")


def test_the_page_filters_nothing(filled: str) -> None:
    """The twin: with the policy off, the same query as the same user yields the region. So the policy is what hides it."""
    asked = {"place": "150000", "month": MAY}
    readers = Readers()
    readers.open()
    try:
        with readers.reading("clerk") as reading:
            assert reading.rows("targets.sql", asked) == []
        with database.connect("admin", autocommit=True) as admin:
            admin.execute("ALTER TABLE mart.target_progress DISABLE ROW LEVEL SECURITY")
            try:
                with readers.reading("clerk") as reading:
                    assert {row["region_code"] for row in reading.rows("targets.sql", asked)} > {"150000", "150400"}
            finally:
                admin.execute("ALTER TABLE mart.target_progress ENABLE ROW LEVEL SECURITY")
    finally:
        readers.close()
