"""The compiled inner loops: table building, table search, scan, owners.

Everything here is plain loops over flat arrays, compiled by Numba without the GIL. Arrays that
are only read are passed as read-only views (`readonly`), so that a mapped file and an array in
memory share one compiled form.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

CANDIDATE_BUFFER = 4096
"""Candidates gathered before they are compared; a bucket may hold more, and is then taken in
parts."""

SCAN_RATIO = 16
"""A comparison out of order costs about as much as 16 in order: past one candidate in 16 codes a
scan of the whole segment is quicker, and bounds what a crowded bucket can cost."""

SCAN_BLOCK = 512
"""Codes (16 kB) compared with every query while they are in the nearest cache."""

SCAN_TOGETHER = 4
"""Queries from which a scan compares them together, block by block."""


@intrinsic
def popcount(_context: Any, _word: Any) -> Any:
    """Set bits of a 64-bit word, by the processor's own instruction."""

    def generate(_ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        return builder.ctpop(args[0])

    return types.uint64(types.uint64), generate


@intrinsic
def prefetch(_context: Any, array: Any, _position: Any) -> Any:
    """Ask for the cache line of `array`'s element at a flat position; never faults."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        data = context.make_array(sig.args[0])(context, builder, args[0]).data
        byte_pointer = ir.IntType(8).as_pointer()
        address = builder.bitcast(builder.gep(data, [args[1]]), byte_pointer)
        word = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte_pointer, word, word, word])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0i8")
        read, keep, data_cache = (ir.Constant(word, value) for value in (0, 3, 1))
        builder.call(function, [address, read, keep, data_cache])
        return context.get_dummy_value()

    return types.void(array, types.int64), generate


def readonly(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """A view of `array` that can't be written through."""
    view = array.view(np.ndarray)
    view.flags.writeable = False
    return view


@nb.njit(nogil=True, cache=True, inline="always")
def part_of(code, part, bits):
    """Bits [part·bits, (part+1)·bits) of a code, counted from the most significant."""
    first = part * bits
    word = first >> 6
    shift = first & 63
    value = code[word] << np.uint64(shift)
    if shift + bits > 64:
        value |= code[word + 1] >> np.uint64(64 - shift)
    return value >> np.uint64(64 - bits)


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
def fill_table(codes, part, bits, offsets, ids):
    """Counting sort of the codes by one part: `offsets` (2^bits + 1), `ids` (n, or 0 to skip).

    With no `ids` the codes must be sorted by that part already.
    """
    buckets = offsets.shape[0] - 1
    offsets[:] = 0
    for row in range(codes.shape[0]):
        offsets[np.int64(part_of(codes[row], part, bits)) + 1] += 1
    for bucket in range(buckets):
        offsets[bucket + 1] += offsets[bucket]
    if ids.shape[0] == 0:
        return
    cursor = offsets[:buckets].copy()
    for row in range(codes.shape[0]):
        bucket = np.int64(part_of(codes[row], part, bits))
        ids[cursor[bucket]] = row
        cursor[bucket] += 1


@nb.njit(nogil=True, cache=True)
def _grown(found, count):
    """`found` itself, or a copy twice as long where it is full."""
    if count < found.shape[0]:
        return found
    larger = np.empty((found.shape[0] * 2, found.shape[1]), found.dtype)
    larger[:count] = found
    return larger


@nb.njit(nogil=True, cache=True, inline="always")
def _found_earlier(code, query, part, bits, reach):
    """Whether an earlier part's table has led to this code already."""
    for earlier in range(part):
        if reach[earlier] >= 0:
            apart = popcount(part_of(code, earlier, bits) ^ part_of(query, earlier, bits))
            if np.int64(apart) <= reach[earlier]:
                return True
    return False


@nb.njit(nogil=True, cache=True)
def _verify(codes, query, radius, reach, bits, part, candidates, waiting, row, found, count):
    """Compare the waiting candidates with the query in full; matches go to `found`."""
    for position in range(waiting):
        candidate = candidates[position]
        apart = distance_of(codes[candidate], query)
        if apart <= radius and not _found_earlier(codes[candidate], query, part, bits, reach):
            found = _grown(found, count)
            found[count, 0] = row
            found[count, 1] = candidate
            found[count, 2] = apart
            count += 1
    return found, count


@nb.njit(nogil=True, cache=True)
def _collect(codes, start, stop, query, row, radius, found, count):
    """Compare one query with the codes [start, stop); matches go to `found`."""
    for candidate in range(start, stop):
        apart = distance_of(codes[candidate], query)
        if apart <= radius:
            found = _grown(found, count)
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
            near = np.int64(0)
            for c in range(stop - start):
                apart = np.int64(
                    popcount(c0[c] ^ q0)
                    + popcount(c1[c] ^ q1)
                    + popcount(c2[c] ^ q2)
                    + popcount(c3[c] ^ q3)
                )
                near += np.int64(apart <= radius)
            if near:
                found, count = _collect(codes, start, stop, queries[row], row, radius, found, count)
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
        found, count = _collect(codes, 0, codes.shape[0], queries[row], row, radius, found, count)
    return found[:count]


@nb.njit(nogil=True, cache=True)
def _probe(offsets, part, value, masks, flips, starts, stops):
    """Entries of one part's table within the flips of `value`: (stretches, entries in all)."""
    stretches = 0
    entries = 0
    for position in range(flips):
        bucket = np.int64(value ^ masks[position])
        start = np.int64(offsets[part, bucket])
        stop = np.int64(offsets[part, bucket + 1])
        starts[stretches] = start
        stops[stretches] = stop
        stretches += np.int64(stop > start)
        entries += stop - start
    return stretches, entries


@nb.njit(nogil=True, cache=True)
def _send_for(offsets, part, value, masks, flips):
    """Ask for the table lines that `_probe` will read."""
    for position in range(flips):
        prefetch(offsets, part * offsets.shape[1] + np.int64(value ^ masks[position]))


@nb.njit(nogil=True, cache=True)
def _search_one(
    codes, offsets, ids, bits, query, row, radius, reach, masks, flips, scratch, found, count
):
    """One query through the tables; returns (found, count, candidates seen).

    Main memory is the limit, so the parts overlap: while the candidates of one part are
    compared, the table lines of the next are already on their way.
    """
    starts, stops, candidates = scratch[0], scratch[1], scratch[2]
    asked = np.int64(np.sum(reach >= 0))
    allowed = codes.shape[0] // SCAN_RATIO + CANDIDATE_BUFFER
    waiting = 0
    seen = 0
    for part in range(asked):
        depth = reach[part]
        value = part_of(query, part, bits)
        stretches, entries = _probe(offsets, part, value, masks[depth], flips[depth], starts, stops)
        seen += entries
        if seen > allowed:
            return found, count, seen
        if part > 0:
            for position in range(stretches):
                prefetch(ids, (part - 1) * codes.shape[0] + starts[position])
        if part + 1 < asked:
            depth = reach[part + 1]
            _send_for(offsets, part + 1, part_of(query, part + 1, bits), masks[depth], flips[depth])
        found, count = _verify(
            codes, query, radius, reach, bits, part - 1, candidates, waiting, row, found, count
        )
        waiting = 0
        for position in range(stretches):
            for entry in range(starts[position], stops[position]):
                # The codes are sorted by their first part: its entries are the codes themselves.
                candidate = np.int64(ids[part - 1, entry]) if part > 0 else entry
                prefetch(codes, candidate * 4)
                candidates[waiting] = candidate
                waiting += 1
                if waiting == CANDIDATE_BUFFER:
                    found, count = _verify(
                        codes, query, radius, reach, bits, part, candidates, waiting, row,
                        found, count,
                    )  # fmt: skip
                    waiting = 0
    found, count = _verify(
        codes, query, radius, reach, bits, asked - 1, candidates, waiting, row, found, count
    )
    return found, count, seen


@nb.njit(nogil=True, cache=True)
def search(codes, offsets, ids, bits, queries, radius, reach, masks, flips):
    """All pairs within `radius` through the tables: rows (query, code, distance), each pair once.

    `reach` (parts,) is how many bits of each part are flipped, -1 where a part is not asked;
    `masks` (reach + 1, …) are the bit patterns to flip, `flips` how many of them.
    """
    found = np.empty((64, 3), np.int64)
    scratch = np.empty((3, max(CANDIDATE_BUFFER, masks.shape[1])), np.int64)
    allowed = codes.shape[0] // SCAN_RATIO + CANDIDATE_BUFFER
    count = 0
    for row in range(queries.shape[0]):
        before = count
        found, count, seen = _search_one(
            codes, offsets, ids, bits, queries[row], row, radius, reach, masks, flips,
            scratch, found, count,
        )  # fmt: skip
        if seen > allowed:
            found, count = _collect(
                codes, 0, codes.shape[0], queries[row], row, radius, found, before
            )
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
                rows = _grown(rows, count)
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
