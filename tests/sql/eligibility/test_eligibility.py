"""Every programme's eligibility, case by case: what a person can work out by hand stands in ``<programme>.yaml``.

A file has ``given`` (the facts of the eligible case, by table of the warehouse), ``claim``, ``cases``, and ``rules`` where the file's usual
banner has its own. A case says what it proves, what differs (``but``: columns of every given row of a table; ``without``: tables; ``also``:
further rows; ``banner``; ``rules``: rows of ``ops`` for that banner, as the region's with these columns changed) and what it expects: the
amount in yuan, or exactly the conditions that are not met.
``{person}``, ``{employer}`` and any other word in braces is the case's own person or code.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import pytest
import yaml
from psycopg import sql
from psycopg.rows import dict_row
from sql.known import BANNER, SENDER, insert
from steppe import database, settings
from steppe.database import Connection
from steppe.ledger import eligibility

FILES = sorted(Path(__file__).parent.glob("*.yaml"))


class Names(dict[str, str]):
    """The case's own names: a person is a token, a village has its banner's code, anything else is told apart by its number."""

    def __init__(self, number: int, banner: str) -> None:
        super().__init__()
        self.number, self.banner = number, banner

    def __missing__(self, word: str) -> str:
        if word.startswith("person"):
            return str(uuid5(NAMESPACE_OID, f"{word}-{self.number}"))
        return f"{self.banner}{self.number:06d}" if word == "village" else f"{word}-{self.number}"


@dataclass(frozen=True)
class Case:
    """One case of a file with the defaults of the file filled in."""

    programme: str
    number: int
    content: Mapping[str, Any]

    @property
    def banner(self) -> str:
        return str(self.content.get("banner", BANNER))

    def named(self, value: Any) -> Any:
        return value.format_map(Names(self.number, self.banner)) if isinstance(value, str) else value

    def rows(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """(table, row) of every fact."""
        but, without = self.content.get("but", {}), self.content.get("without", ())
        own = {"person_key": "{person}", "region_code": self.banner}
        for table, rows in self.content["given"].items():
            yield from ((table, own | row | but.get(table, {})) for row in rows if table not in without)
        for table, rows in self.content.get("also", {}).items():
            yield from ((table, own | row) for row in rows)

    def expected(self) -> dict[tuple[str, str], dict[str, Any]]:
        """What is expected by (banner, claim)."""
        given = self.content["expect"]
        return {
            (each.get("banner", self.banner), self.named(each.get("claim", self.content["claim"]))): {
                "outcome": "refused" if "unmet" in each else "eligible",
                "unmet": [],
                **{name: value for name, value in each.items() if name not in ("banner", "claim")},
            }
            for each in (given if isinstance(given, list) else [given])
        }


def cases(file: Path) -> list[Case]:
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    common = {"given": content["given"], "claim": content["claim"]}
    first, *rest = [common | case for case in content["cases"]]
    first = {"rules": content.get("rules", {})} | first
    return [Case(file.stem, number, case) for number, case in enumerate([first, *rest])]


def fill(connection: Connection, every: list[Case]) -> None:
    for case in every:
        for table, rows in case.content.get("rules", {}).items():
            for row in rows:
                override(connection, table, case.banner, row)
        for table, row in case.rows():
            columns = {column: case.named(value) for column, value in row.items()}
            insert(connection, table, {c: v for c, v in columns.items() if c not in absent(connection, table)})
    connection.commit()


def absent(connection: Connection, table: str) -> set[str]:
    """Of the columns that every row gets, those that the table does not have."""
    found = connection.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass('warehouse.' || %s) AND attnum > 0", (table,)
    ).fetchall()
    return {"person_key", "region_code"} - {name for (name,) in found}


def override(connection: Connection, table: str, banner: str, changed: Mapping[str, Any]) -> None:
    """A row for a banner: the region's with some columns changed."""
    key = {column: changed[column] for column in ("programme_code", "fund_code", "excluded_by") if column in changed}
    own: dict[str, Any] = {"region_code": banner, **changed}
    if table == "programme":
        own["rule_version"] = f"{changed['programme_code']}/{banner}/test"
    made = connection.execute(
        sql.SQL(
            "INSERT INTO ops.{0} SELECT (jsonb_populate_record(wider, %s)).* FROM ops.{0} AS wider WHERE region_code = %s AND {1}"
        ).format(
            sql.Identifier(table),
            sql.SQL(" AND ").join(sql.SQL("{} = %s").format(sql.Identifier(column)) for column in key),
        ),
        (json.dumps(own, default=str), settings.REGION_CODE, *key.values()),
    ).rowcount
    assert made == 1, f"{table} has not one row {key} of the region"


