"""What goes back to the clerk who sent a delivery: the rows to correct, and the corrected delivery made from them.

A workbook holds the sender's own rows, so it stays in a folder of the installation that no other user reads; alerts name its path only.
"""

from __future__ import annotations

from steppe.clerk.correcting import correct
from steppe.clerk.offences import Returned, gather, refused
from steppe.clerk.questions import question
from steppe.clerk.reports import hand_back, save
from steppe.clerk.workbook import write

__all__ = ["Returned", "correct", "gather", "hand_back", "question", "refused", "save", "write"]
