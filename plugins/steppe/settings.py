"""Where things are: folders, secrets and addresses of one installation.

Everything an installation owns lives under ``STEPPE_HOME`` (default ``<checkout>/.steppe``), closed to other users.
Secrets are generated once into ``secrets/steppe.json`` (mode 0600); none is ever a default in code.
"""

from __future__ import annotations

import json
import os
import secrets as random_secrets
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parents[2]
INCLUDE = ROOT / "include"
SQL = INCLUDE / "sql"
CONTRACTS = INCLUDE / "contracts"
PARAMETERS = INCLUDE / "parameters"
EXPECTATIONS = ROOT / "expectations"
CALENDAR = ZoneInfo("Asia/Shanghai")
REGION_CODE = os.environ.get("STEPPE_REGION_CODE", "150000")

ROLES = ("loader", "analyst", "auditor", "page")


@dataclass(frozen=True)
class Home:
    """The folders of one installation; each exists, mode 0700, once asked for."""

    path: Path

    def _folder(self, name: str) -> Path:
        folder = self.path / name
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    @property
    def inbox(self) -> Path:
        return Path(os.environ["STEPPE_INBOX"]) if os.environ.get("STEPPE_INBOX") else self._folder("inbox")

    @property
    def archive_url(self) -> str:
        """fsspec URL of the archive of delivered bytes."""
        return os.environ.get("STEPPE_ARCHIVE_URL") or self._folder("archive").as_uri()

    @property
    def work(self) -> Path:
        """Scratch space for unpacked deliveries; emptied when a delivery reaches a final state."""
        return self._folder("work")

    @property
    def reports(self) -> Path:
        """What goes back to the senders, a folder for each: the rows they have to correct, so personal data."""
        return self._folder("reports")

    @property
    def airflow(self) -> Path:
        return self._folder("airflow")

    @property
    def log(self) -> Path:
        return self._folder("log")

    @property
    def run(self) -> Path:
        """Pids and chosen ports of what is running."""
        return self._folder("run")

    @property
    def secrets(self) -> Path:
        return self._folder("secrets")


def home() -> Home:
    """This installation's home, from ``STEPPE_HOME``."""
    path = Path(os.environ.get("STEPPE_HOME") or ROOT / ".steppe").resolve()
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Home(path)


def is_set_up() -> bool:
    """Whether secrets were generated here, or are kept elsewhere."""
    return (home().secrets / "steppe.json").exists() or bool(os.environ.get("STEPPE_SECRET_PERSON_TOKEN"))


def secret(name: str, *, length_bytes: int = 32) -> str:
    """A named secret (hex), generated at first use and kept in ``secrets/steppe.json``.

    An environment variable ``STEPPE_SECRET_<NAME>`` takes its place where a team keeps secrets elsewhere.
    """
    from_environment = os.environ.get(f"STEPPE_SECRET_{name.upper()}")
    if from_environment:
        return from_environment
    return _stored_secret(home().secrets / "steppe.json", name, length_bytes)


@cache
def _stored_secret(file: Path, name: str, length_bytes: int) -> str:
    import fcntl

    lock = file.with_suffix(".lock")
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
        if name not in known:
            known[name] = random_secrets.token_hex(length_bytes)
            draft = file.with_suffix(".draft")
            draft.touch(mode=0o600)
            draft.write_text(json.dumps(known, indent=1))
            draft.replace(file)
        return known[name]