def decided(connection: Connection) -> dict[tuple[str, str], dict[str, Any]]:
    """What was decided by (banner, claim)."""
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        eligibility.decide(connection)
        rows = cursor.execute("SELECT * FROM staging.ledger_decided").fetchall()
    return {
        (row["region_code"], row["claim_key"]): row
        | {
            "amount_yuan": Decimal(row["amount_fen"]) / 100,
            "fund": row["fund_code"],
            "unmet": [each["condition"] for each in row["conditions"] if not each["met"]],
        }
        for row in rows
    }


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_case(file: Path, admin: Connection, loader: Connection) -> None:
    every = cases(file)
    fill(admin, every)

    found = decided(loader)

    wrong = {}
    for case in every:
        for claim, expected in case.expected().items():
            row = found.get(claim, {})
            differing = {
                name: (value, row.get(name))
                for name, value in expected.items()
                if row.get(name) != (Decimal(str(value)) if name == "amount_yuan" else value)
            }
            if differing:
                wrong[case.content["proves"]] = differing
    assert wrong == {}
    check_shape(file.stem, found)


def check_shape(programme: str, found: Mapping[tuple[str, str], Mapping[str, Any]]) -> None:
    """Each row says everything, names nobody, and every condition of the programme fails at least once on its own."""
    rows = [row for row in found.values() if row["programme_code"] == programme]
    for row in rows:
        for condition in row["conditions"]:
            assert set(condition) == {"condition", "observed", "required", "met", "evidence"}, condition
            assert condition["required"], condition
        assert (row["outcome"] == "eligible") == (not row["unmet"])
    told = {condition["condition"] for row in rows for condition in row["conditions"]}
    alone = {row["unmet"][0] for row in rows if len(row["unmet"]) == 1}
    assert told - alone - {"rule_in_force", "in_window", "fund_allowed", "not_excluded", "within_cap"} == set()


@pytest.mark.parametrize("file", sorted((settings.SQL / eligibility.FOLDER).glob("*.sql")), ids=lambda file: file.stem)
def test_every_programme_has_its_cases(file: Path, admin: Connection) -> None:
    assert file.with_suffix(".yaml").name in {case.name for case in FILES}
    known = admin.execute("SELECT FROM ops.programme WHERE programme_code = %s", (file.stem,)).fetchall()
    assert known, f"{file.stem} is not in programmes.csv"


def test_a_case_that_expects_something_else_is_found(admin: Connection, loader: Connection) -> None:
    """The failing twin of this file: where nothing is changed, what a refused case expects is not what comes out."""
    refused = cases(next(file for file in FILES if file.stem == "travel"))[1]
    eligible = Case(refused.programme, refused.number, {**refused.content, "but": {}})
    fill(admin, [eligible])
    (row,) = decided(loader).values()
    assert (row["outcome"], row["unmet"]) == ("eligible", []) != ("refused", refused.content["expect"]["unmet"])


@pytest.mark.parametrize(
    ("before", "after", "decisions"),
    [(3, 4, 1), (2, 3, 2)],
    ids=["one more than asked for", "the last that was asked for"],
)
def test_a_further_month_of_work_is_news_only_where_it_was_asked_for(
    before: int, after: int, decisions: int, admin: Connection, loader: Connection
) -> None:
    hired = cases(next(file for file in FILES if file.stem == "one_off_hiring"))[0]
    month = {"employer_uscc": "{employer}", "evidence_tier": 1}
    worked = [month | {"month": f"2020-{number:02}-01"} for number in range(3, 3 + after)]

    def record(content: Mapping[str, Any]) -> None:
        fill(admin, [Case(hired.programme, hired.number, {**hired.content, **content})])
        with loader.transaction():
            eligibility.decide(loader)
            eligibility.record(loader)

    employer = {"dim_employer": hired.content["given"]["dim_employer"]}
    record({"given": employer | {"fct_employment_month": worked[:before]}})
    record({"given": {"fct_employment_month": worked[before:]}})

    recorded = loader.execute(
        "SELECT decision_no FROM ledger.decision WHERE programme_code = 'one_off_hiring' ORDER BY 1"
    ).fetchall()
    assert [number for (number,) in recorded] == list(range(1, decisions + 1))


