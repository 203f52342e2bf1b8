"""Matching (C3.2): what fits a willing person best, why, for whom a vacancy is, and what came of it."""

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_OID, uuid5

import pytest
from sql.known import insert
from steppe import database

MAY = "2020-05-01"
OPEN = {
    "skill_level": "ordinary",
    "work_county_code": "110105",
    "places": 2,
    "filled_places": 0,
    "published_on": "2020-04-20",
}
# By code, and the points that each gets from an ordinary worker of 150404: skill, distance, season, wage.
FITTING: dict[str, tuple[dict[str, Any], tuple[int, int, int, int]]] = {
    "league": ({"work_county_code": "150402", "monthly_wage_fen": 300000}, (40, 24, 20, 1)),
    "beijing": ({"monthly_wage_fen": 600000}, (40, 12, 20, 3)),
    "far": ({"work_county_code": "440305", "monthly_wage_fen": 500000}, (40, 6, 20, 2)),
    "season": (
        {"work_county_code": "150402", "season_from_on": "2020-04-01", "season_to_on": "2020-06-20"},
        (40, 24, 5, 0),
    ),
}
NOT_FITTING: dict[str, dict[str, Any]] = {
    "skilled": {"skill_level": "skilled"},
    "filled": {"filled_places": 2},
    "closed": {"closed_on": "2020-05-12"},
    "unpublished": {"published_on": None},
    "over": {"season_from_on": "2020-01-01", "season_to_on": "2020-05-10"},
    "ended": {"valid_to": MAY},
}


def person(letter: str) -> str:
    return str(uuid5(NAMESPACE_OID, letter))


def willing(admin: database.Connection, letter: str, **more: Any) -> None:
    told = {"month": MAY, "status": "unemployed", "willing_to_go": "willing", "person_key": person(letter)}
    insert(admin, "fct_employment_month", told | more)


@pytest.fixture
def market(admin: database.Connection) -> database.Connection:
    for code, (more, _) in FITTING.items():
        insert(admin, "dim_vacancy", OPEN | {"vacancy_code": code} | more)
    for code, more in NOT_FITTING.items():
        insert(admin, "dim_vacancy", OPEN | {"vacancy_code": code} | more)
    willing(admin, "a")
    match(admin)
    return admin


def match(admin: database.Connection) -> None:
    database.run(admin, "40_mart/match_offer.sql", {"month": MAY, "region_code": "150000"})


def offers(admin: database.Connection, letter: str = "a") -> list[str]:
    rows = admin.execute(
        "SELECT vacancy_code FROM mart.match_person WHERE person_key = %s ORDER BY offer_no", (person(letter),)
    ).fetchall()
    return [row[0] for row in rows]


def test_what_fits_best_comes_first_and_says_why(market: database.Connection) -> None:
    rows = market.execute(
        "SELECT vacancy_code, skill_points, distance_points, season_points, wage_points, points FROM mart.match_offer"
    ).fetchall()
    assert {code: points for code, *points, _ in rows} == {code: list(points) for code, (_, points) in FITTING.items()}
    assert all(sum(points) == total for _, *points, total in rows)
    assert offers(market) == ["league", "beijing", "season", "far"]
    reason = market.execute("SELECT reason FROM mart.match_offer WHERE vacancy_code = 'league'").fetchone()
    assert reason == ("技能相符；工作地 红山区；全年用工；月工资 3000 元",)


def test_what_does_not_fit_is_not_offered(market: database.Connection) -> None:
    assert set(offers(market)) & set(NOT_FITTING) == set()
    # A skilled worker may take the skilled vacancy, and it is worth more to him than an ordinary one at the same place.
    willing(market, "s", labour_ability="skilled")
    match(market)
    assert offers(market, "s").index("skilled") < offers(market, "s").index("beijing")


def test_the_same_facts_give_the_same_matches(market: database.Connection) -> None:
    before = market.execute("SELECT * FROM mart.match_offer ORDER BY 1, 2, 3, 4").fetchall()
    match(market)
    assert market.execute("SELECT * FROM mart.match_offer ORDER BY 1, 2, 3, 4").fetchall() == before


def test_a_vacancy_is_for_who_has_waited_longest(market: database.Connection) -> None:
    for place, letter in enumerate("bcdefgh"):
        willing(market, letter)
        market.execute(
            "INSERT INTO mart.unemployed_routing VALUES (%s, %s, '150404', '150400', 'v', 'assistance', 'not_referred', %s)",
            (MAY, person(letter), 31 + place),
        )
    match(market)
    rows = market.execute(
        "SELECT person_key::text FROM mart.match_vacancy WHERE vacancy_code = 'league' ORDER BY candidate_no"
    ).fetchall()
    assert [row[0] for row in rows] == [person(letter) for letter in "hgfedc"]  # three for each of two places


def test_the_funnel_and_its_lag(market: database.Connection) -> None:
    willing(market, "b")
    willing(market, "c", labour_ability="skilled", region_code="150602")
    for letter, month in (("a", "2020-07-01"), ("b", "2020-09-01")):  # b went too late to count
        insert(
            market,
            "fct_employment_month",
            {
                "month": month,
                "is_out_migrant": True,
                "out_migration_tier": 4,
                "evidence_tier": 4,
                "person_key": person(letter),
            },
        )
    match(market)
    rows = market.execute("SELECT * FROM mart.match_funnel WHERE month = %s ORDER BY region_code", (MAY,)).fetchall()
    assert [row[1:] for row in rows] == [("150404", 2, 2, 1, 2), ("150602", 1, 1, 0, None)]
    market.execute("DELETE FROM mart.match_offer WHERE region_code = '150602'")
    row = market.execute(
        "SELECT matched_persons FROM mart.match_funnel WHERE month = %s AND region_code = '150602'", (MAY,)
    )
    assert row.fetchone() == (0,)
