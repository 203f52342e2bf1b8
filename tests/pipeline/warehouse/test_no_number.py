"""A register row without a valid number, through the real gate: out, in by a person's word, and out again."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.gate.gate_deliveries import row, write
from steppe import database, warehouse
from steppe.commands.reload import _follow
from steppe.warehouse import Asked
from whole_path import deliver, finish, load

MAY = Asked("household_registry", date(2020, 5, 1), "decided who is who", "li")


def people(*, number: str) -> list[dict[str, str]]:
    others = [
        row("person", place, name=f"{chr(0x4E00 + 7 * place)}{chr(0x6000 + 11 * place)}") for place in range(1, 30)
    ]
    return [row("person", 0, name="敖登格日勒", id_number=number, phone=""), *others]


def send(connection: database.Connection, folder: Path, period: str, *, number: str) -> None:
    rows: dict[str, Any] = {"household": [row("household", 0)], "person": people(number=number)}
    shutil.rmtree(folder, ignore_errors=True)
    deliver([write(folder, rows, source="household_registry", period=period)])
    load(connection)
    finish(connection)


def told(connection: database.Connection, month: str) -> tuple[int, int]:
    """Persons of a month as known now, and rows in quarantine by its standing delivery."""
    found = connection.execute(
        "SELECT (SELECT count(*) FROM warehouse.fct_employment_month WHERE known_to = 'infinity' AND month = %(month)s), "
        "(SELECT count(*) FROM quarantine.row INNER JOIN ops.delivery USING (delivery_id) WHERE period = %(month)s)",
        {"month": f"{month}-01"},
    ).fetchone()
    connection.commit()
    assert found
    return found[0], found[1]


def test_a_row_without_a_number_is_published_by_a_persons_word_and_taken_back(
    loader: database.Connection, tmp_path: Path
) -> None:
    number = row("person", 0)["id_number"]
    send(loader, tmp_path / "april", "2020-04", number=number)
    assert told(loader, "2020-04") == (30, 0)
    # In May the number is missing, and the register has given the person a number of its own that nobody knows.
    rows: dict[str, Any] = {"household": [row("household", 0)], "person": people(number="")}
    rows["person"][0]["person_id"] = "P999999"
    deliver([write(tmp_path / "may", rows, source="household_registry", period="2020-05")])
    load(loader)
    finish(loader)
    assert told(loader, "2020-05") == (29, 1)
    (doubt,) = warehouse.doubts(loader)
    loader.commit()
    assert (doubt.kind, doubt.reasons[1:]) == ("no_number", ("born the same day", "same village"))

    warehouse.decide(loader, doubt.case_id, "one", "village office confirmed", "li")
    done = warehouse.reload(loader, MAY, _follow)
    assert [one.outcome for one in done.deliveries] == ["changed"]
    assert told(loader, "2020-05") == (30, 0)
    # The same person: he is looked up in May under the key that he had in April.
    keys = loader.execute(
        "SELECT count(DISTINCT person_key) FROM warehouse.fct_employment_month WHERE known_to = 'infinity'"
    ).fetchone()
    assert keys == (30,)
    loader.commit()

    warehouse.decide(loader, doubt.case_id, "two", "a cousin of the same name", "li")
    warehouse.reload(loader, MAY, _follow)
    assert told(loader, "2020-05") == (29, 1)


def test_a_number_is_not_given_where_the_person_stands_beside_the_row(
    loader: database.Connection, tmp_path: Path
) -> None:
    twice = [row("person", 0, name="敖登格日勒", person_id="P999999", id_number="", phone="")]
    rows: dict[str, Any] = {
        "household": [row("household", 0)],
        "person": people(number=row("person", 0)["id_number"]) + twice,
    }
    deliver([write(tmp_path / "may", rows, source="household_registry", period="2020-05")])
    load(loader)
    finish(loader)
    (doubt,) = warehouse.doubts(loader)
    loader.commit()
    warehouse.decide(loader, doubt.case_id, "one", "listed twice by mistake", "li")
    done = warehouse.reload(loader, MAY, _follow)
    assert [one.outcome for one in done.deliveries] == ["identical"]
    assert told(loader, "2020-05") == (30, 1)
