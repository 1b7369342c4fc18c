"""What was removed from an index that purges is in no byte of its folder."""

import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
from tests.index import inline
from tests.index.families import family
from tests.index.feed import MemoryFeed
from tests.index.oracle import contents

from hedgerow.index import Catalogue, Index, IndexLocked, delete_index
from hedgerow.index.lock import take_lock


@pytest.fixture
def feed():
    return MemoryFeed()


def bytes_in(folder):
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def of(codes, raw):
    """How many of these codes are in the bytes."""
    return sum(code.astype("<u8").tobytes() in raw for code in codes)


@pytest.mark.parametrize("count", [30, 300, 20_000])
def test_removed_codes_are_in_no_byte_of_the_folder(folder, count):
    """From the log, from a sealed segment, and from one that came in bulk."""
    codes = family("random", 1, count)
    with Index.open(folder, purge=True, seal_at=100) as index:
        index.add(codes, np.arange(count))
        index.maintain()
        index.add(family("random", 2, 10), np.arange(10) + 10**6)
        assert of(codes[::10], bytes_in(folder)) == len(codes[::10])
        index.remove_range(0, count // 2)
    raw = bytes_in(folder)
    assert of(codes[: count // 2], raw) == 0
    assert of(codes[count // 2 :], raw) == count - count // 2
    with Index.open(folder, purge=True) as index:
        assert len(index) == count - count // 2 + 10
        index.remove_range(0, 10**7)
    assert of(codes, bytes_in(folder)) == 0


def test_without_purge_they_stay_for_a_while(folder):
    """So that the tests above would fail if nothing were done."""
    codes = family("random", 1, 30)
    with Index.open(folder) as index:
        index.add(codes, np.arange(30))
        index.remove_range(0, 30)
    assert of(codes, bytes_in(folder)) == 30


def test_what_is_removed_while_it_is_rewritten_goes_too(folder, monkeypatch):
    codes = family("random", 1, 60)
    with Index.open(folder, purge=True) as index:
        index.add(codes, np.arange(60))
        from hedgerow.index import maintenance

        build = maintenance.build_segment

        def build_slowly(path, found, keys):
            build(path, found, keys)
            if len(index):
                index.remove_range(0, int(keys.min()) + 20)

        monkeypatch.setattr(maintenance, "build_segment", build_slowly)
        index.remove_range(0, 5)
    assert of(codes, bytes_in(folder)) == 0


def test_killed_before_it_was_purged_the_next_writer_does_it(folder):
    code = (
        "import os, sys, numpy as np; from hedgerow.index import Index, maintenance;"
        "maintenance.build_segment = lambda *_: os.kill(os.getpid(), 9);"
        "from tests.index.families import family;"
        "index = Index.open(sys.argv[1], purge=True);"
        "index.add(family('random', 1, 30), np.arange(30));"
        "index.remove_range(0, 20); index.close()"
    )
    killed = subprocess.run([sys.executable, "-c", code, folder], check=False)
    assert killed.returncode == -9
    codes = family("random", 1, 30)
    assert of(codes, bytes_in(folder)) == 30
    Index.open(folder, purge=True).close()
    assert of(codes[:20], bytes_in(folder)) == 0
    assert of(codes[20:], bytes_in(folder)) == 10


def test_it_holds_the_same_whatever_happens(folder, feed, monkeypatch):
    inline.install(monkeypatch, at_once=True)
    rng = np.random.default_rng(1)
    with Catalogue(folder, feed, seal_at=20, purge=True) as catalogue:
        for _ in range(40):
            feed.some_changes(rng, 3)
            catalogue.follow()
            assert contents(catalogue) == feed.oracle().pairs
            index = catalogue._index
            assert sum(segment.removed for segment in index.view.segments) == 0
            assert all(tail.rows == len(tail) for tail in index.view.tails)


def test_a_reader_lets_go_of_what_the_writer_has_purged(folder, feed):
    feed.change(seed=1, count=50)
    with Catalogue(folder, feed, purge=True) as writer:
        writer.follow()
        writer.maintain()
        with Catalogue(folder, feed, purge=True) as reader:
            reader.follow()
            before = reader._index
            reader.let_go()
            assert reader._index is before  # nothing is gone yet
            feed.change(removed=[(0, 10**6)])
            writer.follow()
            writer.maintain()
            reader.follow()
            reader.let_go()
            assert not reader._index.view.segments
            assert contents(reader) == feed.oracle().pairs


def test_files_are_their_owners_alone(folder, feed):
    for seed in range(3):
        feed.change(seed=seed, count=50, low=100 * seed, removed=[(0, 3)])
    before = os.umask(0)
    try:
        with Catalogue(folder, feed, seal_at=20) as catalogue:
            catalogue.follow()
            catalogue.maintain()
    finally:
        os.umask(before)
    paths = [folder, *folder.rglob("*")]
    assert {path.suffix for path in paths} >= {".npy", ".json"}
    assert [path for path in paths if path.stat().st_mode & 0o077] == []


class TestDeleting:
    def test_the_writer_deletes_its_folder(self, folder, feed):
        feed.change(seed=1, count=50)
        catalogue = Catalogue(folder, feed)
        catalogue.follow()
        assert catalogue.delete()
        assert not folder.exists()
        with Catalogue(folder, feed) as again:
            again.follow()
            assert contents(again) == feed.oracle().pairs

    def test_a_reader_leaves_it_to_the_writer(self, folder, feed):
        feed.change(seed=1, count=50)
        with Catalogue(folder, feed) as writer:
            writer.follow()
            assert not Catalogue(folder, feed).delete()
            assert not delete_index(folder)
            assert contents(writer) == feed.oracle().pairs
            feed.change(seed=2, count=5, low=1000)
            writer.follow()
        assert delete_index(folder)
        assert not folder.exists()
        assert delete_index(folder)

    def test_a_folder_that_another_deleted_is_no_matter(self, folder, feed):
        feed.change(seed=1, count=50)
        catalogue = Catalogue(folder, feed)
        catalogue.follow()
        shutil.rmtree(folder)
        assert catalogue.delete()

    def test_a_lock_that_was_deleted_meanwhile_is_none(self, folder, monkeypatch):
        """Between opening the lock and taking it, another deletes the folder and makes it anew."""
        import fcntl

        folder.mkdir()
        flock, tried = fcntl.flock, []

        def slow(descriptor, how):
            if not tried:
                shutil.rmtree(folder)
                folder.mkdir()
            tried.append(descriptor)
            flock(descriptor, how)

        monkeypatch.setattr(fcntl, "flock", slow)
        lock = take_lock(folder)
        assert len(tried) == 2
        with pytest.raises(IndexLocked):
            take_lock(folder)
        os.close(lock)
