"""Joint confirmation (共同确认, C2.7): what both departments count is frozen, shown to both, signed by two people, and then stays.

A snapshot holds the figures and the persons of one indicator and month by either side. The HR side counts whom a record of its own attests
(insurance, employer or contract, call-back, verified export), the poverty side whom the register tells; the figure that is reported is the
register's. It is 已确认 when both count the same persons and both have signed; otherwise it stays 未确认, with the difference person by
person. A correction later is the next snapshot; the signed one stays as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter

from steppe import database, settings
from steppe.database import Connection
from steppe.errors import SteppeError
from steppe.warehouse import indicators

# Indicators that are assessed (C6.2). They are never summed.
ASSESSED = ("out_migration", "jingmeng_local_transfer", "beijing")
SIDES = {"hr": "人社部门", "poverty": "扶贫部门"}


class AssessmentError(SteppeError):
    """A month that cannot be frozen, or a signature that does not count; nothing was recorded."""


@dataclass(frozen=True)
class Candidate:
    """A snapshot that waits for a signature; ``sha256`` (hex) is what a signature is bound to."""

    indicator: str
    label: str
    definition: str
    month: date
    snapshot_no: int
    sha256: str
    hr_persons: int
    poverty_persons: int
    hr_only_persons: int
    poverty_only_persons: int
    leagues: tuple[tuple[str, int, int], ...]  # (name, only HR, only poverty) of those that differ

    @property
    def reference(self) -> str:
        """Such as ``beijing 2020-06 1``."""
        return f"{self.indicator} {self.month:%Y-%m} {self.snapshot_no}"

    def describe(self) -> str:
        """What a person is shown before he signs: Markdown, without a person."""
        rows = [f"| {name} | {hr:,} | {poverty:,} |" for name, hr, poverty in self.leagues]
        return "\n".join(
            (
                f"口径 definition: {self.definition}",
                "",
                "| | 人社部门 HR | 扶贫部门 poverty |",
                "|---|---:|---:|",
                f"| 人数 persons | {self.hr_persons:,} | {self.poverty_persons:,} |",
                f"| 仅此一方 only this side | {self.hr_only_persons:,} | {self.poverty_only_persons:,} |",
                *rows,
                "",
                f"名单 persons: mart.assessment_person, {self.reference}",
                "",
                f"摘要 digest: `{self.sha256}`",
            )
        )


def freeze(connection: Connection, month: date | None = None) -> list[Candidate]:
    """Freeze what both departments count up to a month; returns the snapshots of the month that wait for a signature.

    Where nothing has changed since the newest snapshot, that one stays the newest. Safe to run again or at once.

    Args:
        connection: the loader's.
        month: first day; by default the newest month with figures, and nothing where there is none.

    Raises:
        AssessmentError: the month asked for has no figures.
    """
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('steppe.assessment'))")
        month = _with_figures(connection, month)
        if month is None:
            return []
        in_force = connection.execute(
            "SELECT indicator.* FROM unnest(%s::text[]) AS assessed (name) "
            "CROSS JOIN LATERAL (SELECT found.indicator, found.version, found.sql_file FROM ops.indicator_at(assessed.name, %s) AS found)"
            " AS indicator",
            (list(ASSESSED), month),
        ).fetchall()
        for definition in (indicators.Definition(*row) for row in in_force):
            indicators.list_members(connection, definition, month)
            values = {
                "indicator": definition.indicator,
                "version": definition.version,
                "month": month,
                "region_code": settings.REGION_CODE,
            }
            connection.execute("DROP TABLE IF EXISTS pg_temp.department_member, pg_temp.department_figure")
            database.run(connection, "45_assessment/create_department.sql", values)
            database.run(connection, "45_assessment/insert_assessment.sql", values)
        return open_candidates(connection, month)


def open_candidates(connection: Connection, month: date) -> list[Candidate]:
    """The snapshots of a month that wait for a signature, by indicator."""
    rows = database.run(connection, "45_assessment/select_open.sql", {"month": month}).fetchall()
    found = []
    for snapshot, rows_of_it in groupby(rows, key=itemgetter(slice(0, 10))):
        indicator, label, definition, of_month, number, sha256, hr, poverty, hr_only, poverty_only = snapshot
        leagues = tuple((name, more, less) for *_, name, more, less in rows_of_it if name is not None)
        counts = (hr, poverty, hr_only, poverty_only)
        found.append(Candidate(indicator, label, definition, of_month, number, sha256, *counts, leagues))
    return found


def sign(connection: Connection, reference: str, sha256: str, side: str, signer: str, *, is_signed: bool) -> bool:
    """Record what one person says of a snapshot for one department; the second signature publishes it. Returns whether it still waits.

    Args:
        connection: the loader's.
        reference: the snapshot, as ``Candidate.reference``.
        sha256: digest of the snapshot that the person saw.
        side: department, a key of ``SIDES``.
        signer: login of the person.
        is_signed: False refuses the snapshot; it stays 未确认.

    Raises:
        AssessmentError: the snapshot is not open, is not what the person saw, or this department or person has spoken already.
    """
    indicator, month_text, number = reference.split(" ")
    month = date.fromisoformat(f"{month_text}-01")
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('steppe.assessment'))")
        values = {
            "indicator": indicator,
            "month": month,
            "snapshot_no": int(number),
            "sha256": sha256,
            "side": side,
            "signer": signer,
            "verdict": "signed" if is_signed else "refused",
        }
        if database.run(connection, "45_assessment/insert_confirmation.sql", values).rowcount != 1:
            raise AssessmentError(
                f"snapshot {reference}: no signature was recorded: it is not open, is no longer what was shown, "
                f"or {SIDES[side]} or {signer} has spoken already and another person must"
            )
        database.run(connection, "40_mart/confirmation.sql", {"month": month})
        return reference in {candidate.reference for candidate in open_candidates(connection, month)}


def _with_figures(connection: Connection, month: date | None) -> date | None:
    row = connection.execute(
        "SELECT max(month) FROM mart.indicator_value WHERE %(month)s::date IS NULL OR month = %(month)s",
        {"month": month},
    ).fetchone()
    found: date | None = row[0] if row else None
    if found is None and month is not None:
        raise AssessmentError(f"{month:%Y-%m} has no figures yet: publish the marts first")
    return found
