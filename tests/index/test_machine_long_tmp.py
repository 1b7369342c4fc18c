"""Any sequence of changes, seals, merges, kills and reopenings answers as brute force does."""

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests.index import inline
from tests.index.families import FAMILIES, family, queries_near
from tests.index.oracle import Oracle, check, contents

from hedgerow.index import Index, build, maintenance
from hedgerow.index import index as index_module

LOWEST, HIGHEST = -(2**63), 2**63 - 2
KEYS = st.integers(-3, 40) | st.sampled_from([LOWEST, HIGHEST])
SEEDS = st.integers(0, 50)
ADDITIONS = st.tuples(st.sampled_from(sorted(FAMILIES)), SEEDS, st.integers(1, 60), SEEDS)
RANGES = st.tuples(KEYS, st.integers(0, 30)).map(lambda pair: (pair[0], pair[0] + pair[1]))


def pairs_from(addition):
    name, seed, count, key_seed = addition
    rng = np.random.default_rng(key_seed)
    kind = key_seed % 4
    if kind == 0:
        keys = np.full(count, key_seed % 20)
    elif kind == 1:
        keys = np.arange(count)
    else:
        keys = rng.integers(-3, 40, count)
    if kind == 3:
        keys[0], keys[-1] = LOWEST, HIGHEST
    return family(name, seed, count), keys.astype(np.int64)


