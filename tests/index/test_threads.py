"""Searching while others change: what was there before is found, what was gone before is not."""

import threading
import time

import numpy as np
from tests.index.families import clustered, flipped, random
from tests.index.oracle import Oracle, check

from hedgerow.index import build
from hedgerow.index import index as index_module
from hedgerow.index.maintenance import Maintenance
from hedgerow.index.plan import Cut

CHANGES, SEARCHES = 200, 200
PATIENCE = 300.0


class Ledger:
    """What a search may rely on. Sets are replaced whole, so that reading needs no lock."""

    def __init__(self):
        self.there = frozenset()
        self.leaving = frozenset()
        self.gone = frozenset()


def search_and_check(index, codes, ledger, done, problems, counts, seed):
    rng = np.random.default_rng(seed)
    while not done.is_set() and not problems:
        there, gone = ledger.there, ledger.gone
        if not there:
            continue
        wanted = rng.choice(sorted(there), 8)
        asked = np.concatenate([wanted, rng.choice(sorted(gone), 8)]) if gone else wanted
        hits = index.search(codes[asked], 3 if rng.random() < 0.7 else 40, threads=1 + seed % 2)
        found = set(zip(hits.query.tolist(), hits.key.tolist(), strict=True))
        leaving = ledger.leaving
        for row, key in enumerate(asked.tolist()):
            if key in there and key not in leaving and (row, key) not in found:
                problems.append(f"{key} was there and was not found")
        if returned := {key for _row, key in found} & gone:
            problems.append(f"{returned} were gone and were found")
        counts[seed] += 1


def test_searches_while_another_thread_changes(make, monkeypatch):
    monkeypatch.setattr(index_module, "BULK_AT", 500)
    monkeypatch.setattr(index_module, "QUERIES_A_THREAD", 1)
    monkeypatch.setattr(build, "cut_for", lambda count: Cut(16, 8) if count > 50 else Cut(0, 0))
    index = make(seal_at=60)
    rng = np.random.default_rng(1)
    total = 60_000
    codes = np.concatenate([random(rng, total // 2), clustered(rng, 300).repeat(100, axis=0)])
    codes = flipped(codes, rng.integers(0, 256, (total, 2)))[rng.permutation(total)]
    ledger, problems, counts = Ledger(), [], [0, 0, 0]
    done, until = threading.Event(), time.monotonic() + PATIENCE
    threads = [
        threading.Thread(
            target=search_and_check,
            args=(index, codes, ledger, done, problems, counts, seed),
            daemon=True,
        )
        for seed in range(3)
    ]
    for thread in threads:
        thread.start()
    next_key, changes = 0, 0
    while (changes < CHANGES or min(counts) < SEARCHES) and not problems:
        assert time.monotonic() < until
        if next_key > total - 1000:
            time.sleep(0.01)  # the searches are slow: leave them something to find
            continue
        changes += 1
        count = 700 if changes % 40 == 0 else int(rng.integers(1, 25))
        if len(ledger.there) < 3000:
            keys = np.arange(next_key, next_key + count)
            index.add(codes[keys], keys)
            ledger.there |= frozenset(keys.tolist())
            next_key += count
        if rng.random() < 0.4 or len(ledger.there) >= 3000:
            low = int(rng.integers(0, next_key))
            high = low + int(rng.integers(1, 200))
            going = frozenset(key for key in ledger.there if low <= key < high)
            ledger.leaving |= going
            ledger.there -= going
            assert index.remove_range(low, high) == len(going)
            ledger.gone |= going
        if changes % 50 == 0:
            index.maintain()
    done.set()
    for thread in threads:
        thread.join()
    assert problems == []
    assert {key for _code, key in _pairs(index)} == ledger.there


def _pairs(index):
    hits = index.search(np.zeros(4, np.uint64), 256)
    return zip(hits.code.tolist(), hits.key.tolist(), strict=True)


def test_work_that_comes_up_while_other_work_ends_is_done(make, monkeypatch):
    """The thread in the background has looked for the last time, but not yet returned."""
    looked, returning = threading.Event(), threading.Event()
    work = Maintenance._work

    def slow_to_return(maintenance):
        work(maintenance)
        looked.set()
        assert returning.wait(PATIENCE)

    monkeypatch.setattr(Maintenance, "_work", slow_to_return)
    index = make(seal_at=10)
    codes = random(np.random.default_rng(1), 40)
    index.add(codes[:20], np.arange(20))
    assert looked.wait(PATIENCE)
    index.add(codes[20:], np.arange(20, 40))
    threading.Timer(0.1, returning.set).start()
    index.maintain()
    assert index.unsealed == 0
    assert len(index) == 40


def test_several_threads_add_and_remove(make):
    """Changes from several threads are all there in the end, each pair once."""
    index = make(seal_at=50)
    codes = random(np.random.default_rng(1), 900)

    def add(share):
        for start in range(share, 900, 3):
            index.add(codes[start : start + 2], np.arange(start, min(start + 2, 900)))
            if start % 9 == 0:
                index.remove([start])

    threads = [threading.Thread(target=add, args=(share,)) for share in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for start in range(900):
        index.add(codes[start], [start])
    index.maintain()
    pairs = [(tuple(code), key) for key, code in enumerate(codes.tolist())]
    check(index, Oracle(pairs), codes[:5], [0, 31, 120])
    assert len(index) == 900
