"""Fixtures: the filled warehouse, and the page over it without Airflow."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from page.users import Get, by_header, fill, give_roles, take_roles
from steppe import database
from steppe.page import create_app
from warehouses import filled_template, fresh_warehouse


@pytest.fixture(scope="session")
def filled_once(template: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    def work() -> None:
        with database.connect("loader") as loader:
            fill(loader)

    return filled_template(template, tmp_path_factory.mktemp("page_template"), work)


@pytest.fixture(scope="module")
def filled(filled_once: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with fresh_warehouse(filled_once, tmp_path_factory.mktemp("page")) as name:
        with database.connect("admin") as admin:
            give_roles(admin)
        yield name
        with database.connect("admin") as admin:
            take_roles(admin)


@pytest.fixture(scope="module")
def get(filled: str) -> Iterator[Get]:
    """A function from a user and an address under the page to its answer."""
    with TestClient(create_app(by_header)) as client:

        def ask(user: str | None, address: str, **headers: str) -> Response:
            client.cookies.clear()
            known = {"x-user": user} if user else {}
            return client.get(address, headers=known | headers, follow_redirects=False)

        yield ask