CLAIMED_FACTS = {
    "export_service": ("fct_export_person", "labour_export"),
    "job_search": ("fct_export_person", "labour_export"),
    "microloan_interest": ("fct_microloan_month", "microloan"),
    "pv_post": ("fct_pv_post_month", "pv_revenue"),
    "training_living": ("fct_attendance_month", "training"),
    "welfare_post": ("fct_welfare_post_month", "welfare_post"),
    "work_based_training": ("fct_attendance_month", "training"),
    "workshop_reward": ("fct_workshop_worker_month", "workshop"),
}


def told_under(number: str, programme: str) -> Case:
    """The programme's eligible case, with its fact told under ``number``; register and employment know the person."""
    case = cases(next(file for file in FILES if file.stem == programme))[0]
    table = CLAIMED_FACTS[programme][0]
    given = {
        name: [row | {"person_key": number} for row in rows] if name == table else rows
        for name, rows in case.content["given"].items()
    }
    claim = case.content["claim"].replace("{person}", number)
    return Case(case.programme, case.number, {**case.content, "given": given, "claim": claim})


def link(connection: Connection, case: Case) -> None:
    number, main = case.named("{person_other}"), case.named("{person}")
    connection.execute(
        "INSERT INTO warehouse.person_link (person_key, main_key, known_from, known_to) VALUES (%s, %s, now(), 'infinity')",
        (number, main),
    )
    connection.commit()


@pytest.mark.parametrize("programme", CLAIMED_FACTS)
def test_a_claim_under_another_of_ones_numbers_rests_on_the_person(
    programme: str, admin: Connection, loader: Connection
) -> None:
    case = told_under("{person_other}", programme)
    fill(admin, [case])
    claim = (case.banner, case.named(case.content["claim"]))
    alone = decided(loader)[claim]

    link(admin, case)
    linked = decided(loader)[claim]

    # Without the link it is somebody whom no register knows: the twin.
    assert "registered" in alone["unmet"]
    assert str(alone["person_key"]) == case.named("{person_other}")
    assert (linked["outcome"], linked["unmet"]) == ("eligible", [])
    assert str(linked["person_key"]) == case.named("{person}")
    assert linked["payee_code"] == alone["payee_code"]


@pytest.mark.parametrize(("main_until", "outcome"), [("2020-02-01", "eligible"), ("infinity", "refused")])
def test_the_main_keys_entry_takes_only_the_months_that_it_has(
    main_until: str, outcome: str, admin: Connection, loader: Connection
) -> None:
    """The entry of the main key, of somebody who is dead by it, ends before the claim or holds through it."""
    case = told_under("{person_other}", "job_search")
    entries = [
        {"valid_from": "2020-01-01", "valid_to": main_until, "life_status": "dead"},
        {"valid_from": "2020-01-01", "person_key": "{person_other}"},
    ]
    fill(
        admin,
        [
            Case(
                case.programme, case.number, {**case.content, "given": {**case.content["given"], "dim_person": entries}}
            )
        ],
    )
    link(admin, case)
    assert decided(loader)[(case.banner, case.named(case.content["claim"]))]["outcome"] == outcome


def test_two_numbers_of_one_person_are_paid_once(admin: Connection, loader: Connection) -> None:
    one, other = told_under("{person}", "job_search"), told_under("{person_other}", "job_search")
    fill(admin, [one])
    only_export = {name: rows for name, rows in other.content["given"].items() if name == "fct_export_person"}
    fill(admin, [Case(other.programme, other.number, {**other.content, "given": only_export})])
    claims = [(case.banner, case.named(case.content["claim"])) for case in (one, other)]
    link(admin, other)

    found = decided(loader)

    assert sorted(found[claim]["outcome"] for claim in claims) == ["eligible", "refused"]
    assert [found[claim]["unmet"] for claim in claims if found[claim]["outcome"] == "refused"] == [["within_cap"]]


@pytest.mark.parametrize("programme", CLAIMED_FACTS)
def test_what_is_told_of_another_name_is_nobodys_claim(programme: str, admin: Connection, loader: Connection) -> None:
    case = told_under("{person}", programme)
    fill(admin, [case])
    claim = (case.banner, case.named(case.content["claim"]))
    assert decided(loader)[claim]["outcome"] == "eligible"

    admin.execute(
        "INSERT INTO warehouse.person_contested (person_key, sender_code, source, known_from, known_to) "
        "VALUES (%s, %s, %s, now(), 'infinity')",
        (case.named("{person}"), SENDER, CLAIMED_FACTS[programme][1]),
    )
    admin.commit()

    assert claim not in decided(loader)


def test_programmes_are_decided_after_those_they_give_way_to(loader: database.Connection) -> None:
    order = eligibility.in_order(loader)
    assert sorted(order) == sorted(file.stem for file in (settings.SQL / eligibility.FOLDER).glob("*.sql"))
