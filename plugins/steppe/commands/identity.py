"""``./steppe identity``: doubts whether two are one person or one is two, and a person's word on them."""

from __future__ import annotations

import getpass
import json
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.markup import escape
from rich.table import Table

from steppe import database
from steppe.commands import console, lifecycle

if TYPE_CHECKING:
    from steppe.warehouse import Doubt

identity = typer.Typer(help="Who is one person: doubts, and what was decided of them.", no_args_is_help=True)

FOLLOWS = "facts follow with the next build, a row without a number with the register's next delivery, or now with ./steppe reload"
Case = Annotated[int, typer.Argument(metavar="CASE", help="Number of the case.")]
Reason = Annotated[str, typer.Option(help="Why, without personal data; it is kept.")]
By = Annotated[str | None, typer.Option(help="Who says so.", show_default="your login")]


@identity.command()
def queue(
    every: Annotated[bool, typer.Option("--all", help="Also those that are decided or withdrawn.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Everything, as JSON.")] = False,
) -> None:
    """Doubts that wait for a person, the likeliest first: tokens and reasons. Names are read in the vault, as auditor.

    Examples:

        ./steppe identity queue

        ./steppe identity queue --all --json
    """
    lifecycle.ensure_warehouse()
    from steppe import warehouse

    with database.connect("loader", application="steppe identity") as connection:
        known = warehouse.doubts(connection, with_settled=every)
    if as_json:
        told = [doubt.as_json() for doubt in known]
        console.out.print(json.dumps(told, ensure_ascii=False, indent=1), markup=False)
    elif known:
        console.out.print(_table(known))
    else:
        console.out.print("No doubt waits for a person. 没有待核定的身份疑点。")


@identity.command()
def merge(case: Case, reason: Reason, by: By = None) -> None:
    """Say that they are one person: the facts of both count for one, from the next build on. No key changes, and it can be taken back.

    Example:

        ./steppe identity merge 12 --reason "two numbers since 2019, village office confirmed"
    """
    _decide(case, "one", reason, by)
    console.out.print(f"case {case}: one person; {FOLLOWS}")


@identity.command()
def split(case: Case, reason: Reason, by: By = None) -> None:
    """Say that they are two persons, or take a merge back: facts count as if it had not been.

    Example:

        ./steppe identity split 12 --reason "cousins of one name, seen both"
    """
    _decide(case, "two", reason, by)
    console.out.print(f"case {case}: two persons; {FOLLOWS}")


def _decide(case: int, decision: Literal["one", "two"], reason: str, by: str | None) -> None:
    lifecycle.ensure_warehouse()
    from steppe import warehouse

    with database.connect("loader", application="steppe identity") as connection:
        warehouse.decide(connection, case, decision, reason, by or getpass.getuser())


def _table(known: list[Doubt]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("case", "score"):
        table.add_column(name, justify="right")
    for name in ("state", "kind", "person", "other", "where", "because"):
        table.add_column(name, overflow="fold")
    for doubt in known:
        table.add_row(
            str(doubt.case_id),
            "" if doubt.score is None else str(doubt.score),
            doubt.state,
            doubt.kind,
            doubt.person_key,
            doubt.other_key or "",
            doubt.where,
            escape("; ".join(doubt.reasons)),
            style="dim" if doubt.state != "open" else None,
        )
    return table
