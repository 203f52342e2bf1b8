"""``./steppe doctor``: what is wrong with an installation, and what to do."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from steppe.commands import console

MARKS = {"ok": ("✓", "green"), "warn": ("!", "yellow"), "fail": ("✗", "red")}


def doctor(
    message: Annotated[bool, typer.Option(help="Send each channel a test message.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="The findings, as JSON.")] = False,
) -> None:
    """Ask every part how it is: database, Airflow, inbox, disk, keys, channels. Changes nothing; exit 1 when something is wrong.

    Examples:

        ./steppe doctor

        ./steppe doctor --no-message --json
    """
    from steppe.doctor import examine

    findings = []
    for finding in examine(with_message=message):
        findings.append(finding)
        if not as_json:
            mark, style = MARKS[finding.verdict]
            console.out.print(f"{mark} {finding.part:10}{finding.what}", style=style, markup=False)
            if finding.cure:
                console.out.print(f"  {'':10}→ {finding.cure}", markup=False)
    if as_json:
        console.out.print(json.dumps([asdict(finding) for finding in findings], indent=1), markup=False)
    if any(finding.verdict == "fail" for finding in findings):
        raise typer.Exit(1)
