"""What psycopg logs of its own accord quotes no row."""

from __future__ import annotations

import logging
from contextlib import suppress

import pytest
from steppe.database import Connection

ROW = b"one,two,three\n"


def test_an_error_that_psycopg_ignores_is_logged_without_the_server_s_words(
    loader: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    loader.execute("CREATE TEMPORARY TABLE narrow (one text, two text)")
    logger = logging.getLogger("psycopg")
    filters = logger.filters[:]

    def abandoned_copy() -> str:
        """A COPY that the server refuses for its first row while we give up for a reason of our own."""
        caplog.clear()
        with suppress(KeyError), loader.transaction(), loader.cursor().copy("COPY narrow FROM STDIN CSV") as copy:
            copy.write(ROW * 100_000)
            raise KeyError
        return caplog.text

    told = abandoned_copy()
    assert "BadCopyFileFormat" in told
    assert "three" not in told
    # The twin: without the filter the row is there.
    logger.filters.clear()
    try:
        assert "three" in abandoned_copy()
    finally:
        logger.filters.extend(filters)