class IndexMachine(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        self.root = Path(tempfile.mkdtemp())
        self.folder = self.root / "0"
        inline.install(self.patch, at_once=False)
        self.oracle = Oracle()
        self.during = []
        self.sequence = 0
        self.folders = 0
        self.under_way = None
        self.reader = None
        self.reader_oracle = Oracle()

    @initialize(
        cut=st.sampled_from(inline.CUTS),
        seal_at=st.integers(1, 40),
        bulk_at=st.sampled_from([25, 10**9]),
    )
    def begin(self, cut, seal_at, bulk_at):
        self.patch.setattr(build, "cut_for", lambda _count: cut)
        self.patch.setattr(index_module, "BULK_AT", bulk_at)
        self.patch.setattr(maintenance, "build_segment", self.interrupted_build)
        # Waiting for the work at hand would be waiting for oneself: here all is one thread.
        self.patch.setattr(maintenance, "TAILS_IN_MEMORY", 10**6)
        self.seal_at = seal_at
        self.index = self.opened(self.folder)

    def opened(self, folder, mode="write"):
        return Index.open(folder, mode, seal_at=self.seal_at)

    def interrupted_build(self, folder, codes, keys):
        """What happens in other threads while a segment is being written."""
        if folder.parent != self.folder:  # A copy, made and opened by `killed_here`.
            build.build_segment(folder, codes, keys)
            return
        during, self.during = self.during, []
        for change in during[::2]:
            change()
        self.killed_here()
        build.build_segment(folder, codes, keys)
        for change in during[1::2]:
            change()
        self.killed_here()

    def copied(self):
        self.folders += 1
        copy = self.root / str(self.folders)
        shutil.copytree(self.folder, copy)
        return copy

    def killed_here(self):
        """A change that did not return yet may be there or not; all others are."""
        copy = self.copied()
        with self.opened(copy) as index:
            assert (contents(index), index.sequence) in (
                (self.oracle.pairs, self.sequence),
                self.under_way,
            )
        shutil.rmtree(copy)

    # Changes

    def add(self, addition, *, numbered=False):
        codes, keys = pairs_from(addition)
        after = self.oracle.copy()
        new = after.add(codes, keys)
        number = self.sequence + 1 if numbered else None
        with self.changing(after, number):
            assert self.index.add(codes, keys, number) == new

    @contextmanager
    def changing(self, after, number):
        number = self.sequence if number is None else number
        self.under_way = after.pairs, number
        yield
        self.oracle, self.sequence, self.under_way = after, number, None

    @rule(addition=ADDITIONS, numbered=st.booleans())
    def adds(self, addition, numbered):
        self.add(addition, numbered=numbered)

    @rule(bounds=RANGES, numbered=st.booleans())
    def removes_range(self, bounds, numbered=False):
        after = self.oracle.copy()
        gone = after.remove_range(*bounds)
        number = self.sequence + 1 if numbered else None
        with self.changing(after, number):
            assert self.index.remove_range(*bounds, number) == gone

    @rule(keys=st.lists(KEYS, max_size=8))
    def removes_keys(self, keys):
        after = self.oracle.copy()
        gone = after.remove(keys)
        with self.changing(after, self.sequence + 1):
            assert self.index.remove(keys, self.sequence + 1) == gone

    @rule(later=st.integers(0, 3))
    def notes_its_place(self, later):
        with self.changing(self.oracle, self.sequence + later):
            self.index.reached(self.sequence + later)

    # Maintenance

    @rule()
    def works(self):
        inline.work(self.index)

    @rule(
        removed=RANGES,
        added=ADDITIONS,
        removed_after=RANGES,
    )
    def works_while_others_change(self, removed, added, removed_after):
        small = (added[0], added[1], min(added[2], 20), added[3])
        self.during = [
            lambda: self.add(small),
            lambda: self.removes_range(removed_after),
            lambda: self.removes_range(removed),
            lambda: self.add(small),
        ]
        inline.work(self.index)
        self.during = []

    @rule()
    def maintains(self):
        self.index.maintain()
        assert self.index.unsealed == 0

    # Ends and beginnings

    @rule()
    def reopens(self):
        self.index.close()
        self.index = self.opened(self.folder)

    @rule()
    def is_killed(self):
        copy = self.copied()
        old, self.folder = self.index, copy
        self.index = self.opened(copy)
        old.close()

    @rule(leftovers=st.lists(st.sampled_from(["segment-9999", "log-9999", "manifest.json.new"])))
    def is_killed_with_leftovers(self, leftovers):
        self.index.close()
        for name in leftovers:
            if name.startswith("segment"):
                (self.folder / name).mkdir(exist_ok=True)
            (self.folder / name / "codes.npy" if "seg" in name else self.folder / name).write_text(
                "half"
            )
        self.index = self.opened(self.folder)
        assert not (self.folder / "segment-9999").exists()
        assert not (self.folder / "log-9999").exists()

    # Readers

    @rule()
    def a_reader_opens(self):
        self.reader = self.opened(self.folder, "read")
        self.reader_oracle = self.oracle.copy()
        assert self.reader.sequence == self.sequence

    @rule(addition=ADDITIONS, bounds=RANGES)
    def a_reader_follows(self, addition, bounds):
        if self.reader is not None:
            codes, keys = pairs_from(addition)
            assert self.reader.add(codes, keys) == self.reader_oracle.add(codes, keys)
            assert self.reader.remove_range(*bounds) == self.reader_oracle.remove_range(*bounds)

    # Answers

    @rule(seed=SEEDS, radii=st.lists(st.integers(0, 64), min_size=1, max_size=4))
    def searches(self, seed, radii):
        rng = np.random.default_rng(seed)
        queries = queries_near(rng, self.oracle.arrays()[0], count=5)
        check(self.index, self.oracle, queries, radii)
        if self.reader is not None:
            check(self.reader, self.reader_oracle, queries, radii)

    @invariant()
    def counts(self):
        if hasattr(self, "index"):
            assert len(self.index) == len(self.oracle.pairs)
            assert self.index.sequence == self.sequence

    def teardown(self):
        try:
            if hasattr(self, "index"):
                queries = queries_near(np.random.default_rng(0), self.oracle.arrays()[0], count=4)
                check(self.index, self.oracle, queries, range(65))
                self.index.maintain()
                check(self.index, self.oracle, queries, range(65))
                self.index.close()
        finally:
            self.patch.undo()
            shutil.rmtree(self.root)


IndexMachine.TestCase.settings = settings(
    max_examples=400,
    stateful_step_count=30,
    deadline=None,
    phases=[Phase.reuse, Phase.generate],  # A machine of this size takes minutes to shrink.
    suppress_health_check=[HealthCheck.too_slow],
)
TestAnySequence = IndexMachine.TestCase
