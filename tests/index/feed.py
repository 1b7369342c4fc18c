"""A made-up feed: changes in memory, told in steps as a database would tell them."""

import hashlib

import numpy as np
from tests.index.families import family
from tests.index.oracle import Oracle

from hedgerow.index import Step


class MemoryFeed:
    """Changes 1, 2, …: each adds pairs, then removes ranges. `portion`: codes in one step."""

    def __init__(self, portion=10):
        self.changes = []
        self.portion = portion
        self.told = 0
        self.asked = []
        self.break_after = None

    def change(self, *, seed=0, count=0, low=0, removed=(), kind="random"):
        codes = family(kind, seed, count) if count else np.empty((0, 4), np.uint64)
        self.changes.append((codes, np.arange(low, low + count), list(removed)))

    def latest(self):
        return len(self.changes)

    def mark(self, sequence):
        if not 1 <= sequence <= len(self.changes):
            return ""
        codes, keys, removed = self.changes[sequence - 1]
        told = repr((codes.tobytes(), keys.tolist(), removed))
        return hashlib.sha256(told.encode()).hexdigest()

    def since(self, sequence):
        self.asked.append(sequence)
        for number in range(sequence, len(self.changes)):
            codes, keys, removed = self.changes[number]
            # All but the last step of a change carry the sequence before it.
            for start in range(0, len(keys), self.portion):
                yield self.counted(
                    Step(
                        number,
                        (codes[start : start + self.portion], keys[start : start + self.portion]),
                    )
                )
            yield self.counted(Step(number + 1, None, removed))

    def counted(self, step):
        self.told += 1
        if self.break_after is not None and self.told > self.break_after:
            raise ConnectionError("the database is gone")
        return step

    def oracle(self, upto=None):
        """What an index that followed all of it holds."""
        oracle = Oracle()
        for codes, keys, removed in self.changes[:upto]:
            oracle.add(codes, keys)
            for low, high in removed:
                oracle.remove_range(low, high)
        return oracle

    def some_changes(self, rng, count):
        for _ in range(count):
            size = int(rng.choice([0, 1, 5, 45]))
            low = int(rng.integers(0, 300))
            removed = [
                (int(at), int(at) + int(rng.integers(1, 30))) for at in rng.integers(0, 300, 2)
            ]
            self.change(
                seed=int(rng.integers(0, 40)),
                count=size,
                low=low,
                removed=removed if rng.random() < 0.4 else (),
                kind=str(rng.choice(["random", "clustered", "duplicated"])),
            )
