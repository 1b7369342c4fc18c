"""Scores of a copy with all originals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgerow.evaluation.methods import MOST, Histogram, Method, picture_tiers
from hedgerow.evaluation.scoring import codes_of, forms_of, nearest, plain

HEX = st.binary(min_size=32, max_size=32).map(bytes.hex)


@given(st.lists(HEX, min_size=1, max_size=6), st.lists(HEX, min_size=1, max_size=6))
def test_the_nearest_form_counts(banked, forms):
    expected = [min((int(one, 16) ^ int(form, 16)).bit_count() for form in forms) for one in banked]
    assert nearest(codes_of(banked), codes_of(forms)).tolist() == expected


def test_codes_of_any_number_of_bytes():
    assert nearest(codes_of(["0ff0ff", "000000"]), codes_of(["ffffff"])).tolist() == [8, 24]


def test_all_forms_of_a_pdq():
    part = {"value": "c", "quality": 1, "variants": {"mirrored": "d"}, "box": [0, 0, 1, 1]}
    pdq = {"value": "a", "quality": 9, "variants": {"mirrored": "b"}, "regions": [part]}
    assert forms_of(pdq) == ["a", "b", "c", "d"]
    assert forms_of({"value": "a", "quality": 0}) == ["a"]
    assert plain(pdq) == {"value": "a", "quality": 9}


@given(st.lists(st.integers(0, 400), min_size=1), st.integers(0, MOST - 1))
def test_counting_at_a_threshold(scores, threshold):
    histogram = Histogram()
    histogram.add(scores[0], np.array(scores[1:], int))
    capped = [min(score, MOST) for score in scores]
    near = Method("a", "a", "bits", 31, (0,))
    assert near.counted(histogram.impostors, threshold) == sum(
        score <= threshold for score in capped[1:]
    )
    many = Method("a", "a", "landmarks", 10, (0,), at_least=True)
    assert many.counted(histogram.genuine, threshold) == (capped[0] >= threshold)


def test_what_has_nothing_in_common_matches_at_no_threshold():
    for method in picture_tiers(31, 10):
        histogram = Histogram()
        histogram.add(method.nothing, np.array([method.nothing]))
        assert not any(method.counted(histogram.impostors, each) for each in method.thresholds)
        assert method.own in method.thresholds


def test_a_histogram_keeps_every_pair():
    histogram = Histogram()
    histogram.add(3, np.array([5, 5, 1000]))
    assert histogram.genuine.sum() == 1
    assert histogram.impostors[5] == 2
    assert histogram.impostors[MOST] == 1


@pytest.mark.parametrize("landmarks", [6, 10, 30])
def test_tiers_have_the_thresholds_of_the_banks(landmarks):
    own = {method.key: method.own for method in picture_tiers(24, landmarks)}
    assert own == {"plain": 24, "cheap": 24, "local": landmarks, "together": 24}
