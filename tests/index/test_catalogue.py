"""A catalogue holds what its feed says, whoever writes, whatever is killed or deleted."""

import json
import shutil
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from tests.index import inline
from tests.index.families import family
from tests.index.feed import MemoryFeed
from tests.index.oracle import contents

from hedgerow.index import (
    Catalogue,
    IndexDamaged,
    IndexLocked,
    IndexReadOnly,
    catalogue,
    origin,
)
from hedgerow.index.manifest import Manifest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def feed():
    return MemoryFeed()


@pytest.fixture
def follow(folder, feed):
    """Opens a catalogue on the feed; what was opened is closed after the test."""
    opened = []

    def open_catalogue(seal_at=20, its_feed=feed):
        opened.append(Catalogue(folder, its_feed, seal_at=seal_at))
        return opened[-1]

    yield open_catalogue
    for each in opened:
        each.close()


def holds_all(follower, feed):
    assert follower.follow() == feed.latest()
    assert follower.sequence == feed.latest()
    assert contents(follower) == feed.oracle().pairs
    assert len(follower) == len(feed.oracle().pairs)


def leave_an_index(follow, feed, changes):
    """Make some changes and an index of them, and close it."""
    feed.some_changes(np.random.default_rng(1), changes)
    follower = follow()
    follower.follow()
    follower.close()


@pytest.mark.parametrize("gather", [1, 30, 10**6])
@pytest.mark.parametrize("seal_at", [5, 10**6])
def test_it_follows(follow, feed, monkeypatch, gather, seal_at):
    monkeypatch.setattr(catalogue, "GATHER_CODES", gather)
    rng = np.random.default_rng(gather)
    follower = follow(seal_at)
    assert follower.writes
    holds_all(follower, feed)
    for _ in range(12):
        feed.some_changes(rng, int(rng.integers(1, 6)))
        holds_all(follower, feed)
    follower.maintain()
    holds_all(follower, feed)


def test_following_when_nothing_changed_asks_for_nothing(follow, feed):
    feed.change(seed=1, count=3)
    follower = follow()
    follower.follow()
    feed.asked.clear()
    follower.follow()
    assert feed.asked == []


def test_it_goes_on_where_it_stopped(follow, feed):
    leave_an_index(follow, feed, 10)
    feed.some_changes(np.random.default_rng(2), 10)
    second = follow()
    assert second.sequence == 10
    feed.asked.clear()
    holds_all(second, feed)
    assert feed.asked == [10]


def test_progress_is_told_each_code(follow, feed, monkeypatch):
    monkeypatch.setattr(catalogue, "GATHER_CODES", 20)
    for number in range(5):
        feed.change(seed=number, count=25, low=100 * number)
    told = []
    follow().follow(told.append)
    assert sum(told) == 125
    assert len(told) > 2


@pytest.mark.parametrize("steps", range(1, 13))
def test_cut_off_in_the_middle_of_a_change(follow, feed, monkeypatch, steps):
    """A large change comes in several steps; whichever is the last, all are asked for again."""
    monkeypatch.setattr(catalogue, "GATHER_CODES", 1)
    inline.install(monkeypatch, at_once=True)
    feed.change(seed=1, count=35, low=0)
    feed.change(seed=2, count=35, low=20, removed=[(5, 30)])
    feed.change(seed=3, count=15, low=3, removed=[(50, 52)])
    feed.break_after = steps
    first = follow()
    with pytest.raises(ConnectionError):
        first.follow()
    assert first.sequence < feed.latest()
    feed.break_after = None
    first._index._release()  # As a kill does.
    second = follow()
    assert second.sequence < feed.latest()
    holds_all(second, feed)
    # And without a kill.
    holds_all(follow(), feed)


def test_a_folder_that_is_deleted_comes_back(folder, follow, feed):
    leave_an_index(follow, feed, 20)
    shutil.rmtree(folder)
    second = follow()
    assert second.sequence == 0
    holds_all(second, feed)


