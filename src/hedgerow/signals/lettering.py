"""The letters of the test picture, as strokes: no font of the system's is asked for."""

from __future__ import annotations

from hedgerow.signals.shapes import Canvas, Colour, Point

WIDTH, HEIGHT, STEP = 4, 6, 5.6
"""Of a letter in units, and from the beginning of one letter to that of the next."""

_ROUND = "10 30 41 45 36 16 05 01 10"

# Each stroke is a row of points, x and y one digit each, from the letter's upper left corner.
_LETTERS = {
    " ": "",
    "C": "41 30 10 01 05 16 36 45",
    "D": "00 20 41 45 26 06 00",
    "E": "40 00 06 46, 03 33",
    "G": "41 30 10 01 05 16 36 45 43 23",
    "H": "00 06, 40 46, 03 43",
    "I": "20 26",
    "O": _ROUND,
    "P": "06 00 30 41 42 33 03",
    "R": "06 00 30 41 42 33 03, 23 46",
    "S": "41 30 10 01 02 13 33 44 45 36 16 05",
    "T": "00 40, 20 26",
    "U": "00 05 16 36 45 40",
    "W": "00 16 22 36 40",
}


def write(canvas: Canvas, text: str, top: float, unit: float, width: float, colour: Colour) -> None:
    """Write a line of text across the middle of the canvas.

    Args:
        canvas: where to.
        text: of the letters there are.
        top: y of the letters' upper edge.
        unit: pixels of a unit.
        width: of the strokes, in pixels.
        colour: of the strokes.
    """
    left = (canvas.side - unit * (STEP * (len(text) - 1) + WIDTH)) / 2
    for place, letter in enumerate(text):
        for stroke in filter(None, _LETTERS[letter].split(", ")):
            corner = left + place * STEP * unit, top
            canvas.stroke([_at(corner, unit, point) for point in stroke.split()], width, colour)


def _at(corner: Point, unit: float, point: str) -> Point:
    x, y = map(int, point)
    return corner[0] + x * unit, corner[1] + y * unit
