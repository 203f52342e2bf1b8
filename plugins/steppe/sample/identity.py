"""Numbers with check characters, made many at a time: resident IDs, employers' codes, telephone numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Texts = NDArray[np.object_]
Bytes = NDArray[np.uint8]

# GB 11643 (ISO 7064 MOD 11-2): weights of the first 17 digits, and the character for each remainder.
_ID_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], dtype=np.int64)
_ID_CHARACTERS = np.frombuffer(b"10X98765432", dtype=np.uint8)
# GB 32100 (MOD 31-3): digits and capitals without I, O, S, V and Z.
_USCC_ALPHABET = np.frombuffer(b"0123456789ABCDEFGHJKLMNPQRTUWXY", dtype=np.uint8)
_USCC_WEIGHTS = np.array([1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28], dtype=np.int64)
# GB 11714 (MOD 11): the organisation code inside, eight digits and a check character.
_ORGANISATION_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2], dtype=np.int64)
_MOBILE_PREFIXES = np.array(
    [134, 135, 136, 137, 138, 139, 147, 150, 151, 152, 158, 159, 182, 183, 187, 188, 130, 131, 132, 155, 156, 186, 133, 153, 189]
)  # fmt: skip


def digits(values: Ints, width: int) -> Bytes:
    """Each value as a row of ``width`` ASCII digits, leading zeros kept."""
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    return (np.asarray(values, dtype=np.int64)[:, None] // powers % 10 + 48).astype(np.uint8)


def texts(characters: Bytes) -> Texts:
    """Rows of ASCII characters as str."""
    width = characters.shape[1]
    packed = np.ascontiguousarray(characters).view(f"S{width}").ravel()
    return packed.astype(f"U{width}").astype(object)


def id_characters(region: Ints, birth: Ints, sequence: Ints) -> Bytes:
    """ID numbers as rows of 18 ASCII characters.

    Args:
        region: six-digit codes.
        birth: dates as YYYYMMDD.
        sequence: 0 to 999 within region and date; odd for men.
    """
    body = np.concatenate([digits(region, 6), digits(birth, 8), digits(sequence, 3)], axis=1)
    check = _ID_CHARACTERS[(body.astype(np.int64) - 48) @ _ID_WEIGHTS % 11]
    return np.concatenate([body, check[:, None]], axis=1)


def id_numbers(region: Ints, birth: Ints, sequence: Ints) -> Texts:
    """ID numbers as text; see ``id_characters``."""
    return texts(id_characters(region, birth, sequence))


def id_check_character(first_17: str) -> str:
    """The check character that goes with 17 digits."""
    total = sum(int(digit) * int(weight) for digit, weight in zip(first_17, _ID_WEIGHTS, strict=True))
    return chr(_ID_CHARACTERS[total % 11])


def uscc(kind: str, region: Ints, serial: Ints) -> Texts:
    """Unified social credit codes: registering department and kind, region, organisation code, check character.

    Args:
        kind: two characters, such as ``91`` for a company and ``93`` for a farmers' co-operative.
        region: six-digit codes.
        serial: eight digits, one per organisation.
    """
    organisation = digits(serial, 8)
    rest = (11 - (organisation.astype(np.int64) - 48) @ _ORGANISATION_WEIGHTS % 11) % 11
    mark = np.where(rest == 10, ord("X"), rest + 48).astype(np.uint8)
    head = np.broadcast_to(np.frombuffer(kind.encode("ascii"), dtype=np.uint8), (len(serial), 2))
    body = np.concatenate([head, digits(region, 6), organisation, mark[:, None]], axis=1)
    value_of = np.zeros(256, dtype=np.int64)
    value_of[_USCC_ALPHABET] = np.arange(31)
    check = _USCC_ALPHABET[(31 - value_of[body] @ _USCC_WEIGHTS % 31) % 31]
    return texts(np.concatenate([body, check[:, None]], axis=1))


def phones(rng: np.random.Generator, count: int) -> Texts:
    """Mobile numbers of eleven digits."""
    prefix = _MOBILE_PREFIXES[rng.integers(0, len(_MOBILE_PREFIXES), count)]
    return texts(digits(prefix * 10**8 + rng.integers(0, 10**8, count), 11))


def yuan(fen: Ints) -> Texts:
    """Amounts in fen as yuan with two decimals."""
    return np.array([f"{value // 100}.{value % 100:02d}" for value in np.asarray(fen).tolist()], dtype=object)


def numbers(values: NDArray[Any]) -> Texts:
    """Whole numbers as text."""
    return np.array(list(map(str, np.asarray(values).tolist())), dtype=object)
