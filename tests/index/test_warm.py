"""Before the first search of a service, what searching touches is in memory."""

import re
from pathlib import Path

import numpy as np

from hedgerow.index import Index

COUNT = 60_000
SEARCHED = ("codes", "offsets", "ids", "keys")


def mapped(folder):
    """kB of each array under `folder` that this process maps, and that it has in memory.

    A mapping of an index that was closed may still be there: of two, the one in memory counts.
    """
    found = {}
    told = Path("/proc/self/smaps").read_text()
    entry = rf"{re.escape(str(folder))}\S*/(\w+)\.npy\nSize: +(\d+) kB(?:.*\n)+?Rss: +(\d+) kB"
    for name, size, resident in re.findall(entry, told):
        found[name] = max(found.get(name, (0, 0)), (int(resident), int(size)))
    return found


def test_what_is_searched_is_read_from_the_disk(folder):
    numbers = np.random.default_rng(1)
    with Index.open(folder) as index:
        index.add(numbers.integers(0, 2**63, (COUNT, 4), dtype=np.uint64), np.arange(COUNT))
        index.maintain()
    with Index.open(folder, "read") as index:
        before = mapped(folder)
        index.warm()
        after = mapped(folder)
        assert set(SEARCHED) <= after.keys()
        assert any(before[name][0] < before[name][1] for name in SEARCHED)
        for name in SEARCHED:
            assert after[name][0] == after[name][1], name


def test_it_ends_where_it_is_told_to(folder):
    numbers = np.random.default_rng(2)
    with Index.open(folder) as index:
        index.add(numbers.integers(0, 2**63, (COUNT, 4), dtype=np.uint64), np.arange(COUNT))
        index.maintain()
    with Index.open(folder, "read") as index:
        before = mapped(folder)
        index.warm(lambda: True)
        assert mapped(folder) == before
