"""A warehouse that is empty or stale says so, and shows no zero in place of a figure."""

from __future__ import annotations

import re
from datetime import date

import pytest
from fastapi.testclient import TestClient
from page.users import MAY, Get, by_header
from steppe import database
from steppe.page import create_app, freshness, views

SHOWN = [view for view in views.all_views().values() if view.group]
EMPTY, STALE = "仓库里还没有数据", "数据停留在 2020-05"


def test_an_empty_warehouse_says_so_in_every_view(warehouse: str) -> None:
    with database.connect("admin", autocommit=True) as admin:
        admin.execute("INSERT INTO ops.page_user (user_name, role_name) VALUES ('head', 'steppe_analyst')")
    with TestClient(create_app(by_header)) as client:
        for view in SHOWN:
            page = client.get(f"/view/{view.name}", headers={"x-user": "head"}).text
            assert EMPTY in page, view.name
            assert not re.search(r"<td|<dd|<strong>\d", page), view.name


def test_a_filled_one_does_not(get: Get) -> None:
    pages = {view.name: get("head", f"/view/{view.name}").text for view in SHOWN}
    assert [name for name, page in pages.items() if EMPTY in page] == []
    assert re.search(r"<td|<dd", pages["targets"])


def test_a_stale_one_says_up_to_when_it_knows(get: Get, monkeypatch: pytest.MonkeyPatch) -> None:
    assert STALE in get("head", "/view/targets").text
    # The twin: were May the newest month that is due by now, nothing would be said.
    monkeypatch.setattr(freshness, "_month_due", lambda *_: MAY)
    assert freshness.month_due(["household_registry"]) == date(2020, 5, 1)
    assert STALE not in get("head", "/view/targets").text
