"""The pictures of the documents, made anew from a sample: `./steppe test tests/page/test_pictures.py -m long`."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser import launched
from page.serving import served
from PIL import Image
from steppe import database, sample, settings
from warehouses import fresh_warehouse
from whole_path import deliver, finish, load

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]

SCALE = 0.02
PICTURES = {
    "targets": ("/view/targets", "light"),
    "league": ("/view/targets?place=150400&lang=en", "dark"),
    "money": ("/view/money", "light"),
}


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
                    picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=128).save(
                        folder / f"{name}.png", optimize=True
                    )
                assert (folder / f"{name}.png").stat().st_size < 120_000
