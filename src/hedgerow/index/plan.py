"""How codes are cut into parts, and how a radius is shared out among them.

Two codes within radius r that are cut into m parts differ by at most ρ_i in some part i whenever
Σ(ρ_i + 1) = r + 1: if every part i differed by more than ρ_i, the codes would differ by at least
Σ(ρ_i + 1) > r. So it is enough to look up, for each part, the values within ρ_i of the query's
(multi-index hashing: Norouzi, Punjani, Fleet, CVPR 2012). Bits that no part covers only make the
true distance larger, so the parts need not cover all 256.

And with the parts in a ring, for some such i the next part j is near too: together they differ by
at most ρ_i + ρ_j + 1. (Let e_i be what part i differs by, less ρ_i + 1. All e_i sum to less than
0, so there is a part from which on every sum around the ring stays below 0: the cycle lemma. Qin
and Xiao use it for search: Pigeonring, VLDB 2018.)
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import combinations
from math import comb

import numpy as np
import numpy.typing as npt

from hedgerow.index.codes import BITS

MAX_TABLE_RADIUS = 31
"""Radii up to this go through the tables; larger ones compare every code."""

SMALLEST_TABLES = 2048
"""Codes below which a scan is as quick as any table."""

TABLE_BYTES = 84
"""Bytes a code that tables may take; codes, keys and their order take 44 more."""

_WIDEST_PART = 24
_FEWEST_PARTS = 8


@dataclass(frozen=True)
class Cut:
    """`parts` tables over `bits` bits each; no tables where `parts` is 0."""

    parts: int
    bits: int


@cache
def reach_of(radius: int, parts: int) -> npt.NDArray[np.int64]:
    """ρ of each part (parts,), -1 where a part need not be asked.

    Those that get one more than others lie apart: next to one another they let more through.
    """
    each, more = divmod(radius + 1, parts)
    turns = np.arange(parts + 1) * more // parts
    return np.asarray(each - 1 + np.diff(turns), np.int64)


def _cost(cut: Cut, count: int) -> float:
    """Memory accesses of one query at the largest radius.

    Two for each bucket, and two for each 32 entries in it: one to fetch them, and as long again
    to compare them.
    """
    probes = sum(
        comb(cut.bits, flips)
        for reach in reach_of(MAX_TABLE_RADIUS, cut.parts)
        for flips in range(int(reach) + 1)
    )
    return float(probes * (2 + count / 2**cut.bits / 16))


def row_bytes(count: int) -> int:
    """Bytes that the number of a row needs where there are `count` rows."""
    return max(1, (count - 1).bit_length() + 7 >> 3)


def _table_bytes(cut: Cut, count: int) -> float:
    """Bytes a code: entries (the first part's are in order) and where each bucket starts."""
    entries = row_bytes(count) * (cut.parts - 1) + 2 * cut.parts
    return float(entries + 4 * cut.parts * 2**cut.bits / count)


def cut_for(count: int) -> Cut:
    """The cheapest cut for `count` codes whose tables stay within TABLE_BYTES a code."""
    if count < SMALLEST_TABLES:
        return Cut(0, 0)
    cuts = [
        Cut(parts, bits)
        for bits in range(8, _WIDEST_PART + 1)
        for parts in range(_FEWEST_PARTS, BITS // bits + 1)
    ]
    affordable = [cut for cut in cuts if _table_bytes(cut, count) <= TABLE_BYTES]
    return min(affordable, key=lambda cut: _cost(cut, count))


@cache
def masks_within(bits: int, reach: int) -> npt.NDArray[np.uint64]:
    """Every pattern of at most `reach` of `bits` bits, ascending, so that neighbours in a table
    are read together.
    """
    patterns = [
        sum(1 << bit for bit in flipped)
        for flips in range(reach + 1)
        for flipped in combinations(range(bits), flips)
    ]
    return np.array(sorted(patterns), dtype=np.uint64)


@cache
def mask_table(bits: int, most: int) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]:
    """The patterns for each reach 0..most as rows (most + 1, widest), and how many each has."""
    rows = [masks_within(bits, reach) for reach in range(most + 1)]
    counts = np.array([len(row) for row in rows], dtype=np.int64)
    table = np.zeros((most + 1, int(counts.max())), dtype=np.uint64)
    for row, patterns in zip(table, rows, strict=True):
        row[: len(patterns)] = patterns
    return table, counts
