"""The bounds of every file that is taken in: seconds of this process, memory, and the places that may be written to."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from steppe import settings

SECONDS, MEMORY_MB = 5, 512
BUSY = 3  # so many times longer may it take by the clock, on a machine that is busy with other things

# Events of Python's audit that name what is made or replaced, and at which place of their arguments.
_MAKING = {"os.mkdir": 0, "os.rename": 1, "os.link": 1, "os.symlink": 1, "os.truncate": 0}
_written: set[Path] | None = None


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if _written is None:
        return
    if event == "open" and isinstance(arguments[0], str | bytes):
        mode, flags = arguments[1], arguments[2]
        if Path(os.fsdecode(arguments[0])).is_dir():
            return  # a file without a name (O_TMPFILE), gone when it is closed
        if (isinstance(mode, str) and set(mode) & set("wax+")) or (isinstance(flags, int) and flags & 3):
            _add(arguments[0])
    elif event in _MAKING:
        _add(arguments[_MAKING[event]])


def _add(path: Any) -> None:
    if _written is not None and isinstance(path, str | bytes | Path):
        _written.add(Path(path.decode() if isinstance(path, bytes) else path).absolute())


sys.addaudithook(_note)  # it cannot be taken off again; it notes something only within ``kept``


@contextmanager
def kept() -> Iterator[None]:
    """What is done within keeps the bounds.

    Raises:
        AssertionError: it took longer, took more memory, or wrote somewhere else than in inbox, archive and installation.
    """
    global _written  # noqa: PLW0603 - the audit hook looks there
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak starts anew
    memory, busy, began = _peak_kb(), time.process_time(), time.monotonic()
    _written = set()
    try:
        yield
        worked, took, grown = time.process_time() - busy, time.monotonic() - began, _peak_kb() - memory
        assert worked < SECONDS, f"{worked:.1f} s of work"
        assert took < SECONDS * BUSY, f"{took:.1f} s by the clock"
        assert grown < MEMORY_MB << 10, f"{grown:,} kB more at the peak"
        assert not elsewhere(_written), f"written elsewhere: {elsewhere(_written)}"
    finally:
        _written = None


def _peak_kb() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0])


def elsewhere(paths: set[Path]) -> set[Path]:
    """Those of the paths that nothing of a delivery may be written to."""
    home = settings.home()
    spool = f"{tempfile.gettempdir()}/openpyxl."  # a sheet on its way into a workbook
    places = (home.path, home.inbox, Path(home.archive_url.removeprefix("file://")), Path("/dev/null"))
    return {
        path
        for path in paths
        if not any(path.resolve().is_relative_to(place.resolve()) for place in places)
        and not str(path).startswith(spool)
        and path.suffix != ".pyc"
        and "__pycache__" not in path.parts
    }
