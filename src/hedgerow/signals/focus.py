"""Where in a picture something is to be seen: without the plain ground that it was put on.

A small picture on a large plain ground, perhaps turned, would be looked at as a few thousand
pixels: too few for landmarks. So the ground is cut off first. Boxes that lie straight are found
more exactly by `boxes`; this finds only where to look.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from hedgerow.signals.types import Box

FIELDS = 48
"""Fields that the longer side is divided into."""

PLAIN = 10
"""How far the brightest and the darkest pixel of a plain field are apart, of 255."""

BUSY = 0.15
"""The part of a row's or column's fields that must not be plain. The outline of a turned frame is
two fields of each row."""

SMALLEST_PART = 0.2
"""The part of each side below which what is left is a detail, not a picture."""

WORTH_IT = 0.7
"""The part of the area that is left, above which nothing is cut off."""

_MARGIN = 1


def focus_of(luma: npt.NDArray[np.uint8]) -> Box | None:
    """The part of luma (h, w) in which there is something; None for all of it."""
    height, width = luma.shape
    side = max(1, -(-max(height, width) // FIELDS))
    rows, columns = height // side, width // side
    if min(rows, columns) < 1 / SMALLEST_PART:
        return None
    fields = luma[: rows * side, : columns * side].reshape(rows, side, columns, side)
    apart = fields.max(axis=(1, 3)).astype(np.int16) - fields.min(axis=(1, 3))
    busy = apart > PLAIN
    down, across = _span(busy, 1), _span(busy, 0)
    if down is None or across is None:
        return None
    top, bottom = (each * side for each in down)
    left, right = (each * side for each in across)
    box = left, top, min(right, width) - left, min(bottom, height) - top
    shares = box[2] / width, box[3] / height
    if min(shares) < SMALLEST_PART or shares[0] * shares[1] > WORTH_IT:
        return None
    return box


def _span(busy: npt.NDArray[np.bool_], axis: int) -> tuple[int, int] | None:
    """From the first row of fields in which enough goes on to after the last, and a little more."""
    found = np.flatnonzero(busy.mean(axis=axis) > BUSY)
    if not len(found):
        return None
    return max(0, int(found[0]) - _MARGIN), min(busy.shape[1 - axis], int(found[-1]) + 1 + _MARGIN)
