"""The picture inside the picture: what a frame, bars, a caption or a phone's screen surround.

A hash of the whole picture moves with its surroundings. What was put around a picture leaves it
whole, though, so it can be found again, cut out and hashed as if it had come alone.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from hedgerow.signals.outlines import Look, Luma, Rectangle, Reduced, rectangles
from hedgerow.signals.types import Box

MAX_BOXES = 3
"""Boxes told of one picture, at most: each is hashed and looked up."""

SEARCHED_SIDE = 200
"""A picture is searched at about this many pixels a side (the root of their product)."""

DEPTH = 3
"""How often boxes are looked for inside the best one: a frame in a screen, a picture in a frame."""

ALIKE = 0.01
"""Boxes whose sides are all this near, as a share of the shorter side, are told once."""

SMALLEST_BOX = 16
"""Pixels of a side below which a box is not told."""

LOOKS = (Look(flat=1, jump=3), Look(flat=3, jump=12, line=0.85, evidence=0.3))
"""How it is looked for, until something is found: first for surroundings of plain colours, as
programs draw them, then for smooth ones, such as a blurred copy of the picture itself."""

_LUMA_WEIGHTS = np.array([0.299, 0.587, 0.114], np.float32)
# Rows and columns below which there is nothing to search in.
_SMALLEST_GRID = 8
# An edge is looked for pixel by pixel at this many places along it, or up to twice as many; a
# step of more levels than this counts as this.
_PLACES, _STEP = 256, 48

Pixels = npt.NDArray[np.uint8] | npt.NDArray[np.float32]


def boxes_in(pixels: Pixels) -> tuple[Box, ...]:
    """Boxes in luma (h, w) or RGB (h, w, 3), 0 to 255, that may be pictures of their own.

    At most MAX_BOXES of (left, top, width, height) in pixels, best first; none of a picture that
    nothing surrounds, and never the whole picture.
    """
    height, width = pixels.shape[:2]
    found: list[Box] = []
    within: Box | None = (0, 0, width, height)
    for _ in range(DEPTH):
        if within is None:
            break
        left, top, wide, high = within
        inner = _boxes_of(pixels[top : top + high, left : left + wide])
        boxes = [(left + box[0], top + box[1], box[2], box[3]) for box in inner]
        for box in boxes:
            if not any(_are_alike(box, other) for other in found):
                found.append(box)
        within = boxes[0] if boxes else None
    return tuple(found[:MAX_BOXES])


def _are_alike(one: Box, other: Box) -> bool:
    """Whether both hash much alike, so that one of them will do."""
    off = max(1, round(ALIKE * min(one[2:])))
    ends = zip(_corners(one), _corners(other), strict=True)
    return all(abs(here - there) <= off for here, there in ends)


def _corners(box: Box) -> Box:
    left, top, width, height = box
    return left, top, left + width, top + height


def _boxes_of(pixels: Pixels) -> list[Box]:
    """Boxes right inside these pixels, best first."""
    height, width = (int(side) for side in pixels.shape[:2])
    stride = max(1, round((height * width) ** 0.5 / SEARCHED_SIDE))
    if min(height, width) < (_SMALLEST_GRID + 1) * stride:
        return []
    luma = _luma(pixels)
    picture = Reduced(luma, stride)
    for look in LOOKS:
        found = rectangles(picture, look)
        if found:
            boxes = [_to_the_pixel(luma, each, stride) for each in found]
            return [box for box in boxes if _is_inside(box, height, width)]
    return []


def _is_inside(box: Box, height: int, width: int) -> bool:
    return min(box[2:]) >= SMALLEST_BOX and box[2:] != (width, height)


def _luma(pixels: Pixels) -> Luma:
    if pixels.ndim == 3:
        pixels = pixels @ _LUMA_WEIGHTS
    if pixels.dtype == np.uint8:
        return pixels  # type: ignore[return-value]  # NumPy's types don't follow from dtype
    return np.asarray(np.clip(np.rint(pixels), 0, 255), np.uint8)


def _to_the_pixel(luma: Luma, found: Rectangle, stride: int) -> Box:
    """The box of a rectangle that was found among every `stride`-th pixel."""
    height, width = luma.shape
    left, top, right, bottom = (
        side * stride for side in (found.left, found.top, found.right, found.bottom)
    )
    right = width if right > width - 2 * stride else right
    bottom = height if bottom > height - 2 * stride else bottom
    rows = luma[:, left : right : max(1, (right - left) // _PLACES)]
    columns = luma[top : bottom : max(1, (bottom - top) // _PLACES)].T
    left, right = _edge(columns, left, stride), _edge(columns, right, stride)
    top, bottom = _edge(rows, top, stride), _edge(rows, bottom, stride)
    return left, top, right - left, bottom - top


def _edge(lines: Luma, near: int, stride: int) -> int:
    """The number of the line about `near` that differs most from the one before it."""
    if near in (0, len(lines)):
        return near
    low, high = max(near - stride - 2, 1), min(near + stride + 2, len(lines) - 1)
    part = lines[low - 1 : high + 1].astype(np.int16)
    steps = np.minimum(np.abs(part[1:] - part[:-1]), _STEP).sum(axis=1)
    return low + int(np.argmax(steps))
