"""Ways in which a clerk or a program spoils a good file, and ways in which it changes one without harm.

Which of them a resource can suffer, and in which columns, is read from its contract. Each is given a ``Sheet`` and changes it in place.
"""

from __future__ import annotations

import codecs
import csv
import io
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import openpyxl
from pipeline.gate import gate_deliveries as deliveries
from pipeline.gate.gate_deliveries import CLEAN, Row
from steppe.contracts import Column, Resource
from steppe.gate import repairing

Table = list[list[str]]
LONGEST_AMOUNT = 15  # characters; a manifest could not state the sum of longer ones


@dataclass
class Sheet:
    """The file of one resource on its way to its delivery.

    Attributes:
        table: the header and the rows; their order in ``resource.columns`` is the order in ``table`` until a mutation changes it.
        rows: those of every resource of the delivery, as they are while the manifest tells the truth.
        data: what stands in the file instead of the table.
        told_rows: what the manifest says instead of the right count, as ``told_totals`` does for the right sums.
    """

    resource: Resource
    rows: dict[str, list[Row]]
    table: Table = field(default_factory=list)
    data: bytes | None = None
    form: str = "csv"
    told_rows: int | None = None
    told_totals: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.fill()

    def fill(self) -> None:
        """Write the resource's rows into the table."""
        columns = self.resource.columns
        self.table = [
            [column.header for column in columns],
            *([row[column.name] for column in columns] for row in self.rows[self.resource.name]),
        ]

    def at(self, name: str) -> int:
        return [column.name for column in self.resource.columns].index(name)

    def totals(self) -> dict[str, str]:
        """The sums of the columns that have a control total, in yuan, as the table has them now."""
        found = {}
        for name in self.resource.control_totals:
            header = self.resource.column(name).header
            at = self.table[0].index(header) if header in self.table[0] else len(self.table[0])
            cells = [row[at] for row in self.table[1:] if at < len(row) and len(row[at]) < LONGEST_AMOUNT]
            found[name] = deliveries.total([{name: value} for value in cells], name)
        return found

    def text(self, newline: str = "\n", *, quoted: bool = False) -> str:
        out = io.StringIO()
        csv.writer(out, lineterminator=newline, quoting=csv.QUOTE_ALL if quoted else 0).writerows(self.table)
        return out.getvalue()


Change = Callable[[random.Random, Sheet, str], None]


@dataclass(frozen=True)
class Kind:
    """What can happen to a file, and in which columns of its resource: in one of no name where it happens to the file as a whole."""

    name: str
    columns: Callable[[Resource], Sequence[str]]
    change: Change


def whole(_: Resource) -> Sequence[str]:
    return [""]


def where(is_one: Callable[[Column], object]) -> Callable[[Resource], Sequence[str]]:
    return lambda resource: [column.name for column in resource.columns if is_one(column)]


def formats(*names: str) -> Callable[[Resource], Sequence[str]]:
    return where(lambda column: column.format in names)


def named(*ends: str) -> Callable[[Resource], Sequence[str]]:
    return where(lambda column: column.name.endswith(ends))


def only(resource: str, *names: str) -> Callable[[Resource], Sequence[str]]:
    return lambda given: names if given.name == resource else []


def filled(found: Callable[[Resource], Sequence[str]]) -> Callable[[Resource], Sequence[str]]:
    """Those of the columns that have a value in a clean row."""
    return lambda resource: [name for name in found(resource) if CLEAN[resource.name][name]]


def without(found: Callable[[Resource], Sequence[str]], *names: str) -> Callable[[Resource], Sequence[str]]:
    return lambda resource: [name for name in found(resource) if name not in names]


def movable(resource: Resource) -> Sequence[str]:
    """Columns from which on values cannot stand one column to the left and still be a row, as dates among optional dates can."""
    columns = resource.columns
    return [
        column.name
        for place, column in enumerate(columns)
        if column.required and (columns[-1].required or len({one.format for one in columns[place:]}) > 1)
    ]


def credit_codes(resource: Resource) -> Sequence[str]:
    row = deliveries.row(resource.name, 1)
    return [name for name, value in row.items() if len(value) == 18 and value.startswith("91")]


# Days that may be agreed before they come.
PLANNED = ("starts_on", "ends_on", "ended_on", "due_on", "entitled_to_on", "season_from_on", "season_to_on")
every = where(lambda column: column.header)
required = where(lambda column: column.required)
coded = where(lambda column: column.code_list)
free_text = where(
    lambda column: column.format == "text" and not column.name.endswith(("id_number", "region_code", "county_code"))
)
numbers = formats("int", "number", "money")


