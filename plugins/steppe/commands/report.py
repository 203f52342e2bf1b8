"""The account of a run: what arrived and what became of it, the targets, the ledger, where to look."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.table import Table

from steppe import database, settings, summary
from steppe.commands import console, status
from steppe.commands.figures import balances

if TYPE_CHECKING:
    from steppe.ledger import Total, Violation

RULES_SHOWN = 15


@dataclass(frozen=True)
class Account:
    """What a run is judged by."""

    deliveries: list[summary.Delivery]
    progress: summary.Progress
    quarantined: list[summary.Broken]
    alerts: list[summary.Alerts]
    targets: list[summary.Target]
    ledger: list[Total]
    violations: list[Violation]

    @property
    def is_well(self) -> bool:
        """Whether every delivery is final, every step has taken up every publication, and the ledger agrees with itself."""
        return self.progress.is_quiet and not self.violations


def gather(connection: database.Connection) -> Account:
    """Read it all, as the loader."""
    from steppe import ledger

    return Account(
        deliveries=summary.deliveries(connection),
        progress=summary.progress(connection),
        quarantined=summary.quarantined(connection),
        alerts=summary.alerts(connection),
        targets=summary.targets(connection),
        ledger=ledger.totals(connection),
        violations=ledger.verify(connection),
    )


def show(account: Account) -> None:
    """Print it for a person."""
    if account.deliveries:
        _arrived(account)
        _refused(account)
        _alerts(account.alerts)
        _targets(account.targets)
        _money(account)
    else:
        console.out.print("Nothing has arrived yet.")
    _where()


def _table(title: str, *columns: str, figures: Sequence[str] = ()) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, header_style="dim")
    for name in columns:
        table.add_column(name, justify="right" if name in figures else "left")
    return table


def _arrived(account: Account) -> None:
    columns = ("source", "arrived", "published", "rejected", "rows in", "loaded", "quarantined", "duplicate")
    table = _table("What arrived and was loaded", *columns, figures=columns[1:])
    for total in summary.by_source(account.deliveries):
        figures = (
            total.arrived, total.published, total.rejected,
            total.rows_in, total.rows_accepted, total.rows_quarantined, total.rows_duplicate,
        )  # fmt: skip
        table.add_row(total.source, *(f"{figure:,}" for figure in figures))
    console.out.print(table)
    unfinished = [delivery for delivery in account.deliveries if not delivery.is_final]
    for delivery in unfinished:
        console.out.print(f"not finished: {delivery.delivery_id} {delivery.file_name} is {delivery.state}", style="red")


def _refused(account: Account) -> None:
    refused = summary.rejected_by_rule(account.deliveries)
    if refused:
        table = _table("\nDeliveries rejected, by rule", "rule", "deliveries", "the first", figures=("deliveries",))
        for rule, number, reason in refused:
            table.add_row(rule, f"{number:,}", reason)
        console.out.print(table)
    if account.quarantined:
        table = _table("\nRows quarantined, by rule", "resource", "rule", "rows", figures=("rows",))
        for broken in account.quarantined[:RULES_SHOWN]:
            table.add_row(broken.resource, broken.rule_id, f"{broken.rows_failed:,}")
        rest = account.quarantined[RULES_SHOWN:]
        if rest:
            table.add_row("…", f"{len(rest)} more rules", f"{sum(broken.rows_failed for broken in rest):,}")
        console.out.print(table)


def _alerts(alerts: list[summary.Alerts]) -> None:
    from steppe.alerts import configured

    table = _table(
        "\nAlerts", "kind", "raised", "unresolved", "sent", "failed attempts", "to",
        figures=("raised", "unresolved", "sent", "failed attempts"),
    )  # fmt: skip
    for kind in alerts:
        figures = (f"{kind.alerts:,}", f"{kind.unresolved:,}", f"{kind.alerts_sent:,}", f"{kind.failed_attempts:,}")
        table.add_row(kind.kind, *figures, ", ".join(kind.channels))
    console.out.print(table)
    if not configured():
        console.out.print(
            "No channel is set: the alerts stand in ops.alert. STEPPE_ALERT_URLS names where to send them."
        )


def _targets(targets: list[summary.Target]) -> None:
    columns = ("indicator", "to", "achieved", "target", "gap", "by year's end", "insured", "met")
    table = _table("\nTargets of the region (C6.2)", *columns, figures=columns[2:7])
    for target in targets:
        table.add_row(
            target.indicator,
            target.month,
            f"{target.achieved_persons:,}",
            f"{target.comparison} {target.target_persons:,}",
            f"{target.gap_persons:,}",
            f"{target.projected_persons:,}",
            f"{target.achieved_insured:,}",
            "yes" if target.is_met else "no",
        )
    console.out.print(table)
    scaled = [target for target in targets if target.population_scale != 1]
    if scaled:
        full = ", ".join(f"{target.indicator} {target.full_target_persons:,}" for target in scaled)
        console.out.print(
            f"The population is a sample at scale {scaled[0].population_scale:f}, and so are the targets. In full: {full}."
        )


def _money(account: Account) -> None:
    console.out.print("\nLedger", style="bold")
    console.out.print(balances(account.ledger))
    for violation in account.violations:
        console.out.print(str(violation), style="red", markup=False)
    if not account.violations:
        console.out.print("Every digest, seal and balance was recomputed and agrees.")


def _where() -> None:
    from steppe.orchestration import configuration

    page = status.airflow()
    # A password belongs on its owner's screen, not in the log of whatever runs this.
    password = configuration.password() if sys.stdout.isatty() else "./steppe status --show-password"
    console.out.print(f"\nAirflow    {page.url}  login {page.login}, password: {password}", markup=False)
    console.out.print(f"Warehouse  {database.public_url()}  ./steppe sql", markup=False)
    console.out.print(f"Inbox      {settings.home().inbox}  ./steppe deliver FILE", markup=False)
