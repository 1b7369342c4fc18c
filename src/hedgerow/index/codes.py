"""256-bit codes as rows of four 64-bit words.

A code is written as 64 hexadecimal digits and held as ``uint64[4]``, most significant word
first, so that codes sort as their hexadecimal strings do.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

BITS = 256
WORDS = 4
HEX_DIGITS = 64

MIN_KEY, MAX_KEY = -(2**63), 2**63 - 1
"""Keys are from the one up to, not including, the other."""

Codes = npt.NDArray[np.uint64]
"""``uint64`` array of shape (n, 4): n codes."""

Keys = npt.NDArray[np.int64]
"""``int64`` array of shape (n,): what the caller knows each code by."""


def codes_from_hex(values: Sequence[str]) -> Codes:
    """Codes (n, 4) from n strings of 64 hexadecimal digits.

    Raises ValueError where a string is not 64 hexadecimal digits.
    """
    for value in values:
        if len(value) != HEX_DIGITS:
            raise ValueError(f"a 256-bit code has {HEX_DIGITS} hexadecimal digits: {value[:80]!r}")
    raw = bytes.fromhex("".join(values))
    if len(raw) != len(values) * BITS // 8:
        raise ValueError("a code may hold hexadecimal digits only")
    words = np.frombuffer(raw, dtype=">u8").astype(np.uint64)
    return words.reshape(len(values), WORDS)


def codes_from_bytes(raw: npt.NDArray[np.uint8]) -> Codes:
    """Codes of 32 bytes each (n, 32), in the order that their hexadecimal digits have."""
    return np.ascontiguousarray(raw).view(">u8").astype(np.uint64)


def codes_to_hex(codes: Codes) -> list[str]:
    """The 64 lower-case hexadecimal digits of each of the codes (n, 4)."""
    raw = np.ascontiguousarray(codes, dtype=np.uint64).astype(">u8").tobytes().hex()
    return [raw[start : start + HEX_DIGITS] for start in range(0, len(raw), HEX_DIGITS)]


def as_codes(codes: npt.ArrayLike) -> Codes:
    """`codes` as a C-contiguous ``uint64`` array (n, 4); one code (4,) becomes (1, 4).

    Raises ValueError for any other shape and TypeError for other than unsigned 64-bit words.
    """
    array = np.asarray(codes)
    if array.dtype != np.uint64:
        raise TypeError(f"codes are uint64 words, not {array.dtype}: see codes_from_hex")
    if array.ndim == 1:
        array = array[np.newaxis]
    if array.ndim != 2 or array.shape[1] != WORDS:
        raise ValueError(f"codes have the shape (n, {WORDS}), not {array.shape}")
    return np.ascontiguousarray(array)


def as_keys(keys: npt.ArrayLike, count: int) -> Keys:
    """`keys` as ``int64`` of shape (count,); raises ValueError or TypeError where they are not.

    The largest number of 64 bits is no key: no half-open range of such numbers could hold it.
    """
    array = np.atleast_1d(np.asarray(keys))
    if array.size and array.dtype.kind not in "iu":
        raise TypeError(f"keys are whole numbers, not {array.dtype}")
    if array.shape != (count,):
        raise ValueError(f"{count} codes need {count} keys, not an array of shape {array.shape}")
    if array.size and int(array.max()) >= MAX_KEY:
        raise ValueError(f"keys are below {MAX_KEY}, not {int(array.max())}")
    return np.ascontiguousarray(array, dtype=np.int64)
