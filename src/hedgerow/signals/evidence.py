"""What landmarks that agree are worth as evidence: how evenly they lie, and how unmistakable.

A logo or a caption that two different pictures share makes landmarks agree in one corner, and none
in the rest. In a fence or a crossword every landmark is like the next, and some transform always
makes a dozen of them agree.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

CELLS = 4
"""Rows, and columns, that what two pictures have in common is divided into."""

ELSEWHERE = 15.0
"""Units from where a landmark was found, beyond which another one is another place."""

CLEARLY = 0.9
"""A landmark is unmistakable where what it was found as is this much nearer than all others."""

Places = npt.NDArray[np.complex128]
Numbers = npt.NDArray[np.int64]


def evenness(found: Places, there: Places, banked_there: Places) -> float:
    """How evenly the landmarks that agree lie among those that could: 1 where as by chance.

    found: places of those that agree. there, banked_there: places of all landmarks of either
    picture in what they have in common, those that agree among them. In cells that have landmarks
    of both and none that agree, the pictures differ, unless none was to be expected there.
    """
    everything = np.concatenate([there, banked_there])
    possible = np.minimum(_counted(there, everything), _counted(banked_there, everything))
    agreeing = _counted(found, everything)
    possible = np.maximum(possible, agreeing)
    expected = possible * (agreeing.sum() / possible.sum())
    reached = possible[agreeing > 0].sum()
    by_chance = (possible * -np.expm1(-expected)).sum()
    return float(min(1.0, reached / by_chance))


def _counted(places: Places, everything: Places) -> Numbers:
    """How many of these are in each cell of the rectangle around everything."""
    cells = np.zeros(len(places), np.int64)
    for here, all_of_it in (
        (places.real, everything.real),
        (places.imag, everything.imag),
    ):
        low, high = all_of_it.min(), all_of_it.max()
        at = (here - low) / max(high - low, 1e-9) * CELLS
        cells = cells * CELLS + np.clip(at.astype(np.int64), 0, CELLS - 1)
    return np.bincount(cells, minlength=CELLS * CELLS)


def unmistakable(apart: Numbers, banked_place: Places, rows: Numbers) -> float:
    """The share of landmarks that are like the one that they were found as and like no other.

    apart: (n, m), bits between each landmark that agrees and each banked one. rows: (n,), which
    of the banked ones each was found as.
    """
    elsewhere = np.abs(banked_place[rows][:, np.newaxis] - banked_place) > ELSEWHERE
    nearest = apart.min(axis=1, where=elsewhere, initial=256)
    return float((apart[np.arange(len(rows)), rows] <= CLEARLY * nearest).mean())
