"""Full disks, failing writes, deleted folders: no change that was acknowledged is lost by them."""

import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.index import inline
from tests.index.families import family
from tests.index.oracle import contents, pairs_of

from hedgerow.index import Index, IndexDamaged, IndexReadOnly, build, maintenance
from hedgerow.index.manifest import Manifest

FULL = OSError(errno.ENOSPC, "No space left on device")
CODES, KEYS = family("random", 1, 100), np.arange(100)


def full(*_arguments, **_options):
    raise FULL


@pytest.fixture
def index(make, monkeypatch):
    inline.install(monkeypatch, at_once=True)
    return make(seal_at=10)


def reopened(make, index):
    index._release()  # As a kill does: nothing is tidied up first, nobody is told.
    index._maintenance._running = None
    return make(seal_at=10)


LIMITED = """
import json, resource, sys
import numpy as np
from hedgerow.index import Index
from tests.index.families import family
from tests.index.oracle import contents

def limit(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
limit_bytes, seal_at = int(sys.argv[2]), int(sys.argv[3])
index = Index.open(sys.argv[1], seal_at=seal_at)
codes = family("random", 1, 300)
known, failures = [], 0
limit(limit_bytes)
for number in range(100):
    rows = slice(3 * number, 3 * number + 3)
    try:
        index.add(codes[rows], [number] * 3)
    except OSError:
        failures += 1
    except Exception as problem:
        limit(unlimited)
        print(json.dumps({"unexpected": repr(problem)}))
        sys.exit()
    else:
        known.append(number)
limit(unlimited)
held = sorted({key for _code, key in contents(index)})
print(json.dumps({"known": known, "failures": failures, "held": held}))
"""


@pytest.mark.parametrize(("limit", "seal_at"), [(1000, 1000), (1013, 1000), (3000, 100)])
def test_a_full_disk_refuses_changes_and_keeps_what_it_took(folder, limit, seal_at):
    """A limit on the size of a file makes writes fall short and fail as a full disk does."""
    command = [sys.executable, "-c", LIMITED, str(folder), str(limit), str(seal_at)]
    done = subprocess.run(
        command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True
    )
    told = json.loads(done.stdout)
    assert told["failures"] > 0
    assert set(told["known"]) <= set(told["held"])
    with Index.open(folder) as again:
        held = {key for _code, key in contents(again)}
    assert set(told["known"]) <= held
    if seal_at > 100:  # Only the log was written: what failed is not there at all.
        assert told["known"] == told["held"] == sorted(held)


