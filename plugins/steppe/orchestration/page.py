"""Steppe's page as an Airflow plugin: an application under ``/steppe`` and its entry in the navigation. Airflow's login is the page's."""

from __future__ import annotations

from typing import Any, ClassVar

from airflow.api_fastapi.auth.managers.base_auth_manager import COOKIE_NAME_JWT_TOKEN
from airflow.api_fastapi.core_api.security import resolve_user_from_token
from airflow.plugins_manager import AirflowPlugin
from fastapi import HTTPException, Request

from steppe.page import create_app

PREFIX = "/steppe"


async def identify(request: Request) -> str | None:
    """Airflow's name for the user behind a request, from its header or cookie; None for nobody, or when the token is no longer good."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    given = token if scheme.lower() == "bearer" else request.cookies.get(COOKIE_NAME_JWT_TOKEN)
    try:
        return str((await resolve_user_from_token(given)).get_name())
    except HTTPException:
        return None


class SteppePage(AirflowPlugin):  # type: ignore[misc]
    """What Airflow's API server takes up at its start."""

    name = "steppe"
    fastapi_apps: ClassVar[list[Any]] = [{"app": create_app(identify), "url_prefix": PREFIX, "name": "Steppe"}]
    external_views: ClassVar[list[Any]] = [
        {
            "name": "Steppe",
            "href": f"{PREFIX}/",
            "url_route": "steppe",
            "destination": "nav",
            "nav_top_level": True,
            "icon": f"{PREFIX}/static/mark.svg",
            "icon_dark_mode": f"{PREFIX}/static/mark-dark.svg",
        }
    ]
