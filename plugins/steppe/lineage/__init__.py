"""Lineage: OpenLineage events of what the DAGs read and write, with where each column of a mart comes from. Names and counts only.

On where ``STEPPE_LINEAGE_URL`` says where to: ``file:///…/lineage.ndjson`` (a line for each event) or the ``http(s)://`` address of a
server such as Marquez.
"""

from __future__ import annotations

from steppe.lineage.datasets import Datasets, of_delivery, of_folder, of_marts
from steppe.lineage.events import told

__all__ = ["Datasets", "of_delivery", "of_folder", "of_marts", "told"]
