"""The application that Airflow mounts: routes, who may pass, headers.

Every answer, a page, a file or an error, is for a user whom ``identify`` knows; a stranger gets 401, and in a browser the login.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Thread
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, PlainTextResponse, RedirectResponse

from steppe.page import exporting, listing, outlines, rendering, views
from steppe.page.reading import Readers, Stranger
from steppe.page.rendering import Unseen

log = logging.getLogger(__name__)

Identify = Callable[[Request], Awaitable[str | None]]
Handler = Callable[[Request], Awaitable[Response]]

STATIC = Path(__file__).parent / "static"
HEADERS = {
    # Nothing but our own files: no inline script or style, no other host, and framed by Airflow alone.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def create_app(identify: Identify, login_url: str = "/auth/login/") -> FastAPI:
    """The page as an application of its own.

    Args:
        identify: the name of the user behind a request; None for nobody.
        login_url: where a browser is sent that is nobody's.
    """
    readers = Readers({*views.relations(), *listing.VAULT})

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        readers.open()
        Thread(target=outlines.warm, daemon=True).start()
        yield
        readers.close()

    app = FastAPI(title="Steppe", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)

    @app.middleware("http")
    async def guard(request: Request, answer: Handler) -> Response:
        user = await identify(request)
        if user is None:
            response = _refuse(request, login_url)
        else:
            request.state.reader = user
            response = await answer(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    @app.exception_handler(Stranger)
    def stranger(request: Request, _: Exception) -> Response:
        return HTMLResponse(rendering.message(request, "stranger"), status_code=403)

    @app.exception_handler(Unseen)
    def unseen(request: Request, _: Exception) -> Response:
        return HTMLResponse(rendering.message(request, "unseen"), status_code=404)

    @app.get("/")
    def first(request: Request) -> Response:
        with readers.reading(request.state.reader) as reading:
            return RedirectResponse(rendering.first(request, reading), status_code=303)

    @app.get("/view/{name}")
    def view(request: Request, name: str) -> Response:
        response = HTMLResponse(rendering.page(request, readers, name))
        if "lang" in request.query_params:
            response.set_cookie("steppe_lang", request.query_params["lang"][:2], samesite="lax", httponly=True)
        return response

    @app.get("/export/{name}.{form}")
    def export(request: Request, name: str, form: exporting.Form) -> Response:
        return exporting.answer(request, readers, name, form)

    @app.get("/static/{name}")
    def static(name: str) -> Response:
        file = (STATIC / name).resolve()
        if name == rendering.PLOTLY:
            file = rendering.plotly_file()
        if (file.parent != STATIC and name != rendering.PLOTLY) or not file.is_file():
            raise Unseen(name)
        return FileResponse(file, headers={"Cache-Control": "private, max-age=86400"})

    return app


def _refuse(request: Request, login_url: str) -> Response:
    if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
        return RedirectResponse(f"{login_url}?next={quote(request.url.path)}", status_code=307)
    return PlainTextResponse("Not authenticated", status_code=401)
