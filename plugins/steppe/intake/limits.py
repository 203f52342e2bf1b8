"""What a delivery may cost before it is refused. Far above any real delivery, far below what would hurt the machine."""

from __future__ import annotations

import shutil
from pathlib import Path

MAX_MEMBERS = 200  # files in one delivery; a contract asks for a handful
MAX_MANIFEST_BYTES = 1 << 20
MAX_DIRECTORY_BYTES = 4 << 20  # a zip's central directory, read in one piece
MAX_LINE_BYTES = 1 << 20
MAX_RATIO = 200  # unpacked to packed; registers in CSV reach 10 to 50
RATIO_APPLIES_FROM_BYTES = 32 << 20
MAX_UNPACKED_BYTES = 32 << 30
MAX_WORKBOOK_BYTES = 512 << 20  # the XML inside one workbook
MAX_WORKBOOK_CELLS = 3_000_000  # the reader keeps every cell between A1 and the last one
CHUNK_BYTES = 1 << 20
TWO_STREAMS_FROM_BYTES = 8 << 20


def max_unpacked_bytes(folder: Path) -> int:
    """How much a delivery may unpack to: half of what is free where it is unpacked, and never more than 32 GiB."""
    return min(MAX_UNPACKED_BYTES, shutil.disk_usage(folder).free // 2)
