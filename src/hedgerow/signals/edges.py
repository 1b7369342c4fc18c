"""Lines of a picture at which another picture may begin or end, and how well each of them holds.

Lines are rows or columns. What surrounds a picture inside a picture (a frame, a bar, an app's
screen) has lines in which hardly a pixel differs from its neighbour, right up to the picture's
edge; there many pixels jump, and the lines beyond are rough. Photographs seldom have such lines:
a camera's noise alone breaks them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]
Shares = npt.NDArray[np.float32]
Places = npt.NDArray[np.intp]

FLAT_LINE = 0.8
"""Share of a line's pixels that have to be flat for an edge to be looked for beside it."""

KEPT_LINES = 4
"""Possible edges kept for each of a picture's sides; its own border comes on top."""

RIPPLE = 10
"""Pixels from an edge within which a flat line makes it one. Compression ripples around an edge,
through its block of eight pixels: so the line next to it may be the least flat of a bar."""

# Lines looked at within that, and what counts against the farthest, the nearer ones less.
_RIPPLE_LINES, _RIPPLE_COST = 5, 0.1
# Of a side's score: what the jump and what the change of flatness give, and what a side has to
# have for it to be better than none.
_JUMP, _CHANGE, _NEEDED = np.array([0.9, 0.5, 0.4], np.float32)
# What counts against a box that takes in a flat line at the picture's own border.
_FLAT_BORDER = np.float32(0.3)
# What counts against an edge with such flat lines inside, within such a share of all lines: text
# ends after a line's height, a picture doesn't.
_BROKEN, _BROKEN_LINE, _BROKEN_WITHIN = np.float32(0.3), 0.9, 0.1


@dataclass(frozen=True)
class Cuts:
    """Parts of a line, from each start to each stop. One of the stops is the line's end."""

    starts: Places
    stops: Places

    def sums(self, lines: npt.NDArray[np.generic], kind: npt.DTypeLike) -> tuple[Shares, Shares]:
        """Of lines (n, m) the sums up to each start, (starts, n), and up to each stop.

        kind: a number type that the sum of a line fits.
        """
        places = sorted({*self.starts.tolist(), *self.stops.tolist()})
        cells = np.add.reduceat(lines, places[:-1], axis=1, dtype=kind)
        sums = np.zeros((len(places), len(lines)), np.float32)
        np.cumsum(cells.T, axis=0, dtype=np.float32, out=sums[1:])
        return sums[np.searchsorted(places, self.starts)], sums[np.searchsorted(places, self.stops)]

    def shares(self, lines: Mask) -> Shares:
        """Of lines (n, m), what share of each part is true: (n, starts, stops)."""
        before, after = self.sums(lines.view(np.uint8), np.uint32)
        length = np.maximum(self.stops - self.starts[:, np.newaxis], 1).astype(np.float32)
        shares: Shares = (after - before[:, np.newaxis]).transpose(2, 0, 1) / length
        return shares

    def are_central(self, length: int) -> Mask:
        """Which parts (starts, stops) leave as much, and not nothing, of the line on both sides."""
        before = self.starts[:, np.newaxis]
        central: Mask = (np.abs(before + self.stops - length) <= 1) & (before > 0)
        return central


def share_of_lines(mask: Mask, axis: int) -> Shares:
    """What share of each line is true; `axis` is the one along the line."""
    count = np.add.reduce(mask.view(np.uint8), axis=axis, dtype=np.uint16)
    shares: Shares = count / np.float32(mask.shape[axis])
    return shares


