"""``./steppe bench`` and ``./steppe ledger``: what the installation can prove of itself."""

from __future__ import annotations

import json
from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from steppe import database
from steppe.commands import console, lifecycle
from steppe.ledger.subsidies import yuan

if TYPE_CHECKING:
    from steppe.bench import Bound, Report
    from steppe.ledger import Claim, Entry, Total

ledger = typer.Typer(help="The ledger's own proof.", no_args_is_help=True)


@ledger.callback()
def _group() -> None:
    """The ledger's own proof."""


@ledger.command()
def verify() -> None:
    """Recompute every balance and every seal; exit 1 when something does not agree.

    Example:

        ./steppe ledger verify
    """
    lifecycle.ensure_warehouse()
    from steppe import ledger as book

    with database.connect("auditor", application="steppe ledger") as connection:
        violations = book.verify(connection)
        totals = book.totals(connection)
    for violation in violations:
        console.out.print(str(violation), markup=False)
    console.out.print(balances(totals))
    if violations:
        raise typer.Exit(1)
    console.out.print("Every digest, seal and balance was recomputed and agrees.")


@ledger.command()
def statement(
    account: Annotated[
        str | None, typer.Option(help="Code of an account, such as subsidy_available:local_aid.")
    ] = None,
    person: Annotated[str | None, typer.Option(help="Token of a person (person_key).")] = None,
    employer: Annotated[str | None, typer.Option(help="Credit code of an employer.")] = None,
    village: Annotated[str | None, typer.Option(help="Code of a village, 12 digits.")] = None,
) -> None:
    """Print what went through an account, or what a person, employer or village claimed and was paid, and why not.

    Examples:

        ./steppe ledger statement --account subsidy_available:local_aid

        ./steppe ledger statement --village 150404001001
    """
    payees = {"person": person, "employer": employer, "village": village}
    asked = [(kind, code) for kind, code in payees.items() if code]
    if len(asked) + (account is not None) != 1:
        raise typer.BadParameter("name one of --account, --person, --employer, --village")
    lifecycle.ensure_warehouse()
    from steppe import ledger as book

    with database.connect("auditor", application="steppe ledger") as connection:
        claims = [claim for kind, code in asked for claim in book.claims(connection, kind, code)]
        accounts = [account] if account else book.accounts_of(connection, *asked[0])
        entries = book.statement(connection, accounts)
    if asked:
        console.out.print(_claims(claims))
    console.out.print(_entries(entries))


