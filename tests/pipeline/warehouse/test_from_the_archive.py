"""From the archive: the runbook's procedure makes the same warehouse again, and a reload shows or restores what the archive says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pipeline.running import break_manifest
from steppe import cli, database, sample, settings, warehouse
from steppe.commands.reload import _follow
from steppe.errors import SteppeError
from steppe.warehouse import Asked
from typer.testing import CliRunner
from warehouses import fresh_warehouse
from whole_path import deliver, finish, load

MAY = date(2020, 5, 1)
ASKED = Asked("household_registry", MAY, "somebody doubts the figures", "li")


def said(connection: database.Connection) -> dict[str, warehouse.Content]:
    contents = {content.table: content for content in warehouse.digests(connection)}
    connection.commit()
    return contents


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A league's register, insurance and PV, one of them broken, and a source that the region's agency delivers."""
    folder = tmp_path_factory.mktemp("made")
    made = sample.generate(folder, scale=0.002, months=["2020-05", "2020-06"], seed=7).files
    chosen = [file for file in made if "_150400_" in file.name or file.name.startswith("training_")]
    broken = next(file for file in chosen if file.name.startswith("pv_revenue_150400_202006"))
    return [file for file in chosen if file != broken] + [break_manifest(broken, folder / broken.name)]


@pytest.fixture(scope="module")
def filled(template: str, tmp_path_factory: pytest.TempPathFactory, files: list[Path]) -> Iterator[database.Connection]:
    """A warehouse for all tests of this file: each leaves it saying what it said."""
    with fresh_warehouse(template, tmp_path_factory.mktemp("old")), database.connect("loader") as connection:
        deliver(files)
        load(connection)
        finish(connection)
        yield connection


def procedure() -> str:
    """The commands of the runbook that make a warehouse from an archive."""
    text = (settings.ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    (block,) = [block for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) if "archive/??/*" in block]
    return block


# The runbook's shell and `./steppe deliver` are the real ones; what Airflow's tasks do in `./steppe run` is done in this process.
SHIM = """#!/bin/sh
case "$1" in run) touch ran ;; *) exec "{python}" -m steppe.cli "$@" ;; esac
"""


def test_the_runbooks_procedure_makes_the_same_warehouse(
    filled: database.Connection, template: str, tmp_path: Path
) -> None:
    before = said(filled)
    states = "SELECT sha256, state, rule_id FROM ops.delivery ORDER BY 1"
    old = filled.execute(states).fetchall()
    filled.commit()
    place = tmp_path / "installation"
    (place / ".steppe.broken").mkdir(parents=True)
    (place / ".steppe.broken" / "archive").symlink_to(settings.home().archive_url.removeprefix("file://"))
    (place / "steppe").write_text(SHIM.format(python=sys.executable))
    (place / "steppe").chmod(0o700)
    (tmp_path / "new").mkdir()
    with fresh_warehouse(template, tmp_path / "new"), database.connect("loader") as connection:
        environment = os.environ | {"PYTHONPATH": str(settings.ROOT / "plugins")}
        subprocess.run(["bash", "-euc", procedure()], cwd=place, env=environment, check=True, capture_output=True)
        assert (place / "ran").exists()
        load(connection)
        finish(connection)
        assert connection.execute(states).fetchall() == old
        assert "delivery.checksum" in {rule_id for _, _, rule_id in old}
        assert said(connection) == before
        # The same comparison sees a single row that is not as it was delivered.
        connection.execute(
            "DELETE FROM warehouse.fct_employment_spell WHERE ctid = (SELECT min(ctid) FROM warehouse.fct_employment_spell)"
        )
        assert said(connection) != before


