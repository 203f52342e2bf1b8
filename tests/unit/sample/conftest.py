"""A small sample, made once for the tests of this folder."""

from __future__ import annotations

import pytest
from sample_reader import MONTHS, SCALE, SEED, Made, read
from steppe import sample


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("sample")
    done = sample.generate(folder, SCALE, MONTHS, SEED)
    return read(folder, done.answer_key_path)
