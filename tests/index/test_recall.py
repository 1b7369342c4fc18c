"""Recall is exactly 1.0, and nothing is found that is not there: every family, radius and cut."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.index.families import (
    FAMILIES,
    family,
    flipped,
    parts_alike,
    queries_near,
    random,
)
from tests.index.inline import CUTS
from tests.index.oracle import Oracle, answer_of, check, distances, pairs_of

from hedgerow.index import EVERY_KEY, Hits, build, tables
from hedgerow.index.plan import Cut, cut_for, mask_table, reach_of
from hedgerow.index.processor import readonly
from hedgerow.index.segment import Segment

EVERY_RADIUS = range(65)


def built(folder, codes, keys):
    build.build_segment(folder, codes, keys)
    return Segment.open(folder, 0)


@pytest.mark.parametrize("kind", sorted(FAMILIES))
def test_every_radius_on_a_segment_with_tables(make, kind):
    codes = family(kind, 1, 3000)
    # A sealed segment with tables needs 2048 distinct codes; the rest of it is of the family.
    codes = np.concatenate([codes, random(np.random.default_rng(2), 2500)])
    keys = np.arange(len(codes)) % 4000
    index = make(seal_at=100_000)
    index.add(codes, keys)
    index.maintain()
    assert index.view.segments[0]._offsets.shape[0] > 0
    queries = queries_near(np.random.default_rng(3), codes[:3000], 10)
    check(index, Oracle(pairs_of(codes, keys)), queries, EVERY_RADIUS)


@settings(max_examples=40, deadline=None)
@given(
    kinds=st.lists(st.sampled_from(sorted(FAMILIES)), min_size=1, max_size=3),
    seed=st.integers(0, 1000),
    count=st.integers(1, 400),
    cut=st.sampled_from(CUTS),
)
def test_every_radius_through_any_tables(tmp_path_factory, kinds, seed, count, cut):
    codes = np.concatenate([family(kind, seed + n, count) for n, kind in enumerate(kinds)])
    keys = np.random.default_rng(seed).integers(0, 50, len(codes))
    folder = tmp_path_factory.mktemp("index") / "segment"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "cut_for", lambda _count: cut)
        segment = built(folder, codes, keys)
    queries = readonly(queries_near(np.random.default_rng(seed), codes, 6))
    within = Oracle(pairs_of(codes, keys)).answers(queries)
    for radius in EVERY_RADIUS:
        found = segment._search_codes(queries, radius)
        # Each code once: the same candidate is met in several tables.
        assert len({(row, code) for row, code, _ in found.tolist()}) == len(found)
        hits = Hits.joined([segment.search(queries, radius, EVERY_KEY)])
        assert sorted(answer_of(hits)) == within(radius), f"radius {radius}"


@pytest.mark.parametrize("count", [2048, 20_000])
@pytest.mark.parametrize("spread", ["one part", "evenly"])
def test_exactly_at_the_radius_and_one_beyond(tmp_path, count, spread):
    rng = np.random.default_rng(count)
    centre = random(rng, 1)
    others = random(rng, count)
    edge = []
    for radius in range(33):
        for start in range(0, 256, 5):
            step = 1 if spread == "one part" else 256 // max(radius, 1)
            edge.append(flipped(centre, (start + step * np.arange(radius))[np.newaxis] % 256))
    codes = np.concatenate([others, *edge])
    keys = np.arange(len(codes))
    segment = built(tmp_path / "s", codes, keys)
    assert segment._offsets.shape[0] > 0
    per_radius = len(range(0, 256, 5))
    for radius in range(32):
        found = segment._search_codes(readonly(centre), radius)
        apart = np.bitwise_count(codes ^ centre).sum(axis=1)
        distinct = {tuple(code) for code in codes[apart <= radius].tolist()}
        assert len(found) == len(distinct), f"radius {radius}"
        assert radius == 0 or len(found) >= per_radius // 8


@pytest.mark.parametrize("radius", [15, 16, 31])
@pytest.mark.parametrize("cut", [Cut(13, 13), Cut(16, 15), Cut(16, 16)], ids=str)
def test_codes_that_one_part_alone_finds(tmp_path, monkeypatch, cut, radius):
    """Each part in turn, the last one with the first behind it too."""
    monkeypatch.setattr(build, "cut_for", lambda _count: cut)
    rng = np.random.default_rng(radius)
    centre = random(rng, 1)
    apart = np.array(found_by_one_part(reach_of(radius, cut.parts)))
    assert (apart.sum(axis=1) == radius).all()
    edge = np.concatenate([apart_by(rng, centre, counts, cut.bits) for counts in apart])
    codes = np.concatenate([edge, random(rng, 3000)])
    segment = built(tmp_path / "s", codes, np.arange(len(codes)))
    assert candidates_of(segment, centre[0], radius) >= 0  # it isn't the scan that finds them
    found = segment._search_codes(readonly(centre), radius)
    wanted = np.flatnonzero(distances(centre, segment.codes)[0] <= radius)
    assert len(wanted) == len(edge)
    assert sorted(found[:, 1].tolist()) == wanted.tolist()


def found_by_one_part(reach):
    """How many bits of each part to flip so that one part alone is near with the next: rows.

    Every other part is one bit beyond its reach, but for two in a row anywhere: there the first is
    just within, and the next so far beyond that both together aren't near.
    """
    parts = len(reach)
    rows = []
    for finder in np.flatnonzero(reach >= 0):
        alone = reach + 1
        alone[finder] -= 1
        rows.append(alone)
        for first in range(finder + 1, finder + parts - 1):
            if reach[first % parts] >= 0:
                pair = alone.copy()
                pair[first % parts] -= 1
                pair[(first + 1) % parts] += 1
                rows.append(pair)
    return rows


def apart_by(rng, code, counts, bits):
    """`code` with so many bits of each part flipped."""
    flips = [
        part * bits + rng.choice(bits, count, replace=False) for part, count in enumerate(counts)
    ]
    return flipped(code, np.concatenate(flips)[np.newaxis])


@pytest.mark.parametrize(
    ("alike", "crowd", "others", "scanned"),
    [
        pytest.param([0], 30_000, 30_000, False, id="one bucket: the next part tells them apart"),
        pytest.param([3, 4], 20_000, 60_000, True, id="two in a row: too many candidates"),
        pytest.param([15, 0], 20_000, 60_000, True, id="the last and the first: likewise"),
        pytest.param([3, 4], 2_500, 60_000, False, id="more candidates than there is room for"),
        pytest.param([0, 2, 4, 6, 8], 30_000, 30_000, True, id="every other: too many entries"),
    ],
)
def test_crowded_buckets_lose_nothing_and_take_the_scan_in_time(
    tmp_path, monkeypatch, alike, crowd, others, scanned
):
    cut = Cut(16, 16)
    monkeypatch.setattr(build, "cut_for", lambda _count: cut)
    rng = np.random.default_rng(7)
    crowded = parts_alike(rng, crowd, cut.bits, alike)
    codes = np.concatenate([crowded, random(rng, others)])
    segment = built(tmp_path / "s", codes, np.arange(len(codes)))
    queries = queries_near(rng, crowded, 12)
    assert (candidates_of(segment, queries[0]) < 0) == scanned
    if not scanned and len(alike) > 1:
        assert candidates_of(segment, queries[0]) > tables.CANDIDATES
    check_segment(segment, codes, queries)


def candidates_of(segment, query, radius=31):
    """How many candidates the tables have for a query, -1 for too many."""
    parts, bits = segment._offsets.shape[0], (segment._offsets.shape[1] - 1).bit_length() - 1
    reach = reach_of(radius, parts)
    masks, flips = mask_table(bits, int(reach.max()))
    scratch = np.empty((2, masks.shape[1]), np.int64)
    _, count = tables._candidates(
        segment._offsets, segment._ids, segment._following, bits, readonly(query), reach,
        masks, flips, scratch, np.empty(tables.CANDIDATES, np.int64),
    )  # fmt: skip
    return count


def check_segment(segment, codes, queries):
    for radius in (0, 5, 30, 31, 32, 60):
        found = segment._search_codes(readonly(queries), radius)
        wanted = (distances(queries, codes) <= radius).sum(axis=1).tolist()
        assert np.bincount(found[:, 0], minlength=len(queries)).tolist() == wanted, radius


def test_near_identical_codes_do_not_send_other_queries_to_the_scan(tmp_path):
    rng = np.random.default_rng(9)
    centre = random(rng, 1)
    crowd = flipped(centre.repeat(100_000, axis=0), rng.integers(0, 256, (100_000, 3)))
    codes = np.concatenate([crowd, random(rng, 100_000)])
    segment = built(tmp_path / "s", codes, np.arange(len(codes)))
    other = readonly(codes[-1:])
    parts, bits = segment._offsets.shape[0], (segment._offsets.shape[1] - 1).bit_length() - 1
    # What its own buckets hold, all parts together, is a handful, whatever the crowd's hold.
    entries = 0
    for part in range(parts):
        value = int(tables.part_of(other[0], part, bits))
        entries += int(segment._offsets[part, value + 1]) - int(segment._offsets[part, value])
    assert entries < 1000
    assert len(segment._search_codes(other, 31)) == 1
    assert len(segment._search_codes(readonly(centre), 31)) == len(segment.codes) - 100_000


@pytest.mark.parametrize("power", [11, 12, 14, 16, 18])
def test_the_cut_of_each_size_finds_what_is_there(tmp_path, power, monkeypatch):
    """The cuts of large indexes, on codes few enough for brute force."""
    cut = cut_for(2 ** (power + 9)) if power > 14 else cut_for(2**power)
    assert cut != Cut(0, 0)
    monkeypatch.setattr(build, "cut_for", lambda _count: cut)
    codes = np.concatenate([family(kind, power, 300) for kind in FAMILIES])
    segment = built(tmp_path / "s", codes, np.arange(len(codes)))
    distinct = np.unique(codes, axis=0)
    queries = queries_near(np.random.default_rng(power), codes, 20)
    for radius in (0, 1, 9, 16, 30, 31):
        found = segment._search_codes(readonly(queries), radius)
        wanted = (distances(queries, distinct) <= radius).sum(axis=1).tolist()
        assert np.bincount(found[:, 0], minlength=len(queries)).tolist() == wanted
