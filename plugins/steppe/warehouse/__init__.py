"""The warehouse: gated deliveries become visible, the facts and marts that follow from them are kept current.

``publish`` one delivery, ``identify`` its persons, ``build`` what is derived, then ``refresh_marts``: each is one transaction and safe to
run again.
"""

from __future__ import annotations

from steppe.warehouse.across import Compared, compare_sources
from steppe.warehouse.bitemporal import Change
from steppe.warehouse.content import Content, digests
from steppe.warehouse.derivation import Built, Cell, build
from steppe.warehouse.difference import compare
from steppe.warehouse.marts import Refreshed, refresh_marts
from steppe.warehouse.matching import Doubt, Identified, decide, doubts, give_numbers, identify
from steppe.warehouse.publication import Published, publish
from steppe.warehouse.reloading import Asked, Reload, Reloaded, reload

__all__ = [
    "Asked",
    "Built",
    "Cell",
    "Change",
    "Compared",
    "Content",
    "Doubt",
    "Identified",
    "Published",
    "Refreshed",
    "Reload",
    "Reloaded",
    "build",
    "compare",
    "compare_sources",
    "decide",
    "digests",
    "doubts",
    "give_numbers",
    "identify",
    "publish",
    "refresh_marts",
    "reload",
]
