"""What goes in and what comes out: shapes, types, limits, grouping, threads."""

import operator
import stat

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.index.families import family, flipped, queries_near, random
from tests.index.oracle import Oracle, answer_of, check, contents, pairs_of

from hedgerow.index import Grouping, Index, IndexLocked, IndexReadOnly, codes_from_hex, codes_to_hex
from hedgerow.index import index as index_module

ONE = codes_from_hex(["0" * 63 + "1"])


@given(st.lists(st.text("0123456789abcdefABCDEF", min_size=64, max_size=64), max_size=5))
def test_hexadecimal_and_back(values):
    codes = codes_from_hex(values)
    assert codes.shape == (len(values), 4)
    assert codes_to_hex(codes) == [value.lower() for value in values]
    assert sorted(codes.tolist()) == [
        row for _value, row in sorted(zip([v.lower() for v in values], codes.tolist(), strict=True))
    ]


@pytest.mark.parametrize("value", ["", "0" * 63, "0" * 65, "g" * 64, " " + "0" * 63, "０" * 64])
def test_other_texts_are_no_codes(value):
    with pytest.raises(ValueError, match="hexadecimal"):
        codes_from_hex(["f" * 64, value])


def test_an_empty_index_answers(make):
    index = make()
    assert len(index) == 0
    for radius in (0, 31, 32, 256):
        hits = index.search(ONE, radius)
        assert len(hits) == 0
        assert hits.code.shape == (0, 4)
    assert len(index.search(np.empty((0, 4), np.uint64), 31)) == 0
    assert index.remove([1, 2]) == 0
    assert index.remove_range(-10, 10) == 0
    index.maintain()
    assert index.add(np.empty((0, 4), np.uint64), []) == 0


@pytest.mark.parametrize("radius", [0, 31, 32, 255, 256])
def test_radii_at_the_limits(make, radius):
    codes = np.concatenate([family("random", 1, 3000), ONE, ~ONE])
    index = make()
    index.add(codes, np.arange(len(codes)))
    index.maintain()
    oracle = Oracle(pairs_of(codes, np.arange(len(codes))))
    check(index, oracle, np.concatenate([ONE, ~ONE]), [radius])
    assert len(index.search(ONE, radius)) >= (len(codes) if radius == 256 else 1)


@pytest.mark.parametrize("radius", [-1, 257, 10**30])
def test_radii_out_of_range(make, radius):
    with pytest.raises(ValueError, match="0 to 256"):
        make().search(ONE, radius)


@pytest.mark.parametrize("radius", [31.0, 31.5, "31", None])
def test_radii_that_are_no_whole_numbers(make, radius):
    with pytest.raises(TypeError):
        make().search(ONE, radius)


def test_a_radius_may_be_numpys(make):
    index = make()
    index.add(ONE, [1])
    assert len(index.search(~ONE, np.int32(256))) == 1


@pytest.mark.parametrize(
    ("codes", "kind"),
    [
        (np.zeros((2, 3), np.uint64), ValueError),
        (np.zeros((1, 2, 4), np.uint64), ValueError),
        (np.uint64(3), ValueError),
        (np.zeros((2, 4), np.int64), TypeError),
        (np.zeros((2, 4), np.float64), TypeError),
        (np.zeros((2, 32), np.uint8), TypeError),
        ([[1, 2, 3, 4]], TypeError),
        ("0" * 64, TypeError),
    ],
)
def test_codes_of_another_form(make, codes, kind):
    index = make()
    with pytest.raises(kind, match="codes"):
        index.search(codes, 31)
    with pytest.raises(kind, match="codes"):
        index.add(codes, np.arange(2))
    assert len(index) == 0


@pytest.mark.parametrize(
    ("keys", "kind"),
    [
        ([1], ValueError),
        ([1, 2, 3], ValueError),
        ([[1, 2]], ValueError),
        ([1.0, 2.0], TypeError),
        (["1", "2"], TypeError),
        ([True, False], TypeError),
        ([2**63 - 1, 0], ValueError),
        (np.array([2**63, 1], np.uint64), ValueError),
        ([2**64, 1], TypeError),
    ],
)
def test_keys_of_another_form(make, keys, kind):
    index = make()
    with pytest.raises(kind, match="key"):
        index.add(np.zeros((2, 4), np.uint64), keys)
    assert len(index) == 0


def test_any_memory_layout_is_fine(make):
    codes = family("random", 1, 50)
    index = make()
    index.add(np.asfortranarray(codes), np.arange(100)[::2])
    check(index, Oracle(pairs_of(codes, np.arange(100)[::2])), codes[::-7], [0, 120])
    assert len(index) == 50


def test_the_outermost_keys_can_be_removed(make):
    lowest, highest = -(2**63), 2**63 - 2
    codes = family("random", 1, 3)
    index = make()
    index.add(codes, [lowest, 0, highest])
    index.maintain()
    assert index.remove([highest]) == 1
    assert index.remove_range(-(10**30), 0) == 1
    assert index.remove_range(-(10**30), 10**30) == 1
    assert len(index) == 0


@pytest.mark.parametrize(
    "keys", [[3, 4, 9], (3, 4, 9), {3, 4, 9}, np.array([9, 3, 4], np.int32), iter([3, 9, 4, 4])]
)
def test_keys_to_remove_come_in_any_form(make, keys):
    index = make()
    index.add(family("random", 1, 12), np.arange(12))
    assert index.remove(keys) == 3
    assert {key for _code, key in contents(index)} == set(range(12)) - {3, 4, 9}


@pytest.mark.parametrize("key", [5, np.int64(5), np.array(5)])
def test_one_key_to_remove(make, key):
    index = make()
    index.add(family("random", 1, 12), np.arange(12))
    assert index.remove(key) == 1


