"""The video inside the video: what is left without bars, frames and the chrome of a phone.

What was put around a video doesn't move with it, or is one colour. So over all frames the least
and the greatest value of each pixel are kept, which at the end tell the rows and columns at the
borders in which nothing happened. Text flickers where it was compressed, and a screen has a clock:
so some frames are searched for surroundings as pictures are. The frames themselves are gone by
then; a smaller copy of each was kept. PDQ looks at 64 samples a side, but not at all that is
between: of copies half as large as these it is 10 to 20 bits off.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt

from hedgerow.signals.surroundings import picture_inside
from hedgerow.signals.types import Box

SIDE = 384
"""Pixels to a side of the copies, at most."""

MOST_COPIES = 1000
"""Copies that are kept at a time, 140 MiB; of more frames, every second, then every fourth."""

STILL = 24
"""How far a pixel may change and still be at rest: noise, and what compression makes of it."""

ONE_COLOUR = 24
"""How far the pixels of a row may lie apart, over all frames, that is of one colour."""

BUSY = 0.02
"""The part of a row's or column's pixels of which more must move, for it to be of the video."""

SMALLEST_PART = 0.25
"""The part of each side that a video takes at least, to be looked for."""

LARGEST_PART = 0.97
"""A box that leaves out less than this of either side is the whole."""

FEWEST_PIXELS = 32

SEARCHED, AGREEING = 5, 3
"""Frames that are searched for what was drawn around them, and how many have to agree."""

FIRST_LOOK = 4
"""Frames after which it is first looked whether there can be anything around the video."""

Luma = npt.NDArray[np.uint8]
_Spans = tuple[tuple[int, int], tuple[int, int]]  # rows from and to, columns from and to
_WEIGHTS = np.array([[0.299, 0.587, 0.114]], np.float32)


class Inside:
    """Frames in, boxes out."""

    def __init__(self) -> None:
        self._least: Luma | None = None
        self._greatest: Luma | None = None
        self._copies: list[Luma] = []
        self._kept = 0
        self._stride = 1
        self._steady = True  # all frames were of one size
        self._open = True  # there may be something around the video
        self._count = 0

    def add(self, pixels: Luma, *, keep: bool) -> None:
        """Look at a frame, luma (h, w) or RGB (h, w, 3); keep a copy where it is to be hashed."""
        if not self._open:
            return
        luma = pixels if pixels.ndim == 2 else np.asarray(cv2.transform(pixels, _WEIGHTS), np.uint8)
        self._count += 1
        if self._least is None or self._greatest is None:
            self._least, self._greatest = luma.copy(), luma.copy()
        elif luma.shape == self._least.shape:
            np.minimum(self._least, luma, out=self._least)
            np.maximum(self._greatest, luma, out=self._greatest)
        else:
            self._steady = False
        if keep:
            self._keep(luma)
        # What has moved once is never still again: where all has, there is no more to look for.
        # Looked at after 4, 8, 16, … frames.
        if self._count >= FIRST_LOOK and self._count.bit_count() == 1:
            spans = _coloured(self._least, self._greatest), _moving(self._least, self._greatest)
            whole = all(_is_whole(each, luma.shape) for each in spans)
            if not self._steady or (whole and self._drawn(luma.shape) is None):
                self._open = False
                self._copies.clear()

    def _keep(self, luma: Luma) -> None:
        if self._kept % self._stride == 0:
            if len(self._copies) == MOST_COPIES:
                del self._copies[1::2]
                self._stride *= 2
            height, width = luma.shape
            size = min(width, SIDE), min(height, SIDE)
            copy = cv2.resize(np.ascontiguousarray(luma), size, interpolation=cv2.INTER_AREA)
            self._copies.append(np.asarray(copy, np.uint8))
        self._kept += 1

    @property
    def stride(self) -> int:
        """Of how many frames that were to be kept one was."""
        return self._stride

    def found(self) -> Iterator[tuple[Box, Iterator[Luma]]]:
        """The boxes, and of each a picture for every `stride`-th frame that was to be kept."""
        if self._least is None or self._greatest is None or not self._steady or self._count < 2:
            return
        if not self._open:
            return
        shape = self._least.shape
        spans = _coloured(self._least, self._greatest), _moving(self._least, self._greatest)
        known: list[Box] = []
        for box in (*(_box(each, shape) for each in spans), self._drawn(shape)):
            if box is not None and all(_differ(box, other, shape) for other in known):
                known.append(box)
                yield box, self._cut(box, shape)

    def _drawn(self, shape: tuple[int, ...]) -> Box | None:
        """What some of the copies show inside surroundings that a program drew."""
        boxes = []
        for at in np.linspace(0, len(self._copies) - 1, min(SEARCHED, len(self._copies))):
            copy = self._copies[int(at)]
            box = picture_inside(copy)
            if box is not None:
                across, down = shape[1] / copy.shape[1], shape[0] / copy.shape[0]
                left, right = round(box[0] * across), round((box[0] + box[2]) * across)
                top, bottom = round(box[1] * down), round((box[1] + box[3]) * down)
                boxes.append((left, top, right - left, bottom - top))
        for box in boxes:
            if sum(not _differ(box, other, shape) for other in boxes) >= min(
                AGREEING, len(self._copies)
            ):
                return box
        return None

    def _cut(self, box: Box, shape: tuple[int, ...]) -> Iterator[Luma]:
        left, top, wide, high = box
        for copy in self._copies:
            across, down = copy.shape[1] / shape[1], copy.shape[0] / shape[0]
            size = max(1, round(wide * across)), max(1, round(high * down))
            # From pixels of the picture to those of its part, by their centres.
            sides = wide * across / size[0], high * down / size[1]
            matrix = np.array(
                [
                    [sides[0], 0, left * across + sides[0] / 2 - 0.5],
                    [0, sides[1], top * down + sides[1] / 2 - 0.5],
                ],
                np.float32,
            )
            flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
            part = cv2.warpAffine(copy, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
            yield np.asarray(part, np.uint8)


def _coloured(least: Luma, greatest: Luma) -> _Spans | None:
    """What is left without rows and columns of one colour at the borders."""
    apart = greatest.max(axis=1).astype(np.int16) - least.min(axis=1)
    rows = _span(apart > ONE_COLOUR)
    if rows is None:
        return None
    inner_least, inner_greatest = least[slice(*rows)], greatest[slice(*rows)]
    apart = inner_greatest.max(axis=0).astype(np.int16) - inner_least.min(axis=0)
    columns = _span(apart > ONE_COLOUR)
    return None if columns is None else (rows, columns)


def _moving(least: Luma, greatest: Luma) -> _Spans | None:
    """What is left without rows and columns at the borders in which nothing moved."""
    moved = greatest - least > STILL
    rows = _span(moved.mean(axis=1) > BUSY)
    if rows is None:
        return None
    columns = _span(moved[slice(*rows)].mean(axis=0) > BUSY)
    return None if columns is None else (rows, columns)


def _span(taken: npt.NDArray[np.bool_]) -> tuple[int, int] | None:
    """From the first that is taken to after the last."""
    found = np.flatnonzero(taken)
    return (int(found[0]), int(found[-1]) + 1) if len(found) else None


def _parts(spans: _Spans, shape: tuple[int, ...]) -> tuple[float, float]:
    (top, bottom), (left, right) = spans
    return (bottom - top) / shape[0], (right - left) / shape[1]


def _is_whole(spans: _Spans | None, shape: tuple[int, ...]) -> bool:
    return spans is not None and min(_parts(spans, shape)) > LARGEST_PART


def _box(spans: _Spans | None, shape: tuple[int, ...]) -> Box | None:
    """A box, where it is large enough to be a video and smaller than the whole."""
    if spans is None or _is_whole(spans, shape) or min(_parts(spans, shape)) < SMALLEST_PART:
        return None
    (top, bottom), (left, right) = spans
    box = left, top, right - left, bottom - top
    return box if min(box[2:]) >= FEWEST_PIXELS else None


def _differ(one: Box, other: Box, shape: tuple[int, ...]) -> bool:
    """Whether two boxes are so far apart that they hash differently."""
    apart = max(
        abs(one[0] - other[0]) / shape[1],
        abs(one[0] + one[2] - other[0] - other[2]) / shape[1],
        abs(one[1] - other[1]) / shape[0],
        abs(one[1] + one[3] - other[1] - other[3]) / shape[0],
    )
    return apart > (1 - LARGEST_PART) / 3
