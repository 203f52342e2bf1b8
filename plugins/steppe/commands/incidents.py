"""``./steppe incidents``: what needs a person, who has it, and a person's word on it."""

from __future__ import annotations

import getpass
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from steppe import database
from steppe.commands import console, lifecycle

if TYPE_CHECKING:
    from steppe.alerts import Incident

incidents = typer.Typer()

Numbers = Annotated[list[int], typer.Argument(metavar="NUMBER…", help="Numbers of incidents.")]
By = Annotated[str | None, typer.Option(help="Who says so.", show_default="your login")]
Note = Annotated[
    str | None, typer.Option(help="What is to be remembered of it; no personal data. It is kept, and sent to nobody.")
]
MARKS = {"critical": "red", "warning": "yellow", "info": "dim"}


@incidents.callback(invoke_without_command=True)
def _list(
    context: typer.Context,
    every: Annotated[bool, typer.Option("--all", help="Also those that are resolved.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Everything, as JSON.")] = False,
) -> None:
    """What needs a person, the worst first: whose it is, since when, how often it was seen. Alone, it lists.

    Examples:

        ./steppe incidents

        ./steppe incidents ack 12 --note "called 赤峰"

        ./steppe incidents resolve 12 13
    """
    if context.invoked_subcommand:
        return
    lifecycle.ensure_warehouse()
    from steppe import alerts

    with database.connect("loader", application="steppe incidents") as connection:
        known = alerts.list_incidents(connection, with_resolved=every)
    if as_json:
        told = [incident.as_json() for incident in known]
        console.out.print(json.dumps(told, ensure_ascii=False, indent=1), markup=False)
    elif known:
        console.out.print(_table(known))
    else:
        console.out.print("Nothing needs a person. 没有未解除的事件。")


@incidents.command("ack")
def acknowledge(numbers: Numbers, by: By = None, note: Note = None) -> None:
    """Say that somebody is at it: it is not escalated until that level's time is up again.

    Example:

        ./steppe incidents ack 12 --note "sender is correcting the file"
    """
    lifecycle.ensure_warehouse()
    from steppe import alerts

    with database.connect("loader", application="steppe incidents") as connection:
        for number in numbers:
            alerts.acknowledge(connection, number, by or getpass.getuser(), note)
    console.out.print(f"acknowledged: {', '.join(map(str, numbers))}")


@incidents.command()
def resolve(numbers: Numbers, by: By = None, note: Note = None) -> None:
    """Say that it is over. What Steppe can see for itself it resolves by itself; seen anew, it is opened again.

    Example:

        ./steppe incidents resolve 12 --note "the file was a test"
    """
    lifecycle.ensure_warehouse()
    from steppe import alerts

    with database.connect("loader", application="steppe incidents") as connection:
        for number in numbers:
            alerts.resolve(connection, number, by or getpass.getuser(), note)
    console.out.print(f"resolved: {', '.join(map(str, numbers))}")


def _table(known: list[Incident]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name, justify in (
        ("no", "right"),
        ("state", "left"),
        ("severity", "left"),
        ("age", "right"),
        ("seen", "right"),
    ):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    for name in ("with", "owner", "what", "runbook"):
        table.add_column(name, overflow="fold")
    now = datetime.now(UTC)
    for incident in known:
        hours = int(((incident.resolved_at or now) - incident.opened_at).total_seconds() // 3600)
        table.add_row(
            str(incident.incident_id),
            incident.state,
            incident.severity,
            f"{hours // 24}d {hours % 24}h" if hours >= 24 else f"{hours}h",
            f"{incident.occurrences:,}",
            incident.responsible,
            incident.owner,
            escape(incident.title.removeprefix("Steppe ")),
            incident.runbook,
            style=MARKS[incident.severity] if incident.state == "open" else "dim",
        )
    return table
