"""The page behind a real port, for a real browser, without Airflow."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from fastapi import FastAPI, Request
from steppe.page import create_app


@contextmanager
def served(user: str = "steppe") -> Iterator[str]:
    """Its address, for as long as it is served; everybody who asks is this user."""

    async def identify(_: Request) -> str:
        return user

    page = create_app(identify)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with page.router.lifespan_context(page):
            yield

    app = FastAPI(lifespan=lifespan)
    app.mount("/steppe", page)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the page's server ended before it answered"
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/steppe"
    finally:
        server.should_exit = True
        thread.join()
