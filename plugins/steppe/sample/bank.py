"""A bank that answers payment orders: the feed ``payment``, with the faults that banks make and the key to them.

It is no feed of the region, because what it answers is known only once the ledger has sent it: the caller hands over the lines of released
orders, as a bank gets them, and delivers the file.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from steppe import contracts
from steppe.sample import days, delivery, identity, region
from steppe.sample.days import Month
from steppe.sample.delivery import Table
from steppe.sample.identity import Texts
from steppe.sample.register import dated

SOURCE = "payment"
OVERPAID_FEN = 10_000
# The line that was sent, and the bank's line with the fault.
_KEY_COLUMNS = ("fault", "payment_reference", "line_no", "told_reference", "told_line", "told_fen")
_RETURN_REASONS = ("01", "02", "03", "04", "99")
# Strangers, who are paid by mistake, are born from here on, one a day: long before anybody in the sample who may be owed something.
_FIRST_STRANGER = (1901, 1, 1)


@dataclass(frozen=True)
class Sent:
    """A line of an order, as a bank gets it.

    Attributes:
        line_no: its number in the order.
        payee: ID number of a person, code of anybody else.
        payee_kind, fund_code: values of the contract's code lists, not their codes.
    """

    region_code: str
    payment_reference: str
    line_no: int
    programme_code: str
    fund_code: str
    payee_kind: str
    payee: str
    name: str
    amount_fen: int


@dataclass(frozen=True)
class Answered:
    """What the bank delivers, and the key: one row per fault, or per line that it did not pay."""

    file: Path
    answer_key_path: Path


@dataclass(frozen=True)
class _Line:
    """A line of the bank's file."""

    sent: Sent
    line_code: str
    is_returned: bool = False


# Makes the bank's lines of one that was sent; the text is a stranger's ID number.
Fault = Callable[[Sent, str], list[_Line]]


def _as_sent(sent: Sent) -> _Line:
    return _Line(sent, str(sent.line_no))


def _again(sent: Sent) -> _Line:
    """The same payment once more, under a number that the order does not have."""
    return _Line(sent, f"{sent.line_no}-2")


# What becomes of a line, in the key's words. The first two are no fault of the file: the money just did not arrive.
FAULTS: dict[str, Fault] = {
    "returned": lambda sent, _: [replace(_as_sent(sent), is_returned=True)],
    "unanswered": lambda _, __: [],
    "duplicate": lambda sent, _: [_as_sent(sent), _again(sent)],
    "underpaid": lambda sent, _: [_as_sent(replace(sent, amount_fen=sent.amount_fen - 1))],
    "overpaid": lambda sent, _: [_as_sent(replace(sent, amount_fen=sent.amount_fen + OVERPAID_FEN))],
    "wrong_payee": lambda sent, other: [_as_sent(replace(sent, payee=other))],
    "orphan_line": lambda sent, other: [_as_sent(sent), _again(replace(sent, payee=other))],
    "orphan_order": lambda sent, other: [
        _as_sent(sent),
        _as_sent(replace(sent, payment_reference=_unknown(sent), payee=other)),
    ],
}


def _unknown(sent: Sent) -> str:
    """A reference of the same banner and month that no order has."""
    return sent.payment_reference.rpartition("-")[0] + "-9999"


