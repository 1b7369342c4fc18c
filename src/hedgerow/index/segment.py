"""A segment: codes that no longer change, as flat arrays that any process can map.

Files of a segment's folder, all ``.npy``:

=================  ==================================================================
``codes``          uint64 (codes, 4), unique, sorted
``offsets``        uint32 (parts, 2^bits + 1): where each part value's entries start
``ids``            uint8 (parts - 1, codes, 1 to 4): the row of each entry's code, lowest
                   byte first; the first part needs none, for the codes are sorted by it
``following``      uint16 (parts, codes + LANES): the first bits of each entry's next part;
                   the rest of a row is there to be read beyond its end
``owner_starts``   uint32 (codes + 1): where each code's keys start; absent where
                   every code has one key
``keys``           int64 (pairs,): keys in code order, sorted within a code
``by_key``         uint32 (pairs,): the pairs in key order, for removal
=================  ==================================================================

Removed pairs are bits of a bitmap in memory, one a pair, saved beside the segment at the next
manifest (`dead-N.npy`); the log holds the removals since.
"""

from __future__ import annotations

import mmap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from hedgerow.index import kernels, tables
from hedgerow.index.arrays import open_array
from hedgerow.index.codes import BITS, WORDS, Codes, Keys
from hedgerow.index.errors import IndexDamaged
from hedgerow.index.hits import Grouping, Hits
from hedgerow.index.plan import MAX_TABLE_RADIUS, mask_table, reach_of, row_bytes
from hedgerow.index.processor import LANES, readonly

PAGES_WARMED = 16_384
"""Pages (64 MB) that are read from the disk in one go."""

ARRAYS = ("codes", "offsets", "ids", "following", "owner_starts", "keys", "by_key")


