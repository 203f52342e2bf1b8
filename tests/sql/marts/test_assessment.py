"""Joint confirmation (C2.7): both sides' persons are frozen, two people sign what they saw, and what is signed stays."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import psycopg
import pytest
from sql.known import insert
from sql.marts.test_target_progress import fill
from sql.staged import BANNER
from steppe import database, warehouse
from steppe.warehouse import assessment

MAY = date(2020, 5, 1)
REGION = "150000"


@pytest.fixture
def figures(loader: database.Connection) -> database.Connection:
    """Thirty persons work in Beijing by the register, all of them insured: both sides count the same."""
    fill(loader, "beijing", 30, tier=1)
    refresh(loader)
    return loader


def refresh(loader: database.Connection) -> None:
    warehouse.marts.refresh_month(loader, MAY, 10**9)
    loader.commit()


def frozen(loader: database.Connection, indicator: str = "beijing") -> assessment.Candidate:
    return next(candidate for candidate in assessment.freeze(loader, MAY) if candidate.indicator == indicator)


def both_sign(loader: database.Connection, candidate: assessment.Candidate) -> None:
    for side, signer in (("hr", "wu"), ("poverty", "li")):
        assessment.sign(loader, candidate.reference, candidate.sha256, side, signer, is_signed=True)


def shown(loader: database.Connection, region: str = REGION, indicator: str = "beijing") -> tuple[Any, ...] | None:
    return loader.execute(
        "SELECT achieved_persons, confirmation FROM mart.target_progress WHERE indicator = %s AND region_code = %s AND month = %s",
        (indicator, region, MAY),
    ).fetchone()


def state(loader: database.Connection, candidate: assessment.Candidate) -> tuple[Any, ...] | None:
    return loader.execute(
        "SELECT state, confirmation FROM mart.assessment_state WHERE indicator = %s AND snapshot_no = %s",
        (candidate.indicator, candidate.snapshot_no),
    ).fetchone()


def correct(loader: database.Connection, persons: int) -> None:
    """Some of the thirty turn out not to have been away."""
    loader.execute(
        "DELETE FROM warehouse.fct_employment_month WHERE person_key IN "
        "(SELECT person_key FROM warehouse.fct_employment_month ORDER BY person_key LIMIT %s)",
        (persons,),
    )
    refresh(loader)


def test_equal_and_signed_by_two_is_confirmed_at_every_level(figures: database.Connection) -> None:
    candidate = frozen(figures)
    assert (candidate.hr_persons, candidate.poverty_persons, candidate.leagues) == (30, 30, ())
    assert shown(figures) == (30, "未确认")
    assert assessment.sign(figures, candidate.reference, candidate.sha256, "hr", "wu", is_signed=True)
    assert shown(figures) == (30, "未确认")
    assert not assessment.sign(figures, candidate.reference, candidate.sha256, "poverty", "li", is_signed=True)
    assert state(figures, candidate) == ("confirmed", "已确认")
    for region in (REGION, "150400", BANNER):
        assert shown(figures, region) == (30, "已确认")
    # What nobody signed is not confirmed by it.
    assert shown(figures, indicator="out_migration") == (30, "未确认")


def test_a_difference_stays_unconfirmed_and_is_told_person_by_person(
    figures: database.Connection, admin: database.Connection
) -> None:
    # One has only his own word for it; another, registered and at home, was exported to Beijing.
    figures.execute(
        "UPDATE warehouse.fct_employment_month SET beijing_tier = 4 WHERE person_key = md5('beijing1')::uuid AND month = %s",
        (MAY,),
    )
    fill(figures, "jingmeng_local_transfer", 1)
    exported = figures.execute("SELECT md5('jingmeng_local_transfer1')::uuid").fetchone()
    assert exported
    figures.commit()
    batch = {"batch_code": "B1", "destination_county_code": "110105", "departed_on": "2020-04-01"}
    insert(admin, "fct_export_batch", batch | {"verified_on": "2020-04-09"})
    insert(
        admin, "fct_export_person", {"batch_code": "B1", "person_key": exported[0], "employed_from_on": "2020-04-05"}
    )
    admin.commit()
    refresh(figures)
    candidate = frozen(figures)
    assert (candidate.hr_persons, candidate.poverty_persons) == (30, 30)  # the same number, not the same persons
    assert candidate.leagues == (("赤峰市", 1, 1),)
    assert "| 赤峰市 | 1 | 1 |" in candidate.describe()
    both_sign(figures, candidate)
    assert state(figures, candidate) == ("unequal", "未确认")
    assert shown(figures) == (30, "未确认")
    told = figures.execute(
        "SELECT person_key, told_by FROM mart.assessment_person WHERE indicator = 'beijing' AND told_by <> 'both' ORDER BY 2"
    ).fetchall()
    beijing = figures.execute("SELECT md5('beijing1')::uuid").fetchone()
    assert beijing
    assert told == [(exported[0], "hr"), (beijing[0], "poverty")]


def test_one_person_cannot_sign_twice_nor_one_department(figures: database.Connection) -> None:
    candidate = frozen(figures)
    assessment.sign(figures, candidate.reference, candidate.sha256, "hr", "wu", is_signed=True)
    for side, signer in (("poverty", "wu"), ("hr", "li")):
        with pytest.raises(assessment.AssessmentError, match="another person must"):
            assessment.sign(figures, candidate.reference, candidate.sha256, side, signer, is_signed=True)
    assert state(figures, candidate) == ("open", "未确认")


def test_another_digest_is_refused(figures: database.Connection) -> None:
    candidate = frozen(figures)
    with pytest.raises(assessment.AssessmentError, match="no longer what was shown"):
        assessment.sign(figures, candidate.reference, "0" * 64, "hr", "wu", is_signed=True)
    assert figures.execute("SELECT count(*) FROM ops.confirmation").fetchone() == (0,)
    assert assessment.sign(figures, candidate.reference, candidate.sha256, "hr", "wu", is_signed=True)


def test_what_a_correction_overtakes_can_be_signed_no_more(figures: database.Connection) -> None:
    first = frozen(figures)
    assert frozen(figures) == first  # nothing changed: the same snapshot
    assessment.sign(figures, first.reference, first.sha256, "hr", "wu", is_signed=True)
    correct(figures, 1)
    second = frozen(figures)
    assert (second.snapshot_no, second.hr_persons) == (2, 29)
    assert second.sha256 != first.sha256
    with pytest.raises(assessment.AssessmentError, match="not open"):
        assessment.sign(figures, first.reference, first.sha256, "poverty", "li", is_signed=True)
    assert state(figures, first) == ("superseded", "未确认")


def test_a_refusal_ends_a_snapshot(figures: database.Connection) -> None:
    candidate = frozen(figures)
    assert not assessment.sign(figures, candidate.reference, candidate.sha256, "hr", "wu", is_signed=False)
    assert state(figures, candidate) == ("refused", "未确认")
    with pytest.raises(assessment.AssessmentError):
        assessment.sign(figures, candidate.reference, candidate.sha256, "poverty", "li", is_signed=True)


def test_a_correction_makes_a_new_version_and_the_signed_one_stays(figures: database.Connection) -> None:
    first = frozen(figures)
    both_sign(figures, first)
    between = moment(figures)
    correct(figures, 2)
    assert shown(figures) == (28, "未确认")  # the figure of today is not the signed one
    second = frozen(figures)
    both_sign(figures, second)
    assert shown(figures) == (28, "已确认")
    assert known_on(figures, between) == [(1, 30)]
    assert known_on(figures, moment(figures)) == [(2, 28)]
    assert figures.execute(
        "SELECT snapshot_no, count(*) FROM mart.assessment_person WHERE indicator = 'beijing' GROUP BY 1 ORDER BY 1"
    ).fetchall() == [(1, 30), (2, 28)]


def moment(loader: database.Connection) -> datetime:
    row = loader.execute("SELECT clock_timestamp()").fetchone()
    loader.commit()
    assert row
    found: datetime = row[0]
    return found


def known_on(loader: database.Connection, at: datetime) -> list[tuple[Any, ...]]:
    return loader.execute(
        "SELECT snapshot_no, poverty_persons FROM mart.assessment_known_on(%s) WHERE indicator = 'beijing'", (at,)
    ).fetchall()


def test_the_same_number_of_other_persons_is_not_the_signed_figure(figures: database.Connection) -> None:
    both_sign(figures, frozen(figures))
    figures.execute(
        "UPDATE warehouse.fct_employment_month SET person_key = gen_random_uuid() WHERE person_key = md5('beijing1')::uuid"
    )
    refresh(figures)
    assert shown(figures) == (30, "未确认")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE mart.assessment SET poverty_persons = 31",
        "UPDATE mart.assessment_figure SET poverty_persons = 31",
        "DELETE FROM mart.assessment_person",
        "UPDATE ops.confirmation SET signer = 'me'",
        "DELETE FROM ops.confirmation",
    ],
)
def test_nobody_changes_what_was_frozen(figures: database.Connection, statement: str) -> None:
    both_sign(figures, frozen(figures))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        figures.execute(statement)  # type: ignore[arg-type]


DIGEST = """
    SELECT assessment.sha256 = mart.assessment_digest(
        assessment,
        (SELECT string_agg(concat_ws(
            ':', figure.region_code, figure.hr_persons, figure.poverty_persons, figure.hr_only_persons, figure.poverty_only_persons,
            figure.members_digest), ',' ORDER BY figure.region_code)
         FROM mart.assessment_figure AS figure
         WHERE (figure.indicator, figure.month, figure.snapshot_no) = (assessment.indicator, assessment.month, assessment.snapshot_no)),
        (SELECT string_agg(concat_ws(':', person.person_key, person.region_code, person.told_by), ',' ORDER BY person.person_key,
            person.region_code)
         FROM mart.assessment_person AS person
         WHERE (person.indicator, person.month, person.snapshot_no) = (assessment.indicator, assessment.month, assessment.snapshot_no)))
    FROM mart.assessment WHERE assessment.indicator = 'beijing'
"""


def test_the_digest_is_over_figures_and_persons(figures: database.Connection, admin: database.Connection) -> None:
    frozen(figures)
    for change in (
        "UPDATE mart.assessment_person SET told_by = 'hr' WHERE person_key = md5('beijing1')::uuid",
        "UPDATE mart.assessment_figure SET hr_persons = 29 WHERE level = 'league' AND hr_persons = 30",
    ):
        assert admin.execute(DIGEST).fetchone() == (True,)
        admin.execute(change)  # type: ignore[arg-type] - as only the owner could
        assert admin.execute(DIGEST).fetchone() == (False,)
        admin.rollback()


def test_a_month_without_figures_is_refused(loader: database.Connection) -> None:
    assert assessment.freeze(loader) == []
    with pytest.raises(assessment.AssessmentError, match="2020-05 has no figures yet"):
        assessment.freeze(loader, MAY)
