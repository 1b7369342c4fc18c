"""A million copies of one code: one code with many owners."""

import numpy as np
import pytest
from tests.index.families import random

from hedgerow.index import Grouping, Index

COPIES, OTHERS = 1_000_000, 20_000


@pytest.fixture(scope="module")
def copies(tmp_path_factory):
    rng = np.random.default_rng(1)
    codes = random(rng, OTHERS + 1)
    with Index.open(tmp_path_factory.mktemp("index") / "copies") as index:
        index.add(codes[1:], np.arange(OTHERS) + 10 * COPIES)
        alone = index.search(codes[1:200], 31)
        for part in range(2):
            keys = np.arange(part * COPIES // 2, (part + 1) * COPIES // 2)
            index.add(np.broadcast_to(codes[0], (len(keys), 4)), keys)
        index.maintain()
        yield index, codes, alone


def test_it_is_stored_once(copies):
    index, _codes, _alone = copies
    assert len(index) == COPIES + OTHERS
    assert sum(len(segment.codes) for segment in index.view.segments) <= OTHERS + 2
    # A key and its place in the order by key: 12 bytes, and a bit for removal.
    assert index.stored_bytes < 13 * COPIES + 200 * OTHERS


def test_others_get_the_same_answer(copies):
    index, codes, alone = copies
    again = index.search(codes[1:200], 31)
    assert (again.key.tolist(), again.query.tolist()) == (alone.key.tolist(), alone.query.tolist())


def test_others_look_at_no_copy(copies):
    """What a query of another code reads is as long as before: a copy is no candidate."""
    index, _codes, _alone = copies
    tables = [s._offsets for s in index.view.segments if s._offsets.shape[0]]
    assert tables
    for offsets in tables:
        assert np.diff(offsets.astype(np.int64), axis=1).max() < 100


def test_each_copy_is_found_or_a_few_of_them(copies):
    index, codes, _alone = copies
    hits = index.search(codes[0], 31)
    assert hits.key.tolist() == list(range(COPIES))
    few = index.search(codes[0], 31, grouping=Grouping(40, 3))
    assert few.key.tolist() == [0, 1, 2]
    grouped = index.search(codes[0], 31, grouping=Grouping(18, 1))
    assert grouped.key.tolist() == list(range(0, COPIES, 2**18))


def test_removing_all_but_one_copy(copies):
    index, codes, _alone = copies
    assert index.remove_range(0, COPIES - 1) == COPIES - 1
    assert index.search(codes[0], 31).key.tolist() == [COPIES - 1]
    index.maintain()
    assert index.search(codes[0], 31).key.tolist() == [COPIES - 1]
    assert index.stored_bytes < 300 * OTHERS