@pytest.mark.parametrize("grown_by", [0, 10, 25])
@pytest.mark.parametrize("running", [False, True])
def test_a_database_that_was_put_back_and_grew_again(follow, feed, grown_by, running):
    """The sequence alone would say that the index is up to date, or only a little behind."""
    feed.some_changes(np.random.default_rng(1), 20)
    follower = follow()
    follower.follow()
    before = contents(follower)
    if not running:
        follower.close()
    del feed.changes[10:]
    feed.some_changes(np.random.default_rng(2), 10 + grown_by)
    if running and grown_by == 0:
        feed.some_changes(np.random.default_rng(3), 1)  # it looks once there is something new
    follower = follower if running else follow()
    holds_all(follower, feed)
    assert contents(follower) != before


def test_killed_on_the_way_it_goes_on_where_it_was(folder, follow, feed, monkeypatch):
    """The mark of where it goes is written before: the feed has that change and all before it."""
    feed.some_changes(np.random.default_rng(1), 12)
    first = follow()
    first.follow()
    feed.some_changes(np.random.default_rng(2), 8)
    feed.break_after = feed.told + 3
    monkeypatch.setattr(catalogue, "GATHER_CODES", 1)
    with pytest.raises(ConnectionError):
        first.follow()
    first.close()
    feed.break_after = None
    feed.asked.clear()
    holds_all(follow(), feed)
    assert 0 not in feed.asked


def test_a_removal_that_was_taken_back_by_an_older_copy(folder, follow, feed, monkeypatch):
    """Killed after the removal and before its number was noted; then the older copy is put back."""
    feed.change(seed=1, count=5)
    first = follow()
    first.follow()
    feed.change(removed=[(0, 100)])
    monkeypatch.setattr(catalogue.Index, "reached", lambda *_arguments: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        first.follow()
    monkeypatch.undo()
    first.close()
    del feed.changes[1:]
    holds_all(follow(), feed)


def test_an_index_that_nothing_vouches_for_is_made_again(folder, follow, feed):
    leave_an_index(follow, feed, 12)
    (folder / origin.NAME).write_text("[")
    feed.asked.clear()
    holds_all(follow(), feed)
    assert feed.asked == [0]


@pytest.mark.parametrize("victim", ["manifest.json", "segment-*/codes.npy", "segment-*/ids.npy"])
def test_a_damaged_index_is_made_again(folder, follow, feed, victim, caplog):
    for seed in range(5):
        feed.some_changes(np.random.default_rng(seed), 10)
    first = follow()
    first.follow()
    first.maintain()
    first.close()
    [path] = folder.glob(victim)
    path.write_bytes(path.read_bytes()[:-3])
    holds_all(follow(), feed)
    assert "made again" in caplog.text


def test_a_folder_that_is_deleted_while_in_use_comes_back(folder, follow, feed):
    rng = np.random.default_rng(1)
    feed.some_changes(rng, 20)
    follower = follow()
    follower.follow()
    follower.maintain()  # so that nothing is being written to the folder
    shutil.rmtree(folder)
    told = 0
    for _ in range(20):
        feed.some_changes(rng, 5)
        try:
            follower.follow()
        except IndexDamaged:
            told += 1
    assert told <= 1  # then the folder is made again
    holds_all(follower, feed)
    follower.close()
    assert (folder / "manifest.json").exists()
    holds_all(follow(), feed)


def test_a_full_disk_is_got_over(follow, feed, monkeypatch):
    rng = np.random.default_rng(1)
    follower = follow(5)
    feed.some_changes(rng, 5)
    follower.follow()

    def full(*_arguments):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Manifest, "save", full)
        feed.change(seed=3, count=45, low=1000)
        with suppress(OSError):
            follower.follow()
        with pytest.raises((OSError, IndexReadOnly)):
            follower.maintain()
        assert follower._index.stopped
    feed.some_changes(rng, 5)
    holds_all(follower, feed)


@pytest.mark.parametrize("running", [False, True])
def test_a_database_that_was_put_back(follow, feed, running):
    """The feed is behind the index: the index is made again from what the feed says now."""
    feed.some_changes(np.random.default_rng(1), 20)
    follower = follow()
    follower.follow()
    before = follower.sequence
    if not running:
        follower.close()
    del feed.changes[10:]
    feed.change(seed=77, count=5, low=500)
    follower = follower if running else follow()
    holds_all(follower, feed)
    assert follower.sequence < before