def test_a_reload_shows_that_the_warehouse_says_what_the_archive_says(filled: database.Connection) -> None:
    before = said(filled)
    done = warehouse.reload(filled, ASKED, _follow)
    assert [(one.outcome, one.inserted, one.ended) for one in done.deliveries] == [("identical", 0, 0)]
    assert done.differing == ()
    assert said(filled) == before
    kept = filled.execute(
        "SELECT why, requested_by, digest_before = digest_after, ended_at IS NOT NULL FROM ops.reload WHERE reload_id = %s",
        (done.reload_id,),
    ).fetchall()
    filled.commit()
    assert kept == [("somebody doubts the figures", "li", True, True)]


def test_a_reload_restores_what_was_damaged_and_keeps_what_was_known(filled: database.Connection) -> None:
    before = said(filled)
    with database.connect("admin") as owner:
        owner.execute(
            "UPDATE warehouse.dim_person SET willing_to_go = 'unable' WHERE known_to = 'infinity' AND valid_from = %s",
            (MAY,),
        )
        damaged = owner.execute("SELECT count(*) FROM warehouse.dim_person WHERE willing_to_go = 'unable'").fetchone()
        owner.execute(
            "DELETE FROM warehouse.fct_employment_spell WHERE ctid IN (SELECT ctid FROM warehouse.fct_employment_spell "
            "WHERE valid_from = %s LIMIT 3)",
            (MAY,),
        )
    assert said(filled) != before
    done = warehouse.reload(filled, ASKED, _follow)
    assert [one.outcome for one in done.deliveries] == ["changed"]
    assert "warehouse.dim_person" in done.differing
    # What was damaged held in June, too, and a month speaks of itself only.
    warehouse.reload(filled, replace(ASKED, period=date(2020, 6, 1)), _follow)
    assert said(filled) == before
    # What was known meanwhile can still be read.
    assert damaged
    assert damaged[0] > 0
    known = "SELECT count(*) FROM warehouse.dim_person WHERE willing_to_go = 'unable' AND known_to < 'infinity'"
    assert filled.execute(known).fetchone() != (0,)
    filled.commit()


def test_a_reload_that_was_cut_off_is_taken_up(filled: database.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    before = said(filled)
    with monkeypatch.context() as broken:
        broken.setattr("steppe.gate.judge", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            warehouse.reload(filled, ASKED, _follow)
    filled.rollback()
    unfinished = "SELECT state FROM ops.delivery WHERE state NOT IN ('published', 'rejected')"
    assert filled.execute(unfinished).fetchall() == [("landed",)]
    assert said(filled) == before
    load(filled)
    finish(filled)
    assert filled.execute(unfinished).fetchall() == []
    assert said(filled) == before


def test_what_the_rules_of_today_refuse_stays_as_it_was(
    filled: database.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    from steppe.errors import Rejected

    before = said(filled)

    def refuse(*_: object, **__: object) -> None:
        raise Rejected("delivery.rejected_share", "过多", "too many")

    monkeypatch.setattr("steppe.gate.judge", refuse)
    done = warehouse.reload(filled, ASKED, _follow)
    assert [(one.outcome, one.rule_id) for one in done.deliveries] == [("refused", "delivery.rejected_share")]
    assert said(filled) == before
    assert filled.execute("SELECT DISTINCT state FROM ops.delivery WHERE rule_id IS NULL").fetchall() == [
        ("published",)
    ]


def test_a_reload_needs_a_month_and_a_reason(filled: database.Connection) -> None:
    with pytest.raises(SteppeError, match="nothing of training is published for 2019-01"):
        warehouse.reload(filled, Asked("training", date(2019, 1, 1), "somebody asks", "li"), _follow)
    for reason in ("why", "phone 13800000001"):
        with pytest.raises(SteppeError, match="a reason has five characters"):
            warehouse.reload(filled, Asked("household_registry", MAY, reason, "li"), _follow)
    filled.rollback()
    result = CliRunner().invoke(
        cli.app, ["reload", "--source", "household_registry", "--period", "2020-05", "--why", "figures doubted"]
    )
    assert result.exit_code == 0, result.output
    assert "identical" in result.output
    assert "digest for digest" in result.output
