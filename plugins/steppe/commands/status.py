"""``./steppe status``: what runs, where, and what became of each delivery."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from typing import Annotated, Any

import typer
from rich.table import Table

from steppe import database, server, settings, summary
from steppe.commands import console
from steppe.errors import SettingsError

SHOWN = 30


@dataclass(frozen=True)
class Airflow:
    """Airflow's page, whether all its parts work, and the login; ``url`` is None before the first start."""

    url: str | None
    is_healthy: bool
    login: str


def airflow() -> Airflow:
    from steppe.orchestration import configuration, processes

    if configuration.port() is None:
        return Airflow(None, False, configuration.LOGIN)
    return Airflow(configuration.base_url(), processes.is_healthy(), configuration.LOGIN)


def warehouse_answers() -> bool:
    """Whether there is a warehouse with its schema; starts nothing."""
    if not os.environ.get("STEPPE_WAREHOUSE_URL") and not server.is_running():
        return False
    try:
        with database.connect("loader", application="steppe status") as connection:
            return connection.execute("SELECT to_regclass('mart.open_quarantine') IS NOT NULL").fetchone() == (True,)
    except SettingsError:
        return False


def status(
    as_json: Annotated[bool, typer.Option("--json", help="Everything, as JSON.")] = False,
    show_password: Annotated[
        bool, typer.Option("--show-password", help="Also the password of Airflow's page.")
    ] = False,
) -> None:
    """What runs, where it is, and what became of each delivery. Starts and changes nothing.

    Examples:

        ./steppe status

        ./steppe status --json | jq '.deliveries[] | select(.state == "rejected")'
    """
    answers = warehouse_answers()
    known: list[summary.Delivery] = []
    to_correct = summary.Open(0, 0, 0)
    if answers:
        with database.connect("loader", application="steppe status") as connection:
            known = summary.deliveries(connection)
            to_correct = summary.open_rows(connection)
    page = airflow()
    if as_json:
        console.out.print(
            json.dumps(
                _document(page, answers, known, show_password) | {"open": asdict(to_correct)},
                ensure_ascii=False,
                indent=1,
            ),
            markup=False,
        )
        return
    _tell(page, answers, show_password)
    if to_correct.open_rows:
        console.out.print(
            f"To correct {to_correct.open_rows:,} rows in quarantine, of {to_correct.months} senders' months; "
            f"the oldest for {to_correct.age_days} days (mart.open_quarantine)",
            markup=False,
        )
    if known:
        console.out.print(_table(known[-SHOWN:]))
    if len(known) > SHOWN:
        console.out.print(f"… and {len(known) - SHOWN} earlier deliveries (--json lists all)")


def _document(page: Airflow, answers: bool, known: list[summary.Delivery], show_password: bool) -> dict[str, Any]:
    login: dict[str, Any] = {"url": page.url, "healthy": page.is_healthy, "login": page.login}
    if show_password:
        login["password"] = _password()
    return {
        "home": str(settings.home().path),
        "airflow": login,
        "warehouse": {"url": database.public_url() if answers else None, "answers": answers},
        "inbox": {"path": str(settings.home().inbox), "waiting": waiting()},
        "deliveries": [delivery.as_json() for delivery in known],
    }


def waiting() -> int:
    """Deliveries in the inbox that nothing has taken up."""
    inbox = settings.home().inbox
    return sum(not entry.name.startswith(".") for entry in inbox.iterdir()) if inbox.is_dir() else 0


def _password() -> str:
    from steppe.orchestration import configuration

    return configuration.password()


def _tell(page: Airflow, answers: bool, show_password: bool) -> None:
    state = "healthy" if page.is_healthy else "not running" if page.url is None else "not healthy (./steppe up)"
    password = f", password {_password()}" if show_password else ""
    console.out.print(f"Airflow    {page.url or '-'}  {state}, login {page.login}{password}", markup=False)
    where = database.public_url() if answers else "not running (./steppe up)"
    console.out.print(f"Warehouse  {where}", markup=False)
    console.out.print(f"Inbox      {settings.home().inbox}  {waiting()} waiting", markup=False)


def _table(known: list[summary.Delivery]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("no", justify="right")
    for name in ("file", "state"):
        table.add_column(name, overflow="fold")
    for name in ("in", "accepted", "quarantined", "duplicate"):
        table.add_column(name, justify="right")
    for name in ("why", "to correct, in reports/"):
        table.add_column(name, overflow="fold")
    for delivery in known:
        figures = (delivery.rows_in, delivery.rows_accepted, delivery.rows_quarantined, delivery.rows_duplicate)
        table.add_row(
            str(delivery.delivery_id),
            delivery.file_name,
            delivery.state,
            *("" if figure is None else f"{figure:,}" for figure in figures),
            f"{delivery.rule_id}: {delivery.reason_en}" if delivery.rule_id else "",
            delivery.workbook or "",
        )
    return table
