"""The page of a delivery: opens without network, counts as the gate has them, and no value of a row."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

from pipeline.clerk.test_error_workbook import SOURCE, load, persons, register
from pipeline.gate import gate_deliveries as deliveries
from steppe import alerts, database, settings


class Page(HTMLParser):
    """What a page loads, links to and says."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self.tags: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        given = dict(attrs)
        self.links += [given["href"] or ""] if tag == "a" else []
        self.loads += [value or "" for name, value in attrs if name in ("src", "srcset", "data", "action")]
        self.loads += [given.get("href") or ""] if tag in ("link", "base", "use", "image") else []

    def handle_data(self, data: str) -> None:
        self.words.append(data.strip())


def page_of(connection: database.Connection, delivery_id: int) -> Path:
    row = connection.execute(
        "SELECT path FROM ops.delivery_report WHERE delivery_id = %s AND kind = 'page'", (delivery_id,)
    ).fetchone()
    assert row
    return settings.home().reports / row[0]


def test_a_page_stands_alone_and_holds_counts_only(loader: database.Connection, tmp_path: Path) -> None:
    people = persons(100)
    people[3] |= {"sex": "9", "name": "金丝雀"}
    people[4]["phone"] = "123"
    number = load(register(people), tmp_path / "may")
    path = page_of(loader, number)
    page = Page(path)
    text = path.read_text(encoding="utf-8")
    assert page.loads == []
    assert "script" not in page.tags
    assert "http:" not in text.replace("http-equiv", "")
    assert "https:" not in text
    assert path.stat().st_mode & 0o777 == 0o600
    assert page.links == [path.with_suffix(".xlsx").name]
    assert path.with_suffix(".xlsx").exists()
    for secret in ("金丝雀", people[3]["id_number"], people[3]["person_id"], people[4]["phone"]):
        assert secret not in page.words
        assert secret not in text
    assert "入库，其中 1 行被隔离 1 rows quarantined" in page.words
    at = page.words.index("person.sex_code")
    assert page.words[at + 1 : at + 5] == ["严重", "未通过", "1", "1.00%"]
    alert = alerts.for_gate(loader, number)
    assert alert is not None
    assert f"reports/150400/{path.name}" in alert.body


def test_a_delivery_without_fault_has_a_page_too_and_its_history(loader: database.Connection, tmp_path: Path) -> None:
    people = persons(100)
    people[3]["sex"] = "9"
    load(register(people), tmp_path / "may")
    june = load(register(persons(100)), tmp_path / "june", period="2020-06")
    page = Page(page_of(loader, june))
    assert page.links == []
    assert "全部通过 all accepted" in page.words
    bars = [word for word in page.words if word.endswith("%") or word.startswith("2020-")]
    assert bars == ["0.71%", "2020-05", "0.00%", "2020-06"]  # 1 of 140 rows


def test_what_a_page_says_cannot_be_markup(loader: database.Connection, tmp_path: Path) -> None:
    """A reason repeats no text of a file, but nobody has to rely on that."""
    folder = deliveries.write(tmp_path / "d", register(persons(60)), source=SOURCE)
    (settings.home().inbox / "x").mkdir()
    for file in folder.iterdir():
        (settings.home().inbox / "x" / file.name).write_bytes(file.read_bytes())
    from steppe import clerk
    from steppe.errors import Rejected
    from steppe.orchestration import steps

    ((delivery_id,),) = [turn["delivery_ids"] for turn in steps.receive(SOURCE, 500)]
    clerk.hand_back(loader, delivery_id, Rejected("delivery.header", "<script>x</script>", "x"))
    assert "script" not in Page(page_of(loader, delivery_id)).tags