def cell(make: Callable[[random.Random, str], str]) -> Change:
    """One cell of one row is changed."""

    def change(chance: random.Random, sheet: Sheet, name: str) -> None:
        row = sheet.table[chance.randrange(1, len(sheet.table))]
        row[sheet.at(name)] = make(chance, row[sheet.at(name)])

    return change


def one_of(*values: str) -> Change:
    return cell(lambda chance, _: chance.choice(values))


def rewritten(make: Callable[[random.Random, Sheet], Table]) -> Change:
    """The table is made anew."""

    def change(chance: random.Random, sheet: Sheet, _: str) -> None:
        sheet.table = make(chance, sheet)

    return change


def written(make: Callable[[Sheet], bytes]) -> Change:
    """The table is written in another form."""

    def change(_: random.Random, sheet: Sheet, __: str) -> None:
        sheet.data = make(sheet)

    return change


def wrong_digit(chance: random.Random, value: str) -> str:
    """One of the characters but the last is another digit: what a check character finds for certain."""
    at = chance.randrange(len(value) - 1)
    return value[:at] + chance.choice([digit for digit in "0123456789" if digit != value[at]]) + value[at + 1 :]


def unknown_code(chance: random.Random, sheet: Sheet, name: str) -> None:
    code_list = sheet.resource.column(name).code_list
    codes = [code for code in ("77", "5x", "A1", "-1", "是", "1.0", "O") if code_list and code not in code_list.values]
    one_of(*codes)(chance, sheet, name)


def huge(factor: int) -> Change:
    """A number that many times too large, or one that nothing can hold."""
    return cell(
        lambda chance, value: chance.choice([str(int(max(Decimal(value or 0), Decimal(1000))) * factor), "9" * 18])
    )


def without_column(_: random.Random, sheet: Sheet, name: str) -> None:
    at = sheet.at(name)
    sheet.table = [row[:at] + row[at + 1 :] for row in sheet.table]


def other_header(chance: random.Random, sheet: Sheet, name: str) -> None:
    sheet.table[0][sheet.at(name)] += chance.choice(["1", "?", "（新）"])


def twice(chance: random.Random, sheet: Sheet, name: str) -> None:
    """A key stands there a second time with another value in the column."""
    row = list(sheet.table[chance.randrange(1, len(sheet.table))])
    column, at = sheet.resource.column(name), sheet.at(name)
    if column.code_list:
        row[at] = chance.choice([code for code in column.code_list.values if code != row[at]])
    elif column.format in ("int", "number", "money"):
        row[at] = str(Decimal(row[at] or 0) + 1)
    elif column.format == "date":
        row[at] = "20200502" if row[at] != "20200502" else "20200503"
    else:
        row[at] += "1"
    sheet.table.append(row)


def full_width(value: str) -> str:
    return value.translate({ord(digit): chr(ord(digit) + 0xFEE0) for digit in "0123456789"})


def twice_in_another_spelling(chance: random.Random, sheet: Sheet, name: str) -> None:
    """A row stands there a second time, with a part of its key written in another way."""
    row = list(sheet.table[chance.randrange(1, len(sheet.table))])
    value = row[sheet.at(name)]
    row[sheet.at(name)] = chance.choice([f" {value}", f"{value} ", f"{value}\u3000", full_width(value)])
    sheet.table.append(row)


def short_line(chance: random.Random, sheet: Sheet) -> Table:
    at, fields = chance.randrange(1, len(sheet.table)), chance.randrange(1, len(sheet.table[0]))
    return [row[:fields] if place == at else row for place, row in enumerate(sheet.table)]


def shifted_right(chance: random.Random, sheet: Sheet, name: str) -> None:
    """Values one column to the right, as after a comma too many."""
    row, at = sheet.table[chance.randrange(1, len(sheet.table))], sheet.at(name)
    row[at:] = ["", *row[at:-1]]


def shifted_left(chance: random.Random, sheet: Sheet, name: str) -> None:
    """Values one column to the left, as after a value was lost."""
    row, at = sheet.table[chance.randrange(1, len(sheet.table))], sheet.at(name)
    row[at:] = [*row[at + 1 :], ""]


def stray_byte(chance: random.Random, sheet: Sheet, _: str) -> None:
    lines = sheet.text().encode("gb18030").split(b"\n")
    at = chance.randrange(1, len(sheet.table))
    place = chance.randrange(len(lines[at]))
    lines[at] = lines[at][:place] + chance.choice([b"\0", b"\xff"]) + lines[at][place:]
    sheet.data = b"\n".join(lines)


