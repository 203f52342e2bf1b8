"""Documents for those who query: every example runs as the analyst, and every worked question gives an answer that can be drawn."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest
from page.questions import QUESTIONS, Question, answered, drawn, questions
from steppe import database, dictionary, hypertext, star


@pytest.mark.parametrize("file", sorted(dictionary.QUERIES.glob("*.sql")), ids=lambda file: file.stem)
def test_every_example_query_answers_the_analyst(filled: str, file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert re.match(r"-- .*[\u4e00-\u9fff]", text), "its first line asks the question in both languages"
    with database.connect("analyst") as analyst:
        assert analyst.execute(text.encode()).fetchall()


def test_a_query_of_what_the_analyst_may_not_see_would_fail(filled: str) -> None:
    with database.connect("analyst") as analyst, pytest.raises(psycopg.errors.InsufficientPrivilege):
        analyst.execute("SELECT name FROM vault.identity")


@pytest.mark.parametrize("question", questions(), ids=lambda question: question.name)
def test_every_worked_question_is_answered_and_drawn(filled: str, question: Question, tmp_path: Path) -> None:
    with database.connect("analyst") as analyst:
        header, rows = answered(analyst, question)
    assert rows, question.name
    picture = drawn(question, header, rows, tmp_path)
    assert picture.stat().st_size > 5_000


def test_there_are_three_and_each_says_what_it_shows() -> None:
    assert len(questions()) == 3
    for question in questions():
        assert f"images/{question.name}.png" in question.text
        assert (QUESTIONS / "images" / f"{question.name}.png").exists()


def test_the_star_joins_what_shares_a_column() -> None:
    columns = {"dim_person": ["person_key"], "dim_village": ["village_code"], "fct_x": ["person_key", "month"]}
    assert star.links(columns) == [("fct_x", "dim_person", "person_key")]
    assert "fct_x" in star.svg(columns)
    assert "fct_x : person_key" in star.mermaid(columns)


def test_headings_have_the_names_that_links_use() -> None:
    page = hypertext.page("# T\n\n## Schema ops\n\n[x](#schema-ops)\n\n### ops.delivery\n", "")
    assert '<h2 id="schema-ops">' in page
    assert '<h3 id="opsdelivery">' in page
    links = set(re.findall(r'href="#([^"]+)"', dictionary.HYPERTEXT.read_text(encoding="utf-8")))
    names = set(re.findall(r' id="([^"]+)"', dictionary.HYPERTEXT.read_text(encoding="utf-8")))
    assert links - names == set()
