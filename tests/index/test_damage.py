"""Damaged files never lead to a wrong answer: IndexDamaged, or the state at some moment before."""

import json
import shutil

import numpy as np
import pytest
from tests.index import inline
from tests.index.families import family, random
from tests.index.oracle import Oracle, contents, pairs_of

from hedgerow.index import Index, IndexDamaged, build
from hedgerow.index import index as index_module
from hedgerow.index.plan import Cut


@pytest.fixture
def history(folder, monkeypatch):
    """An index with a segment and two logs, and its contents after each change."""
    inline.install(monkeypatch, at_once=True)
    monkeypatch.setattr(index_module, "BULK_AT", 40)
    states = [set()]
    oracle = Oracle()
    with Index.open(folder, seal_at=1000) as index:

        def add(seed, count, low):
            codes, keys = family("random", seed, count), np.arange(low, low + count)
            index.add(codes, keys, len(states))
            oracle.add(codes, keys)
            states.append(set(oracle.pairs))

        add(1, 3, 0)
        add(2, 2, 10)
        add(3, 50, 100)  # a bulk: a segment, and a second log
        add(4, 2, 20)
        index.remove_range(100, 105, len(states))
        oracle.remove_range(100, 105)
        states.append(set(oracle.pairs))
        add(5, 1, 30)
    assert len(list(folder.glob("log-*"))) == 2
    return states


def must_be_some_state(folder, states):
    """The index says that it is damaged, or is at a moment of its history, and says at which."""
    try:
        index = Index.open(folder)
    except IndexDamaged:
        return None
    with index:
        assert contents(index) == states[index.sequence]
        return index.sequence


def test_it_opens_whole(folder, history):
    assert must_be_some_state(folder, history) == len(history) - 1


def flips(path):
    data = path.read_bytes()
    for position in range(len(data)):
        changed = bytearray(data)
        changed[position] ^= 1 << position % 8
        yield bytes(changed)


def damaged_copies(folder, name, contents_of_file):
    for number, data in enumerate(contents_of_file):
        copy = folder.with_name(f"copy-{number}")
        shutil.copytree(folder, copy)
        (copy / name).write_bytes(data)
        yield copy
        shutil.rmtree(copy)


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("how", ["flipped", "cut"])
def test_a_log_damaged_anywhere(folder, history, which, how):
    log = sorted(folder.glob("log-*"))[which]
    data = log.read_bytes()
    changed = flips(log) if how == "flipped" else (data[:end] for end in range(len(data)))
    reached = {
        must_be_some_state(copy, history) for copy in damaged_copies(folder, log.name, changed)
    }
    # The newest log goes back to a state before; one that another log follows can't.
    assert (None in reached) is (which == 0)
    assert which == 0 or len(reached) >= 3


def test_a_torn_end_is_cut_off_before_more_is_written(folder, history):
    log = sorted(folder.glob("log-*"))[-1]
    log.write_bytes(log.read_bytes()[:-3])
    code = random(np.random.default_rng(9), 1)
    with Index.open(folder) as index:
        index.add(code, [77], 50)
    with Index.open(folder) as index:
        assert index.sequence == 50
        assert contents(index) == history[-2] | set(pairs_of(code, [77]))


@pytest.mark.parametrize("how", ["flipped", "cut"])
def test_a_manifest_damaged_anywhere(folder, history, how):
    manifest = folder / "manifest.json"
    data = manifest.read_bytes()
    changed = (
        flips(manifest) if how == "flipped" else (data[:end] for end in range(0, len(data), 3))
    )
    for copy in damaged_copies(folder, manifest.name, changed):
        assert must_be_some_state(copy, history) in (None, len(history) - 1)


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "null",
        "3",
        '"text"',
        "{}",
        '{"format": 2}',
        '{"format": 1}',
        '{"format": 99}',
        "\x00\xff",
        "",
    ],
)
def test_a_manifest_that_is_another_thing(folder, history, text):
    (folder / "manifest.json").write_text(text)
    with pytest.raises(IndexDamaged, match="delete the index folder"):
        Index.open(folder)
    with pytest.raises(IndexDamaged):
        Index.open(folder, "read")


@pytest.mark.parametrize("which", [0, 1])
def test_a_missing_log(folder, history, which):
    sorted(folder.glob("log-*"))[which].unlink()
    with pytest.raises(IndexDamaged, match="missing"):
        Index.open(folder)


def test_a_missing_segment(folder, history):
    shutil.rmtree(next(folder.glob("segment-*")))
    with pytest.raises(IndexDamaged):
        Index.open(folder)


