"""``./steppe review`` and ``./steppe score``: what people decide of suspicious cases, and how well the signals find them."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from steppe import database
from steppe.commands import console, lifecycle


def review(
    case: Annotated[
        int | None, typer.Argument(metavar="CASE", help="The case's number; none counts the open ones.")
    ] = None,
    state: Annotated[
        str, typer.Option(help="explained: it is genuine; confirmed: it is not; closed: no more to be found out.")
    ] = "",
    reason: Annotated[str, typer.Option(help="Why, without personal data.")] = "",
) -> None:
    """Decide a case of the authenticity signals, with a reason; or count what is open. Who decided is kept.

    Examples:

        ./steppe review

        ./steppe review 17 --state explained --reason 同一工地，单位已出证明
    """
    lifecycle.ensure_warehouse()
    from steppe.warehouse import signals

    if case is None:
        console.out.print(_open_cases())
        return
    with database.connect("loader", application="steppe review") as connection:
        signals.review(connection, case, state, reason, getpass.getuser())
    console.out.print(f"case {case}: {state}", markup=False)


def _open_cases() -> Table:
    from steppe.warehouse import signals

    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("signal", "", "open", "decided"):
        table.add_column(column, justify="right" if column in ("open", "decided") else "left")
    with database.connect("auditor", application="steppe review") as connection:
        counts = {
            signal: (is_open, decided)
            for signal, is_open, decided in connection.execute(
                "SELECT signal, count(*) FILTER (WHERE state = 'open' AND is_current), count(*) FILTER (WHERE state <> 'open') "
                "FROM mart.review_queue GROUP BY signal"
            )
        }
    for signal in signals.catalogue():
        is_open, decided = counts.get(signal.name, (0, 0))
        table.add_row(signal.name, signal.title_zh, f"{is_open:,}", f"{decided:,}")
    return table


def score(
    key: Annotated[
        Path | None, typer.Argument(help="signs.csv of the sample; default that of the sample delivered here.")
    ] = None,
) -> None:
    """Compare the signals' cases with what was seeded in the sample: recall and precision of each.

    Example:

        ./steppe run && ./steppe score
    """
    lifecycle.ensure_warehouse()
    from steppe import scoring

    with database.connect("auditor", application="steppe score") as connection:
        scores = scoring.score(connection, key or scoring.newest_key())
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("signal", "seeded", "found", "right", "recall", "precision"):
        table.add_column(column, justify="left" if column == "signal" else "right")
    for each in scores:
        precision = "" if each.precision is None else f"{each.precision:.3f}"
        table.add_row(
            each.signal, f"{each.seeded:,}", f"{each.found:,}", f"{each.right:,}", f"{each.recall:.3f}", precision
        )
    console.out.print(table)