def test_a_short_write_is_taken_back(index, make, monkeypatch):
    """So that the next record is not hidden behind half of one."""
    index.add(CODES[:2], KEYS[:2])
    real = os.write
    monkeypatch.setattr(os, "write", lambda file, data: real(file, data[: len(data) // 2]))
    with pytest.raises(OSError, match="disk is full"):
        index.add(CODES[2:4], KEYS[2:4])
    with pytest.raises(OSError, match="disk is full"):
        index.remove([0])
    monkeypatch.undo()
    index.add(CODES[4:6], KEYS[4:6])
    wanted = set(pairs_of(CODES[[0, 1, 4, 5]], KEYS[[0, 1, 4, 5]]))
    assert contents(index) == wanted
    assert contents(reopened(make, index)) == wanted


@pytest.mark.parametrize("where", ["build", "save", "dead", "arrays"])
def test_a_disk_that_is_full_for_a_while(index, make, monkeypatch, where):
    index.add(CODES[:30], KEYS[:30])
    index.maintain()
    assert index.remove([3]) == 1
    place = {
        "build": (maintenance, "build_segment"),
        "arrays": (build, "_save"),
        "save": (Manifest, "save"),
        "dead": (maintenance.np, "save"),
    }[where]
    known = {pair for pair in pairs_of(CODES[:30], KEYS[:30]) if pair[1] != 3}
    failures = 0
    with monkeypatch.context() as patch:
        patch.setattr(*place, full)
        for number in range(30, 60):
            if not index.stopped:
                wanted = set(pairs_of(CODES[number : number + 1], [number]))
                try:
                    index.add(CODES[number], number)
                    known |= wanted
                except OSError:
                    failures += 1
                    maybe = wanted
                if number == 45 and not index.stopped and index.remove([5]):
                    known = {pair for pair in known if pair[1] != 5}
    assert failures > 0
    unknown = contents(index) - known
    assert known <= contents(index)
    # An addition that failed may be there or not. Nothing else is.
    assert {key for _code, key in unknown} <= set(range(30, 60))
    assert maybe
    before = contents(index)
    again = reopened(make, index)
    assert known <= contents(again) <= before | known
    again.add(CODES[60:], KEYS[60:])
    again.maintain()
    assert set(pairs_of(CODES[60:], KEYS[60:])) <= contents(again)


@pytest.mark.parametrize("where", ["save", "dead"])
def test_a_removal_is_not_lost_in_a_log_that_no_manifest_names(index, make, monkeypatch, where):
    index.add(CODES[:30], KEYS[:30])
    index.maintain()
    index.remove([3])
    index.add(CODES[30:39], KEYS[30:39])
    with monkeypatch.context() as patch:
        patch.setattr(*((Manifest, "save") if where == "save" else (maintenance.np, "save")), full)
        with pytest.raises(OSError, match="No space"):
            index.add(CODES[39], 39)  # The tail is sealed now: a new log, and no manifest for it.
        removed = True
        try:
            index.remove([7])
        except (OSError, IndexReadOnly):
            removed = False
    again = reopened(make, index)
    keys = {key for _code, key in contents(again)}
    assert 3 not in keys
    assert not (removed and 7 in keys)
    assert keys >= set(range(39)) - {3, 7}


def test_a_stopped_index_says_so_and_still_searches(index, monkeypatch):
    index.add(CODES[:9], KEYS[:9])
    with monkeypatch.context() as patch:
        patch.setattr(Manifest, "save", full)
        with pytest.raises(OSError, match="No space"):
            index.maintain()
    assert index.stopped
    for change in (
        lambda: index.add(CODES[9], 9),
        lambda: index.remove([1]),
        lambda: index.reached(3),
        index.maintain,
    ):
        with pytest.raises(IndexReadOnly, match="open it again"):
            change()
    assert contents(index) == set(pairs_of(CODES[:9], KEYS[:9]))


def test_a_segment_that_could_not_be_built_leaves_no_files(index, folder, monkeypatch):
    index.add(CODES[:9], KEYS[:9])
    with monkeypatch.context() as patch:
        patch.setattr(build, "sync_folder", full)
        with pytest.raises(OSError, match="No space"):
            index.maintain()
    assert list(folder.glob("segment-*")) == []
    index.maintain()
    assert contents(index) == set(pairs_of(CODES[:9], KEYS[:9]))


def test_what_failed_in_the_background_is_told_once(make, monkeypatch):
    index = make(seal_at=10)
    with monkeypatch.context() as patch:
        patch.setattr(maintenance, "build_segment", full)
        index.add(CODES[:10], KEYS[:10])
        index._maintenance._pool.submit(lambda: None).result()  # Wait for what went before.
        with pytest.raises(OSError, match="No space"):
            index.add(CODES[10], 10)
    index.add(CODES[10], 10)
    index.maintain()
    assert len(index.view.segments) > 0
    assert contents(index) == set(pairs_of(CODES[:11], KEYS[:11]))


def test_room_is_taken_before_arrays_are_mapped(tmp_path):
    """Else a write to the mapped hole of a full disk would kill the process."""
    array = build._create(tmp_path, "offsets", np.uint32, (100_000,))
    status = (tmp_path / "offsets.npy").stat()
    assert status.st_size == array.nbytes + 128
    assert status.st_blocks * 512 >= status.st_size


def test_a_folder_that_is_deleted_and_made_anew_is_left_alone(index, folder, make):
    """Its old writer must not put its manifest in the place of the new writer's."""
    index.add(CODES[:9], KEYS[:9])
    shutil.rmtree(folder)
    other = make(seal_at=10)
    other.add(CODES[20:40], KEYS[20:40])
    before = {path.name for path in folder.iterdir()}
    with pytest.raises(IndexDamaged, match="deleted"):
        index.maintain()
    with pytest.raises(IndexReadOnly):
        index.clear()
    assert {path.name for path in folder.iterdir()} == before
    wanted = set(pairs_of(CODES[20:40], KEYS[20:40]))
    assert contents(other) == wanted
    assert contents(reopened(make, other)) == wanted


def test_a_folder_that_is_deleted_is_not_made_by_its_old_writer(index, folder):
    index.add(CODES[:9], KEYS[:9])
    shutil.rmtree(folder)
    with pytest.raises(IndexDamaged, match="deleted"):
        index.maintain()
    assert not folder.exists()


def test_many_changes_of_few_pairs_do_not_fill_tail_or_log(index, folder):
    """Removed rows and records of removals are cleared away like others."""
    for number in range(600):
        index.add(CODES[number % 7], number, sequence=number)
        index.remove([number], sequence=number)
        assert index.unsealed <= 4 * 10
    for number in range(600, 1600):
        index.reached(number)
    for _ in range(200):
        index.remove_range(0, 10)
    assert sum(path.stat().st_size for path in folder.glob("log-*")) < 5000
    assert len(index) == 0
    assert index.sequence == 1599
    assert list(folder.glob("segment-*")) == []


def test_bulks_first_of_all_then_a_seal(index, make, monkeypatch):
    """The first log and the bulk's are each named, and dropped, once."""
    monkeypatch.setattr("hedgerow.index.index.BULK_AT", 20)
    index.add(CODES[:30], KEYS[:30])
    index.add(CODES[30:60], KEYS[30:60])
    assert len(set(index.manifest.logs)) == len(index.manifest.logs)
    index.add(CODES[60:65], KEYS[60:65])
    index.maintain()
    assert len(index.manifest.logs) == 1
    assert contents(reopened(make, index)) == set(pairs_of(CODES[:65], KEYS[:65]))


def test_a_reader_opens_while_its_writer_merges(index, make, monkeypatch):
    """What the manifest named is deleted after the reader read it: the newer one is read then."""
    index.add(CODES[:10], KEYS[:10])
    index.add(CODES[10:13], KEYS[10:13])
    load = Manifest.load
    loads = []

    def load_and_merge(folder):
        manifest = load(folder)
        loads.append(manifest)
        if len(loads) == 1:
            index.maintain()
            index.add(CODES[13:40], KEYS[13:40])
            index.maintain()
        return manifest

    monkeypatch.setattr(Manifest, "load", load_and_merge)
    reader = make("read")
    assert len(loads) > 2
    assert contents(reader) == set(pairs_of(CODES[:40], KEYS[:40]))


def test_clear_begins_again(index, make, folder):
    index.add(CODES[:50], KEYS[:50], 7)
    reader = make("read")
    index.clear()
    assert (len(index), index.sequence) == (0, 0)
    assert contents(reader) == set(pairs_of(CODES[:50], KEYS[:50]))
    index.add(CODES[50:], KEYS[50:], 2)
    wanted = set(pairs_of(CODES[50:], KEYS[50:]))
    assert contents(index) == wanted
    again = reopened(make, index)
    assert (contents(again), again.sequence) == (wanted, 2)


def test_more_pairs_than_a_segment_can_number(tmp_path, monkeypatch):
    monkeypatch.setattr(build, "MAX_PAIRS", 9)
    with pytest.raises(ValueError, match="at most 9 pairs, not 10"):
        build.build_segment(tmp_path / "s", family("random", 1, 10), np.arange(10))
    assert not (tmp_path / "s").exists()
