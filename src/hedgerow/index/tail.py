"""The newest pairs: in memory, compared one by one, until they are sealed into a segment."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from hedgerow.index import kernels
from hedgerow.index.codes import Codes, Keys
from hedgerow.index.hits import Grouping, Hits
from hedgerow.index.processor import readonly


class Tail:
    """Pairs added since the last seal. One thread writes, any number search meanwhile."""

    def __init__(self, capacity: int = 1024) -> None:
        self._codes: Codes = np.empty((capacity, 4), np.uint64)
        self._keys: Keys = np.empty(capacity, np.int64)
        self._alive = np.zeros(capacity, np.bool_)
        self._rows: dict[bytes, int] = {}
        self._count = 0

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def rows(self) -> int:
        """Rows that a search compares: removed pairs keep theirs until the tail is sealed."""
        return self._count

    @property
    def stored_bytes(self) -> int:
        """Bytes of the arrays."""
        return self._codes.nbytes + self._keys.nbytes + self._alive.nbytes

    @staticmethod
    def _names(codes: Codes, keys: Keys) -> list[bytes]:
        packed = np.column_stack([codes, keys.view(np.uint64)])
        raw = packed.tobytes()
        width = packed.shape[1] * packed.itemsize
        return [raw[start : start + width] for start in range(0, len(raw), width)]

    def holds(self, codes: Codes, keys: Keys) -> npt.NDArray[np.bool_]:
        """Which of the pairs live here: bool (n,)."""
        names = self._names(codes, keys)
        return np.fromiter((name in self._rows for name in names), np.bool_, len(names))

    def _make_room(self, more: int) -> None:
        needed = self._count + more
        if needed <= len(self._keys):
            return
        capacity = max(needed, 2 * len(self._keys))
        codes, keys = np.empty((capacity, 4), np.uint64), np.empty(capacity, np.int64)
        alive = np.zeros(capacity, np.bool_)
        codes[: self._count] = self._codes[: self._count]
        keys[: self._count] = self._keys[: self._count]
        alive[: self._count] = self._alive[: self._count]
        self._codes, self._keys, self._alive = codes, keys, alive

    def add(self, codes: Codes, keys: Keys) -> None:
        """Add pairs that are not here yet; pairs given twice count once."""
        self._make_room(len(keys))
        row = self._count
        for position, name in enumerate(self._names(codes, keys)):
            if name not in self._rows:
                self._codes[row], self._keys[row] = codes[position], keys[position]
                self._alive[row] = True
                self._rows[name] = row
                row += 1
        # Last: a search under way sees either none of these rows or whole ones.
        self._count = row

    def remove_range(self, low: int, high: int) -> int:
        """Remove all pairs with low ≤ key < high; returns how many there were."""
        keys = self._keys[: self._count]
        rows = np.flatnonzero((keys >= low) & (keys < high) & self._alive[: self._count])
        self._alive[rows] = False
        for name in self._names(self._codes[rows], self._keys[rows]):
            del self._rows[name]
        return len(rows)

    def search(self, queries: Codes, radius: int, grouping: Grouping) -> Hits:
        """All living pairs within `radius` of the read-only `queries` (n, 4)."""
        count, codes, keys, alive = self._count, self._codes, self._keys, self._alive
        if not count:
            return Hits.none()
        found = kernels.scan(readonly(codes[:count]), queries, radius)
        if not len(found):
            return Hits.none()
        found = found[alive[found[:, 1]]]
        hits = Hits(found[:, 0], keys[found[:, 1]], found[:, 2], codes[found[:, 1]])
        return hits.limited(grouping)

    def living_pairs(self) -> tuple[Codes, Keys]:
        """Every pair that was not removed: codes (n, 4) and keys (n,)."""
        rows = np.flatnonzero(self._alive[: self._count])
        return self._codes[rows], self._keys[rows]