def test_a_database_that_was_put_back_under_a_reader(follow, feed):
    feed.some_changes(np.random.default_rng(1), 20)
    writer, reader = follow(), follow()
    writer.follow()
    reader.follow()
    del feed.changes[10:]
    with pytest.raises(IndexLocked, match="of another database"):
        reader.follow()
    with pytest.raises(IndexLocked, match="of another database"):
        follow()
    holds_all(writer, feed)
    holds_all(reader, feed)


# Several catalogues


def test_beside_a_process_of_another_release(follow, feed, folder):
    feed.some_changes(np.random.default_rng(1), 20)
    writer = follow()
    writer.follow()
    manifest = folder / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"format": 2', '"format": 1'))
    with pytest.raises(IndexLocked, match="stop that process and start again") as refused:
        follow()
    assert "delete" not in str(refused.value)
    writer.close()
    again = follow()
    again.follow()
    holds_all(again, feed)


def test_a_reader_follows_the_feed_while_the_writer_does(follow, feed):
    rng = np.random.default_rng(3)
    writer = follow(8)
    reader = follow(8)
    assert (writer.writes, reader.writes) == (True, False)
    for step in range(30):
        feed.some_changes(rng, 2)
        if step % 3:
            holds_all(writer, feed)
        if step % 2:
            holds_all(reader, feed)
            reader.maintain()  # Nothing to do, and no harm.
    assert reader._index.unsealed < 200


def test_a_reader_ahead_of_its_writer_never_forgets(follow, feed):
    """What a reader once found stays found, also while it takes over older segments."""
    writer, reader = follow(), follow(30)
    feed.change(seed=1, count=20, low=0)
    writer.follow()
    codes = family("random", 2, 60)
    feed.change(seed=2, count=60, low=100)
    reader.follow()  # The writer does not follow: its folder is behind.
    missing = []
    since = feed.since

    def watched(sequence):
        for step in since(sequence):
            if len(reader.search(codes, 0)) < 60:
                missing.append(sequence)
            yield step

    feed.since = watched
    for number in range(8):
        feed.change(seed=10 + number, count=12, low=1000 + 100 * number)
        holds_all(reader, feed)
    assert missing == []


def test_a_reader_becomes_the_writer_when_that_one_ends(follow, feed):
    rng = np.random.default_rng(1)
    writer, reader = follow(5), follow(5)
    feed.some_changes(rng, 5)
    writer.follow()
    writer.close()
    for _ in range(10):
        feed.some_changes(rng, 3)
        holds_all(reader, feed)
    assert reader.writes
    reader.close()
    holds_all(follow(), feed)


def test_threads_follow_at_once(follow, feed):
    follower = follow(10)
    problems = []

    def each(seed):
        try:
            for _ in range(30):
                before = feed.latest()
                if follower.follow() < before:
                    problems.append("fell short")
        except Exception as problem:  # noqa: BLE001  # shown below
            problems.append(problem)

    threads = [threading.Thread(target=each, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    rng = np.random.default_rng(1)
    for _ in range(40):
        feed.some_changes(rng, 1)
    for thread in threads:
        thread.join()
    assert problems == []
    holds_all(follower, feed)


def test_processes_follow_one_folder(folder):
    """The first writes, the second reads; when the first is killed, the second takes over."""
    command = [sys.executable, "-m", "tests.index.follower", str(folder)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": ROOT}
    with subprocess.Popen(command, **pipes) as first, subprocess.Popen(command, **pipes) as second:

        def tell(process, seed, count):
            process.stdin.write(json.dumps([seed, count]) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        try:
            assert tell(first, 0, 3) == [True, 3, True]
            for round_number in range(1, 12):
                # Both have the same changes; now the one is first, now the other.
                order = (first, second) if round_number % 2 else (second, first)
                if round_number == 1:
                    assert tell(second, 0, 3) == [False, 3, True]
                for process in order:
                    wanted = [process is first, 3 + 4 * round_number, True]
                    assert tell(process, round_number, 4) == wanted
            first.kill()
            first.wait()
            reached = 47
            for round_number in range(12, 30):
                writes, sequence, same = tell(second, round_number, 4)
                reached += 4
                assert (sequence, same) == (reached, True)
            assert writes
        finally:
            first.kill()
            second.kill()
