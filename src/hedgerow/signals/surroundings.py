"""What of a picture is the picture, and what was put around it by a program.

The screen of a phone, a caption or the frame of a joke is the same around very different
pictures, and full of corners. What is alike there says nothing of the pictures.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from hedgerow.signals.boxes import boxes_in
from hedgerow.signals.types import Box

STRIDE_SIDE = 300
"""Pixels of a side, about, of which those around a box are looked at."""

PLAIN_STEP = 2
"""Levels that two neighbours of a plain ground may differ by: programs draw them alike, and JPEG
ripples a little."""

PLAIN_SHARE = 0.5
"""Of what is around a box, what must be plain for it to be surroundings and no part of a scene."""


def picture_inside(luma: npt.NDArray[np.uint8]) -> Box | None:
    """The innermost picture in luma (h, w) that something drawn surrounds; None for none."""
    inside: Box | None = None
    for box in boxes_in(luma):
        outer = inside or (0, 0, luma.shape[1], luma.shape[0])
        if _contains(outer, box) and _is_plain_around(luma, outer, box):
            inside = box
    return inside


def _contains(outer: Box, box: Box) -> bool:
    return (
        outer[0] <= box[0]
        and outer[1] <= box[1]
        and box[0] + box[2] <= outer[0] + outer[2]
        and box[1] + box[3] <= outer[1] + outer[3]
    )


def _is_plain_around(luma: npt.NDArray[np.uint8], outer: Box, box: Box) -> bool:
    """Whether most of what is in the outer box and not in the inner one is plain."""
    stride = max(1, round((outer[2] * outer[3]) ** 0.5 / STRIDE_SIDE))
    part = luma[outer[1] : outer[1] + outer[3] : stride, outer[0] : outer[0] + outer[2]]
    steps = np.abs(np.diff(part.astype(np.int16), axis=1))[:, ::stride] <= PLAIN_STEP
    around = np.ones(steps.shape, np.bool_)
    top, left = (box[1] - outer[1]) // stride, (box[0] - outer[0]) // stride
    around[top : top + -(-box[3] // stride), left : left + -(-box[2] // stride)] = False
    return bool(around.any() and steps[around].mean() >= PLAIN_SHARE)