def open_quote(chance: random.Random, sheet: Sheet, _: str) -> None:
    lines = sheet.text().split("\n")
    at = chance.randrange(1, len(sheet.table))
    lines[at] = lines[at].replace(",", ',"', 1)
    sheet.data = "\n".join(lines).encode("gb18030")


def other_total(chance: random.Random, sheet: Sheet, name: str) -> None:
    sheet.told_totals[name] = str(Decimal(sheet.totals()[name]) + chance.choice([1, -1, 100]) * Decimal("0.01"))


def rows_missing(chance: random.Random, sheet: Sheet, _: str) -> None:
    """Rows are lost behind the manifest's back."""
    sheet.told_rows = len(sheet.table) - 1
    for __ in range(chance.randrange(1, 4)):
        sheet.table.pop(chance.randrange(1, len(sheet.table)))


HARMFUL: tuple[Kind, ...] = (
    Kind("wrong digit of an ID", named("id_number"), cell(wrong_digit)),
    Kind("ID as a float", named("id_number"), cell(lambda _, value: f"{float(value[:17] + '0'):.5E}")),
    # With fifteen digits it looks like the old form: of one born in 1985, and of one born in 2005.
    Kind("ID cut short", named("id_number"),
         cell(lambda chance, value: chance.choice([value[: chance.randrange(1, 17)], value[:15], "150421200506010"]))),
    Kind("wrong digit of a credit code", credit_codes, cell(wrong_digit)),
    Kind("credit code cut short", credit_codes, cell(lambda chance, value: value[: chance.randrange(1, 17)])),
    Kind("unknown code", coded, unknown_code),
    Kind("unknown banner", named("region_code", "county_code"), one_of("150999", "999999", "15042", "赤峰", "1504210")),
    Kind("banner of another sender", where(lambda column: column.name == "region_code"),
         one_of("150521", "150102", "152501")),
    Kind("village of another banner", named("village_code"),
         cell(lambda chance, _: f"150422{chance.randrange(10**6):06d}")),
    Kind("no such day", formats("date"),
         one_of("20200230", "20201301", "20200500", "2020-05-06", "2020056", "43952", "0", "五月")),
    Kind("a day to come", without(formats("date"), *PLANNED), one_of("20990601", "20210505")),
    Kind("no such month", formats("month"), one_of("202013", "202000", "2020-05", "20205", "5", "五月")),
    Kind("another month", where(lambda column: column.name == "month"), one_of("202004", "202006", "201905")),
    Kind("unreadable number", numbers, one_of("三", "12元", "1,000", "1.2.3", "O", "1e3", "--5", "无", "1 2")),
    Kind("fraction of a piece or fen", formats("int", "money"), one_of("4.505", "0.0001")),
    # A household can lose money in a year: an income below nothing is told as a warning.
    Kind("negative number", without(numbers, "income_per_head_fen"),
         cell(lambda _, value: f"-{value if Decimal(value or 0) else 1}")),
    # As after a slip over 元 and 万元, and as after a digit that stuck.
    Kind("huge amount", formats("money"), huge(10**4)),
    Kind("huge number", formats("int", "number"), huge(10**6)),
    Kind("required value missing", required, one_of("")),
    Kind("blanks for a required value", required, one_of(" ", "   ", "\u3000")),
    # A phone may begin with the + of its country.
    Kind("formula in a text", without(free_text, "phone"), cell(lambda chance, value: chance.choice("=+@-") + value)),
    Kind("formula in a phone", named("phone"), one_of("=1+1", "@SUM(1)", "+cmd|calc", "-1+1")),
    Kind("control character in a text", free_text, cell(lambda chance, value: value + chance.choice("\x07\x1b\x7f"))),
    Kind("a key twice", where(lambda column: not column.key_position), twice),
    Kind("a key in two spellings", where(lambda column: column.key_position and column.format == "text"),
         twice_in_another_spelling),
    Kind("column missing", every, without_column),
    Kind("unknown header", every, other_header),
    Kind("line cut short", whole, rewritten(short_line)),
    Kind("values shifted to the right", required, shifted_right),
    Kind("values shifted to the left", movable, shifted_left),
    Kind("stray byte", whole, stray_byte),
    Kind("quote left open", whole, open_quote),
    Kind("control total that does not fit", where(lambda column: column.has_control_total), other_total),
    Kind("rows missing", whole, rows_missing),
    Kind("another day of birth", only("person", "birth_date"),
         cell(lambda chance, _: f"19{chance.randrange(50, 80)}0{chance.randrange(1, 6)}11")),
    Kind("another sex", only("person", "sex"), one_of("1")),
    Kind("months beyond the year", only("person", "months_worked"), one_of("13", "99")),
    Kind("work without ability", only("person", "labour_ability"), one_of("03", "04")),
    Kind("work after death", only("person", "life_status"), one_of("2")),
)  # fmt: skip


