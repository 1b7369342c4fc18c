"""Evidence as drawings: two 256-bit patterns and where they differ, as SVG paths."""

from __future__ import annotations

from dataclasses import dataclass

SIDE = 16


@dataclass(frozen=True)
class Drawing:
    """SVG path data on a 16×16 grid: set bits of the one, of the other, and where they differ."""

    upload: str
    banked: str
    different: str


def _path(bits: int) -> str:
    """A path with one unit square for each set bit, rows from the top, most significant first."""
    last = SIDE * SIDE - 1
    cells = (
        divmod(position, SIDE) for position in range(last + 1) if bits >> (last - position) & 1
    )
    return "".join(f"M{column} {row}h1v1h-1z" for row, column in cells)


def drawing_of(value: str, banked_value: str) -> Drawing:
    """The drawing of two values of 64 hexadecimal digits."""
    one, other = int(value, 16), int(banked_value, 16)
    return Drawing(_path(one), _path(other), _path(one ^ other))
