"""``./steppe reload``: a published month is read again from the archive, for a reason that is kept."""

from __future__ import annotations

import getpass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from steppe import contracts, database
from steppe.commands import console, lifecycle

if TYPE_CHECKING:
    from steppe.database import Connection


def reload(
    source: Annotated[str, typer.Option(help="Source, such as household_registry.")],
    period: Annotated[datetime, typer.Option(formats=["%Y-%m"], help="Month of data.")],
    why: Annotated[str, typer.Option(help="Why, without personal data; it is kept.")],
    sender: Annotated[str | None, typer.Option(help="Only this sender's delivery, six digits.")] = None,
) -> None:
    """Read what stands of a month again from the archive, judge every row by the rules of today, and write what differs.

    Where nothing differs, facts and marts are shown to say what the archive says. A delivery that the rules of today refuse stays as it
    was published. Safe to stop and run again.

    Examples:

        ./steppe reload --source household_registry --period 2020-05 --why "code list of 2020 corrected"
    """
    if source not in contracts.sources():
        raise typer.BadParameter(f"{source} is none of {', '.join(contracts.sources())}")
    lifecycle.ensure_warehouse()
    from steppe import warehouse

    with (
        console.step(f"{source} {period:%Y-%m} from the archive"),
        database.connect("loader", application="steppe reload") as connection,
    ):
        asked = warehouse.Asked(source, period.date(), why, getpass.getuser(), sender)
        done = warehouse.reload(connection, asked, _follow)
    for one in done.deliveries:
        told = f" by {one.rule_id}" if one.rule_id else f": {one.inserted:,} rows written, {one.ended:,} ended"
        console.out.print(f"delivery {one.delivery_id} of {one.sender_code}: {one.outcome}{told}", markup=False)
    if done.differing:
        console.out.print(f"reload {done.reload_id}: {', '.join(done.differing)} say something else than before")
    else:
        console.out.print(f"reload {done.reload_id}: facts and marts say what they said, digest for digest")
    if any(one.rule_id for one in done.deliveries):
        raise typer.Exit(1)


def _follow(connection: Connection) -> None:
    """What follows from publications, in the order of the DAGs."""
    from steppe import ledger, warehouse

    for step in (warehouse.identify, warehouse.build, ledger.post, ledger.post_subsidies, warehouse.refresh_marts):
        step(connection)
        connection.commit()
