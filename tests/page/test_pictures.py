"""The pictures of the documents, made anew from a sample: `./steppe test tests/page/test_pictures.py -m long`."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
import uvicorn
from browser import launched
from fastapi import FastAPI, Request
from PIL import Image
from steppe import database, sample, settings
from steppe.page import create_app
from warehouses import fresh_warehouse
from whole_path import deliver, finish, load

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]

SCALE = 0.02
PICTURES = {
    "targets": ("/view/targets", "light"),
    "league": ("/view/targets?place=150400&lang=en", "dark"),
    "money": ("/view/money", "light"),
}


async def everybody(request: Request) -> str | None:
    return "steppe"


@contextmanager
def served() -> Iterator[str]:
    page = create_app(everybody)

    @asynccontextmanager
    async def lifespan(_: FastAPI):  # type: ignore[no-untyped-def]
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
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/steppe"
    finally:
        server.should_exit = True
        thread.join()


def test_pictures_of_the_documents(template: str, tmp_path: Path) -> None:
    folder = settings.ROOT / "docs" / "images"
    folder.mkdir(exist_ok=True)
    with fresh_warehouse(template, tmp_path), database.connect("admin") as admin, database.connect("loader") as loader:
        admin.execute("UPDATE ops.target SET population_scale = %s", (SCALE,))
        admin.commit()
        deliver(sample.generate(tmp_path / "made", SCALE, ["2020-05", "2020-06"], 142).files)
        load(loader)
        finish(loader)
        with served() as base, launched() as browser:
            for name, (address, theme) in PICTURES.items():
                page = browser.new_page(viewport={"width": 1180, "height": 860}, color_scheme=theme)  # type: ignore[arg-type]
                page.goto(base + address)
                page.wait_for_load_state("networkidle")
                page.screenshot(path=tmp_path / f"{name}.png")
                with Image.open(tmp_path / f"{name}.png") as picture:
                    picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=64).save(
                        folder / f"{name}.png", optimize=True
                    )
                assert (folder / f"{name}.png").stat().st_size < 120_000
