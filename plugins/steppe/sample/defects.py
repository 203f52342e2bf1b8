"""What a row-level defect is and where it is put: in rows that no other row depends on, never more than a file may bear.

Each kind names the rules that must be among those reported for its rows. A kind of two rows (``cost`` 2) breaks both.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from steppe.sample.delivery import Table
from steppe.sample.identity import id_check_character

Level = Literal["row", "warning", "duplicate"]
FORMULA = "=HYPERLINK(0)"
BEARABLE_SHARE = 0.047  # of a file's rows; the contracts reject a delivery beyond 0.05


@dataclass(frozen=True)
class Place:
    """Where a defect goes: the table and the row, with chance at hand and facts of the delivery."""

    table: Table
    at: int
    chance: random.Random
    period: str  # YYYYMM
    next_period: str
    other_region: str  # a banner of another sender

    def set(self, **values: str) -> list[int]:
        for name, value in values.items():
            self.table.columns[name][self.at] = value
        return [self.at]

    def get(self, name: str) -> str:
        return self.table.columns[name][self.at]

    def repeat(self, **values: str) -> int:
        """A second row like this one, with other values."""
        return self.table.add(self.table.row(self.at) | values, self.chance, after=self.at)

    def both(self, **values: str) -> list[int]:
        return [self.at, self.repeat(**values)]


Act = Callable[[Place], list[int]]


@dataclass(frozen=True)
class Kind:
    """One kind of defect."""

    name: str
    resource: str
    rules: tuple[str, ...]
    act: Act
    note: str
    level: Level = "row"
    pool: str = "any"
    cost: int = 1
    csv_only: bool = False


def change(**values: str) -> Act:
    return lambda place: place.set(**values)


def both(**values: str) -> Act:
    """Two rows of one key: the row, and another like it with other values."""
    return lambda place: place.both(**values)


def break_line(how: str) -> Act:
    def act(place: Place) -> list[int]:
        place.table.breaks[place.at] = how
        return [place.at]

    return act


def repeat_exactly(place: Place) -> list[int]:
    """The same row again; only the second is the duplicate."""
    return [place.repeat()]


def wrong_check_digit(place: Place, column: str = "id_number") -> list[int]:
    text = place.get(column)
    wrong = "0" if text[17].upper() != "0" else "1"
    return place.set(**{column: text[:17] + wrong})


def as_float(place: Place) -> list[int]:
    """What a spreadsheet makes of eighteen digits."""
    return place.set(id_number=f"{float(place.get('id_number')[:17] + '0'):.5E}")


def wrong_uscc(column: str) -> Act:
    def act(place: Place) -> list[int]:
        text = place.get(column)
        return place.set(**{column: text[:17] + ("A" if text[17] != "A" else "B")})

    return act


def of_another_sender(place: Place) -> list[int]:
    values = {"region_code": place.other_region}
    if "village_code" in place.table.columns:
        values["village_code"] = place.other_region + place.get("village_code")[6:]
    return place.set(**values)


def rebuilt_id(place: Place, *, birth: str | None = None) -> str:
    """The row's ID with another date of birth and the right check character."""
    text = place.get("id_number")
    first = text[:6] + (birth or text[6:14]) + text[14:17]
    return first + id_check_character(first)


def plus(column: str, fen: int) -> Act:
    """Raise an amount."""

    def act(place: Place) -> list[int]:
        yuan, _, rest = place.get(column).partition(".")
        total = int(yuan + rest) + fen
        return place.set(**{column: f"{total // 100}.{total % 100:02d}"})

    return act


def next_month(column: str) -> Act:
    return lambda place: place.set(**{column: place.next_period})


def name_control(place: Place) -> list[int]:
    return place.set(name=place.get("name") + "\x07")


def row_kind(
    resource: str,
    name: str,
    rule: str,
    act: Act,
    note: str,
    *,
    pool: str = "any",
    pair: bool = False,
    is_warning: bool = False,
) -> Kind:
    """A kind under one rule of its resource, or of the format; ``pair`` when it breaks two rows."""
    is_format = rule.startswith("format.")
    return Kind(
        name=f"{resource}.{name}",
        resource=resource,
        rules=(rule if is_format else f"{resource}.{rule}",),
        act=act,
        note=note,
        level="warning" if is_warning else "row",
        pool=pool,
        cost=0 if is_warning else 1 + pair,
        csv_only=is_format or act is name_control,
    )


def repeated(resource: str) -> Kind:
    return Kind(f"{resource}.repeated", resource, (), repeat_exactly, "完全重复行", level="duplicate", cost=0)


@dataclass(frozen=True)
class Slot:
    """A file that can bear defects: about so many rows."""

    sender: str
    period: str
    resource: str
    rows: int
    is_csv: bool


def plan(
    kinds: Sequence[Kind], slots: Sequence[Slot], rates: Mapping[str, float], seed: int
) -> dict[tuple[str, str, str], list[Kind]]:
    """Which kinds go into which file (sender, period, resource): every kind once if the files can bear it, then up to its rate.

    Args:
        rates: by resource, the share of its rows that one kind may take.
    """
    chance = random.Random(seed)  # noqa: S311 - a reproducible sample
    found: dict[tuple[str, str, str], list[Kind]] = {}
    for resource in dict.fromkeys(slot.resource for slot in slots):
        files = [slot for slot in slots if slot.resource == resource]
        left = {slot: int(slot.rows * BEARABLE_SHARE) for slot in files}
        all_rows = sum(slot.rows for slot in files)
        wanted = min(60, max(1, round(rates[resource] * all_rows)))
        own = sorted((kind for kind in kinds if kind.resource == resource), key=lambda kind: -kind.cost)
        for _ in range(wanted):
            for kind in own:
                able = [slot for slot in files if left[slot] >= kind.cost and (slot.is_csv or not kind.csv_only)]
                if not able:
                    continue
                if kind.pool != "any":  # rare rows are sure to be found in large files only
                    able = sorted(able, key=lambda slot: -slot.rows)[: max(1, len(able) // 4)]
                slot = chance.choices(able, weights=[1 + left[slot] for slot in able])[0]
                left[slot] -= kind.cost
                found.setdefault((slot.sender, slot.period, slot.resource), []).append(kind)
    return found


@dataclass(frozen=True)
class Seeded:
    """A defect that stands in a table."""

    kind: Kind
    rows: list[int]


def sow(
    table: Table, kinds: Sequence[Kind], make_place: Callable[[Table, int], Place], rng: np.random.Generator
) -> list[Seeded]:
    """Put the kinds into rows of the table, no row twice."""
    taken: set[int] = set()
    seeded = []
    orders = {name: rng.permutation(rows).tolist() for name, rows in table.pools.items()}
    # Kinds that need rare rows choose first.
    for kind in sorted(kinds, key=lambda kind: len(table.pools.get(kind.pool, ()))):
        order = orders.get(kind.pool, [])
        while order and order[-1] in taken:
            order.pop()
        if not order:
            continue
        at = order.pop()
        taken.add(at)
        seeded.append(Seeded(kind, kind.act(make_place(table, at))))
    return seeded