def answer(out: Path, sent: Sequence[Sent], month: str, seed: int, share: float = 0.02) -> Answered:
    """Write what the bank says of the lines in a month: paid, but for the faults, each in a share of the lines and in one at least.

    Args:
        out: a folder; ``answer_key.csv`` goes beside the delivery.
        month: ``YYYY-MM``, not before that of the orders.
        seed: the same lines and seed make the same bytes.
        share: of the lines that persons get, for each fault.

    Raises:
        ValueError: there are fewer lines than faults.
    """
    when, chance = Month.parse(month), np.random.default_rng([seed, 5])
    able = [place for place, line in enumerate(sent) if line.payee_kind == "person" and line.amount_fen > 1]
    each = max(1, round(share * len(able)))
    if len(able) < each * len(FAULTS):
        raise ValueError(f"{len(able)} lines to persons cannot bear {len(FAULTS)} faults in {each} each")
    drawn = iter(chance.permutation(able).tolist())
    fault_of = {next(drawn): fault for fault in FAULTS for _ in range(each)}
    strangers = iter(_strangers([int(sent[place].region_code) for place in fault_of]))
    lines: list[_Line] = []
    key: list[dict[str, object]] = []
    for place, line in enumerate(sent):
        fault = fault_of.get(place)
        made = FAULTS[fault](line, next(strangers)) if fault else [_as_sent(line)]
        lines += made
        if fault:
            told = made[-1] if made else _as_sent(line)
            values = (
                fault,
                line.payment_reference,
                line.line_no,
                told.sent.payment_reference,
                told.line_code,
                told.sent.amount_fen,
            )
            key.append(dict(zip(_KEY_COLUMNS, values, strict=True)))
    out.mkdir(parents=True, exist_ok=True)
    return Answered(_write(out, lines, when, chance), _write_key(out / "answer_key.csv", key))


def _strangers(regions: list[int]) -> Texts:
    """An ID number for each region in turn, no two alike."""
    born = days.as_number(days.day(*_FIRST_STRANGER) + np.arange(len(regions)))
    return identity.id_numbers(np.array(regions), born, np.full(len(regions), 999))


def _write(out: Path, lines: Sequence[_Line], when: Month, chance: np.random.Generator) -> Path:
    agency = region.agency()
    file = delivery.file(_table(lines, when, chance), agency)
    said = delivery.manifest(SOURCE, agency.code, when, [file])
    return delivery.write_zip(out / f"{SOURCE}_{agency.code}_{when.code}.zip", delivery.members(said, [file]), when)


def _table(lines: Sequence[_Line], when: Month, chance: np.random.Generator) -> Table:
    paid_on = when.first_day + chance.integers(0, when.days, len(lines))
    is_returned = np.array([line.is_returned for line in lines])
    returned_on = np.where(is_returned, np.minimum(paid_on + chance.integers(0, 9, len(lines)), when.last_day), -1)
    reasons = np.array(_RETURN_REASONS, dtype=object)[chance.integers(0, len(_RETURN_REASONS), len(lines))]
    columns = {
        "payment_reference": [line.sent.payment_reference for line in lines],
        "line_code": [line.line_code for line in lines],
        "region_code": [line.sent.region_code for line in lines],
        "payee_kind": _codes("payee_kind", [line.sent.payee_kind for line in lines]),
        "id_number": [line.sent.payee if line.sent.payee_kind == "person" else "" for line in lines],
        "payee_code": ["" if line.sent.payee_kind == "person" else line.sent.payee for line in lines],
        "name": [line.sent.name for line in lines],
        "programme_code": [line.sent.programme_code for line in lines],
        "fund_code": _codes("fund", [line.sent.fund_code for line in lines]),
        "amount_fen": [delivery.amount(line.sent.amount_fen) for line in lines],
        "paid_on": days.as_text(paid_on),
        "status": _codes("payment_status", ["returned" if line.is_returned else "paid" for line in lines]),
        "returned_on": dated(returned_on),
        "return_reason": np.where(is_returned, reasons, ""),
    }
    resource = contracts.load(SOURCE).resource("payment_line")
    return Table.of(resource, {name: np.array(values, dtype=object) for name, values in columns.items()}, {})


def _codes(name: str, values: Sequence[str]) -> list[str]:
    """The contract's codes of values."""
    code_of = {value: code for code, value in contracts.load(SOURCE).code_lists[name].values.items()}
    return [code_of[value] for value in values]


def _write_key(path: Path, key: Sequence[dict[str, object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, _KEY_COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(key)
    return path
