"""A QR code as one path of an SVG drawing."""

from __future__ import annotations

from typing import NamedTuple

import segno

_QUIET = 4
"""Empty modules around the code, as ISO 18004 wants."""


class Drawing(NamedTuple):
    """A drawing: how wide and high it is, in modules, and the path of the dark ones."""

    size: int
    path: str


def qr_of(text: str) -> Drawing:
    """The QR code of a text."""
    rows = [bytes(row) for row in segno.make(text, error="m", micro=False).matrix]
    lines = (
        f"M{start + _QUIET} {y + _QUIET}h{length}v1h-{length}z"
        for y, row in enumerate(rows)
        for start, length in _runs(row)
    )
    return Drawing(len(rows) + 2 * _QUIET, "".join(lines))


def _runs(row: bytes) -> list[tuple[int, int]]:
    """Where dark modules begin in a row, and how many follow each other."""
    found: list[tuple[int, int]] = []
    for x, module in enumerate(row):
        if not module:
            continue
        if found and sum(found[-1]) == x:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((x, 1))
    return found
