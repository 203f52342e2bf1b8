"""``./steppe waiver``: known failures that may pass for a while, on somebody's word and on record."""

from __future__ import annotations

import getpass
from datetime import datetime
from typing import Annotated

import typer

from steppe import database, settings, summary
from steppe.commands import console, lifecycle

waiver = typer.Typer(help="Let a known failure pass until a day, on record.", no_args_is_help=True)


@waiver.command()
def grant(
    rule: Annotated[
        str, typer.Argument(metavar="RULE", help="The rule, such as person.age_plausible (docs/rules.md).")
    ],
    *,
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Its last day, a year from now at most.")],
    owner: Annotated[str, typer.Option(help="Who answers for it.")],
    reason: Annotated[str, typer.Option(help="Why, without personal data.")],
    sender: Annotated[str | None, typer.Option(help="Only this sender's deliveries, six digits.")] = None,
    region: Annotated[str | None, typer.Option(help="Only rows of this banner, six digits.")] = None,
    month: Annotated[datetime | None, typer.Option(formats=["%Y-%m"], help="Only this month of data.")] = None,
) -> None:
    """Accept rows that break a rule until a day. Who entered it is kept, and which deliveries it let through.

    Examples:

        ./steppe waiver grant person.age_plausible --until 2020-12-31 --owner 赤峰市扶贫办 --reason 底册年龄待核 --sender 150400
    """
    lifecycle.ensure_warehouse()
    from steppe import gate

    asked = gate.Waiver(
        rule_id=rule,
        reason=reason,
        owner=owner,
        valid_from=datetime.now(settings.CALENDAR).date(),
        expires_on=until.date(),
        sender_code=sender,
        region_code=region,
        period=month.date() if month else None,
    )
    with database.connect("admin", application="steppe waiver") as connection:
        number = gate.grant(connection, asked, getpass.getuser())
    console.out.print(f"waiver {number}: {rule} until {until:%Y-%m-%d}", markup=False)


@waiver.command("list")
def list_all() -> None:
    """Every waiver, with what it let through.

    Examples:

        ./steppe waiver list
    """
    lifecycle.ensure_warehouse()
    with database.connect("loader", application="steppe waiver") as connection:
        known = summary.waivers(connection)
    for one in known:
        console.out.print(
            f"{one.waiver_id} {one.state}: {one.rule_id} [{one.scope or 'everybody'}] {one.valid_from} to {one.expires_on}, "
            f"{one.owner}: {one.reason} ({one.rows_waived:,} rows)",
            markup=False,
        )
    if not known:
        console.out.print("There is no waiver.")


@waiver.command()
def end(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="The waiver's number.")],
    reason: Annotated[str, typer.Option(help="Why, without personal data.")],
) -> None:
    """End a waiver now.

    Examples:

        ./steppe waiver end 3 --reason 底册已更正
    """
    lifecycle.ensure_warehouse()
    from steppe import gate

    with database.connect("admin", application="steppe waiver") as connection:
        gate.end(connection, number, reason, getpass.getuser())
    console.out.print(f"waiver {number} ended")
