"""``./steppe deliver``, ``check`` and ``sample``: files on their way to the inbox."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from steppe import database
from steppe.commands import console, lifecycle
from steppe.errors import Rejected, SteppeError

if TYPE_CHECKING:
    from steppe.clerk import Returned
    from steppe.gate import Verdict
    from steppe.sample import Sample

FINDINGS_SHOWN = 50


class Engine(StrEnum):
    """What evaluates the rules: one pass of SQL built from the suites, or stock Great Expectations (slower, the same verdict)."""

    sql = "sql"
    gx = "gx"


def deliver(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Zip files or folders with a manifest.json.")],
) -> None:
    """Put deliveries into the inbox, where the next ingest takes them up.

    Examples:

        ./steppe deliver household_registry_150400_202005.zip

        ./steppe deliver outbox/*.zip && ./steppe run --no-sample
    """
    from steppe import intake

    missing = [file for file in files if not file.exists()]
    if missing:
        raise SteppeError(f"{missing[0]}: no such file; nothing was delivered")
    for file in files:
        console.out.print(f"delivered {file} → {intake.deliver(file)}", markup=False)


def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A zip file or folder with a manifest.json.")],
    engine: Annotated[Engine, typer.Option(help="What evaluates the rules.")] = Engine.sql,
    every: Annotated[bool, typer.Option("--all", help=f"Show every finding, not the first {FINDINGS_SHOWN}.")] = False,
    workbook: Annotated[
        Path | None, typer.Option(metavar="OUT.xlsx", help="Also write the rows to correct as a workbook.")
    ] = None,
) -> None:
    """The gate's verdict on a file before it is sent. Nothing is loaded or kept; exit 1 when rows or the whole would be refused.

    Examples:

        ./steppe check household_registry_150400_202005.zip

        ./steppe check household_registry_150400_202005.zip --workbook errors.xlsx

        ./steppe check --engine gx outbox/150400
    """
    if not file.exists():
        raise SteppeError(f"{file}: no such file")
    if workbook and workbook.suffix != ".xlsx":
        raise SteppeError(f"{workbook}: give a name that ends in .xlsx")
    lifecycle.ensure_warehouse()
    from steppe import clerk, gate

    to_return: list[clerk.Returned] = []

    def look(connection: database.Connection, delivery_id: int) -> None:
        to_return.append(clerk.gather(connection, delivery_id))

    try:
        verdict = gate.check(file, engine=engine.value, look=look if workbook else None)
    except Rejected as refusal:
        console.out.print(f"{file.name}: rejected by {refusal.rule_id}\n  {refusal.zh}\n  {refusal.en}", markup=False)
        if workbook:
            _write(workbook, clerk.refused(refusal))
        raise typer.Exit(1) from None
    for returned in to_return:
        _write(workbook, returned)
    _show_rows(file, verdict)
    gravity = ("critical", "warning", "info")
    found = sorted(verdict.findings, key=lambda finding: gravity.index(finding.severity))
    shown = found if every else found[:FINDINGS_SHOWN]
    for finding in shown:
        place = f"{finding.resource}, line {finding.line_no:,}" if finding.line_no else finding.resource
        column = f", {finding.column}" if finding.column else ""
        word = {"warning": "warning ", "info": "read as meant "}.get(finding.severity, "")
        console.out.print(f"{file.name}: {place}{column}: {word}{finding.rule_id}: {finding.fix}", markup=False)
    if len(shown) < len(found):
        console.out.print(f"… and {len(found) - len(shown):,} more (--all shows them)")
    if not verdict.is_clean:
        raise typer.Exit(1)


def _write(workbook: Path | None, returned: Returned) -> None:
    from steppe import clerk

    if workbook is None:
        return
    if returned.is_clean:
        console.out.print(f"{workbook}: not written, there is nothing to correct", markup=False)
        return
    clerk.save(workbook, lambda target: clerk.write(target, returned))
    console.out.print(f"wrote {workbook}: correct the coloured cells, then ./steppe correct", markup=False)


def correct(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The delivery as it was sent.")],
    workbook: Annotated[Path, typer.Argument(metavar="WORKBOOK", help="Its error workbook, corrected.")],
    out: Annotated[Path, typer.Option(metavar="NEW.zip", help="Where to write the corrected delivery.")],
) -> None:
    """Put what was corrected in an error workbook into the delivery it belongs to. Nothing is sent.

    Examples:

        ./steppe correct household_registry_150400_202005.zip errors.xlsx --out corrected.zip
    """
    from steppe import clerk

    missing = [path for path in (file, workbook) if not path.exists()]
    if missing:
        raise SteppeError(f"{missing[0]}: no such file")
    if out.suffix != ".zip" or out.resolve() == file.resolve():
        raise SteppeError(f"{out}: give another name that ends in .zip")
    for done in clerk.correct(file, workbook, out):
        restated = f", control totals restated: {', '.join(done.totals)}" if done.totals else ""
        console.out.print(
            f"{done.resource}: {done.rows:,} rows: {done.corrected:,} corrected, {done.deleted:,} left out{restated}",
            markup=False,
        )
    console.out.print(f"wrote {out}: ./steppe check it, then ./steppe deliver it", markup=False)


def _show_rows(file: Path, verdict: Verdict) -> None:
    for resource, rows in verdict.rows.items():
        console.out.print(
            f"{file.name}: {resource}: {rows.delivered:,} rows: {rows.accepted:,} would be accepted, {rows.quarantined:,} quarantined, "
            f"{rows.duplicate:,} are duplicates",
            markup=False,
        )
    for result in verdict.results:
        if result.outcome not in ("pass", "not_applicable") and result.detail_en and not result.rows_failed:
            told = f"{result.rule_id}: {result.detail_zh or ''} / {result.detail_en}"
            console.out.print(f"{file.name}: {result.resource}: {told}", markup=False)


def sample(
    out: Annotated[Path, typer.Option(help="Folder for the deliveries and, beside them, the answer key.")],
    scale: Annotated[str, typer.Option(help="Share of the real population, such as 0.1, or full.")] = "0.1",
    months: Annotated[str, typer.Option(metavar="FROM:TO", help="Months of the deliveries.")] = "2020-05:2020-06",
    seed: Annotated[int, typer.Option(help="The same seed makes the same bytes.")] = 142,
) -> None:
    """Make the deliveries of a sample region: real codes and distributions, invented people, known defects.

    Examples:

        ./steppe sample --out /tmp/sample --scale 0.01

        ./steppe sample --out /tmp/full --scale full --months 2020-05:2020-08 --seed 7
    """
    with console.step(f"sample region at scale {scale}, {months}, seed {seed}"):
        made = make_sample(out, scale, months, seed)
    console.out.print(
        f"{len(made.files)} deliveries in {out}; what is wrong in them: {made.answer_key_path}", markup=False
    )


def make_sample(out: Path, scale: str, months: str, seed: int) -> Sample:
    """The sample region in a folder.

    Raises:
        typer.BadParameter: scale or months cannot be read.
        SteppeError: there is no such sample, such as of months before its baseline.
    """
    from steppe import sample

    share, wanted = parse_scale(scale), parse_months(months)
    try:
        return sample.generate(out, share, wanted, seed)
    except ValueError as error:
        raise SteppeError(f"no such sample: {error}") from error


def parse_scale(text: str) -> float:
    """A share of the real population, greater than 0 and not above 1; ``full`` is 1.

    Raises:
        typer.BadParameter: it is neither.
    """
    if text == "full":
        return 1.0
    try:
        share = float(text)
    except ValueError:
        share = 0.0
    if not 0 < share <= 1:
        raise typer.BadParameter(
            f"{text!r} is not a share of the population: give full, or a number above 0 and up to 1"
        )
    return share


def parse_months(text: str) -> list[str]:
    """``2020-05:2020-07`` (or one month) as a list of months.

    Raises:
        typer.BadParameter: not months, or the first after the last.
    """
    found = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])(?::(\d{4})-(0[1-9]|1[0-2]))?", text)
    if not found:
        raise typer.BadParameter(f"{text!r} is not FROM:TO, such as 2020-05:2020-06")
    first = int(found[1]) * 12 + int(found[2]) - 1
    last = int(found[3]) * 12 + int(found[4]) - 1 if found[3] else first
    if last < first:
        raise typer.BadParameter(f"{text!r} ends before it begins")
    return [f"{month // 12}-{month % 12 + 1:02}" for month in range(first, last + 1)]
