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
        # Parts that aren't asked come last: the search stops at the first of them.
        assert (np.diff(reach) <= 0).all()


@pytest.mark.parametrize("count", [0, 1, SMALLEST_TABLES - 1])
def test_few_codes_need_no_tables(count):
    assert cut_for(count) == Cut(0, 0)


@pytest.mark.parametrize("count", SIZES[::10])
def test_tables_stay_small(count):
    cut = cut_for(count)
    assert 2**cut.bits <= 0.9 * count
    # Offsets and entries: 4 bytes each.
    per_code = 4 * cut.parts * 2**cut.bits / count + 4 * (cut.parts - 1)
    assert per_code + 32 + 12 <= 256


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