def reordered(chance: random.Random, sheet: Sheet) -> Table:
    order = chance.sample(range(len(sheet.table[0])), len(sheet.table[0]))
    return [[row[at] for at in order] for row in sheet.table]


def shuffled(chance: random.Random, sheet: Sheet) -> Table:
    return [sheet.table[0], *chance.sample(sheet.table[1:], len(sheet.table) - 1)]


def extra_column(chance: random.Random, sheet: Sheet) -> Table:
    at = chance.randrange(len(sheet.table[0]) + 1)
    return [[*row[:at], "备注" if place == 0 else "无", *row[at:]] for place, row in enumerate(sheet.table)]


def fewer_rows(chance: random.Random, sheet: Sheet, _: str) -> None:
    """The first rows of every resource: they speak of one another."""
    count = chance.randrange(1, len(sheet.table) - 1)
    for rows in sheet.rows.values():
        del rows[count:]
    sheet.fill()


def a_row_twice(chance: random.Random, sheet: Sheet, _: str) -> None:
    """A row stands there twice, the same in every character; once is what is kept."""
    sheet.table.append(list(sheet.table[chance.randrange(1, len(sheet.table))]))


def workbook(chance: random.Random, sheet: Sheet, _: str) -> None:
    """The same content in cells of text, or in cells of the kind that a clerk's program makes of it."""
    is_typed = chance.random() < 0.5
    made = openpyxl.Workbook()
    for place, row in enumerate(sheet.table, 1):
        for at, (column, value) in enumerate(zip(sheet.resource.columns, row, strict=True), 1):
            one = made.active.cell(place, at)
            if place == 1 or not value or not is_typed or column.format not in ("date", "int", "number", "money"):
                one.value, one.data_type = value, "s"
            elif column.format == "date":
                one.value, one.number_format = date.fromisoformat(value), "yyyy-mm-dd"
            else:
                one.value = float(value)
    out = io.BytesIO()
    made.save(out)
    sheet.data, sheet.form = out.getvalue(), "xlsx"


def in_wan_yuan(_: random.Random, sheet: Sheet, name: str) -> None:
    """A column is told in 万元 and its sum in 元, which proves it."""
    sheet.told_totals, at = sheet.totals(), sheet.at(name)
    for row in sheet.table[1:]:
        row[at] = f"{Decimal(row[at]) / 10**4:f}"


HARMLESS: tuple[Kind, ...] = (
    Kind("nothing", whole, lambda *_: None),
    Kind("columns in another order", whole, rewritten(reordered)),
    Kind("rows in another order", whole, rewritten(shuffled)),
    Kind("an extra column", whole, rewritten(extra_column)),
    Kind("Windows line ends", whole, written(lambda sheet: sheet.text("\r\n").encode("gb18030"))),
    Kind("every field quoted", whole, written(lambda sheet: sheet.text(quoted=True).encode("gb18030"))),
    Kind("UTF-8", whole, written(lambda sheet: sheet.text().encode())),
    Kind("UTF-8 with its mark", whole, written(lambda sheet: codecs.BOM_UTF8 + sheet.text().encode())),
    Kind("no line end at the end", whole, written(lambda sheet: sheet.text().rstrip("\n").encode("gb18030"))),
    Kind("an empty line", whole, written(lambda sheet: sheet.text().replace("\n", "\n\n", 1).encode("gb18030"))),
    Kind("a row twice, the same", whole, a_row_twice),
    Kind("fewer rows", whole, fewer_rows),
    Kind("a workbook", whole, workbook),
    Kind("blanks around a value", filled(repairing.mendable),
         cell(lambda chance, value: chance.choice([f" {value}", f"{value} ", f" {value}\u3000"]))),
    Kind("full-width digits", filled(repairing.mendable),
         cell(lambda _, value: full_width(value))),
    Kind("a column in 万元", filled(where(lambda column: column.has_control_total)), in_wan_yuan),
    Kind("blanks in an ID", filled(named("id_number")), cell(lambda _, value: f"{value[:6]} {value[6:14]} {value[14:]}")),
    Kind("lower-case check character", filled(named("id_number")), cell(lambda _, value: value.replace("X", "x"))),
    Kind("another phone", named("phone"), cell(lambda chance, _: f"139{chance.randrange(10**8):08d}")),
    Kind("no phone", named("phone"), one_of("")),
)  # fmt: skip
