"""Killed at every moment: the folder as it is before each single thing done to its files."""

import shutil
import sys
from functools import partial

import numpy as np
import pytest
from tests.index import inline
from tests.index.families import family
from tests.index.oracle import Oracle, contents

from hedgerow.index import Index, build
from hedgerow.index import index as index_module
from hedgerow.index.plan import Cut

EVENTS = {"open", "os.rename", "os.remove", "os.truncate", "os.mkdir", "os.rmdir", "shutil.rmtree"}


class Moments:
    """Copies `folder` before each thing done to it, with what must be in it by then."""

    def __init__(self, folder, copies):
        self.folder, self.copies = folder, copies
        self.on = False
        self.taken = []
        self.states = ()
        sys.addaudithook(self.hook)

    def hook(self, event, arguments):
        if not self.on or event not in EVENTS or str(self.folder) not in str(arguments[0]):
            return
        self.on = False  # Not for what happens in here.
        copy = self.copies / str(len(self.taken))
        shutil.copytree(self.folder, copy)
        self.taken.append((copy, self.states, f"{event} {arguments[0]}"))
        self.on = True


@pytest.fixture
def moments(folder, tmp_path):
    watching = Moments(folder, tmp_path / "copies")
    yield watching
    watching.on = False


def next_change(rng, step, oracle):
    """A change as a method's name and arguments, and what the index must hold after it."""
    after = oracle.copy()
    if step % 7 == 3:
        low = int(rng.integers(0, 60))
        after.remove_range(low, low + 25)
        return "remove_range", (low, low + 25), after
    if step % 7 == 5:
        keys = rng.integers(0, 80, 6)
        after.remove(keys.tolist())
        return "remove", (keys,), after
    count = 35 if step % 9 == 4 else int(rng.integers(1, 9))
    codes = family(["random", "clustered", "duplicated"][step % 3], step % 5, count)
    keys = rng.integers(0, 80, count)
    after.add(codes, keys)
    return "add", (codes, keys), after


def test_whatever_the_moment_nothing_acknowledged_is_lost(folder, moments, monkeypatch):
    inline.install(monkeypatch, at_once=True)
    monkeypatch.setattr(index_module, "BULK_AT", 30)
    monkeypatch.setattr(build, "cut_for", lambda _count: Cut(8, 8))
    rng = np.random.default_rng(1)
    oracle, number = Oracle(), 0

    def watched(change, after, new_number):
        """Make the change; kills during it leave what was before or what is after."""
        nonlocal oracle, number
        moments.states = (oracle.pairs, number), (after.pairs, new_number)
        moments.on = True
        result = change()
        moments.on = False
        oracle, number = after, new_number
        return result

    for start in (1, 11, 21):
        index = watched(lambda: Index.open(folder, seal_at=6), oracle, number)
        for step in range(start, start + 9):
            name, arguments, after = next_change(rng, step, oracle)
            change = partial(getattr(index, name), *arguments, sequence=step)
            watched(change, after, step)
            assert (contents(index), index.sequence) == (oracle.pairs, number)
        watched(index.maintain, oracle, number)
        if start == 11:
            watched(index.clear, Oracle(), 0)
        watched(index.close, oracle, number)
    kinds = {event.split()[0] for _copy, _states, event in moments.taken}
    assert {"os.rename", "os.remove", "open", "os.mkdir", "shutil.rmtree"} <= kinds
    assert len(moments.taken) > 100
    for copy, states, event in moments.taken:
        with Index.open(copy, seal_at=6) as again:
            assert (contents(again), again.sequence) in states, event
        shutil.rmtree(copy)
