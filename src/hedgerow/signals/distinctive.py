"""What was learned of the descriptions of corners: what is common, and which way round one is.

Three things, from the landmarks of ordinary photographs (`bench/landmarks_learning.py`, which
writes `learned.npz`). None decides what is right, only what is quick:

- `common`: the few patterns that most of the look of ordinary corners and edges is made of. A
  landmark that is little else is like a hundred thousand others, says nothing, and costs most of
  the search.
- `handed`, `toned`: directions that tell a landmark from its mirror image, and from its negative.
  They choose one of a landmark's four views to be banked, and to be searched for: one instead of
  four. Where that choice is a close one a copy may choose otherwise; asking in both views as well
  made a third more to search, and found one copy more in four hundred.
- `order`: the order of the 256 bits in which the index has least to look at. It cuts a code into
  runs of neighbours; bits that repeat each other crowd its tables (`bench/landmarks_order.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

LEARNED = "learned.npz"

RATHER_COMMON = 3.7
"""Squared bits above the least that a landmark must have of its own, up to which it is rather
common: so are three of ten that are banked."""


@dataclass(frozen=True, eq=False)
class Learned:
    """mean: float32 (256,). common: (256, k). handed, toned: (256,). order: (256,) int64.

    least_own: what a code must have besides what is common, in squared bits.
    """

    mean: Floats
    common: Floats
    handed: Floats
    toned: Floats
    order: npt.NDArray[np.int64]
    least_own: float


@cache
def learned() -> Learned:
    """What was learned, from the file beside this one."""
    with (files(__package__) / LEARNED).open("rb") as file, np.load(file) as arrays:
        return Learned(
            arrays["mean"],
            arrays["common"],
            arrays["handed"],
            arrays["toned"],
            arrays["order"],
            float(arrays["least_own"]),
        )


def bits(codes: Codes) -> Floats:
    """Codes (…, 32) as zeros and ones (…, 256)."""
    return np.unpackbits(codes, axis=-1).astype(np.float32)


def own_of(codes: Codes, known: Learned) -> Floats:
    """What each code (n, 32) has besides what is common, in squared bits (n,)."""
    centred = bits(codes) - known.mean
    in_common = centred @ known.common
    return np.asarray(np.einsum("ij,ij->i", centred, centred) - (in_common**2).sum(axis=1))


def is_distinctive(codes: Codes) -> npt.NDArray[np.bool_]:
    """Whether each code (n, 32) is more than what is common to most corners."""
    return np.asarray(own_of(codes, learned()) > learned().least_own)


def is_rather_common(codes: Codes) -> npt.NDArray[np.bool_]:
    """Whether each code (n, 32) is like so many others that it must be nearer to tell anything."""
    return np.asarray(own_of(codes, learned()) <= learned().least_own + RATHER_COMMON)


def ordered(codes: Codes) -> Codes:
    """Codes (…, 32) with their bits in the order that the index likes."""
    return np.packbits(np.unpackbits(codes, axis=-1)[..., learned().order], axis=-1)


def views_of(codes: Codes, known: Learned | None = None) -> npt.NDArray[np.int64]:
    """Which of its four views (n, 4, 32) is each landmark's own (n,).

    The tone first, by both hands together; then the hand, by that tone alone. So a mirrored copy
    chooses the same tone and the other hand, and a negative copy the other tone and in it the same
    hand: what both choose is the same look.
    """
    known = known or learned()
    directions = np.stack([known.handed, known.toned], axis=1)
    hand_of_view, tone_of_view = np.moveaxis(bits(codes) @ directions, 2, 0)  # (n, 4) each
    tone = tone_of_view[:, :2].sum(axis=1) - tone_of_view[:, 2:].sum(axis=1)
    hands = hand_of_view[:, 0::2] - hand_of_view[:, 1::2]  # (n, 2): in the picture, in its negative
    negative = (tone < 0).astype(np.int64)
    mirrored = hands[np.arange(len(hands)), negative] < 0
    return np.asarray(2 * negative + mirrored)
