"""Every view as each kind of user: it answers, says how old it is, in both languages; and no body holds what the role may not see."""

from __future__ import annotations

import csv
import io
import re

import pytest
from openpyxl import load_workbook
from page.users import ELSEWHERE, MAY, Get
from sql.staged import BANNER, number
from steppe import contracts, database, settings
from steppe.page import views, wording

SHOWN = [view for view in views.all_views().values() if view.group]
LISTS = [view for view in SHOWN if view.is_list]
OF_PERSONS = (
    "list_employed",
    "list_last_year_migrants",
    "list_willing_out",
    "unemployed_without_support",
    "assessment_differences",
)
# Said of persons and places that the clerk of BANNER must not see, and names that only the auditor may.
FOREIGN = ("乌云", f"{ELSEWHERE}001001", "东胜")
NAMES = ("白音乙", number(1), number(2))


@pytest.mark.parametrize("view", SHOWN, ids=lambda view: view.name)
@pytest.mark.parametrize("user", ["head", "clerk", "audit"])
def test_every_view_answers_in_both_languages(get: Get, view: views.View, user: str) -> None:
    for language, title in (("zh", view.title_zh), ("en", view.title_en)):
        answer = get(user, f"/view/{view.name}?lang={language}")
        assert answer.status_code == 200
        assert re.search(rf"<h1>{re.escape(title).replace(chr(39), '&#39;')}</h1>", answer.text)
    if view.sources:
        assert "2020-05" in answer.text
        assert "source deliveries" in answer.text


@pytest.mark.parametrize("view", SHOWN, ids=lambda view: view.name)
def test_the_clerk_s_pages_hold_nothing_foreign(get: Get, view: views.View) -> None:
    bodies = [get("clerk", f"/view/{view.name}").text]
    if view.is_list:
        bodies.append(get("clerk", f"/export/{view.name}.csv").text)
    for body in bodies:
        assert [word for word in (*FOREIGN, *NAMES) if word in body] == []


def test_the_head_s_pages_hold_it(get: Get) -> None:
    """The twin: what is foreign to the clerk is there for who sees the region."""
    bodies = "".join(get("head", f"/view/{view.name}").text for view in SHOWN)
    bodies += get("head", f"/view/targets?place={ELSEWHERE}").text
    assert [word for word in FOREIGN if word not in bodies] == []
    assert [word for word in NAMES if word in bodies] == []


@pytest.mark.parametrize("name", OF_PERSONS)
@pytest.mark.parametrize("user", ["head", "clerk"])
def test_names_are_for_the_auditor_only(get: Get, name: str, user: str) -> None:
    for address in (f"/view/{name}?names=1", f"/export/{name}.csv?names=1"):
        body = get(user, address).text
        assert "白音" not in re.sub("白音嘎查", "", body)
        assert number(1) not in body
    assert recorded() == []


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))


def recorded() -> list[tuple[object, ...]]:
    with database.connect("admin") as admin:
        rows = admin.execute(
            "SELECT user_name, role_name, list_name, place_code, month, form FROM ops.named_view ORDER BY named_view_id"
        ).fetchall()
        admin.execute("TRUNCATE ops.named_view")
    return rows


def test_each_look_at_names_is_recorded(get: Get) -> None:
    masked = get("audit", "/view/list_employed")
    assert number(1) not in masked.text
    assert recorded() == []
    page = get("audit", f"/view/list_employed?names=1&place={BANNER}")
    file = get("audit", "/export/list_employed.csv?names=1")
    assert number(1) in page.text
    assert {number(1), number(3)} <= {row["证件号码"] for row in rows_of(file.text)}
    assert recorded() == [
        ("audit", "steppe_auditor", "list_employed", BANNER, MAY, "page"),
        ("audit", "steppe_auditor", "list_employed", "150000", MAY, "csv"),
    ]


def test_names_are_not_shown_where_they_cannot_be_recorded(filled: str, get: Get) -> None:
    with database.connect("admin", autocommit=True) as admin:
        admin.execute("REVOKE INSERT ON ops.named_view FROM steppe_page")
    try:
        with pytest.raises(Exception, match="permission denied"):
            get("audit", "/view/list_employed?names=1")
    finally:
        with database.connect("admin", autocommit=True) as admin:
            admin.execute("GRANT INSERT ON ops.named_view TO steppe_page")


