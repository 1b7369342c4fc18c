"""How the flips of a search are shared out among the parts, by what each query's buckets hold."""

import numpy as np
import pytest
from tests.index.families import parts_alike, random
from tests.index.oracle import distances

from hedgerow.index import build, tables
from hedgerow.index.plan import Cut, mask_table, reach_of
from hedgerow.index.processor import readonly
from hedgerow.index.segment import Segment

CUT = Cut(16, 16)
CROWD, OTHERS = 4_000, 60_000


def built(folder, monkeypatch, codes):
    monkeypatch.setattr(build, "cut_for", lambda _count: CUT)
    build.build_segment(folder / "s", codes, np.arange(len(codes)))
    return Segment.open(folder / "s", 0)


def shared_out(segment, query, radius):
    reach = reach_of(radius, CUT.parts)
    masks, flips = mask_table(CUT.bits, int(reach.max()))
    prices = np.empty((CUT.parts, masks.shape[0]))
    shared = np.empty(CUT.parts, np.int64)
    tables.share_out(
        segment._offsets, CUT.bits, readonly(query), reach, masks, flips, prices, shared
    )
    return shared


@pytest.mark.parametrize("radius", [3, 12, 16, 20, 26, 30, 31])
def test_all_are_shared_out_and_none_beyond_what_there_are_patterns_for(
    tmp_path, monkeypatch, radius
):
    rng = np.random.default_rng(radius)
    crowd = parts_alike(rng, CROWD, CUT.bits, [1, 6, 7])
    segment = built(tmp_path, monkeypatch, np.concatenate([crowd, random(rng, OTHERS)]))
    for query in (crowd[0], *random(rng, 20)):
        shared = shared_out(segment, query, radius)
        assert (shared + 1).sum() == radius + 1
        assert shared.min() >= -1
        assert shared.max() <= reach_of(radius, CUT.parts).max()


def test_crowded_buckets_are_asked_less_and_nothing_is_lost(tmp_path, monkeypatch):
    rng = np.random.default_rng(4)
    radius = 26
    usual = reach_of(radius, CUT.parts)
    crowded = int(np.flatnonzero(usual == 1)[0])
    crowd = parts_alike(rng, CROWD, CUT.bits, [crowded])
    codes = np.concatenate([crowd, random(rng, OTHERS)])
    segment = built(tmp_path, monkeypatch, codes)
    # Near ones that differ in the crowded part too: another part has to find them.
    bits = np.unpackbits(crowd[:40].astype(">u8").view(np.uint8).reshape(-1, 32), axis=1)
    for row, each in enumerate(bits):
        each[rng.choice(256, radius - row % 3, replace=False)] ^= 1
    queries = np.packbits(bits, axis=1).view(">u8").astype(np.uint64)

    assert shared_out(segment, crowd[0], radius)[crowded] == -1
    found = segment._search_codes(readonly(queries), radius)
    wanted = np.argwhere(distances(queries, segment.codes) <= radius)
    assert len(wanted) >= len(queries)
    assert sorted(found[:, :2].tolist()) == wanted.tolist()


def test_where_all_cost_the_same_the_plan_stays(tmp_path, monkeypatch):
    codes = random(np.random.default_rng(5), OTHERS)
    segment = built(tmp_path, monkeypatch, codes)
    for query in random(np.random.default_rng(6), 20):
        assert shared_out(segment, query, 26).tolist() == reach_of(26, CUT.parts).tolist()
