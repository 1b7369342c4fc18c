"""Confidence intervals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgerow.matching import wilson

# R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in
# Medicine 17 (1998), table I: the score method without continuity correction.
PUBLISHED = {
    (81, 263): (0.2553, 0.3662),
    (15, 148): (0.0624, 0.1605),
    (0, 20): (0.0, 0.1611),
    (1, 29): (0.0061, 0.1718),
}


@pytest.mark.parametrize("counted", PUBLISHED)
def test_as_published(counted):
    assert wilson(*counted) == pytest.approx(PUBLISHED[counted], abs=5e-5)


@given(st.integers(1, 10**7), st.floats(0, 1))
def test_the_share_lies_within_and_both_ways_are_alike(of, share):
    found = round(share * of)
    low, high = wilson(found, of)
    assert 0 <= low <= found / of <= high <= 1
    other = wilson(of - found, of)
    assert (1 - other[1], 1 - other[0]) == pytest.approx((low, high), abs=1e-12)


@given(st.integers(0, 1000))
def test_more_cases_say_more(found):
    of = 1000
    few, many = wilson(found, of), wilson(10 * found, 10 * of)
    assert many[1] - many[0] < few[1] - few[0]


def test_of_nothing_nothing_is_known():
    assert wilson(0, 0) == (0, 1)
    for found, of in ((-1, 3), (4, 3), (1, 0)):
        with pytest.raises(ValueError, match="is no share"):
            wilson(found, of)
