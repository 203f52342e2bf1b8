"""Numbers with check characters against python-stdnum, and a twin of each that fails."""

from __future__ import annotations

import numpy as np
import pytest
from stdnum.cn import ric, uscc
from stdnum.exceptions import InvalidChecksum, ValidationError
from stdnum.iso7064 import mod_11_2
from steppe.sample import identity, region

COUNT = 2_000


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(11)


def test_id_numbers_have_the_check_character_that_stdnum_computes(rng: np.random.Generator) -> None:
    places = region.home_counties()[rng.integers(0, 103, COUNT)]
    birth = rng.integers(1930, 2020, COUNT) * 10_000 + rng.integers(1, 13, COUNT) * 100 + rng.integers(1, 29, COUNT)
    made = identity.id_numbers(places, birth, rng.integers(0, 1000, COUNT))
    assert {len(number) for number in made} == {18}
    assert all(ric.calc_check_digit(number) == number[17] for number in made)
    assert all(mod_11_2.is_valid(number) for number in made)
    assert {number[17] for number in made} == set("0123456789X")
    assert [identity.id_check_character(number[:17]) for number in made] == [number[17] for number in made]


def test_a_changed_digit_is_noticed(rng: np.random.Generator) -> None:
    (made,) = identity.id_numbers(np.array([150402]), np.array([19850101]), np.array([123]))
    wrong = made[:10] + str((int(made[10]) + 1) % 10) + made[11:]
    assert mod_11_2.is_valid(made)
    assert not mod_11_2.is_valid(wrong)


@pytest.mark.parametrize("kind", ["91", "93"])
def test_credit_codes_are_valid_for_stdnum_and_so_is_the_organisation_code_inside(
    kind: str, rng: np.random.Generator
) -> None:
    places = region.county_codes()[rng.integers(0, 2_000, COUNT)]
    made = identity.uscc(kind, places, rng.choice(10**8, COUNT, replace=False))
    assert all(uscc.validate(code) == code for code in made)
    assert len(set(made)) == COUNT
    weights = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714
    for code in made[:200]:
        rest = (11 - sum(int(digit) * weight for digit, weight in zip(code[8:16], weights, strict=True)) % 11) % 11
        assert code[16] == ("X" if rest == 10 else str(rest))


def test_a_changed_credit_code_is_noticed() -> None:
    (made,) = identity.uscc("91", np.array([150402]), np.array([12345678]))
    wrong = made[:9] + str((int(made[9]) + 1) % 10) + made[10:]
    with pytest.raises((InvalidChecksum, ValidationError)):
        uscc.validate(wrong)


def test_phones_and_amounts_are_written_as_the_contract_asks(rng: np.random.Generator) -> None:
    assert all(
        len(number) == 11 and number.startswith("1") and number.isdigit() for number in identity.phones(rng, 500)
    )
    assert identity.yuan(np.array([0, 5, 120, 123_456])).tolist() == ["0.00", "0.05", "1.20", "1234.56"]
