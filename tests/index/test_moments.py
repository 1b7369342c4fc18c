"""Killed at every moment: the folder as it is before each single thing done to its files."""

import shutil
import sys

import numpy as np
import pytest

from hedgerow.index import Index, build
from hedgerow.index import index as index_module
from hedgerow.index.plan import Cut
from tests.index import inline
from tests.index.families import family
from tests.index.oracle import Oracle, contents

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


def test_whatever_the_moment_nothing_acknowledged_is_lost(folder, moments, monkeypatch):
    inline.install(monkeypatch, at_once=True)
    monkeypatch.setattr(index_module, "BULK_AT", 30)
    monkeypatch.setattr(build, "cut_for", lambda _count: Cut(8, 8))
    rng = np.random.default_rng(1)
    oracle = Oracle()
    state = (set(), 0)
    moments.states = (state,)
    index = None
    for step in range(45):
        wanted = oracle.copy()
        if step % 15 == 0:
            change = None
        elif step % 7 == 3:
            low = int(rng.integers(0, 60))
            wanted.remove_range(low, low + 25)
            change = ("remove_range", low, low + 25)
        elif step % 7 == 5:
            keys = rng.integers(0, 80, 6)
            wanted.remove(keys.tolist())
            change = ("remove", keys)
        elif step == 40:
            change = ("clear",)
            wanted = Oracle()
        else:
            count = 35 if step % 9 == 4 else int(rng.integers(1, 9))
            codes = family(["random", "clustered", "duplicated"][step % 3], step % 5, count)
            keys = rng.integers(0, 80, count)
            wanted.add(codes, keys)
            change = ("add", codes, keys)
        after = (wanted.pairs, 0 if change == ("clear",) else step)
        moments.states = (state, after if change else state)
        moments.on = True
        if change is None:  # begin, or close and open again
            if index is not None:
                index.close()
            index = Index.open(folder, seal_at=6)
        elif change[0] == "clear":
            index.clear()
        else:
            getattr(index, change[0])(*change[1:], sequence=step)
        moments.on = False
        if change:
            oracle, state = wanted, after
        assert (contents(index), index.sequence) == state
    moments.on = False
    index.close()
    kinds = {event.split()[0] for _copy, _states, event in moments.taken}
    assert {"os.rename", "os.remove", "open", "os.mkdir", "shutil.rmtree"} <= kinds
    assert len(moments.taken) > 200
    for copy, states, event in moments.taken:
        with Index.open(copy, seal_at=6) as again:
            assert (contents(again), again.sequence) in states, event
        shutil.rmtree(copy)
