"""The error workbook: a summary ranked by effect, then each listed row with the cells to correct coloured and explained.

Every cell is text: a value that looks like a formula is shown, never run, and an ID number that is typed in keeps its digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import IO, Any

from steppe.clerk.offences import Line, Returned, Sheet
from steppe.contracts import Column
from steppe.gate import rules
from steppe.gate.rules import Rule

LINE_NO, ACTION, PROBLEM, TEXT = "行号", "处理", "问题", "原文"
OWN_HEADERS = (LINE_NO, ACTION, PROBLEM, TEXT)
CORRECT, DELETE = "改正", "删除"
SUMMARY = "汇总"
MAX_CELL = 32_000  # Excel takes 32,767 characters
CODES_SHOWN = 24
_RED, _YELLOW, _GREY = "FFC7CE", "FFEB9C", "D9E1F2"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")
_NO_CHARACTER = re.compile("[\ufffe\uffff]")
_SEVERITY = {"critical": "必须改正", "warning": "请核实"}
_HOW = (
    "改正各表中着色的单元格（红色必须改正，黄色请核实）；不应报送的行，在“处理”一列填“删除”。"
    "改完后：./steppe correct 原报送文件 本工作簿 --out 新文件，再报送新文件。也可在原系统中改正后重新导出整批。"
)


def write(target: IO[bytes], returned: Returned) -> None:
    """Write the workbook of a delivery."""
    import openpyxl

    book = openpyxl.Workbook()
    pen = _Pen()
    summary = book.active
    summary.title = SUMMARY
    _summarise(pen, summary, returned)
    for sheet in returned.sheets:
        _list(pen, book.create_sheet(sheet.resource.title), sheet)
    book.save(target)


def shown(value: str | None) -> str:
    """A value as a cell can hold it: control characters become their pictures, an overlong text is cut.

    >>> shown("a\\x07b"), shown(None)
    ('a␇b', '')
    """
    text = _CONTROL.sub(lambda found: chr(0x2400 + ord(found[0])), value or "")
    text = _NO_CHARACTER.sub("\ufffd", text)
    return text if len(text) <= MAX_CELL else f"{text[:MAX_CELL]}…"


class _Pen:
    """Cells in a few styles; a style is made once, because a workbook has many cells."""

    def __init__(self) -> None:
        from openpyxl.styles import Alignment, Font, PatternFill

        self._looks: dict[str, dict[str, Any]] = {
            "plain": {},
            "wrapped": {"alignment": Alignment(wrap_text=True, vertical="top")},
            "header": {"fill": PatternFill("solid", fgColor=_GREY), "font": Font(bold=True)},
            "title": {"font": Font(bold=True, size=14)},
            "critical": {"fill": PatternFill("solid", fgColor=_RED)},
            "warning": {"fill": PatternFill("solid", fgColor=_YELLOW)},
        }
        self._styles: dict[str, Any] = {}

    def put(self, sheet: Any, row: int, column: int, text: str, look: str = "plain") -> Any:
        """A text cell."""
        cell = sheet.cell(row, column)
        if look not in self._styles:
            cell.number_format = "@"
            cell.quotePrefix = True
            for name, value in self._looks[look].items():
                setattr(cell, name, value)
            self._styles[look] = cell._style
        cell._style = self._styles[look]
        if text:
            cell.value = text
            cell.data_type = "s"  # openpyxl takes a leading = for a formula
        return cell

    def row(self, sheet: Any, row: int, texts: Iterable[str], look: str = "plain") -> None:
        for column, text in enumerate(texts, start=1):
            self.put(sheet, row, column, text, look)


def _summarise(pen: _Pen, sheet: Any, returned: Returned) -> None:
    contract = returned.contract
    pen.put(sheet, 1, 1, f"{contract.title_zh if contract else '报送文件'}：错误清单", "title")
    facts = [
        ("报送", returned.label),
        ("结论", _verdict(returned)),
        ("退回规则", returned.rule_id or ""),
        ("退回原因", returned.reason or ""),
        ("怎么改", _HOW if returned.sheets else "按退回原因改正后重新报送整批。"),
    ]
    row = 2
    for name, text in facts:
        if text:
            pen.put(sheet, row, 1, name, "header")
            pen.put(sheet, row, 2, text, "wrapped")
            sheet.merge_cells(start_row=row, start_column=2, end_row=row, end_column=8)
            sheet.row_dimensions[row].height = 16 * (1 + len(text) // 60)
            row += 1
    if returned.counts:
        row += 1
        pen.row(sheet, row, ("表", "报送行数", "通过", "隔离", "重复", "其中未变", "本簿列出"), "header")
        listed = {each.resource.name: len(each.lines) for each in returned.sheets}
        for counts in returned.counts:
            row += 1
            figures = (counts.rows_in, counts.accepted, counts.quarantined, counts.duplicate, counts.unchanged)
            listed_rows = listed.get(counts.resource.name, 0)
            pen.row(sheet, row, (counts.resource.title, *map(str, (*figures, listed_rows))))
    if returned.hits:
        row += 2
        pen.row(sheet, row, ("序号", "表", "规则", "级别", "行数", "仅因此条隔离", "为什么", "怎么改"), "header")
        for rank, hit in enumerate(returned.hits, start=1):
            row += 1
            failed = "整批" if hit.rows_failed is None else str(hit.rows_failed)
            why = hit.detail or rules.chinese(hit.rule.why)
            texts = (hit.resource.title, hit.rule.rule_id, _SEVERITY[hit.rule.severity], failed, str(hit.rows_alone))
            pen.row(sheet, row, (str(rank), *texts, why, rules.chinese(hit.rule.fix)), "wrapped")
    if returned.repaired:
        row += 2
        pen.row(sheet, row, ("自动更正", "表", "列", "原写法", "更正为", "行数"), "header")
        for each in returned.repaired:
            row += 1
            pen.row(sheet, row, ("", each.resource.title, each.column.header, each.before, each.after, str(each.rows)))
    for letter, width in zip("ABCDEFGH", (16, 22, 36, 10, 10, 14, 60, 48), strict=True):
        sheet.column_dimensions[letter].width = width


def _verdict(returned: Returned) -> str:
    if returned.rule_id:
        return "整批退回，未入库"
    quarantined = sum(counts.quarantined for counts in returned.counts)
    return f"入库，其中 {quarantined} 行被隔离，未入库" if quarantined else "全部入库，有提示需核实"


def _list(pen: _Pen, sheet: Any, listed: Sheet) -> None:
    from openpyxl.utils import get_column_letter

    columns = listed.resource.columns
    pen.row(sheet, 1, (*OWN_HEADERS, *(column.header for column in columns)), "header")
    for row, line in enumerate(listed.lines, start=2):
        problem = "；".join(dict.fromkeys(rules.chinese(rule.why).rstrip("。") for rule in line.rules))
        pen.row(sheet, row, (str(line.line_no), CORRECT, problem))
        if line.values is None:
            _mark(pen.put(sheet, row, 4, shown(line.text), "critical"), [_explained(rule) for rule in line.rules])
            for place in range(len(columns)):
                pen.put(sheet, row, 5 + place, "", "critical")
            continue
        pen.put(sheet, row, 4, "")
        for place, column in enumerate(columns):
            _cell(pen, sheet, line, column, row=row, place=5 + place)
    sheet.freeze_panes = "E2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(4 + len(columns))}{1 + len(listed.lines)}"
    for place in range(4 + len(columns)):
        width = {0: 8, 1: 8, 2: 40, 3: 12}.get(place, 20)
        sheet.column_dimensions[get_column_letter(place + 1)].width = width


def _cell(pen: _Pen, sheet: Any, line: Line, column: Column, *, row: int, place: int) -> None:
    value = (line.values or {}).get(column.name)
    broken = [rule for rule in line.rules if column.name in rule.columns]
    if not broken:
        pen.put(sheet, row, place, shown(value))
        return
    look = "critical" if any(rule.severity == "critical" for rule in broken) else "warning"
    notes = [_explained(rule) for rule in broken]
    if column.code_list:
        codes = [f"{code} {label}" for code, label in column.code_list.labels.items()]
        notes.append(f"可用代码：{'、'.join(codes[:CODES_SHOWN])}{'…' if len(codes) > CODES_SHOWN else ''}")
    if shown(value) != (value or ""):
        notes.append("原值含不可见字符或过长，此处只作显示。")
    _mark(pen.put(sheet, row, place, shown(value), look), notes)


def _explained(rule: Rule) -> str:
    return f"{rules.chinese(rule.why)}\n怎么改：{rules.chinese(rule.fix)}（{rule.rule_id}）"


def _mark(cell: Any, notes: list[str]) -> None:
    from openpyxl.comments import Comment

    text = "\n".join(notes)
    cell.comment = Comment(text, "Steppe", width=320, height=30 + 18 * (len(text) // 22 + len(notes) * 2))
