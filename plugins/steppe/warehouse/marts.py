"""Marts: what people read, refreshed for the senders and months that changed since the last refresh."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from psycopg import sql

from steppe import database, settings
from steppe.database import Connection
from steppe.planning import BY_HASH_OF_MONTHS, OF_MONTHS, planned
from steppe.warehouse import indicators, partitions, signals
from steppe.warehouse.derivation import EMPLOYMENT
from steppe.warehouse.marks import Step, advance, pending

# Feeds that the lists of a month rest on.
_SOURCES = ("household_registry", "social_insurance", "unemployment_benefit", "civil_affairs", "callback")
# Lists that indicators count, and what shows the figures that they come to, in the order in which they are made.
_LISTS = ("list_last_year_migrants", "unemployed_routing", "four_clears", "five_fields")
_FIGURES = ("target_progress", "last_year_migrants", "confirmation", "callback_sample", "match_offer")


@dataclass(frozen=True)
class Refreshed:
    """What a refresh did: the publications it handled, months of employment figures and (sender, year) of PV revenue it recomputed.

    ``undefined`` are changed months before the first definition of out-migration: they keep their facts and have no figures.
    """

    publications: int
    months: tuple[date, ...] = ()
    pv_revenue: tuple[tuple[str, int], ...] = ()
    undefined: tuple[date, ...] = ()


def refresh_marts(connection: Connection) -> Refreshed:
    """Bring the marts up to the last build, in one transaction. Safe to run again or at once.

    A figure of a month depends on the months before it in its year (distinct persons so far) and on the year before (the baseline), so
    these are recomputed with it; nothing else is.

    Args:
        connection: the loader's, not in autocommit and with no transaction open.
    """
    with connection.transaction(), planned(connection, OF_MONTHS):
        work = pending(connection, Step.MARTS)
        refresh_money(connection)
        changed = [row[0] for row in connection.execute("DELETE FROM ops.employment_change RETURNING month")]
        if not work.publications and not changed:
            return Refreshed(0)
        published = connection.execute(
            "SELECT DISTINCT period FROM ops.publication WHERE publication_id > %s AND publication_id <= %s "
            "AND source = any(%s)",
            (work.after, work.up_to, list(_SOURCES)),
        )
        # A publication that changed no row still changes how fresh its month is.
        changed += [row[0] for row in published]
        values = {"months": changed, "up_to": work.up_to, "region_code": settings.REGION_CODE}
        found = database.run(connection, "40_mart/months_to_refresh.sql", values).fetchall()
        months = [month for month, is_defined in found if is_defined]
        for month in months:
            refresh_month(connection, month, work.up_to)
        revenue = _refresh_pv_revenue(connection, work.after, work.up_to)
        advance(connection, Step.MARTS, work)
    undefined = tuple(month for month, is_defined in found if not is_defined)
    return Refreshed(work.publications, tuple(months), revenue, undefined)


def refresh_money(connection: Connection) -> None:
    """Bring over what the ledger says now: an approval or a rule moves money without a publication."""
    database.run(connection, "40_mart/account_month.sql")
    moved = [row[0] for row in database.run(connection, "40_mart/money_moved.sql").fetchall()]
    if moved:
        # Each banner's claims meet its transfers, all of them: the guess of one row would take hours.
        with planned(connection, BY_HASH_OF_MONTHS):
            database.run(connection, "40_mart/money.sql", {"region_codes": moved})


def refresh_month(connection: Connection, month: date, up_to: int) -> None:
    """Recompute the lists of one month, each registered figure over them in every version, what shows the figures, and what does not look
    genuine.

    Args:
        connection: the loader's.
        month: first day.
        up_to: the last publication that counts.
    """
    # The planner has to know how few persons are out; autovacuum may not have come by yet.
    child = EMPLOYMENT.child(f"{month:%Y%m}")
    if partitions.exists(connection, child):
        columns = sql.SQL("known_to, month, region_code, person_key, out_migration_tier, status, village_code")
        connection.execute(sql.SQL("ANALYZE {} ({})").format(child.identifier, columns))
    values = {"month": month, "region_code": settings.REGION_CODE, "up_to": up_to}
    with planned(connection, BY_HASH_OF_MONTHS):
        for name in _LISTS:
            database.run(connection, f"40_mart/{name}.sql", values)
    indicators.compute(connection, month)
    for name in _FIGURES:
        database.run(connection, f"40_mart/{name}.sql", values)
    signals.find(connection, month)


def _refresh_pv_revenue(connection: Connection, after: int, up_to: int) -> tuple[tuple[str, int], ...]:
    touched = database.run(connection, "40_mart/touched_pv.sql", {"after": after, "up_to": up_to}).fetchall()
    if touched:
        database.run(
            connection,
            "40_mart/pv_revenue_share.sql",
            {
                "sender_codes": sorted({sender_code for sender_code, _ in touched}),
                "years": sorted({year for _, year in touched}),
                "region_code": settings.REGION_CODE,
            },
        )
    return tuple((sender_code, year) for sender_code, year in touched)
