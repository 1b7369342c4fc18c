"""Shapes with soft edges, painted on an array: enough to draw the test picture.

Each shape tells how much of every pixel it covers, from its distance to the pixel's middle.
Coordinates are in pixels, x to the right and y downwards.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Colour = tuple[int, int, int]
Point = tuple[float, float]


class Canvas:
    """A square picture, `side` pixels wide, that is painted on."""

    def __init__(self, side: int) -> None:
        self.side = side
        self._pixels: Floats = np.zeros((side, side, 3))
        middles: Floats = np.arange(side, dtype=np.float64) + 0.5
        self._x, self._y = middles[np.newaxis, :], middles[:, np.newaxis]

    def pixels(self) -> npt.NDArray[np.uint8]:
        """What was painted, as RGB (side, side, 3)."""
        return np.round(self._pixels).astype(np.uint8)

    def fade(self, top: Colour, bottom: Colour) -> None:
        """Fill everything, from one colour at the top to another at the bottom."""
        share = (self._y / self.side)[:, :, np.newaxis]
        self._pixels[:] = np.array(top) * (1 - share) + np.array(bottom) * share

    def disc(self, middle: Point, radius: float, colour: Colour) -> None:
        """A filled circle."""
        self.stroke([middle, middle], 2 * radius, colour)

    def stroke(self, points: Sequence[Point], width: float, colour: Colour) -> None:
        """A line from point to point, with round ends and corners."""
        xs, ys = zip(*points, strict=True)
        reach = width / 2 + 1
        columns = self._stretch(min(xs) - reach, max(xs) + reach)
        rows = self._stretch(min(ys) - reach, max(ys) + reach)
        x, y = self._x[:, columns], self._y[rows]
        nearest = np.full((y.size, x.size), np.inf)
        for start, end in pairwise(points):
            np.minimum(nearest, _distance(x, y, start, end), out=nearest)
        self._paint(rows, columns, width / 2 - nearest, colour)

    def board(self, corner: Point, opposite: Point, rounding: float, colour: Colour) -> None:
        """A filled rectangle with round corners, given by its upper left and lower right one."""
        middle = [(one + other) / 2 for one, other in zip(corner, opposite, strict=True)]
        half = [(other - one) / 2 - rounding for one, other in zip(corner, opposite, strict=True)]
        beyond = (
            np.maximum(np.abs(self._x - middle[0]) - half[0], 0),
            np.maximum(np.abs(self._y - middle[1]) - half[1], 0),
        )
        everything = slice(None)
        self._paint(everything, everything, rounding - np.hypot(*beyond), colour)

    def ground(self, height: Callable[[float], float], colour: Colour, *, below: float = 0) -> None:
        """All that is under a line, whose y `height` gives for x, or that much `below` it."""
        line = np.array([height(x) + below for x in self._x[0].tolist()])
        everything = slice(None)
        self._paint(everything, everything, self._y - line, colour)

    def _stretch(self, low: float, high: float) -> slice:
        return slice(max(0, int(low)), max(0, int(high) + 1))

    def _paint(self, rows: slice, columns: slice, inside: Floats, colour: Colour) -> None:
        """`inside`: how far each pixel's middle is within the shape, negative where outside."""
        share = np.clip(inside + 0.5, 0, 1)[:, :, np.newaxis]
        part = self._pixels[rows, columns]
        part += (np.array(colour) - part) * share


def _distance(x: Floats, y: Floats, start: Point, end: Point) -> Floats:
    """How far each pixel's middle is from the line between two points."""
    across, down = end[0] - start[0], end[1] - start[1]
    length = across * across + down * down
    x, y = x - start[0], y - start[1]
    along = np.clip((x * across + y * down) / length, 0, 1) if length else np.zeros(1)
    return np.asarray(np.hypot(x - along * across, y - along * down))
