"""What is wrong with a judged delivery, row by row and cell by cell, for its sender alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from steppe import contracts, database
from steppe.contracts import Column, Contract, Resource
from steppe.database import Connection
from steppe.errors import Rejected, SteppeError
from steppe.gate import partitions, quarantine, rules
from steppe.gate.rules import Rule

FOLDER = "15_clerk"
# What a person corrects by hand; more of one kind is corrected where the file is made.
LISTED_ROWS, LISTED_WARNINGS = 5_000, 500


@dataclass(frozen=True)
class Counts:
    """What became of the rows of one resource."""

    resource: Resource
    rows_in: int
    accepted: int
    quarantined: int
    duplicate: int
    unchanged: int


@dataclass(frozen=True)
class Hit:
    """A rule that was broken; ``rows_alone`` counts the rows that nothing else keeps out."""

    resource: Resource
    rule: Rule
    outcome: str
    rows_evaluated: int | None
    rows_failed: int | None
    rows_alone: int
    detail: str | None


@dataclass(frozen=True)
class Line:
    """A delivered row and the rules that it broke.

    Attributes:
        line_no: its record number in the file, the header is 1.
        values: the original text by column; None for a line that could not be split, which has ``text`` instead.
    """

    line_no: int
    rules: tuple[Rule, ...]
    values: dict[str, str | None] | None
    text: str = ""


@dataclass(frozen=True)
class Sheet:
    """The rows of one resource that are listed, in the order of its file."""

    resource: Resource
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Month:
    """How the sender did in one month."""

    period: date
    rows_in: int
    quarantined: int
    state: str

    @property
    def share(self) -> float:
        return self.quarantined / self.rows_in


@dataclass(frozen=True)
class Difference:
    """What the delivery changes in one resource; ``columns`` says in how many rows each differs."""

    resource: Resource
    predecessor_id: int | None
    added: int
    removed: int
    changed: int
    unchanged: int
    columns: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Waived:
    """Rows that passed although they broke a rule, and on whose word."""

    waiver_id: int
    rule_id: str
    rows: int
    owner: str
    reason: str
    expires_on: date


@dataclass(frozen=True)
class Repaired:
    """Cells of a column that were read although they were written otherwise."""

    resource: Resource
    column: Column
    before: str  # class of ``ops.repair``, in Chinese
    after: str
    rows: int


_WRITTEN = {
    "full_width": "全角字符",
    "blanks": "含空格",
    "id_of_15_digits": "15 位旧号",
    "disability_certificate": "残疾人证号",
    "lower_case_x": "小写 x",
    "wan_yuan": "万元",
    "other": "其他写法",
    "plain": "半角、无空格",
    "id_of_18_characters": "18 位证件号",
    "yuan": "元（与清单合计一分不差）",
}


@dataclass(frozen=True)
class Returned:
    """All that goes back: whose delivery, the reason if it was rejected, counts as the gate has them, rules by effect, rows."""

    delivery_id: int | None
    contract: Contract | None
    sender_code: str | None
    sender_name: str | None
    period: date | None
    rule_id: str | None = None
    reason: str | None = None
    counts: tuple[Counts, ...] = ()
    hits: tuple[Hit, ...] = ()
    sheets: tuple[Sheet, ...] = ()
    history: tuple[Month, ...] = ()
    waived: tuple[Waived, ...] = ()
    differences: tuple[Difference, ...] = ()
    repaired: tuple[Repaired, ...] = ()

    @property
    def label(self) -> str:
        """Whose delivery it is, and of which month."""
        month = f"{self.period:%Y-%m}" if self.period else None
        return " ".join(part for part in (self.sender_code, self.sender_name, month) if part) or "来源不明"

    @property
    def is_clean(self) -> bool:
        """Whether there is nothing that a clerk could correct."""
        return self.rule_id is None and not self.sheets and not self.hits


def gather(
    connection: Connection, delivery_id: int, rejected: Rejected | None = None, *, listed: bool = True
) -> Returned:
    """Collect it for a delivery that was judged, or rejected before that.

    Rows that only break warnings are listed as long as they are staged, that is until publication or rejection.

    Args:
        rejected: a rejection that is not recorded yet.
        listed: with the rows; counts alone take no row out of quarantine.
    """
    values = {"delivery_id": delivery_id}
    row = database.run(connection, f"{FOLDER}/delivery.sql", values).fetchone()
    if row is None:
        raise SteppeError(f"there is no delivery {delivery_id}: `./steppe status` lists them")
    source, sender_code, sender_name, period, rule_id, reason = row
    contract = contracts.load(source) if source in contracts.sources() else None
    if rejected:
        rule_id, reason = rejected.rule_id, rejected.zh
    if contract is None:
        return Returned(delivery_id, None, sender_code, sender_name, period, rule_id, reason)
    return Returned(
        delivery_id,
        contract,
        sender_code,
        sender_name,
        period,
        rule_id,
        reason,
        tuple(
            Counts(contract.resource(name), *counts)
            for name, *counts in database.run(connection, f"{FOLDER}/counts.sql", values).fetchall()
        ),
        tuple(
            Hit(contract.resource(name), rules.of_file(name)[broken], *found)
            for name, broken, *found in database.run(connection, f"{FOLDER}/hits.sql", values).fetchall()
        ),
        tuple(
            sheet for each in contract.resources if listed and (sheet := _sheet(connection, delivery_id, each)).lines
        ),
        tuple(Month(*month) for month in database.run(connection, f"{FOLDER}/history.sql", values).fetchall()),
        tuple(Waived(*used) for used in database.run(connection, f"{FOLDER}/waivers.sql", values).fetchall()),
        _differences(connection, contract, values),
        tuple(
            Repaired(
                contract.resource(name), contract.resource(name).column(column), _WRITTEN[before], _WRITTEN[after], rows
            )
            for name, column, before, after, rows in database.run(
                connection, f"{FOLDER}/repairs.sql", values
            ).fetchall()
        ),
    )


def _differences(connection: Connection, contract: Contract, values: dict[str, int]) -> tuple[Difference, ...]:
    columns = database.run(connection, f"{FOLDER}/difference_columns.sql", values).fetchall()
    return tuple(
        Difference(
            contract.resource(name),
            predecessor_id,
            added,
            removed,
            changed,
            unchanged,
            tuple((column, rows) for resource, column, rows in columns if resource == name),
        )
        for name, predecessor_id, added, removed, changed, unchanged in database.run(
            connection, f"{FOLDER}/differences.sql", values
        ).fetchall()
    )


def refused(rejected: Rejected) -> Returned:
    """The same for a file that was rejected before it could be told whose it is."""
    return Returned(None, None, None, None, None, rejected.rule_id, rejected.zh)


def _sheet(connection: Connection, delivery_id: int, resource: Resource) -> Sheet:
    values = {"delivery_id": delivery_id, "resource": resource.name, "limit": LISTED_ROWS}
    found = database.run(connection, f"{FOLDER}/rows.sql", values).fetchall()
    judged = partitions.judged_name(resource, delivery_id).as_string(connection)
    if connection.execute("SELECT to_regclass(%s)", (judged,)).fetchone() != (None,):
        found += quarantine.warned(connection, delivery_id, resource, LISTED_WARNINGS)
    by_id = rules.of_rows(resource.name)
    lines = [
        _line(line_no, tuple(by_id[rule_id] for rule_id in rule_ids), record) for line_no, rule_ids, record in found
    ]
    return Sheet(resource, tuple(sorted(lines, key=lambda line: line.line_no)))


def _line(line_no: int, broken: tuple[Rule, ...], record: dict[str, str | None]) -> Line:
    if any(rule.kind == "format" for rule in broken):
        return Line(line_no, broken, None, record["text"] or "")
    return Line(line_no, broken, record)
