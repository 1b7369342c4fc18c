"""Many segments become one when it is quiet, and nothing is lost or brought back by it."""

import threading

import numpy as np
import pytest
from tests.index.feed import MemoryFeed
from tests.index.oracle import contents

from hedgerow.index import Catalogue, maintenance


@pytest.fixture
def feed():
    return MemoryFeed()


@pytest.fixture
def in_segments(folder, feed):
    """A catalogue with several segments and some removed pairs."""
    with Catalogue(folder, feed, seal_at=40) as made:
        for number, count in enumerate((4000, 300, 45)):
            feed.change(seed=number, count=count, low=10_000 * number)
            made.follow()
            made.maintain()
        feed.some_changes(np.random.default_rng(1), 4)
        made.follow()
        assert len(made._index.view.segments) > 1
        yield made


def compacted(catalogue):
    catalogue.compact()
    catalogue.maintain()
    return len(catalogue._index.view.segments) == 1


def test_many_segments_become_one(in_segments, feed):
    assert compacted(in_segments)
    assert contents(in_segments) == feed.oracle().pairs


def test_one_segment_is_left_alone(in_segments):
    assert compacted(in_segments)
    before = in_segments._index.view.segments[0].name
    assert compacted(in_segments)
    assert in_segments._index.view.segments[0].name == before


def test_it_goes_on_as_ever_afterwards(in_segments, feed):
    assert compacted(in_segments)
    feed.some_changes(np.random.default_rng(2), 12)
    in_segments.follow()
    in_segments.maintain()
    assert contents(in_segments) == feed.oracle().pairs


def test_what_changes_meanwhile_counts(in_segments, feed, monkeypatch):
    building, changed = threading.Event(), threading.Event()
    build = maintenance.build_segment

    def held_up(*given):
        building.set()
        assert changed.wait(60)
        build(*given)

    monkeypatch.setattr(maintenance, "build_segment", held_up)
    in_segments.compact()
    assert building.wait(60)
    feed.change(seed=9, count=20, low=50_000, removed=[(100, 300), (10_000, 10_050)])
    in_segments.follow()
    assert contents(in_segments) == feed.oracle().pairs
    changed.set()
    in_segments.maintain()
    assert contents(in_segments) == feed.oracle().pairs


def test_a_reader_opens_what_its_writer_has_compacted(in_segments, folder, feed):
    with Catalogue(folder, feed, seal_at=10_000) as reader:
        assert not reader.writes
        reader.follow()
        many = len(reader._index.view.segments)
        reader.compact()
        assert len(reader._index.view.segments) == many > 1
        assert compacted(in_segments)
        reader.compact()
        assert len(reader._index.view.segments) == 1
        assert contents(reader) == feed.oracle().pairs
