"""Rectangles that stand out of a picture: flat lines around, a jump along each side.

Of the lines that may be edges, few are kept; of these, the rectangles are the answer whose four
sides hold best along their own length, and that have in them most of what isn't flat.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from hedgerow.signals.edges import FLAT_LINE, Cuts, Lines, Mask, Places, Shares, share_of_lines

Luma = npt.NDArray[np.uint8]

SMALLEST_SHARE = 0.12
"""Of the picture's height and width, what a rectangle has to have of each."""

LEAST_CAPTURED = 0.2
"""Of what isn't flat in the picture, what a rectangle has to have in it."""

LEAST_HELD = 0.2
"""How well the sides of a rectangle have to hold, together."""

MOST_AT_ONCE = 2
"""Rectangles told of one picture, at most, before margins are made even."""

RUNNER_UP = 0.9
"""Of the best rectangle's score, what another has to have to be told too."""

NEAR = 0.04
"""Two rectangles whose sides are this near, as a share of the picture's, are the same."""

# What counts for a rectangle, beside its sides: all that isn't flat, and margins that are even.
_CAPTURED, _EVEN = np.array([2.0, 0.2], np.float32)
_IMPOSSIBLE = np.float32(-9)


@dataclass(frozen=True)
class Look:
    """What is called flat, and what a jump: levels (of 255) between pixels.

    line: share of a line's pixels that have to be flat, of one line at least. evidence: of 1, how
    much has to change across a line for it to be looked at as an edge.
    """

    flat: int
    jump: int
    line: float = FLAT_LINE
    evidence: float = 0.2


@dataclass(frozen=True)
class Rectangle:
    """From (left, top) up to (right, bottom), which are just outside."""

    left: int
    top: int
    right: int
    bottom: int


def _apart(one: Luma, other: Luma) -> Luma:
    return np.maximum(one, other) - np.minimum(one, other)


class Reduced:
    """Every `stride`-th pixel of luma (height, width), and how much its neighbours differ."""

    def __init__(self, luma: Luma, stride: int) -> None:
        self.stride = stride
        height, width = luma.shape
        # Flatness is told from nearer pixels than the next of the grid: blurred surroundings
        # change too much over a whole stride.
        start, step = stride // 2, max(1, stride // 2)
        rows, columns = slice(start, height - step, stride), slice(start, width - step, stride)
        self.grid = np.ascontiguousarray(luma[rows, columns])
        # Copied first: what lies apart in memory is slow to compute with.
        beside = np.ascontiguousarray(luma[rows, start + step :: stride])
        below = np.ascontiguousarray(luma[start + step :: stride, columns])
        self.across = _apart(self.grid, beside)
        """To a pixel nearby in the same row of the picture: (h, w)."""
        self.down = _apart(self.grid, below)
        """To a pixel nearby in the same column: (h, w)."""

    @cached_property
    def row_steps(self) -> Luma:
        """From each row of the grid to the next: (h - 1, w)."""
        return _apart(self.grid[1:], self.grid[:-1])

    @cached_property
    def column_steps(self) -> Luma:
        """From each column of the grid to the next: (h, w - 1)."""
        return _apart(self.grid[:, 1:], self.grid[:, :-1])


