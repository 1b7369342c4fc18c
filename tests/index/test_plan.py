"""How codes are cut: the pigeonhole holds for every cut and radius."""

from math import comb

import numpy as np
import pytest

from hedgerow.index.plan import (
    MAX_TABLE_RADIUS,
    SMALLEST_TABLES,
    Cut,
    cut_for,
    mask_table,
    masks_within,
    reach_of,
    row_bytes,
)

SIZES = sorted(
    {*np.geomspace(2**11, 2**27, 400).astype(int).tolist(), *(2**n for n in range(11, 28))}
)
EVERY_CUT = sorted({(cut_for(size).parts, cut_for(size).bits) for size in SIZES})


def test_there_are_several_cuts():
    assert len(EVERY_CUT) >= 8


@pytest.mark.parametrize(("parts", "bits"), EVERY_CUT)
def test_the_pigeonhole_holds(parts, bits):
    assert 1 <= parts * bits <= 256
    for radius in range(MAX_TABLE_RADIUS + 1):
        reach = reach_of(radius, parts)
        assert len(reach) == parts
        assert (reach + 1).sum() == radius + 1
        assert reach.min() >= -1
        assert reach.max() <= bits


@pytest.mark.parametrize("parts", sorted({parts for parts, _ in EVERY_CUT}))
def test_some_part_and_the_next_are_near_together(parts):
    """However the differing bits are spread over the parts."""
    rng = np.random.default_rng(parts)
    for radius in range(MAX_TABLE_RADIUS + 1):
        reach = reach_of(radius, parts)
        after = np.roll(reach, -1)
        evenly = rng.multinomial(radius, np.full(parts, 1 / parts), 500)
        anyhow = np.stack(
            [rng.multinomial(radius, rng.dirichlet(np.full(parts, 0.3))) for _ in range(500)]
        )
        # One bit more than a part may have, here and there, is the hardest.
        narrowly = np.stack([narrowly_beyond(rng, reach, radius) for _ in range(500)])
        apart = np.concatenate([evenly, anyhow, narrowly])
        together = apart + np.roll(apart, -1, axis=1)
        near = (apart <= reach) & (together <= reach + after + 1)
        assert near.any(axis=1).all(), radius


def narrowly_beyond(rng, reach, radius):
    """Bits of each part, `radius` together: as many parts as may be just beyond their reach."""
    apart = np.zeros(len(reach), np.int64)
    for part in rng.permutation(len(reach)):
        apart[part] = min(reach[part] + 1, radius - apart.sum())
    return apart


@pytest.mark.parametrize("parts", [2, 3, 5, 8])
def test_no_more_than_that_can_be_asked_of_the_next(parts):
    """With one bit less for both together some codes within the radius would be missed."""
    rng = np.random.default_rng(parts)
    radius = 2 * parts - 1
    reach = reach_of(radius, parts)
    apart = rng.multinomial(radius, np.full(parts, 1 / parts), 20_000)
    together = apart + np.roll(apart, -1, axis=1)
    near = (apart <= reach) & (together <= reach + np.roll(reach, -1))
    assert not near.any(axis=1).all()


def test_parts_that_get_one_more_lie_apart():
    assert reach_of(31, 13).tolist() == [1, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2]
    assert reach_of(3, 8).tolist() == [-1, 0] * 4


@pytest.mark.parametrize("count", [0, 1, SMALLEST_TABLES - 1])
def test_few_codes_need_no_tables(count):
    assert cut_for(count) == Cut(0, 0)


@pytest.mark.parametrize("count", SIZES[::10])
def test_tables_stay_small(count):
    cut = cut_for(count)
    buckets = 4 * cut.parts * (2**cut.bits + 1)
    entries = count * (row_bytes(count) * (cut.parts - 1) + 2 * cut.parts)
    # A code, its key and the keys' order: 44 bytes.
    assert (buckets + entries) / count + 44 <= 128.1


@pytest.mark.parametrize(
    ("count", "needed"),
    [
        (1, 1),
        (256, 1),
        (257, 2),
        (2**16, 2),
        (2**16 + 1, 3),
        (2**24, 3),
        (2**24 + 1, 4),
        (2**32, 4),
    ],
)
def test_the_last_row_has_room(count, needed):
    assert row_bytes(count) == needed
    assert count - 1 < 256**needed


@pytest.mark.parametrize(("bits", "reach"), [(8, 0), (8, 3), (8, 8), (12, 2), (20, 2)])
def test_masks_are_all_patterns_once(bits, reach):
    masks = masks_within(bits, reach)
    assert len(masks) == len(set(masks.tolist())) == sum(comb(bits, k) for k in range(reach + 1))
    assert np.bitwise_count(masks).max() == reach
    assert int(masks.max()) < 2**bits
    assert (np.diff(masks.astype(np.int64)) > 0).all()


def test_mask_table_holds_each_reach():
    table, counts = mask_table(10, 2)
    assert counts.tolist() == [1, 11, 56]
    for reach, count in enumerate(counts):
        assert table[reach, :count].tolist() == masks_within(10, reach).tolist()
