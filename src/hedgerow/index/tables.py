"""The compiled search through a segment's tables; how it works is in docs/index.md.

Plain loops over flat arrays, compiled by Numba without the GIL. What is searched is far larger
than the caches, so a query costs what it waits for memory: each loop asks for what it will need
AHEAD steps later.
"""

from __future__ import annotations

import numba as nb
import numpy as np

from hedgerow.index.kernels import collect, distance_of, grown
from hedgerow.index.processor import LANES, lowest, near, popcount, prefetch

COMPILED_WITH = "027d89f98e728bbd"
"""Digest of kernels.py, as there of processor.py."""

FOLLOWING_BITS = 16
"""Bits of the part that follows, which each entry holds beside its code's row."""

AHEAD = 24
"""Steps of a loop for which memory is asked for in advance."""

BUCKETS_AHEAD = 4
"""Buckets of which all entries are asked for in advance."""

BUCKET = 32
"""Asking a bucket costs about as much as looking at 32 entries, however few it has."""

WORTH_MOVING = 1.25
"""How many times dearer a flip has to be than another for the other to be taken instead. Where all
cost about the same the plan's stay, which lie apart."""

SCAN_RATIO = 16
"""A comparison out of order costs about as much as 16 in order: past one candidate in 16 codes,
or more entries than codes, a scan of the whole segment is quicker, and bounds what crowded
buckets can cost."""

CANDIDATES = 1024
"""Candidates that a query may have however few the codes are, and room for them at first."""


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
def part_after(part, parts):
    """The part that follows; after the last comes the first."""
    return part + 1 if part + 1 < parts else 0


@nb.njit(nogil=True, cache=True, inline="always")
def following_of(code, part, parts, bits):
    """The first bits of the part that follows `part`."""
    value = part_of(code, part_after(part, parts), bits)
    return np.uint16(value >> np.uint64(max(bits - FOLLOWING_BITS, 0)))


@nb.njit(nogil=True, cache=True)
def fill_table(codes, part, bits, offsets, ids, following):
    """Counting sort of the codes by one part of `offsets.shape[0]` parts.

    Fills that part's rows of `offsets` (parts, 2^bits + 1), `ids` (parts - 1, n, bytes) and
    `following` (parts, n + LANES). The codes must be sorted by their first part already: it has
    no `ids`.
    """
    parts = offsets.shape[0]
    buckets = offsets.shape[1] - 1
    offsets[part] = 0
    for row in range(codes.shape[0]):
        offsets[part, np.int64(part_of(codes[row], part, bits)) + 1] += 1
    for bucket in range(buckets):
        offsets[part, bucket + 1] += offsets[part, bucket]
    cursor = offsets[part, :buckets].copy()
    for row in range(codes.shape[0]):
        bucket = np.int64(part_of(codes[row], part, bits))
        entry = cursor[bucket]
        cursor[bucket] = entry + 1
        following[part, entry] = following_of(codes[row], part, parts, bits)
        if part > 0:
            for byte in range(ids.shape[2]):
                ids[part - 1, entry, byte] = (row >> (8 * byte)) & 255


@nb.njit(nogil=True, cache=True)
def _stretches(offsets, part, value, masks, flips, starts, stops):
    """Where the entries of each bucket within the flips of `value` start and stop; returns how
    many entries there are in all.
    """
    first = part * offsets.shape[1]
    for position in range(min(AHEAD, flips)):
        prefetch(offsets, first + np.int64(value ^ masks[position]))
    entries = 0
    for position in range(flips):
        if position + AHEAD < flips:
            prefetch(offsets, first + np.int64(value ^ masks[position + AHEAD]))
        bucket = np.int64(value ^ masks[position])
        starts[position] = offsets[part, bucket]
        stops[position] = offsets[part, bucket + 1]
        entries += stops[position] - starts[position]
    return entries


