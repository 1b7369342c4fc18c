"""The test picture's drawing: a hedgerow with berries and blossoms, and a sign in front of it.

Drawn from numbers alone, the same everywhere. Whatever is changed here changes its hash, which
installations have banked: then `banks.SENTINEL_PDQ` has to change too, and the old one to stay.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from hedgerow.signals.lettering import write
from hedgerow.signals.shapes import Canvas, Colour, Point

SIDE = 512
"""Pixels of a side."""

_GOLDEN = (math.sqrt(5) - 1) / 2

_FLOWERS = 0.275
"""Where the first of them is. Of forty places tried, here the hash of edited copies differs least:
few of the coefficients that make the hash are near to their median."""

_SKY_TOP, _SKY_BOTTOM = (92, 168, 224), (222, 240, 248)
_SUN, _RAYS, _CLOUD = (255, 214, 64), (255, 232, 150), (255, 255, 255)
_FAR, _NEAR = (134, 178, 148), (164, 204, 104)
_FURROW, _CORN = (122, 168, 72), (228, 200, 96)
_LEAVES: tuple[Colour, ...] = ((22, 62, 34), (34, 88, 44), (52, 116, 56), (84, 150, 70))
_BERRY, _BLOSSOM, _PISTIL = (206, 40, 56), (255, 250, 244), (246, 190, 60)
_GRASS, _BLADE = (112, 164, 74), (70, 124, 54)
_WOOD, _BOARD, _INK = (104, 68, 40), (250, 240, 212), (44, 36, 30)


def _strewn(count: int, start: float) -> list[Point]:
    """Points in the unit square, evenly strewn but in no order that is seen."""
    return [((number + 0.5) / count, (start + number * _GOLDEN) % 1) for number in range(count)]


def _sky(canvas: Canvas) -> None:
    canvas.fade(_SKY_TOP, _SKY_BOTTOM)
    sun = 398.0, 92.0
    for ray in range(12):
        turn = (ray + 0.5) * math.pi / 6
        x, y = math.cos(turn), math.sin(turn)
        ends = [(sun[0] + x * far, sun[1] + y * far) for far in (62, 84)]
        canvas.stroke(ends, 8, _RAYS)
    canvas.disc(sun, 46, _SUN)
    for x, y, size in ((96, 74, 1.0), (238, 112, 0.7)):
        for across, up, radius in ((-42, 6, 22), (-14, -8, 30), (20, -2, 26), (46, 8, 18)):
            canvas.disc((x + across * size, y + up * size), radius * size, _CLOUD)
    for x, y in ((276, 48), (310, 66)):
        wings = [(x - 13, y - 6), (x - 5, y - 8), (x, y), (x + 5, y - 8), (x + 13, y - 6)]
        canvas.stroke(wings, 3, _INK)


def _far_hills(x: float) -> float:
    return 196 + 26 * math.sin(x / 62 + 0.4) + 8 * math.sin(x / 23)


def _near_hills(x: float) -> float:
    return 246 + 20 * math.sin(x / 96 + 2.4)


def _hedge_top(x: float) -> float:
    return 290 + 14 * math.sin(x / 58) + 8 * math.sin(x / 21)


def _grass_top(x: float) -> float:
    return 392 + 5 * math.sin(x / 40)


def _fields(canvas: Canvas) -> None:
    canvas.ground(_far_hills, _FAR)
    canvas.ground(_near_hills, _NEAR)
    for number in range(9):
        foot = number * 70 - 30.0
        head = foot * 0.55 + 116, 262 - 3 * (number % 2)
        canvas.stroke([head, (foot, 330)], 9, _FURROW if number % 2 else _CORN)


def _hedge(canvas: Canvas) -> None:
    """Bushes from dark ones behind to light ones in front, with blossoms and berries on them."""
    for layer, colour in enumerate(_LEAVES):
        canvas.ground(_hedge_top, colour, below=26 + 18 * layer)
        for number, (across, down) in enumerate(_strewn(36, layer / 7)):
            x = across * (SIDE + 40) - 20
            y = _hedge_top(x) + 16 * layer + down * 40
            canvas.disc((x, y), 22 - 4 * layer + 5 * (number % 3), colour)
    for number, (across, down) in enumerate(_strewn(30, _FLOWERS)):
        x = across * SIDE
        middle = x, _hedge_top(x) + 6 + down * 60
        if number % 2:
            _blossom(canvas, middle)
        else:
            _berries(canvas, middle)


def _blossom(canvas: Canvas, middle: Point) -> None:
    for petal in range(5):
        turn = petal * math.tau / 5 - math.pi / 2
        canvas.disc((middle[0] + 6 * math.cos(turn), middle[1] + 6 * math.sin(turn)), 4.6, _BLOSSOM)
    canvas.disc(middle, 3.2, _PISTIL)


def _berries(canvas: Canvas, middle: Point) -> None:
    for across, down in ((-5, 0), (5, 1), (0, 8)):
        canvas.disc((middle[0] + across, middle[1] + down), 5, _BERRY)


def _meadow(canvas: Canvas) -> None:
    canvas.ground(_grass_top, _GRASS)
    for across, down in _strewn(120, 0.1):
        x, y = across * SIDE, 410 + down * 100
        canvas.stroke([(x, y), (x + 3, y - 12)], 2.5, _BLADE)


def _sign(canvas: Canvas) -> None:
    for x in (96, 416):
        canvas.board((x - 9, 380), (x + 9, 540), 3, _WOOD)
    canvas.board((22, 366), (490, 496), 14, _WOOD)
    canvas.board((31, 375), (481, 487), 8, _BOARD)
    write(canvas, "HEDGEROW", 387, 8.0, 8.5, _INK)
    write(canvas, "TEST PICTURE", 450, 4.4, 5, _INK)


def landscape() -> npt.NDArray[np.uint8]:
    """The picture as RGB (SIDE, SIDE, 3)."""
    canvas = Canvas(SIDE)
    for draw in (_sky, _fields, _hedge, _meadow, _sign):
        draw(canvas)
    return canvas.pixels()