@dataclass(frozen=True)
class Lines:
    """Lines in one direction.

    flat (n, m): whether each pixel is like its neighbour in the line; flat_share (n,): of each
    whole line. steps (n - 1, m): levels to the same pixel of the next line, which are a jump where
    they are more than `jump`. stride: pixels of the picture from a line to the next.
    """

    flat: Mask
    flat_share: Shares
    steps: npt.NDArray[np.uint8]
    jump: int
    stride: int

    @cached_property
    def farther(self) -> list[tuple[int, np.float32]]:
        """How many lines outside the first line outside to look too, and what that costs."""
        reach = max(2, -(-RIPPLE // self.stride))
        lines = {round(reach * part / (_RIPPLE_LINES - 1)) for part in range(_RIPPLE_LINES)}
        return [(far, np.float32(_RIPPLE_COST * far / reach)) for far in sorted(lines)]

    def edges(self, evidence: float) -> tuple[Places, Places]:
        """Numbers of lines that may be a picture's first, and of lines that may follow its last.

        The first of each is the picture's own border: 0, and the number of all lines. `evidence`:
        of 1, how much has to change across a line for it to be one of the others.
        """
        count = len(self.flat)
        if self.flat_share.max() < FLAT_LINE:
            return np.array([0]), np.array([count])
        jump_share = share_of_lines(self.steps > self.jump, 1)
        # Seen from both ends at once: what is last from above is first from below.
        flat = np.stack([self.flat_share, self.flat_share[::-1]])
        jump = np.stack([jump_share, jump_share[::-1]])
        outer = flat[:, :-1].copy()
        for far, cost in self.farther[1:]:
            reached = outer[:, far:]
            np.maximum(reached, flat[:, : -1 - far][:, : reached.shape[1]] - cost, out=reached)
        change = np.minimum(np.maximum(outer - flat[:, 1:], 0), 0.5)
        seen = 0.5 * jump + change
        peak = (seen >= evidence) & (outer >= FLAT_LINE)
        peak[:, 1:] &= seen[:, 1:] >= seen[:, :-1]
        peak[:, :-1] &= seen[:, :-1] > seen[:, 1:]
        above, below = map(_strongest, peak, seen)
        return np.append(0, above + 1), count - np.append(0, below + 1)

    def scores(self, firsts: Places, ends: Places, cuts: Cuts) -> tuple[Shares, Shares]:
        """How well each edge holds over each part, of `firsts` and of `ends`.

        Each is (2, edges, starts, stops). [0]: above 0 where it is better to have this edge than
        the picture's border, the first of each. [1]: the same less what counts against either.
        """
        last = len(self.flat) - 1
        inner = np.concatenate([firsts, ends - 1])
        outer = [np.concatenate([firsts - 1 - far, ends + far]) for far, _cost in self.farther]
        flat = self.flat[np.concatenate([inner, *outer]).clip(0, last)]
        jumps = self.steps[np.concatenate([firsts - 1, ends - 1]).clip(0, last - 1)] > self.jump
        shares = cuts.shares(np.concatenate([flat, jumps]))
        inside, flattest, *farther, jump = np.split(shares, len(outer) + 2)
        for line, (_far, cost) in zip(farther, self.farther[1:], strict=True):
            flattest = np.maximum(flattest, line - cost)
        change = np.minimum(np.maximum(2 * (flattest - inside), 0), 1)
        score = flattest**2 * (_JUMP * jump + _CHANGE * change) - _NEEDED
        against = _BROKEN * self._broken(firsts, ends)[:, np.newaxis, np.newaxis]
        both = np.stack([score, score - against])
        borders = [0, len(firsts)]
        both[0, borders] = 0
        both[1, borders] = -_FLAT_BORDER * np.maximum(2 * inside[borders] - 1, 0)
        return both[:, : len(firsts)], both[:, len(firsts) :]

    def _broken(self, firsts: Places, ends: Places) -> Shares:
        """Of each edge, 0 to 1: whether there are flat lines soon after it, inside."""
        count = len(self.flat)
        within = max(3, round(_BROKEN_WITHIN * count))
        before = np.append(0, np.cumsum(self.flat_share >= _BROKEN_LINE))
        after_first = before[(firsts + within).clip(0, count)] - before[(firsts + 1).clip(0, count)]
        before_end = before[(ends - 1).clip(0, count)] - before[(ends - within).clip(0, count)]
        return np.minimum(np.concatenate([after_first, before_end]) / np.float32(2), 1)


def _strongest(peak: Mask, evidence: Shares) -> Places:
    found = np.flatnonzero(peak)
    if len(found) > KEPT_LINES:
        found = np.sort(found[np.argsort(-evidence[found])[:KEPT_LINES]])
    return found