@nb.njit(nogil=True, cache=True)
def _price(offsets, part, value, masks, flips, prices):
    """What each flip more of one part costs a query: its buckets and the entries in them."""
    first = part * offsets.shape[1]
    for position in range(min(AHEAD, flips)):
        prefetch(offsets, first + np.int64(value ^ masks[position]))
    prices[:] = 0
    for position in range(flips):
        if position + AHEAD < flips:
            prefetch(offsets, first + np.int64(value ^ masks[position + AHEAD]))
        bucket = np.int64(value ^ masks[position])
        entries = np.int64(offsets[part, bucket + 1]) - np.int64(offsets[part, bucket])
        prices[np.int64(popcount(masks[position]))] += BUCKET + entries
    # Where the bucket itself is what is crowded, a flip more seems cheap beside it: but it can be
    # saved only after that flip.
    for depth in range(prices.shape[0] - 1, 0, -1):
        if prices[depth] < prices[depth - 1]:
            prices[depth - 1 : depth + 1] = (prices[depth - 1] + prices[depth]) / 2


@nb.njit(nogil=True, cache=True)
def _dearest(prices, shared):
    """The part whose last flip costs most; -1 where none is asked."""
    dearest = -1
    for part in range(shared.shape[0]):
        if shared[part] >= 0 and (
            dearest < 0 or prices[part, shared[part]] > prices[dearest, shared[dearest]]
        ):
            dearest = part
    return dearest


@nb.njit(nogil=True, cache=True)
def _cheapest(prices, shared, but):
    """The part but this one that a flip more costs least; -1 where all have the most."""
    cheapest = -1
    for part in range(shared.shape[0]):
        if part == but or shared[part] + 1 == prices.shape[1]:
            continue
        if cheapest < 0 or prices[part, shared[part] + 1] < prices[cheapest, shared[cheapest] + 1]:
            cheapest = part
    return cheapest


@nb.njit(nogil=True, cache=True)
def share_out(offsets, bits, query, reach, masks, flips, prices, shared):
    """Fill `shared` (parts,) with the bits of each part that are flipped for this query.

    As many in all as in `reach`, but fewer where the query's buckets are crowded, more where they
    are not: any share will do to find everything. `prices` (parts, most + 1) is room to work in.
    """
    parts = offsets.shape[0]
    most = masks.shape[0] - 1
    shared[:] = reach
    if reach.min() == most:
        return
    for part in range(parts):
        value = part_of(query, part, bits)
        _price(offsets, part, value, masks[most], flips[most], prices[part])
    while True:
        dear = _dearest(prices, shared)
        cheap = _cheapest(prices, shared, dear)
        if dear < 0 or cheap < 0:
            return
        if prices[cheap, shared[cheap] + 1] * WORTH_MOVING >= prices[dear, shared[dear]]:
            return
        shared[dear] -= 1
        shared[cheap] += 1


@nb.njit(nogil=True, cache=True)
def _send_for(following, part, start, stop):
    """Ask for the following bits of the entries [start, stop)."""
    first = part * following.shape[1]
    for entry in range(start, stop + LANES, LANES):
        prefetch(following, first + entry)


@nb.njit(nogil=True, cache=True)
def _longer(candidates):
    """A copy with as much room again."""
    longer = np.empty(2 * candidates.shape[0], np.int64)
    longer[: candidates.shape[0]] = candidates
    return longer


@nb.njit(nogil=True, cache=True)
def _sift(following, part, ids, value, limit, masks, flips, starts, stops, candidates, count):
    """Add the entries whose following bits are near enough to the candidates; returns
    (candidates, how many there are then), -1 where they are too many.

    A candidate is `part` · codes + entry. Asks for its `ids` at once.
    """
    first = part * following.shape[1]
    codes = following.shape[1] - LANES
    allowed = codes // SCAN_RATIO + CANDIDATES
    for position in range(min(BUCKETS_AHEAD, flips)):
        _send_for(following, part, starts[position], stops[position])
    for position in range(flips):
        if position + BUCKETS_AHEAD < flips:
            ahead = position + BUCKETS_AHEAD
            _send_for(following, part, starts[ahead], stops[ahead])
        most = np.uint16(limit - np.int64(popcount(masks[position])))
        stop = stops[position]
        for entry in range(starts[position], stop, LANES):
            found = near(following, first + entry, value, most)
            if stop - entry < LANES:
                found &= np.uint32((1 << (stop - entry)) - 1)
            if count > allowed:
                return candidates, -1
            if count + LANES > candidates.shape[0]:
                candidates = _longer(candidates)
            while found:
                candidate = part * codes + entry + lowest(found)
                prefetch(ids, (candidate - codes) * ids.shape[2])
                candidates[count] = candidate
                count += 1
                found &= np.uint32(found - np.uint32(1))
    return candidates, count


