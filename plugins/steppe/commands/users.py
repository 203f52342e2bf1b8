"""``./steppe user``: who may look at the page, and how far."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from steppe import database
from steppe.commands import console, lifecycle
from steppe.errors import SteppeError

if TYPE_CHECKING:
    from steppe.page.users import User


def user(
    name: Annotated[str | None, typer.Argument(help="The user's name in Airflow; none lists all.")] = None,
    region: Annotated[
        list[str] | None,
        typer.Option(help="A league or banner, six digits; may be given again. None: the whole region."),
    ] = None,
    auditor: Annotated[
        bool, typer.Option("--auditor", help="Sees names and numbers, everywhere; each look is recorded.")
    ] = False,
    approver: Annotated[
        bool, typer.Option("--approver", help="May also agree to payment orders, under Airflow's Required Actions.")
    ] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Sees nothing any more.")] = False,
) -> None:
    """Let an Airflow user look at the page: where, and whether with names. The embedded Airflow gets a login of this name.

    Examples:

        ./steppe user baiyin --region 150428

        ./steppe user audit --auditor

        ./steppe user wang --approver

        ./steppe user
    """
    if auditor and region:
        raise SteppeError("the auditor sees every region: leave out --region, or --auditor")
    lifecycle.ensure_warehouse()
    from steppe.page import users

    with database.connect("admin", application="steppe user") as connection:
        if name is None:
            console.out.print(_table(users.listed(connection)))
            return
        if remove:
            users.take(connection, name)
            role = "nobody"
        else:
            role = users.give(connection, name, region or [], is_auditor=auditor)
    console.out.print(f"{name} reads as {role}", markup=False)
    if not os.environ.get("STEPPE_AIRFLOW_URL"):
        _login(name, remove, may_approve=approver)


def _login(name: str, remove: bool, *, may_approve: bool) -> None:
    """Logins belong to the embedded Airflow; where a team has its own, its users are that one's."""
    from steppe.orchestration import configuration, processes

    if remove:
        configuration.remove_login(name)
    else:
        password = configuration.add_login(name, may_approve=may_approve)
        console.out.print(f"Airflow: {configuration.base_url()}, login {name}, password {password}")
    if processes.is_running():
        with console.step("Airflow"):
            processes.start()


def _table(known: list[User]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("user", "role", "regions"):
        table.add_column(column)
    for each in known:
        table.add_row(each.name, each.role, "、".join(each.regions))
    return table
