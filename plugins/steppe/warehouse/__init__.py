"""The warehouse: gated deliveries become visible, the facts and marts that follow from them are kept current.

``publish`` one delivery, then ``build`` what is derived, then ``refresh_marts``: each is one transaction and safe to run again.
"""

from __future__ import annotations

from steppe.warehouse.bitemporal import Change
from steppe.warehouse.derivation import Built, Cell, build
from steppe.warehouse.difference import compare
from steppe.warehouse.marts import Refreshed, refresh_marts
from steppe.warehouse.publication import Published, publish

__all__ = ["Built", "Cell", "Change", "Published", "Refreshed", "build", "compare", "publish", "refresh_marts"]
