"""Which of many corners are taken: of every size as many, and spread over the picture.

The strongest corners of a picture crowd in one or two places and are all small: a crop cuts them
off, and blur wipes them out.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]


def chosen(
    places: Floats,
    levels: Numbers,
    strengths: Floats,
    shape: tuple[int, int],
    count: int,
) -> Numbers:
    """The rows of at most `count` corners.

    places: (n, 2), x and y within a picture of `shape` (height, width). levels: (n,), the size of
    each, from 0. strengths: (n,), higher is better.
    """
    if len(places) == 0:
        return np.empty(0, np.int64)
    taken = []
    for level, quota in enumerate(_quotas(np.bincount(levels), count).tolist()):
        rows = np.flatnonzero(levels == level)
        if quota < len(rows):
            rows = rows[_spread(places[rows], strengths[rows], shape, quota)]
        taken.append(rows)
    return np.concatenate(taken)


def _quotas(available: Numbers, count: int) -> Numbers:
    """How many of each level: the same for all, and what a poor level lacks goes to the others."""
    quotas = np.zeros(len(available), np.int64)
    left = count
    for turn, level in enumerate(np.argsort(available, kind="stable")):
        quotas[level] = min(int(available[level]), left // (len(available) - turn))
        left -= int(quotas[level])
    return quotas


def _spread(places: Floats, strengths: Floats, shape: tuple[int, int], count: int) -> Numbers:
    """The strongest of each cell of a grid, then the second of each, and so on."""
    if count == 0:
        return np.empty(0, np.int64)
    side = math.sqrt(shape[0] * shape[1] / count)
    columns = math.ceil(shape[1] / side) + 1
    cells = (places[:, 1] // side).astype(np.int64) * columns
    cells += (places[:, 0] // side).astype(np.int64)
    order = np.lexsort((-strengths, cells))
    first = np.ones(len(order), np.bool_)
    first[1:] = cells[order][1:] != cells[order][:-1]
    positions = np.arange(len(order))
    rank = np.empty(len(order), np.int64)
    rank[order] = positions - np.maximum.accumulate(np.where(first, positions, 0))
    return np.lexsort((-strengths, rank))[:count]