@pytest.mark.parametrize("keys", [[1.5], ["1"], [2**63]])
def test_what_is_no_key_removes_nothing(make, keys):
    index = make()
    index.add(family("random", 1, 3), np.arange(3))
    with pytest.raises((TypeError, ValueError)):
        index.remove(keys)
    assert len(index) == 3


def test_an_empty_or_backward_range_removes_nothing(make):
    index = make()
    index.add(family("random", 1, 3), np.arange(3))
    index.maintain()
    assert index.remove_range(2, 2) == 0
    assert index.remove_range(2, 0) == 0
    assert len(index) == 3


def test_hits_come_in_order_and_with_their_codes(make):
    base = random(np.random.default_rng(1), 1)
    codes = np.concatenate([flipped(base, np.arange(n)[np.newaxis]) for n in (3, 1, 2, 1)])
    index = make()
    index.add(codes, [7, 9, 5, 3])
    hits = index.search(np.concatenate([base, ~base, base]), 31)
    assert hits.query.tolist() == [0] * 4 + [2] * 4
    assert hits.distance.tolist() == [1, 1, 2, 3] * 2
    assert hits.key.tolist() == [3, 9, 5, 7] * 2
    assert codes_to_hex(hits.code[:4]) == codes_to_hex(codes[[3, 1, 2, 0]])


@pytest.mark.parametrize("threads", [0, 1, 2, 3, 100])
def test_threads_answer_alike(make, monkeypatch, threads):
    monkeypatch.setattr(index_module, "QUERIES_A_THREAD", 1)
    codes = family("clustered", 1, 4000)
    index = make()
    index.add(codes[:3000], np.arange(3000))
    index.maintain()
    index.add(codes[3000:], np.arange(3000, 4000))
    queries = queries_near(np.random.default_rng(1), codes, 37)
    for count in (0, 1, 2, len(queries)):
        alone = index.search(queries[:count], 31)
        shared = index.search(queries[:count], 31, threads=threads)
        assert answer_of(alone) == answer_of(shared)


# Grouping


@pytest.mark.parametrize("at_most", [1, 2, 5])
@pytest.mark.parametrize("bits", [0, 4, 63])
def test_a_group_gives_its_lowest_keys_wherever_they_are(make, at_most, bits):
    codes = family("duplicated", 3, 300)
    keys = np.random.default_rng(1).permutation(300) - 100
    index = make(seal_at=10**6)
    for part in np.split(np.arange(300), 3):  # a merged segment, a segment or two, and the tail
        index.add(codes[part], keys[part])
        if part[0] < 200:
            index.maintain()
    index.remove_range(20, 30)
    assert len(index.view.parts) >= 2
    queries = codes[:3]
    wanted = []
    for row, query in enumerate(queries.tolist()):
        groups = {}
        for code, key in sorted(contents(index), key=operator.itemgetter(1)):
            if list(code) == query:
                groups.setdefault(key >> bits, []).append(key)
        wanted += [(row, 0, key) for each in groups.values() for key in each[:at_most]]
    found = answer_of(index.search(queries, 0, grouping=Grouping(bits, at_most)))
    assert sorted(hit[:3] for hit in found) == sorted(wanted)
    assert found == sorted(found)


def test_different_codes_are_different_groups(make):
    codes = np.concatenate([ONE, flipped(ONE, np.array([9])), flipped(ONE, np.array([7]))])
    index = make()
    index.add(codes, [1, 2, 3])
    assert index.search(ONE, 31, grouping=Grouping(63, 1)).key.tolist() == [1, 2, 3]


@pytest.mark.parametrize(("bits", "at_most"), [(-1, 1), (64, 1), (3, 0), (3, -1)])
def test_groupings_that_make_no_sense(bits, at_most):
    with pytest.raises(ValueError, match=r"group"):
        Grouping(bits, at_most)


# Who may do what


def test_two_writers_are_one_too_many(make, folder):
    make()
    with pytest.raises(IndexLocked, match="another process"):
        Index.open(folder)


def test_the_lock_goes_with_its_writer(make, folder):
    make().close()
    with Index.open(folder) as again:
        assert again.writable


def test_a_reader_changes_nothing_on_disk(make, folder):
    writer = make()
    writer.add(ONE, [1], 5)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    reader = make("read")
    assert reader.add(~ONE, [2], 6) == 1
    assert reader.remove([1], 7) == 1
    reader.reached(9)
    with pytest.raises(IndexReadOnly):
        reader.maintain()
    with pytest.raises(IndexReadOnly):
        reader.clear()
    reader.close()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert contents(writer) == set(pairs_of(ONE, [1]))


def test_a_reader_of_nothing(make, folder):
    reader = make("read")
    assert len(reader.search(ONE, 256)) == 0
    reader.add(ONE, [1])
    assert len(reader.search(ONE, 256)) == 1
    assert not folder.exists()


@pytest.mark.parametrize("bulk", [False, True])
def test_a_closed_index_takes_no_change(make, folder, monkeypatch, bulk):
    monkeypatch.setattr(index_module, "BULK_AT", 1 if bulk else 10**9)
    index = make()
    index.add(ONE, [1])
    index.close()
    before = sorted(path.name for path in folder.rglob("*"))
    for change in (
        lambda: index.add(~ONE, [2]),
        lambda: index.remove([1]),
        lambda: index.reached(4),
        index.maintain,
        index.clear,
    ):
        with pytest.raises(IndexReadOnly, match="closed"):
            change()
    assert sorted(path.name for path in folder.rglob("*")) == before
    index.close()
    assert contents(make()) == set(pairs_of(ONE, [1]))


def test_the_folder_is_its_owners_alone(make, folder):
    make()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
