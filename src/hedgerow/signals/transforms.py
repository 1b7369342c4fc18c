"""The eight orientations and the negative, as rearrangements of PDQ's 16×16 coefficients.

Mirroring a picture changes the sign of every odd horizontal frequency, turning it also swaps the
two directions, and a negative changes every sign: so the hashes of all sixteen variants follow
from one set of coefficients (row: vertical frequency 1..16, column: horizontal 1..16).
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import numpy.typing as npt

SIDE = 16


class Transform(StrEnum):
    """What was done to the banked picture to make the upload."""

    NONE = "none"
    ROTATED_90 = "rotated_90"
    ROTATED_180 = "rotated_180"
    ROTATED_270 = "rotated_270"
    MIRRORED = "mirrored"
    FLIPPED = "flipped"
    TRANSPOSED = "transposed"
    TRANSVERSED = "transversed"
    NEGATIVE = "negative"
    NEGATIVE_ROTATED_90 = "negative_rotated_90"
    NEGATIVE_ROTATED_180 = "negative_rotated_180"
    NEGATIVE_ROTATED_270 = "negative_rotated_270"
    NEGATIVE_MIRRORED = "negative_mirrored"
    NEGATIVE_FLIPPED = "negative_flipped"
    NEGATIVE_TRANSPOSED = "negative_transposed"
    NEGATIVE_TRANSVERSED = "negative_transversed"


_odd = (np.arange(SIDE) % 2 == 0).astype(bool)  # row 0 holds frequency 1
_ROWS = np.where(_odd, -1.0, 1.0).astype(np.float32)[:, np.newaxis] * np.ones((1, SIDE), np.float32)
_COLUMNS = _ROWS.T
_PLAIN = np.ones((SIDE, SIDE), np.float32)

# How to undo each orientation: swap the two directions or not, then these signs. Rotations are
# clockwise; to undo a quarter turn clockwise is to turn a quarter counter-clockwise.
_UNDO: tuple[tuple[bool, npt.NDArray[np.float32]], ...] = (
    (False, _PLAIN),  # none
    (True, _ROWS),  # rotated_90
    (False, _ROWS * _COLUMNS),  # rotated_180
    (True, _COLUMNS),  # rotated_270
    (False, _COLUMNS),  # mirrored: left and right
    (False, _ROWS),  # flipped: top and bottom
    (True, _PLAIN),  # transposed
    (True, _ROWS * _COLUMNS),  # transversed
)

_POSITIONS = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
_ORDER = np.stack([(_POSITIONS.T if swap else _POSITIONS).ravel() for swap, _signs in _UNDO])
_SIGNS = np.stack([signs.ravel() for _swap, signs in _UNDO])

ALL = tuple(Transform)
HALF = SIDE * SIDE // 2


def bits_of(coefficients: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """Bits (256,) of coefficients (16, 16): whether each is above their lower median."""
    flat = coefficients.ravel()
    median = np.partition(flat, HALF - 1)[HALF - 1]
    above: npt.NDArray[np.bool_] = flat > median
    return above


def bits_of_variants(coefficients: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """Bits (16, 256) that the picture would have had before each of the transforms in `ALL`."""
    variants = coefficients.ravel()[_ORDER] * _SIGNS
    middle = np.partition(variants, (HALF - 1, HALF), axis=1)[:, HALF - 1 : HALF + 1]
    plain = variants > middle[:, :1]
    # In the negative every sign is changed: its lower median is our upper one, seen from below.
    negative = variants < middle[:, 1:]
    return np.concatenate([plain, negative])