@dataclass(frozen=True)
class _Sides:
    """Where rectangles may begin and end: rows, and columns, of a grid of this shape."""

    shape: tuple[int, int]
    down: Cuts
    along: Cuts

    @property
    def places(self) -> tuple[Places, Places, Places, Places]:
        """Tops, bottoms, lefts and rights, in which order all of them are told here."""
        return self.down.starts, self.down.stops, self.along.starts, self.along.stops

    def are_large(self) -> Mask:
        tops, bottoms, lefts, rights = self.places
        high = bottoms - tops[:, np.newaxis] >= SMALLEST_SHARE * self.shape[0]
        wide = rights - lefts[:, np.newaxis] >= SMALLEST_SHARE * self.shape[1]
        large: Mask = high[..., np.newaxis, np.newaxis] & wide
        # All borders: that is the picture itself.
        large[0, 0, 0, 0] = False
        return large

    def are_even(self) -> Shares:
        high, wide = self.down.are_central(self.shape[0]), self.along.are_central(self.shape[1])
        return np.add(high[..., np.newaxis, np.newaxis], wide, dtype=np.float32)

    def captured(self, rough: Mask) -> Shares:
        """Of all that is true in the mask, what share each rectangle has in it."""
        before, after = self.along.sums(rough.view(np.uint8), np.uint32)
        above, below = self.down.sums(np.concatenate([before, after]), np.float32)
        strips = below - above[:, np.newaxis]
        to_left, to_right = strips[..., : len(before)], strips[..., len(before) :]
        inside = to_right[..., np.newaxis, :] - to_left[..., np.newaxis]
        return np.asarray(inside / max(np.count_nonzero(rough), 1), np.float32)

    def best(self, scores: Shares) -> list[Rectangle]:
        """The best of all, then what is nearly as good and elsewhere. `scores` is changed."""
        found: list[Rectangle] = []
        least = 0.0
        while len(found) < MOST_AT_ONCE:
            which = np.unravel_index(np.argmax(scores), scores.shape)
            if scores[which] <= least:
                break
            least = max(least, RUNNER_UP * float(scores[which]))
            at = [int(place[number]) for place, number in zip(self.places, which, strict=True)]
            found.append(Rectangle(left=at[2], top=at[0], right=at[3], bottom=at[1]))
            lengths = np.repeat(self.shape, 2)
            near = [
                np.flatnonzero(np.abs(place - own) <= NEAR * length)
                for place, own, length in zip(self.places, at, lengths, strict=True)
            ]
            scores[np.ix_(*near)] = _IMPOSSIBLE
        return found


def rectangles(picture: Reduced, look: Look) -> list[Rectangle]:
    """Rectangles of the grid that stand out, best first; never the whole of it."""
    flat_rows, flat_columns = picture.across <= look.flat, picture.down <= look.flat
    row_share, column_share = share_of_lines(flat_rows, 1), share_of_lines(flat_columns, 0)
    if max(row_share.max(), column_share.max()) < look.line:
        return []
    rows = Lines(flat_rows, row_share, picture.row_steps, look.jump, picture.stride)
    columns = Lines(flat_columns.T, column_share, picture.column_steps.T, look.jump, picture.stride)
    down, along = Cuts(*rows.edges(look.evidence)), Cuts(*columns.edges(look.evidence))
    sides = _Sides((len(rows.flat), len(columns.flat)), down, along)
    if sum(map(len, sides.places)) == len(sides.places):
        return []  # the borders alone
    top, bottom = rows.scores(down.starts, down.stops, along)
    left, right = columns.scores(along.starts, along.stops, down)
    lying = top[:, :, np.newaxis] + bottom[:, np.newaxis]
    upright = left[:, :, np.newaxis] + right[:, np.newaxis]
    held, scores = lying + upright.transpose(0, 3, 4, 1, 2)
    scores += _EVEN * sides.are_even()
    captured = sides.captured(~(flat_rows & flat_columns))
    good = (held >= LEAST_HELD) & (captured >= LEAST_CAPTURED) & sides.are_large()
    found = sides.best(np.where(good, scores + _CAPTURED * captured, _IMPOSSIBLE))
    even = [_evened(best, flat_rows, flat_columns) for best in found[:1]]
    return [*found[:1], *(each for each in even if each not in found), *found[1:]]


def _evened(found: Rectangle, flat_rows: Mask, flat_columns: Mask) -> Rectangle:
    """The rectangle with even margins, where it ends with the picture at a flat line.

    A white frame can't be told from a white sky; but it is likely as wide above as it is below.
    """
    lines = flat_rows[:, found.left : found.right]
    top, bottom = _even(found.top, found.bottom, lines)
    lines = flat_columns[found.top : found.bottom].T
    left, right = _even(found.left, found.right, lines)
    return Rectangle(left, top, right, bottom)


def _even(first: int, end: int, lines: Mask) -> tuple[int, int]:
    count = len(lines)
    if first == 0 and end < count and lines[0].mean() > FLAT_LINE:
        return count - end, end
    if end == count and first > 0 and lines[-1].mean() > FLAT_LINE:
        return first, count - first
    return first, end
