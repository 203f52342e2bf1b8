"""Intake: from a file in the inbox to rows of text in ``raw``, with the delivered bytes in the archive.

A delivery ends as landed, or rejected with a located reason in both languages; one bad line never fails a file.
"""

from __future__ import annotations

from steppe.intake.inbox import claim, deliver
from steppe.intake.landing import Landed, drop, is_landed, land, locked
from steppe.intake.manifest import Manifest
from steppe.intake.receiving import Received, manifest_of, receive, receive_inbox
from steppe.intake.tables import ensure_raw_tables

__all__ = [
    "Landed",
    "Manifest",
    "Received",
    "claim",
    "deliver",
    "drop",
    "ensure_raw_tables",
    "is_landed",
    "land",
    "locked",
    "manifest_of",
    "receive",
    "receive_inbox",
]