def test_a_village_is_as_far_down_as_it_goes(get: Get) -> None:
    village = f"{BANNER}001001"
    assert village in get("clerk", f"/view/targets?place={BANNER}").text
    page = get("clerk", f"/view/targets?place={village}").text
    assert "白音嘎查" in page
    assert re.search(r"<dt>在册人数</dt><dd>2</dd>", page)


def test_a_transfer_tells_its_story(get: Get) -> None:
    listed = get("clerk", "/view/transfers").text
    found = re.search(rf"of=({BANNER}-\d+)", listed)
    assert found
    story = get("clerk", f"/view/story?of={found[1]}").text
    assert "摘要相符" in story
    assert re.search(r"[0-9a-f]{64}", story)
    delivery = re.search(r"/view/delivery\?id=(\d+)", story)
    assert delivery
    assert "test.zip" in get("clerk", f"/view/delivery?id={delivery[1]}").text
    # The twin: another banner's transfer, and another league's delivery, are not there for the clerk.
    assert "没有这笔转账" in get("clerk", f"/view/story?of={ELSEWHERE}-1").text
    assert "没有您可以查看的这个批次" in get("clerk", f"/view/delivery?id={last_delivery()}").text
    assert "test.zip" in get("head", f"/view/delivery?id={last_delivery()}").text


def conditions(page: str) -> dict[str, str]:
    return dict(re.findall(r'<tr><th scope="row">([^<]+)</th><td><span class="tag \w+">(是|否)</span>', page))


def test_a_subsidy_s_story_leads_from_the_decision_to_the_seal(get: Get) -> None:
    listed = get("clerk", "/export/transfers.csv?f.transfer_kind=subsidy_payable").text
    (sent,) = rows_of(listed)
    story = get("clerk", f"/view/story?of={BANNER}-{sent['编号']}").text
    assert conditions(story) == dict.fromkeys(
        ("有现行规则", "在政策期内", "在外务工", "证据等级", "资金可支付", "无重复享受", "未超上限"), "是"
    )
    assert f"{BANNER}-202005-0001" in story
    assert "wang、li" in story
    assert re.findall(r"<td class=\"short\">(认定占用|列入付款单|送银行)</td>", story) == [
        "认定占用",
        "列入付款单",
        "送银行",
    ]
    assert "f.definition=travel" in story


def test_a_claim_that_was_refused_tells_why(get: Get) -> None:
    with database.connect("admin") as admin:
        refused = dict(
            admin.execute(
                "SELECT region_code, min(claim_key) FROM mart.subsidy_decisions WHERE outcome = 'refused' "
                "AND event_date < '2020-01-01' GROUP BY region_code"
            ).fetchall()
        )
    story = get("clerk", f"/view/story?of={BANNER}-{refused[BANNER]}").text
    assert conditions(story) == {
        "有现行规则": "否", "在政策期内": "否", "在外务工": "是", "证据等级": "是", "资金可支付": "否",
    }  # fmt: skip
    assert "还没有资金变动" in story
    # The twin: another banner's claim is not there for the clerk, and is there for who sees the region.
    foreign = f"/view/story?of={ELSEWHERE}-{refused[ELSEWHERE]}"
    assert "没有这笔转账" in get("clerk", foreign).text
    assert "没有这笔转账" not in get("head", foreign).text


def test_every_figure_names_its_definition_and_whether_it_is_signed(filled: str, get: Get) -> None:
    for view in SHOWN:
        page = get("head", f"/view/{view.name}").text
        for name in view.definitions:
            kind = "f.definition_kind" if name == "programme" else "f.definition"
            assert f"{kind}={name}" in page, view.name
        assert ('class="tag unconfirmed">未确认' in page) is view.has_figures, view.name
        assert ("台账记至" in page) is view.is_posted, view.name
    assert len(rows_of(get("head", "/export/definition.csv?f.definition=employed").text)) == 1
    about = get("head", "/export/targets.xlsx")
    assert about.status_code == 404  # only lists are exported


