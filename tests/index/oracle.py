"""Brute force: what an index must answer, by the shortest NumPy that says it."""

import numpy as np

from hedgerow.index import codes_to_hex


class Oracle:
    """A set of (code, key) pairs, each code as four whole numbers."""

    def __init__(self, pairs=()):
        self.pairs = set(pairs)

    def add(self, codes, keys):
        new = set(pairs_of(codes, keys)) - self.pairs
        self.pairs |= new
        return len(new)

    def remove_range(self, low, high):
        gone = {pair for pair in self.pairs if low <= pair[1] < high}
        self.pairs -= gone
        return len(gone)

    def remove(self, keys):
        gone = {pair for pair in self.pairs if pair[1] in set(keys)}
        self.pairs -= gone
        return len(gone)

    def copy(self):
        return Oracle(self.pairs)

    def arrays(self):
        codes = np.array([code for code, _key in self.pairs], np.uint64).reshape(-1, 4)
        return codes, np.array([key for _code, key in self.pairs], np.int64)

    def answers(self, queries):
        """A function from radius to the answer, with the distances worked out once."""
        codes, keys = self.arrays()
        apart = distances(queries, codes)
        spelled = codes_to_hex(codes)

        def within(radius):
            rows, columns = np.nonzero(apart <= radius)
            found = zip(rows.tolist(), columns.tolist(), strict=True)
            return sorted((row, int(apart[row, c]), int(keys[c]), spelled[c]) for row, c in found)

        return within


def pairs_of(codes, keys):
    return [
        (tuple(code), int(key))
        for code, key in zip(np.asarray(codes).tolist(), np.asarray(keys).tolist(), strict=True)
    ]


def distances(queries, codes):
    """Differing bits, int64 (queries, codes)."""
    different = queries[:, np.newaxis, :] ^ codes[np.newaxis, :, :]
    return np.bitwise_count(different).sum(axis=2, dtype=np.int64)


def answer_of(hits):
    """The hits in the oracle's form, in the order in which they came."""
    columns = (hits.query.tolist(), hits.distance.tolist(), hits.key.tolist())
    return list(zip(*columns, codes_to_hex(hits.code), strict=True))


def check(index, oracle, queries, radii):
    """The index answers as brute force does, in the order that is promised."""
    assert len(index) == len(oracle.pairs)
    within = oracle.answers(queries)
    for radius in radii:
        found = answer_of(index.search(queries, radius))
        wanted = within(radius)
        assert [hit[:3] for hit in found] == [hit[:3] for hit in wanted], f"radius {radius}"
        assert sorted(found) == wanted, f"radius {radius}"


def contents(index):
    """Every pair that the index holds."""
    hits = index.search(np.zeros(4, np.uint64), 256)
    return set(pairs_of(hits.code, hits.key))