@nb.njit(nogil=True, cache=True)
def _candidates(offsets, ids, following, bits, query, reach, masks, flips, scratch, candidates):
    """What the tables have for one query: (candidates, how many), -1 where it is too much."""
    starts, stops = scratch[0], scratch[1]
    parts = offsets.shape[0]
    codes = following.shape[1] - LANES
    entries = 0
    count = 0
    for part in range(parts):
        depth = reach[part]
        if depth < 0:
            continue
        value = part_of(query, part, bits)
        entries += _stretches(offsets, part, value, masks[depth], flips[depth], starts, stops)
        if entries > codes:
            return candidates, -1
        candidates, count = _sift(
            following, part, ids, following_of(query, part, parts, bits),
            depth + reach[part_after(part, parts)] + 1,
            masks[depth], flips[depth], starts, stops, candidates, count,
        )  # fmt: skip
        if count < 0:
            break
    return candidates, count


@nb.njit(nogil=True, cache=True)
def _found_earlier(code, query, part, parts, bits, reach):
    """Whether an earlier part's table has led to this code already."""
    for earlier in range(part):
        apart = np.int64(popcount(part_of(code, earlier, bits) ^ part_of(query, earlier, bits)))
        if apart <= reach[earlier]:
            apart += np.int64(
                popcount(
                    np.uint64(
                        following_of(code, earlier, parts, bits)
                        ^ following_of(query, earlier, parts, bits)
                    )
                )
            )
            if apart <= reach[earlier] + reach[part_after(earlier, parts)] + 1:
                return True
    return False


@nb.njit(nogil=True, cache=True, inline="always")
def _row_of(ids, part, entry):
    row = np.int64(0)
    for byte in range(ids.shape[2]):
        row |= np.int64(ids[part, entry, byte]) << (8 * byte)
    return row


@nb.njit(nogil=True, cache=True)
def _verify(codes, ids, parts, bits, query, row, radius, reach, candidates, waiting, found, count):
    """Compare the candidates with the query in full; matches go to `found`."""
    total = codes.shape[0]
    rows = np.empty(waiting, np.int64)
    for position in range(waiting):
        if position + AHEAD < waiting:
            prefetch(ids, (candidates[position + AHEAD] - total) * ids.shape[2])
        part, entry = divmod(candidates[position], total)
        # The codes are sorted by their first part: its entries are the codes themselves.
        rows[position] = _row_of(ids, part - 1, entry) if part > 0 else entry
        if position < AHEAD:
            prefetch(codes, rows[position] * 4)
    for position in range(waiting):
        if position + AHEAD < waiting:
            prefetch(codes, rows[position + AHEAD] * 4)
        code = codes[rows[position]]
        apart = distance_of(code, query)
        if apart <= radius and not _found_earlier(
            code, query, candidates[position] // total, parts, bits, reach
        ):
            found = grown(found, count)
            found[count, 0] = row
            found[count, 1] = rows[position]
            found[count, 2] = apart
            count += 1
    return found, count


@nb.njit(nogil=True, cache=True)
def search(codes, offsets, ids, following, bits, queries, radius, reach, masks, flips):
    """All pairs within `radius` through the tables: rows (query, code, distance), each pair once.

    `reach` (parts,) is how many bits of each part are flipped at first, -1 where a part is not
    asked; `masks` (reach + 1, …) are the bit patterns to flip, `flips` how many of them.
    """
    shared = np.empty(reach.shape[0], np.int64)
    prices = np.empty((reach.shape[0], masks.shape[0]), np.float64)
    found = np.empty((64, 3), np.int64)
    scratch = np.empty((2, masks.shape[1]), np.int64)
    candidates = np.empty(CANDIDATES, np.int64)
    count = 0
    for row in range(queries.shape[0]):
        share_out(offsets, bits, queries[row], reach, masks, flips, prices, shared)
        candidates, waiting = _candidates(
            offsets, ids, following, bits, queries[row], shared, masks, flips, scratch, candidates
        )
        if waiting < 0:
            found, count = collect(
                codes, 0, codes.shape[0], queries[row], row, radius, found, count
            )
        else:
            found, count = _verify(
                codes, ids, offsets.shape[0], bits, queries[row], row, radius, shared,
                candidates, waiting, found, count,
            )  # fmt: skip
    return found[:count]
