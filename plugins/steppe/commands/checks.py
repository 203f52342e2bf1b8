"""``./steppe test``: style, types and tests, the same on a developer's machine and in continuous integration."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter

import typer

from steppe import settings
from steppe.commands import console

PROGRAMS = Path(sys.executable).parent
CHECKS: tuple[tuple[str, ...], ...] = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("sqlfluff", "lint", "--processes", "2", "--disable-progress-bar", "include/sql"),
    ("mypy",),
)
# Each process has servers of its own; which tests stay together is in tests/conftest.py.
SIDE_BY_SIDE = ("--numprocesses=2", "--dist=loadscope", "--no-loadscope-reorder")


def test(context: typer.Context) -> None:
    """Style (ruff, sqlfluff), types (mypy), then pytest on a PostgreSQL and an Airflow of the tests' own.

    All tests are shared by two processes. With arguments, pytest alone is run and gets them. Every step is run; the exit code is that of
    the first that failed.
    A failure under a seed is repeated with the same STEPPE_TEST_SEED.

    Examples:

        ./steppe test

        ./steppe test tests/unit -k ledger

        STEPPE_TEST_SEED=7 ./steppe test -m long
    """
    style = 0 if context.args else _checks()
    tests = _pytest(context.args)
    raise typer.Exit(style or tests)


def environment() -> dict[str, str]:
    """The caller's environment without anything that points at a living installation: a test must not write into one."""
    inherited = {
        key: value for key, value in os.environ.items() if not key.startswith(("STEPPE_", "AIRFLOW_", "PG", "PYTEST_"))
    }
    kept = {
        key: os.environ[key]
        for key in ("STEPPE_POSTGRES_ROOT", "STEPPE_TEST_SEED", "STEPPE_TEST_CHROMIUM")
        if key in os.environ
    }
    path = os.pathsep.join((str(PROGRAMS), os.environ.get("PATH", os.defpath)))
    return inherited | kept | {"PATH": path, "PYTHONPATH": str(settings.ROOT / "plugins")}


def _checks() -> int:
    """Run the checks side by side, tell each as it ends; the exit code of the first in order that failed."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        return next((code for code in pool.map(_check, CHECKS) if code), 0)


def _check(command: tuple[str, ...]) -> int:
    started = perf_counter()
    done = subprocess.run(
        [str(PROGRAMS / command[0]), *command[1:]],
        cwd=settings.ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    verdict = "passed" if done.returncode == 0 else f"FAILED (exit {done.returncode})"
    told = f"\n{done.stdout.rstrip()}" if done.returncode else ""
    console.out.print(f"{' '.join(command)}: {verdict}, {perf_counter() - started:.1f} s{told}", markup=False)
    return done.returncode


def _pytest(arguments: list[str]) -> int:
    variables = environment()
    seed = variables.setdefault("STEPPE_TEST_SEED", str(random.SystemRandom().randrange(1, 2**31)))
    console.out.print(f"seed {seed}: STEPPE_TEST_SEED={seed} ./steppe test repeats this run")
    sys.stdout.flush()
    command = [sys.executable, "-m", "pytest", f"--hypothesis-seed={seed}", *(arguments or SIDE_BY_SIDE)]
    process = subprocess.Popen(command, cwd=settings.ROOT, env=variables)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            # Ctrl-C reached pytest as well, which takes down the servers of its tests first.
            continue
