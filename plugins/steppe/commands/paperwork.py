"""``./steppe docs`` and ``./steppe compose-env``: files that are made, not written."""

from __future__ import annotations

import base64
import secrets
from pathlib import Path
from typing import Annotated

import typer

from steppe import settings
from steppe.commands import console, lifecycle

# What docker-compose.yml asks for without a default, and bytes of randomness; all are hexadecimal, so fit for a URL.
COMPOSE_SECRETS = {
    "STEPPE_WAREHOUSE_PASSWORD": 24,
    "STEPPE_METADATA_PASSWORD": 24,
    "STEPPE_REDIS_PASSWORD": 24,
    "STEPPE_AIRFLOW_PASSWORD": 12,
    "STEPPE_GRAFANA_PASSWORD": 12,
    "STEPPE_AIRFLOW_API_SECRET": 64,
    "STEPPE_AIRFLOW_JWT_SECRET": 64,
    "STEPPE_AIRFLOW_FERNET_KEY": 32,
    "STEPPE_SECRET_LOADER_PASSWORD": 24,
    "STEPPE_SECRET_ANALYST_PASSWORD": 24,
    "STEPPE_SECRET_AUDITOR_PASSWORD": 24,
    "STEPPE_SECRET_PAGE_PASSWORD": 24,
    "STEPPE_SECRET_PERSON_TOKEN": 32,
}


def compose_env(
    out: Annotated[Path | None, typer.Option(help="The file; default .env beside docker-compose.yml.")] = None,
) -> None:
    """Generate the passwords of docker-compose.yml into .env (mode 0600). One that is there already is kept.

    Example:

        ./steppe compose-env && docker compose up --build --detach
    """
    file = out or settings.ROOT / ".env"
    text = file.read_text() if file.exists() else ""
    known = {line.partition("=")[0].strip() for line in text.splitlines()}
    missing = [name for name in COMPOSE_SECRETS if name not in known]
    if text and not text.endswith("\n"):
        text += "\n"
    text += "".join(f"{name}={_generated(name)}\n" for name in missing)
    draft = file.with_name(file.name + ".draft")
    draft.touch(mode=0o600)
    draft.chmod(0o600)
    draft.write_text(text)
    draft.replace(file)
    console.out.print(
        f"{file}: {len(missing)} generated, {len(COMPOSE_SECRETS) - len(missing)} kept. Keep a copy in a safe place: "
        "without STEPPE_SECRET_PERSON_TOKEN no person is recognised again.",
        markup=False,
    )


def _generated(name: str) -> str:
    if name == "STEPPE_AIRFLOW_FERNET_KEY":  # the one whose form is prescribed
        return base64.urlsafe_b64encode(secrets.token_bytes(COMPOSE_SECRETS[name])).decode()
    return secrets.token_hex(COMPOSE_SECRETS[name])


def docs(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 when a file is out of date.")] = False,
) -> None:
    """Write docs/data-dictionary.md, docs/rules.md and the tables of README.md from contracts, suites, DAGs and the database's comments.

    Example:

        ./steppe docs && git diff --stat
    """
    lifecycle.ensure_warehouse()
    from steppe import database, dictionary

    with database.connect("admin", application="steppe docs") as connection:
        stale = dictionary.stale(connection)
    for path, text in stale.items():
        if not check:
            path.write_text(text, encoding="utf-8")
        console.out.print(f"{path.relative_to(settings.ROOT)}: {'out of date' if check else 'written'}")
    if check and stale:
        raise typer.Exit(1)
