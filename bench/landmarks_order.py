"""The order of a code's bits in which a search of the index has least to look at.

The index (docs/index.md) cuts a code into parts, and looks at each code that is near to what is
sought in one part (an entry), and then closer at each that is near in the part after it as well (a
candidate). Bits that say the same twice let many through. So bits change places, two at a time,
for as long as that makes fewer of the pairs of an ordinary search entries and candidates.
"""

from __future__ import annotations

import numba as nb
import numpy as np
import numpy.typing as npt
from rich.progress import track

from hedgerow.index.plan import reach_of
from hedgerow.signals import signal_type

PARTS = 16
PART_BITS = 16
"""The cut of a code where the index holds a million of them or more."""

REACH = reach_of(signal_type("local").default_threshold, PARTS)

ENTRY_NS, CANDIDATE_NS = 0.8, 22.0
"""What looking at one costs, in nanoseconds, measured among ten million codes."""

SOUGHT, BANKED = 4_000, 30_000
"""Codes that are sought, and of how many others each is compared with."""

NEARNESS, SHARE = 12, 12.0
"""Of pairs that differ in d bits the share SHARE · (1 - d/256)^NEARNESS is taken: what the index
looks at is among the near ones, of which there are few."""

SWAPS, ROUND = 12_000, 500

Bits = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]


def order_of(codes: Bits, seed: int = 1) -> Numbers:
    """An order (256,) of the bits of codes like these (n, 32)."""
    numbers = np.random.default_rng(seed)
    differing, weights = _pairs(codes, numbers)
    order = np.arange(PARTS * PART_BITS).reshape(PARTS, PART_BITS)
    apart = np.stack([differing[part].sum(axis=0, dtype=np.int8) for part in order])
    costs = np.array([_cost(apart, part, REACH, weights) for part in range(PARTS)])
    print(f"{costs.sum() / 1e3:.0f} microseconds for a code that is sought, at first")
    for _round in track(range(SWAPS // ROUND), "Changing places"):
        one = numbers.integers(0, PARTS, ROUND)
        other = (one + numbers.integers(1, PARTS, ROUND)) % PARTS
        places = numbers.integers(0, PART_BITS, (2, ROUND))
        _swap(
            np.stack([one, other, *places], axis=1), differing, weights, order, apart, costs, REACH
        )
    print(f"{costs.sum() / 1e3:.0f} microseconds in this order")
    return order.ravel()


def _pairs(codes: Bits, numbers: np.random.Generator) -> tuple[Bits, Floats]:
    """In which bits pairs differ (256, n), and of how many pairs in a search each speaks (n,)."""
    found, weights = [], []
    for sought in track(numbers.integers(0, len(codes), SOUGHT), "Comparing"):
        others = codes[numbers.integers(0, len(codes), BANKED)] ^ codes[sought]
        apart = np.bitwise_count(others).sum(axis=1, dtype=np.int64)
        share = np.minimum(SHARE * (1 - apart / 256) ** NEARNESS, 1)
        taken = (numbers.random(BANKED) < share) & (apart > 0)
        found.append(others[taken])
        weights.append(1 / share[taken])
    searched = 10_000_000 / SOUGHT / BANKED
    bits = np.unpackbits(np.concatenate(found), axis=1)
    return np.ascontiguousarray(bits.T), np.concatenate(weights) * searched


@nb.njit(cache=True)
def _cost(apart, part, reach, weights):
    """Nanoseconds that one part costs a search, where pairs differ in apart (parts, n) bits."""
    following = (part + 1) % len(reach)
    most = reach[part] + reach[following] + 1
    cost = 0.0
    for pair in range(len(weights)):
        if apart[part, pair] <= reach[part]:
            cost += ENTRY_NS * weights[pair]
            if apart[part, pair] + apart[following, pair] <= most:
                cost += CANDIDATE_NS * weights[pair]
    return cost


@nb.njit(cache=True)
def _move(differing, apart, part, away, instead):
    for pair in range(apart.shape[1]):
        apart[part, pair] += np.int8(differing[instead, pair]) - np.int8(differing[away, pair])


@nb.njit(cache=True)
def _swap(swaps, differing, weights, order, apart, costs, reach):
    """Try swaps (n, 4), each of two parts and a place in either; those that help are kept."""
    touched = np.zeros(len(costs), np.bool_)
    for one, other, at, to in swaps:
        bit, other_bit = order[one, at], order[other, to]
        _move(differing, apart, one, bit, other_bit)
        _move(differing, apart, other, other_bit, bit)
        touched[:] = False
        for part in (one, other):  # it costs as it is, and as what follows another
            touched[part] = touched[part - 1] = True
        after = costs.copy()
        for part in np.flatnonzero(touched):
            after[part] = _cost(apart, part, reach, weights)
        if after.sum() < costs.sum():
            costs[:] = after
            order[one, at], order[other, to] = other_bit, bit
        else:
            _move(differing, apart, one, other_bit, bit)
            _move(differing, apart, other, bit, other_bit)
