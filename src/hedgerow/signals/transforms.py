"""The eight orientations and the negative, from PDQ's coefficients of four mirror images.

With the coefficients of the picture, of it mirrored left to right, top to bottom, and both, the
turned ones follow: to turn a picture is to mirror it and to swap the two directions, which swaps
rows and columns of the coefficients. A negative changes the sign of each.

The reference's own dihedral hashes make do with one picture and changes of sign. That would be
exact if PDQ's sampling were symmetric, and it isn't: a mirrored copy then comes out up to 20 bits
away from what was banked, most of what a threshold allows.
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


# How to undo each orientation: mirror top to bottom, mirror left to right, then swap the two
# directions or not. Rotations are clockwise; to undo one is to turn as far the other way.
UNDO: tuple[tuple[int, int, bool], ...] = (
    (0, 0, False),  # none
    (0, 1, True),  # rotated_90
    (1, 1, False),  # rotated_180
    (1, 0, True),  # rotated_270
    (0, 1, False),  # mirrored: left and right
    (1, 0, False),  # flipped: top and bottom
    (0, 0, True),  # transposed
    (1, 1, True),  # transversed
)

_POSITIONS = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
_ORDER = np.stack(
    [
        (_POSITIONS.T if swap else _POSITIONS).ravel() + SIDE * SIDE * (2 * vertical + horizontal)
        for vertical, horizontal, swap in UNDO
    ]
)

ALL = tuple(Transform)
HALF = SIDE * SIDE // 2


def bits_of(coefficients: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """Bits (256,) of coefficients (16, 16): whether each is above their lower median."""
    flat = coefficients.ravel()
    median = np.partition(flat, HALF - 1)[HALF - 1]
    above: npt.NDArray[np.bool_] = flat > median
    return above


def bits_of_variants(coefficients: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """Bits (16, 256) that the picture would have had before each of the transforms in `ALL`.

    coefficients: (2, 2, 16, 16), of the picture [0, 0], of it mirrored top to bottom [1, 0], left
    to right [0, 1], and both [1, 1].
    """
    variants = coefficients.ravel()[_ORDER]
    middle = np.partition(variants, (HALF - 1, HALF), axis=1)[:, HALF - 1 : HALF + 1]
    plain = variants > middle[:, :1]
    # In the negative every sign is changed: its lower median is our upper one, seen from below.
    negative = variants < middle[:, 1:]
    return np.concatenate([plain, negative])
