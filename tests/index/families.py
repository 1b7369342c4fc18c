"""Codes of every kind that could be hard for an index, from a seed."""

import numpy as np

from hedgerow.index.codes import BITS

ONES = np.uint64(2**64 - 1)


def random(rng, count):
    return rng.integers(0, 2**64, (count, 4), dtype=np.uint64)


def flipped(codes, bits):
    """`codes` (n, 4) with the same or, for (n, k) `bits`, each row's own bits flipped."""
    codes = codes.copy()
    bits = np.broadcast_to(bits, (len(codes), np.shape(bits)[-1]))
    for column in bits.T:
        shift = (63 - column % 64).astype(np.uint64)
        codes[np.arange(len(codes)), column // 64] ^= np.uint64(1) << shift
    return codes


def flipped_at_random(rng, codes, most):
    """Each code with 0 to `most` of its bits flipped."""
    order = np.argsort(rng.random((len(codes), BITS)), axis=1)
    counts = rng.integers(0, most + 1, len(codes))
    result = codes.copy()
    for row, (bits, count) in enumerate(zip(order, counts, strict=True)):
        result[row : row + 1] = flipped(result[row : row + 1], bits[np.newaxis, :count])
    return result


def clustered(rng, count):
    """A few flips away from one of a few centres."""
    centres = random(rng, 3)
    return flipped_at_random(rng, centres[rng.integers(0, 3, count)], 40)


def duplicated(rng, count):
    """A handful of codes, each many times."""
    return random(rng, 4)[rng.integers(0, 4, count)]


def constant(rng, count):
    """All bits 0, all bits 1, or one bit away from those."""
    codes = np.where(rng.random((count, 1)) < 0.5, np.uint64(0), ONES).repeat(4, axis=1)
    return flipped_at_random(rng, codes, 1)


def all_but_one_part(rng, count, bits=8):
    """The same but for one part of `bits` bits, which is anything."""
    base = random(rng, 1).repeat(count, axis=0)
    part = rng.integers(0, BITS // bits)
    chosen = rng.random((count, bits)) < 0.5
    for bit in range(bits):
        rows = chosen[:, bit]
        base[rows] = flipped(base[rows], np.array([part * bits + bit]))
    return base


def parts_alike(rng, count, bits, parts):
    """Anything but for those parts, which all have in common: crowded buckets."""
    codes = random(rng, count)
    common = np.concatenate([np.arange(bits) + bits * part for part in parts])
    mask = flipped(np.zeros((1, 4), np.uint64), common)
    return (codes & ~mask) | (random(rng, 1) & mask)


def one_part_alike(rng, count, bits=16):
    """One crowded bucket."""
    return parts_alike(rng, count, bits, [rng.integers(0, 256 // bits)])


def at_the_edge(rng, count):
    """At exactly r and r + 1 flips from one centre: in one stretch, or spread evenly."""
    centre = random(rng, 1)
    codes = []
    for _ in range(count):
        flips = int(rng.integers(0, 34))
        start = int(rng.integers(0, BITS))
        step = 1 if rng.random() < 0.5 else BITS // max(flips, 1)
        codes.append(flipped(centre, (start + step * np.arange(flips))[np.newaxis] % BITS))
    return np.concatenate(codes)


FAMILIES = {
    "random": random,
    "clustered": clustered,
    "duplicated": duplicated,
    "constant": constant,
    "all_but_one_part": all_but_one_part,
    "one_part_alike": one_part_alike,
    "at_the_edge": at_the_edge,
}


def family(name, seed, count):
    """`count` codes of that kind; the same for the same seed."""
    return FAMILIES[name](np.random.default_rng(seed), count)


def queries_near(rng, codes, count=8):
    """Some of the codes as they are, some with flips, one that is none of them."""
    chosen = codes[rng.integers(0, len(codes), count)] if len(codes) else random(rng, count)
    near = flipped_at_random(rng, chosen, 40)
    near[: count // 4] = chosen[: count // 4]
    return np.concatenate([near, random(rng, 1)])