def _claims(claims: Iterable[Claim]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", title="Claims 申领", title_justify="left")
    for name in ("banner", "claim", "date", "outcome", "yuan", "fund", "not met", "orders"):
        table.add_column(name, justify="right" if name == "yuan" else "left")
    for claim in claims:
        table.add_row(
            claim.region_code,
            claim.claim_key,
            f"{claim.event_date}",
            claim.outcome,
            yuan(claim.amount_fen),
            claim.fund_code,
            ", ".join(claim.unmet),
            ", ".join(claim.orders),
        )
    return table


def _entries(entries: Iterable[Entry]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", title="Transfers 分录", title_justify="left")
    for name in ("banner", "account", "posted", "date", "key", "other account", "debited", "credited", "balance"):
        table.add_column(name, justify="right" if name in ("debited", "credited", "balance") else "left")
    for entry in entries:
        amounts = (entry.debit_fen, entry.credit_fen, entry.balance_fen)
        table.add_row(
            entry.region_code,
            entry.account_code,
            f"{entry.posted_at:%Y-%m-%d %H:%M:%S}",
            f"{entry.event_date}",
            entry.idempotency_key,
            entry.other_account,
            *(yuan(amount) for amount in amounts),
        )
    return table


def balances(totals: Iterable[Total]) -> Table:
    """The ledger by kind of account, in yuan; kinds without an account are left out."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("account", "科目", "number", "debited, yuan", "credited, yuan", "balance, yuan"):
        table.add_column(name, justify="left" if name in ("account", "科目") else "right")
    for total in totals:
        if not total.accounts:
            continue
        amounts = (total.debit_fen, total.credit_fen, total.balance_fen)
        table.add_row(total.label_en, total.label_zh, f"{total.accounts:,}", *(yuan(amount) for amount in amounts))
    return table


class Subject(StrEnum):
    """What is measured."""

    PATH = "path"
    LEDGER = "ledger"
    REGION = "region"


def bench(
    subject: Annotated[
        Subject, typer.Argument(help="A snapshot's path, the ledger, or the whole region.")
    ] = Subject.PATH,
    rows: Annotated[list[int] | None, typer.Option(help="Rows of a snapshot; give it again for each size.")] = None,
    repeats: Annotated[int, typer.Option(min=1, help="How often each size is measured; the median counts.")] = 3,
    as_json: Annotated[bool, typer.Option("--json", help="Only the figures, as JSON.")] = False,
    page: Annotated[bool, typer.Option("--page", help="The page instead, at full size: 6 GB, some minutes.")] = False,
) -> None:
    """Measure the path of a person snapshot against one plain COPY of it (B), the ledger, two months of the whole region (10 GB),
    or the page; exit 1 when a bound is missed.

    It has warehouses of its own in the embedded server; nothing of the installation is touched.

    Examples:

        ./steppe bench

        ./steppe bench ledger --rows 1000000

        ./steppe bench region

        ./steppe bench --page

        ./steppe bench --rows 100000 --repeats 1 --json
    """
    if page:
        _bench_page()
        return
    if subject is Subject.REGION:
        _bench_region()
        return
    from steppe import bench as bench_path

    if subject is Subject.LEDGER:
        measured = bench_path.run_ledger((rows or [1_000_000])[0], console.say).bounds()
        _tell(measured)
        if not all(bound.is_met for bound in measured):
            raise typer.Exit(1)
        return
    sizes = rows or [1_000_000, 5_000_000]
    reports, bounds = bench_path.run(sizes, repeats, console.say)
    if as_json:
        console.out.print(json.dumps(bench_path.as_json(reports, bounds), indent=1), markup=False)
    else:
        for report in reports:
            _show(report)
        _tell(bounds)
    if not all(bound.is_met for bound in bounds):
        raise typer.Exit(1)


def _bench_page() -> None:
    from steppe import bench_page

    report = bench_page.run(console.say)
    for name, milliseconds in list(report.p95_by_view.items())[:15]:
        console.out.print(f"{milliseconds:7.0f} ms  {name}", markup=False)
    _tell(report.bounds)
    if not all(bound.is_met for bound in report.bounds):
        raise typer.Exit(1)


def _bench_region() -> None:
    from steppe import bench_region

    bounds = bench_region.run(console.say).bounds()
    _tell(bounds)
    if not all(bound.is_met for bound in bounds):
        raise typer.Exit(1)


def _tell(bounds: Iterable[Bound]) -> None:
    for bound in bounds:
        verdict = "holds" if bound.is_met else "MISSED"
        console.out.print(
            f"{bound.name}: {bound.value:.2f} {bound.unit} (at most {bound.limit:g}): {verdict}", markup=False
        )


def _show(report: Report) -> None:
    from steppe.bench import STEPS

    table = Table(title=f"{report.rows:,} rows, seconds; B = {report.copy_seconds:.2f} s", title_justify="left")
    table.add_column("delivery")
    for name in (*STEPS, "sum", "× B"):
        table.add_column(name, justify="right")
    for delivery, steps in report.steps.items():
        total = report.seconds(delivery)
        figures = [f"{steps[name]:.2f}" if name in steps else "" for name in STEPS]
        table.add_row(delivery, *figures, f"{total:.2f}", f"{total / report.copy_seconds:.1f}")
    console.out.print(table)
