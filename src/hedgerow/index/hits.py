"""What a search found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hedgerow.index.codes import Codes, Keys


@dataclass(frozen=True)
class Grouping:
    """Give at most `at_most` keys of one code that agree in ``key >> bits``.

    A million copies of one code under one bank would otherwise be a million hits.
    """

    bits: int
    at_most: int

    def __post_init__(self) -> None:
        if not 0 <= self.bits <= 63:
            raise ValueError(f"keys are grouped by 0 to 63 bits, not {self.bits}")
        if self.at_most < 1:
            raise ValueError(f"a group gives at least 1 key, not {self.at_most}")


EVERY_KEY = Grouping(bits=63, at_most=2**62)


@dataclass(frozen=True)
class Hits:
    """Pairs within the radius: four arrays of one length, ordered by query, distance and key.

    `query`: row of the query (int64); `key`: the caller's key (int64); `distance`: differing
    bits, 0 to 256 (int64); `code`: the code that was found, uint64 (n, 4).
    """

    query: npt.NDArray[np.int64]
    key: Keys
    distance: npt.NDArray[np.int64]
    code: Codes

    def __len__(self) -> int:
        return len(self.key)

    @staticmethod
    def joined(parts: Sequence[Hits]) -> Hits:
        """All hits of `parts` in one, in order."""
        query = np.concatenate([part.query for part in parts])
        key = np.concatenate([part.key for part in parts])
        distance = np.concatenate([part.distance for part in parts])
        code = np.concatenate([part.code for part in parts])
        order = np.lexsort((key, distance, query))
        return Hits(query[order], key[order], distance[order], code[order])

    def limited(self, grouping: Grouping) -> Hits:
        """The lowest `grouping.at_most` keys of each query, code and group of keys."""
        if len(self) <= grouping.at_most:
            return self
        group = self.key >> grouping.bits
        order = np.lexsort((self.key, group, *self.code.T, self.query))
        same = np.zeros(len(order), np.bool_)
        same[1:] = (
            (self.query[order][1:] == self.query[order][:-1])
            & (group[order][1:] == group[order][:-1])
            & (self.code[order][1:] == self.code[order][:-1]).all(axis=1)
        )
        run_start = np.maximum.accumulate(np.where(same, 0, np.arange(len(order))))
        kept = np.sort(order[np.arange(len(order)) - run_start < grouping.at_most])
        return Hits(self.query[kept], self.key[kept], self.distance[kept], self.code[kept])

    @staticmethod
    def none() -> Hits:
        """No hits."""
        empty = np.empty(0, np.int64)
        return Hits(empty, empty, empty, np.empty((0, 4), np.uint64))
