"""What the region's own agency delivers for the whole region: one module for each source, under the source's name.

A source whose contract names the agency among its senders is made by ``feeds/<source>.py``; nothing else has to name it. Each sender's
office adds its rows, month by month; when all have, the agency puts them into one delivery.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import Protocol, cast, runtime_checkable

import numpy as np

from steppe import contracts, settings
from steppe.sample.broken import Broken
from steppe.sample.days import Month
from steppe.sample.defects import Kind
from steppe.sample.delivery import Table
from steppe.sample.identity import Texts
from steppe.sample.office import Office


class Book(Protocol):
    """One office's records of a source."""

    def tables(self, month: Month, step: int) -> list[Table]:
        """The office's rows of a month, without defects, in the contract's order of resources. Asked month after month."""
        ...

    def figures(self, month: Month) -> dict[str, int]:
        """What is true of the rows just made and cannot be read from them; it goes into region.json."""
        ...


@runtime_checkable
class Suspect(Protocol):
    """A book in which something is not genuine, so that the signals can be scored against it (C7.3)."""

    def signs(self, month: Month) -> Mapping[str, Texts]:
        """Subjects by the signal that is to find them in the month just made: persons by ID number, all else by code."""
        ...


class Feed(Protocol):
    """A module of this package.

    Attributes:
        SOURCE: the contract.
        RATES: by resource, one kind's share of the rows.
        KINDS: defects of the rows.
        BROKEN: deliveries that are refused as a whole.
    """

    SOURCE: str
    RATES: Mapping[str, float]
    KINDS: tuple[Kind, ...]
    BROKEN: tuple[Broken, ...]

    def open_book(self, office: Office, months: Sequence[Month], rng: np.random.Generator) -> Book:
        """Begin an office's records; ``months`` are those delivered, the baseline before them."""
        ...


@cache
def all_feeds() -> tuple[Feed, ...]:
    """The modules of the sources that the agency delivers, in the order of the alphabet.

    ``payment`` has none: banks answer what the ledger orders, and there is no order before the ledger has posted (``sample.bank``).
    """
    return tuple(
        cast(Feed, import_module(f"{__name__}.{contract.source}"))
        for contract in contracts.load_all()
        if settings.REGION_CODE in contract.senders and contract.source != "payment"
    )
