"""The compiled loops beside the tables': comparing code by code, and owners.

Everything here is plain loops over flat arrays, compiled by Numba without the GIL. Arrays that
are only read are passed as read-only views (`readonly`).
"""

from __future__ import annotations

import numba as nb
import numpy as np

from hedgerow.index.processor import popcount

COMPILED_WITH = "7e2172869ed78408"
"""Digest of processor.py, whose code is compiled into these loops: Numba keeps compiled code until
the file itself changes. tests/index/test_compiled.py says what to write here."""

SCAN_BLOCK = 512
"""Codes (16 kB) compared with every query while they are in the nearest cache."""

SCAN_TOGETHER = 4
"""Queries from which a scan compares them together, block by block."""


@nb.njit(nogil=True, cache=True, inline="always")
def distance_of(a, b):
    """Bits in which two codes differ."""
    return np.int64(
        popcount(a[0] ^ b[0])
        + popcount(a[1] ^ b[1])
        + popcount(a[2] ^ b[2])
        + popcount(a[3] ^ b[3])
    )


@nb.njit(nogil=True, cache=True)
def grown(found, count):
    """`found` itself, or a copy twice as long where it is full."""
    if count < found.shape[0]:
        return found
    larger = np.empty((found.shape[0] * 2, found.shape[1]), found.dtype)
    larger[:count] = found
    return larger


@nb.njit(nogil=True, cache=True)
def collect(codes, start, stop, query, row, radius, found, count):
    """Compare one query with the codes [start, stop); matches go to `found`."""
    for candidate in range(start, stop):
        apart = distance_of(codes[candidate], query)
        if apart <= radius:
            found = grown(found, count)
            found[count, 0] = row
            found[count, 1] = candidate
            found[count, 2] = apart
            count += 1
    return found, count


@nb.njit(nogil=True, cache=True)
def _scan_many(codes, queries, radius, found, count):
    """Compare several queries with all codes, a block of codes at a time.

    The block's words are laid out by column, so that the vector unit compares eight codes at
    once; that pays from a few queries on. Blocks with a match are gone through again.
    """
    columns = np.empty((4, SCAN_BLOCK), np.uint64)
    c0, c1, c2, c3 = columns[0], columns[1], columns[2], columns[3]
    for start in range(0, codes.shape[0], SCAN_BLOCK):
        stop = min(start + SCAN_BLOCK, codes.shape[0])
        for c in range(stop - start):
            c0[c] = codes[start + c, 0]
            c1[c] = codes[start + c, 1]
            c2[c] = codes[start + c, 2]
            c3[c] = codes[start + c, 3]
        for row in range(queries.shape[0]):
            q0, q1, q2, q3 = queries[row, 0], queries[row, 1], queries[row, 2], queries[row, 3]
            matches = np.int64(0)
            for c in range(stop - start):
                apart = np.int64(
                    popcount(c0[c] ^ q0)
                    + popcount(c1[c] ^ q1)
                    + popcount(c2[c] ^ q2)
                    + popcount(c3[c] ^ q3)
                )
                matches += np.int64(apart <= radius)
            if matches:
                found, count = collect(codes, start, stop, queries[row], row, radius, found, count)
    return found, count


@nb.njit(nogil=True, cache=True)
def scan(codes, queries, radius):
    """All pairs within `radius`: rows (query, code, distance) of an int64 array."""
    found = np.empty((64, 3), np.int64)
    count = 0
    if queries.shape[0] >= SCAN_TOGETHER:
        found, count = _scan_many(codes, queries, radius, found, count)
        return found[:count]
    for row in range(queries.shape[0]):
        found, count = collect(codes, 0, codes.shape[0], queries[row], row, radius, found, count)
    return found[:count]


@nb.njit(nogil=True, cache=True)
def locate(codes, queries, positions):
    """The row of each query among the sorted `codes`, -1 where it is not there."""
    total = codes.shape[0]
    for row in range(queries.shape[0]):
        low, high = 0, total
        while low < high:
            middle = (low + high) >> 1
            before = False
            for word in range(4):
                if codes[middle, word] != queries[row, word]:
                    before = codes[middle, word] < queries[row, word]
                    break
            if before:
                low = middle + 1
            else:
                high = middle
        same = low < total
        if same:
            for word in range(4):
                same = same and codes[low, word] == queries[row, word]
        positions[row] = low if same else -1


@nb.njit(nogil=True, cache=True)
def expand(found, owner_starts, keys, dead, group_bits, at_most):
    """The living owners of each found code: rows (query, key, distance, code).

    `owner_starts` (codes + 1,) may be empty: then code i has the one owner i. Of owners that
    share their key's high bits (key >> group_bits) at most `at_most` are given for one code;
    a code's owners are sorted by key, so the rest of a group is skipped without being read.
    """
    rows = np.empty((max(found.shape[0], 1), 4), np.int64)
    count = 0
    for hit in range(found.shape[0]):
        code = found[hit, 1]
        first, last = code, code + 1
        if owner_starts.shape[0]:
            first, last = np.int64(owner_starts[code]), np.int64(owner_starts[code + 1])
        group, taken, owner = np.int64(-1), 0, first
        while owner < last:
            of = keys[owner] >> group_bits
            if owner == first or of != group:
                group, taken = of, 0
            if taken == at_most:
                # Gallop past the rest of this group.
                low, high = owner, last
                while low < high:
                    middle = (low + high) >> 1
                    if keys[middle] >> group_bits <= group:
                        low = middle + 1
                    else:
                        high = middle
                owner = low
                continue
            if not (dead[owner >> 3] >> (owner & 7)) & 1:
                rows = grown(rows, count)
                rows[count, 0] = found[hit, 0]
                rows[count, 1] = keys[owner]
                rows[count, 2] = found[hit, 2]
                rows[count, 3] = code
                count += 1
                taken += 1
            owner += 1
    return rows[:count]


@nb.njit(nogil=True, cache=True)
def rank_of_key(keys, by_key, key):
    """How many keys are smaller than `key`, by their sorted order `by_key`."""
    low, high = 0, by_key.shape[0]
    while low < high:
        middle = (low + high) >> 1
        if keys[by_key[middle]] < key:
            low = middle + 1
        else:
            high = middle
    return low
