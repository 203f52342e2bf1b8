"""The bash script: finds a Python, installs once, says what is wrong. Its Python is a stand-in that writes down how it was called."""

from __future__ import annotations

import os
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest
from steppe import settings

TOOLS = (
    "bash",
    "dirname",
    "readlink",
    "cut",
    "sha256sum",
    "awk",
    "df",
    "cat",
    "mkdir",
    "cp",
    "chmod",
    "printf",
    "rm",
    "env",
)

# As much of Python as the script asks for. $FAIL names what shall fail: uv, pip, both.
STAND_IN = """#!/usr/bin/env bash
printf '%s\\n' "$*" >>"$CALLS"
case "$*" in
    *"import sys, venv, ensurepip"*) exit "${UNSUITABLE:-0}" ;;
    *"import sys"*) echo 3.9.18 ;;
    *"-m venv --clear"*) mkdir -p "${!#}/bin" && cp "$0" "${!#}/bin/python" ;;
    *"-m pip install --quiet"*)
        case "${FAIL:-}" in *uv*) exit 1 ;; esac
        printf '#!/usr/bin/env bash\\necho uv >>"$CALLS"\\n' >"${0%python}uv"
        chmod +x "${0%python}uv"
        ;;
    *"-m pip install"*) case "${FAIL:-}" in *pip*) exit 1 ;; esac ;;
    *"-m steppe.cli"*) printf '%s\\n' "$STEPPE_HOME" "$PYTHONPATH" ;;
esac
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout in a path with spaces: the script, two locks, a folder of programs with a Python among them."""
    root = tmp_path / "a check out"
    root.mkdir()
    shutil.copy(settings.ROOT / "steppe", root / "steppe")
    lock = "uv==1.0 \\\n    --hash=sha256:00\nzipp==1.0 \\\n    --hash=sha256:00\n"
    (root / "requirements.txt").write_text(lock)
    (root / "requirements-dev.txt").write_text(lock + "pytest==1.0 \\\n    --hash=sha256:00\n")
    programs = root / "programs"
    programs.mkdir()
    for name in TOOLS:
        (programs / name).symlink_to(shutil.which(name) or f"/bin/{name}")
    (programs / "python3.11").write_text(STAND_IN)
    (programs / "python3.11").chmod(0o755)
    return root


def call(
    checkout: Path, *arguments: str, script: Path | None = None, **variables: str
) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    """Run the script with nothing but the stand-ins on its path; what it did, and how Python was called."""
    calls = checkout / "calls.txt"
    calls.write_text("")
    environment = {"PATH": str(checkout / "programs"), "HOME": str(checkout), "CALLS": str(calls)} | variables
    done = subprocess.run(
        (str(script or checkout / "steppe"), *arguments),
        cwd="/",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done, calls.read_text().splitlines()


def test_first_call_installs_and_second_only_runs(checkout: Path) -> None:
    first, calls = call(checkout, "status")
    assert first.returncode == 0, first.stderr
    assert "uv" in calls
    assert calls[-1] == "-P -m steppe.cli status"
    assert first.stdout.splitlines() == [str(checkout / ".steppe"), str(checkout / "plugins")]
    _, calls = call(checkout, "status")
    assert calls == ["-P -m steppe.cli status"]
    assert (checkout / ".steppe").stat().st_mode & 0o077 == 0


def test_a_changed_lock_is_installed_again_and_test_asks_for_its_own(checkout: Path) -> None:
    call(checkout, "status")
    _, calls = call(checkout, "test")
    assert "uv" in calls
    assert call(checkout, "status")[1] == ["-P -m steppe.cli status"]
    with (checkout / "requirements.txt").open("a") as lock:
        lock.write("more==1.0 \\\n    --hash=sha256:00\n")
    assert "uv" in call(checkout, "status")[1]


def test_a_link_from_elsewhere_and_a_relative_home(checkout: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to("a check out/steppe")
    done, _ = call(checkout, "status", script=link, STEPPE_HOME=f"{tmp_path}/home of mine")
    assert done.stdout.splitlines() == [f"{tmp_path}/home of mine", str(checkout / "plugins")]


def test_without_uv_pip_installs(checkout: Path) -> None:
    done, calls = call(checkout, "status", FAIL="uv")
    assert done.returncode == 0, done.stderr
    assert "once more with pip" in done.stderr
    assert any(line.endswith(f"--require-hashes -r {checkout}/requirements.txt") for line in calls)
    stamp = (checkout / ".steppe/venv/requirements.txt.sha256").read_text().strip()
    assert stamp == sha256((checkout / "requirements.txt").read_bytes()).hexdigest()


def test_a_failed_installation_says_so_and_is_tried_again(checkout: Path) -> None:
    done, calls = call(checkout, "status", FAIL="uv pip")
    assert done.returncode == 74
    assert "the installation failed" in done.stderr
    assert not any("steppe.cli" in line for line in calls)
    assert call(checkout, "status")[0].returncode == 0


def test_no_python(checkout: Path) -> None:
    (checkout / "programs" / "python3.11").unlink()
    done, _ = call(checkout, "run")
    assert (done.returncode, done.stderr) == (
        69,
        "steppe: no Python on the PATH. Install Python 3.11, 3.12 or 3.13, or name one in STEPPE_PYTHON.\n",
    )


def test_a_python_that_is_too_old_is_named(checkout: Path) -> None:
    done, _ = call(checkout, "run", UNSUITABLE="1")
    assert done.returncode == 69
    assert "python3.11: 3.9.18" in done.stderr


def test_a_name_that_does_not_run_is_passed_over(checkout: Path) -> None:
    shim = checkout / "programs" / "python3.13"
    shim.write_text("#!/usr/bin/env bash\nexit 127\n")
    shim.chmod(0o755)
    assert call(checkout, "status")[0].returncode == 0


def test_no_space(checkout: Path) -> None:
    (checkout / "programs" / "df").unlink()
    (checkout / "programs" / "df").write_text("#!/usr/bin/env bash\necho header; echo x 1 1 10240 1 /\n")
    (checkout / "programs" / "df").chmod(0o755)
    done, _ = call(checkout, "run")
    assert done.returncode == 74
    assert "10 MB free" in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_home_that_cannot_be_written(checkout: Path) -> None:
    done, _ = call(checkout, "run", STEPPE_HOME="/proc/steppe")
    assert done.returncode == 73


def test_the_script_names_no_host() -> None:
    assert "://" not in (settings.ROOT / "steppe").read_text()