def test_what_both_departments_signed_is_shown_as_confirmed(filled: str, get: Get) -> None:
    def told() -> list[str]:
        book = load_workbook(io.BytesIO(get("head", "/export/assessment_differences.xlsx").content), read_only=True)
        page = get("head", "/view/assessment_differences").text
        return [
            dict(book["about"].values)["确认状态"],
            *re.findall(r'<span class="tag (?:un)?confirmed">(已确认|未确认)', page),
        ]

    assert told() == ["未确认", "未确认"]
    with database.connect("admin", autocommit=True) as admin:
        signed = (
            "UPDATE mart.target_progress SET confirmation = %s WHERE region_code = '150000' AND indicator = any(%s)"
        )
        admin.execute(signed, ("已确认", ["out_migration", "beijing"]))
        try:
            assert told() == ["未确认", "未确认"]  # the third is not signed
            admin.execute(signed, ("已确认", ["jingmeng_local_transfer"]))
            assert told() == ["已确认", "已确认"]
        finally:
            admin.execute(signed, ("未确认", ["out_migration", "beijing", "jingmeng_local_transfer"]))


def test_a_feed_that_the_region_delivers_for_all_has_one_row(get: Get) -> None:
    def shown() -> list[str]:
        page = get("head", "/view/deliveries?source=vacancy").text
        return re.findall(r'<th scope="row">([^<]+)</th>', page)

    assert shown() == []
    with database.connect("admin", autocommit=True) as admin:
        admin.execute(
            "INSERT INTO ops.delivery (sha256, file_name, size_bytes, source, sender_code, period) "
            "VALUES (repeat('a', 64), 'vacancy.zip', 1, 'vacancy', '150000', '2020-05-01')"
        )
        try:
            assert shown() == ["内蒙古自治区"]
            # The twin: what each league delivers has a row for each.
            assert (
                len(re.findall(r'<th scope="row">', get("head", "/view/deliveries?source=household_registry").text))
                == 14
            )
        finally:
            admin.execute("DELETE FROM ops.delivery WHERE source = 'vacancy'")


def last_delivery() -> int:
    """The last delivery is of the other banner's league."""
    with database.connect("admin") as admin:
        row = admin.execute("SELECT max(delivery_id) FROM ops.delivery").fetchone()
    return int(row[0]) if row else 0


def test_every_label_is_told_in_both_languages_and_once() -> None:
    with (settings.INCLUDE / "labels.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    keys = [(row["column"], row["value"]) for row in rows]
    assert len(set(keys)) == len(keys)
    assert [row for row in rows if not row["zh"] or not row["en"]] == []


@pytest.mark.parametrize("view", LISTS, ids=lambda view: view.name)
def test_every_column_of_a_list_has_a_chinese_name(get: Get, view: views.View) -> None:
    header = get("audit", f"/export/{view.name}.csv").text.lstrip("\ufeff").splitlines()[0]
    assert [word for word in header.split(",") if not re.search(r"[\u4e00-\u9fff]", word)] == []


def test_a_view_whose_input_is_closed_is_not_there(filled: str, get: Get) -> None:
    assert "光伏收益未达比例的村" in get("clerk", "/view/list_employed").text
    with database.connect("admin", autocommit=True) as admin:
        granted = "SELECT ON mart.pv_revenue_share"
        columns = admin.execute(
            "SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute "
            "WHERE attrelid = 'mart.pv_revenue_share'::regclass AND attnum > 0"
        ).fetchone()
        assert columns
        admin.execute(f"REVOKE SELECT ({columns[0]}) ON mart.pv_revenue_share FROM steppe_analyst")  # type: ignore[arg-type]
        try:
            assert "光伏收益未达比例的村" not in get("clerk", "/view/list_employed").text
            assert get("clerk", "/view/pv_short").status_code == 404
        finally:
            admin.execute(f"GRANT {granted} TO steppe_analyst")  # type: ignore[arg-type]


def test_sources_are_those_of_contracts() -> None:
    named = {source for view in views.all_views().values() for source in view.sources}
    assert named <= set(contracts.sources())
    assert wording.label("nothing_fen", "en") == "nothing, yuan"