@pytest.fixture
def segment(folder, monkeypatch):
    """The folder of the one segment of an index, with tables, owners and removals."""
    inline.install(monkeypatch, at_once=True)
    monkeypatch.setattr(build, "cut_for", lambda _count: Cut(8, 8))
    with Index.open(folder) as index:
        index.add(family("duplicated", 1, 60), np.arange(60))
        index.add(family("random", 1, 60), np.arange(60, 120))
        index.maintain()
        index.remove_range(5, 10)
        index.maintain()
        whole = contents(index)
    found = next(folder.glob("segment-*"))
    names = {path.name for path in found.iterdir()}
    assert names >= {
        "codes.npy",
        "offsets.npy",
        "ids.npy",
        "following.npy",
        "owner_starts.npy",
        "keys.npy",
        "by_key.npy",
    }
    assert any(name.startswith("dead-") for name in names)
    with Index.open(folder) as index:
        assert contents(index) == whole
    return found


FILES = ["codes", "offsets", "ids", "following", "owner_starts", "keys", "by_key", "dead-*"]


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("keep", [0.0, 0.1, 0.5, 0.99])
def test_a_truncated_array(folder, segment, file, keep):
    path = next(segment.glob(f"{file}.npy"))
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    with pytest.raises(IndexDamaged, match="delete the index folder"):
        Index.open(folder)


@pytest.mark.parametrize("file", FILES)
def test_a_missing_array(folder, segment, file):
    next(segment.glob(f"{file}.npy")).unlink()
    with pytest.raises(IndexDamaged):
        Index.open(folder)


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("change", ["shorter", "longer", "type", "flat", "pickled"])
def test_an_array_of_another_form(folder, segment, file, change):
    path = next(segment.glob(f"{file}.npy"))
    array = np.load(path)
    changed = {
        "shorter": lambda: array[:-1],
        "longer": lambda: np.concatenate([array, array[-1:]]),
        "type": lambda: array.astype(np.float32),
        "flat": lambda: array.reshape(-1, 1),
        "pickled": lambda: np.array([{}], object),
    }[change]()
    np.save(path, changed)
    with pytest.raises(IndexDamaged):
        Index.open(folder)


@pytest.mark.parametrize("file", ["codes", "offsets", "ids", "following"])
def test_an_array_in_another_order(folder, segment, file):
    path = segment / f"{file}.npy"
    np.save(path, np.asfortranarray(np.load(path)))
    with pytest.raises(IndexDamaged):
        Index.open(folder)


@pytest.mark.parametrize("file", FILES)
def test_a_header_damaged_anywhere(folder, segment, file):
    whole = contents_or_damage(folder)
    path = next(segment.glob(f"{file}.npy"))
    data = path.read_bytes()
    refused = 0
    for bit in range(8 * 128):
        changed = bytearray(data)
        changed[bit >> 3] ^= 1 << (bit & 7)
        path.write_bytes(changed)
        found = contents_or_damage(folder)
        assert found in (None, whole), f"bit {bit}"
        refused += found is None
    assert refused > 500


def contents_or_damage(folder):
    try:
        index = Index.open(folder, "read")
    except IndexDamaged:
        return None
    with index:
        return contents(index)


def test_tables_of_more_bits_than_a_code_has(folder, segment):
    offsets = np.load(segment / "offsets.npy")
    for file, rows in (("offsets", 33), ("following", 33), ("ids", 32)):
        array = np.load(segment / f"{file}.npy")
        np.save(segment / f"{file}.npy", np.resize(array, (rows, *array.shape[1:])))
    assert np.load(segment / "offsets.npy").shape == (33, offsets.shape[1])
    with pytest.raises(IndexDamaged, match="more than a code has"):
        Index.open(folder)


def test_tables_that_end_before_the_last_code(folder, segment):
    path = segment / "offsets.npy"
    np.save(path, np.load(path) // 2)
    with pytest.raises(IndexDamaged):
        Index.open(folder)


def test_what_nobody_names_is_swept_away(folder, history):
    (folder / "segment-77").mkdir()
    (folder / "segment-77" / "codes.npy").write_bytes(b"half")
    (folder / "log-78").write_bytes(b"half")
    named = next(folder.glob("segment-[0-9]"))
    (named / "dead-79.npy").write_bytes(b"half")
    assert must_be_some_state(folder, history) == len(history) - 1
    assert not (folder / "segment-77").exists()
    assert not (folder / "log-78").exists()
    assert not (named / "dead-79.npy").exists()


def test_a_reader_sweeps_nothing(folder, history):
    (folder / "log-78").write_bytes(b"a writer may be about to name this")
    with Index.open(folder, "read") as reader:
        assert contents(reader) == history[-1]
    assert (folder / "log-78").exists()


def test_the_manifest_says_what_it_is(folder, history):
    read = json.loads((folder / "manifest.json").read_text())
    assert read["format"] == 2
    assert read.keys() == {"format", "checksum", "sequence", "counter", "segments", "logs"}