def _check(arrays: dict[str, npt.NDArray[Any]], dead: npt.NDArray[Any] | None) -> None:
    """Raise ValueError unless the arrays have the types and shapes that fit one another.

    The compiled loops trust them: an array that is too short would be read beyond its end.
    """
    count, pairs = arrays["codes"].shape[:1], arrays["keys"].shape[:1]
    parts, width = (*arrays["offsets"].shape, 0, 0)[:2]
    bits = max((width - 1).bit_length() - 1, 0)
    expected: dict[str, tuple[type, tuple[int, ...]]] = {
        "codes": (np.uint64, (*count, WORDS)),
        "offsets": (np.uint32, (parts, 2**bits + 1)),
        "ids": (np.uint8, (max(parts - 1, 0), sum(count), row_bytes(sum(count)))),
        "following": (np.uint16, (parts, sum(count) + LANES)),
        "owner_starts": (np.uint32, (0,) if count == pairs else (sum(count) + 1,)),
        "keys": (np.int64, pairs),
        "by_key": (np.uint32, pairs),
        "dead": (np.uint8, ((sum(pairs) + 7) // 8,)),
    }
    for name, array in (arrays if dead is None else arrays | {"dead": dead}).items():
        dtype, shape = expected[name]
        if array.dtype != dtype or array.shape != shape or not array.flags.c_contiguous:
            raise ValueError(f"{name} is {array.dtype} {array.shape}, not {dtype.__name__} {shape}")
    starts, offsets = arrays["owner_starts"], arrays["offsets"]
    if (len(starts) and int(starts[-1]) != sum(pairs)) or (offsets[:, -1] != sum(count)).any():
        raise ValueError("the tables are not of these codes and keys")
    if parts * bits > BITS:
        raise ValueError(f"{parts} parts of {bits} bits are more than a code has")


class Segment:
    """Searches one segment; safe for any number of reading threads and one that removes."""

    def __init__(
        self,
        name: str,
        born: int,
        arrays: dict[str, npt.NDArray[Any]],
        dead: npt.NDArray[np.uint8] | None,
    ) -> None:
        self.name = name
        self.born = born
        self.codes: Codes = readonly(arrays["codes"])
        self.keys: Keys = readonly(arrays["keys"])
        self._offsets = readonly(arrays["offsets"])
        self._ids = readonly(arrays["ids"])
        self._following = readonly(arrays["following"])
        self._owner_starts = readonly(arrays["owner_starts"])
        self._by_key = readonly(arrays["by_key"])
        self.dead = np.zeros((len(self.keys) + 7) // 8, np.uint8) if dead is None else dead
        self.removed = int(np.bitwise_count(self.dead).sum())
        self.dead_file: str | None = None
        self.unsaved_removals = False

    @classmethod
    def open(cls, folder: Path, born: int, dead_file: str | None = None) -> Segment:
        """Map the segment in `folder`. Raises IndexDamaged where files are missing or don't fit."""
        arrays: dict[str, npt.NDArray[Any]] = {}
        try:
            for array in ARRAYS:
                path = folder / f"{array}.npy"
                if array == "owner_starts" and not path.exists():
                    arrays[array] = np.empty(0, np.uint32)
                else:
                    arrays[array] = open_array(path)
            dead = None if dead_file is None else np.array(open_array(folder / dead_file))
            _check(arrays, dead)
        except (OSError, ValueError, EOFError) as problem:
            raise IndexDamaged(
                f"segment {folder.name} can't be read ({problem}); delete the index folder, it is "
                "made again from the database"
            ) from problem
        segment = cls(folder.name, born, arrays, dead)
        segment.dead_file = dead_file
        return segment

    @property
    def live(self) -> int:
        """Pairs that were not removed."""
        return len(self.keys) - self.removed

    @property
    def stored_bytes(self) -> int:
        """Bytes of all arrays, mapped and in memory."""
        return sum(array.nbytes for array in (*self._searched, self._by_key, self.dead))

    @property
    def _searched(self) -> tuple[npt.NDArray[Any], ...]:
        found_by = (self._offsets, self._following, self._ids)
        return (*found_by, self.codes, self._owner_starts, self.keys)

    def warm(self, ending: Callable[[], bool]) -> None:
        """Read what searching touches from the disk, so that no search has to wait for it.

        `ending` is asked now and then, and a yes is the end of it.
        """
        for array in self._searched:
            pages = array.reshape(-1).view(np.uint8)[:: mmap.PAGESIZE]
            for start in range(0, len(pages), PAGES_WARMED):
                if ending():
                    return
                # Not their sum: for that NumPy fills a buffer first, and holds the GIL meanwhile.
                pages[start : start + PAGES_WARMED].max()

    def _search_codes(self, queries: Codes, radius: int) -> npt.NDArray[np.int64]:
        parts = self._offsets.shape[0]
        if parts == 0 or radius > MAX_TABLE_RADIUS:
            found = kernels.scan(self.codes, queries, radius)
        else:
            bits = (self._offsets.shape[1] - 1).bit_length() - 1
            reach = reach_of(radius, parts)
            masks, counts = mask_table(bits, int(reach.max()))
            found = tables.search(
                self.codes, self._offsets, self._ids, self._following, bits,
                queries, radius, reach, masks, counts,
            )  # fmt: skip
        result: npt.NDArray[np.int64] = found
        return result

    def search(self, queries: Codes, radius: int, grouping: Grouping) -> Hits:
        """All living pairs within `radius` of the read-only `queries` (n, 4)."""
        found = self._search_codes(queries, radius)
        if not len(found):
            return Hits.none()
        rows = kernels.expand(
            found, self._owner_starts, self.keys, self.dead, grouping.bits, grouping.at_most
        )
        return Hits(rows[:, 0], rows[:, 1], rows[:, 2], np.asarray(self.codes[rows[:, 3]]))

    def _code_of(self, pairs: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The code row of each pair position."""
        if not len(self._owner_starts):
            return pairs
        return np.searchsorted(self._owner_starts, pairs, side="right") - 1

    def _is_dead(self, pairs: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        dead: npt.NDArray[np.bool_] = (
            self.dead[pairs >> 3] >> (pairs & 7).astype(np.uint8)
        ) & 1 == 1
        return dead

    def holds(self, codes: Codes, keys: Keys) -> npt.NDArray[np.bool_]:
        """Which of the pairs (codes (n, 4), keys (n,)) live here: bool (n,)."""
        rows = np.empty(len(codes), np.int64)
        kernels.locate(self.codes, readonly(codes), rows)
        held = np.zeros(len(codes), np.bool_)
        for position in np.flatnonzero(rows >= 0):
            row = int(rows[position])
            first, last = row, row + 1
            if len(self._owner_starts):
                first, last = int(self._owner_starts[row]), int(self._owner_starts[row + 1])
            pair = first + int(np.searchsorted(self.keys[first:last], keys[position]))
            if pair < last and self.keys[pair] == keys[position]:
                held[position] = not self.dead[pair >> 3] >> (pair & 7) & 1
        return held

    def remove_range(self, low: int, high: int) -> int:
        """Remove all pairs with low ≤ key < high; returns how many there were."""
        start = kernels.rank_of_key(self.keys, self._by_key, low)
        stop = kernels.rank_of_key(self.keys, self._by_key, high)
        if start == stop:
            return 0
        pairs = np.asarray(self._by_key[start:stop], dtype=np.int64)
        pairs = pairs[~self._is_dead(pairs)]
        np.bitwise_or.at(self.dead, pairs >> 3, (1 << (pairs & 7)).astype(np.uint8))
        self.removed += len(pairs)
        self.unsaved_removals = self.unsaved_removals or len(pairs) > 0
        return len(pairs)

    def living_pairs(self) -> tuple[Codes, Keys]:
        """Every pair that was not removed: codes (n, 4) and keys (n,)."""
        pairs = np.arange(len(self.keys), dtype=np.int64)
        if self.removed:
            pairs = pairs[~self._is_dead(pairs)]
        return self.codes[self._code_of(pairs)], self.keys[pairs]
