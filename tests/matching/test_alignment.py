"""Which stretch is which: by frames that are alike and by when they are shown."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedgerow.index import codes_from_bytes
from hedgerow.matching import alignment
from hedgerow.matching.alignment import MOST_ALIKE, SLACK, Frames, aligned

RADIUS, ALONG = 31, 62
NUMBERS = np.random.default_rng(7)
CODES = NUMBERS.integers(0, 256, (400, 32), np.uint8)


def flipped(codes, bits, seed=3):
    changed = np.unpackbits(codes, axis=1)
    for number, row in enumerate(changed):
        row[np.random.default_rng([seed, number]).choice(256, bits, replace=False)] ^= 1
    return np.packbits(changed, axis=1)


def film(codes, since, until=None):
    since = np.asarray(since, float)
    return Frames(codes_from_bytes(codes), since, since if until is None else np.asarray(until))


@settings(max_examples=60)
@given(
    length=st.integers(4, 60),
    begins=st.integers(0, 100),
    before=st.integers(0, 120),
    every=st.sampled_from([0.25, 0.5, 1.0]),
    phase=st.floats(0, 0.4),
)
def test_a_clip_among_other_footage_is_found_where_it_is(length, begins, before, every, phase):
    banked = film(CODES[: begins + length + 20], np.arange(begins + length + 20) * every)
    clip = flipped(CODES[begins : begins + length], 20)
    others = CODES[250 : 250 + before]
    upload = np.concatenate([others, clip, CODES[390:]])
    shown = np.arange(len(upload)) * every + phase
    found = aligned(film(upload, shown), banked, RADIUS, ALONG)
    assert found.in_order == found.frames == length
    assert found.distance == 20
    assert found.seconds == pytest.approx((shown[before], shown[before + length - 1]), abs=0.01)
    wanted = np.array([begins, begins + length - 1]) * every
    assert found.banked_seconds == pytest.approx(tuple(wanted), abs=0.01)
    assert found.share == pytest.approx(length / len(upload), abs=0.001)


def test_what_is_like_nothing_has_nothing_in_common():
    one, other = film(CODES[:100], np.arange(100)), film(CODES[200:300], np.arange(100))
    assert aligned(one, other, RADIUS, ALONG) is None
    assert aligned(film(CODES[:0], []), other, RADIUS, ALONG) is None


def test_what_the_other_was_not_looked_at_counts_as_shown_and_no_more():
    closely = film(CODES[:77], np.arange(77) * 0.25)
    seldom = film(CODES[:77:4], np.arange(20))
    found = aligned(seldom, closely, RADIUS, ALONG)
    assert (found.share, found.banked_share) == (1.0, 1.0)
    one = CODES[100:180].copy()
    one[40] = CODES[9]
    found = aligned(film(one, np.arange(80) * 0.25), closely, RADIUS, ALONG)
    assert (found.frames, found.share) == (1, round(1 / 80, 3))


def test_of_a_frame_that_stands_only_the_part_that_both_show_is_told():
    banked = film(CODES[:3], [0, 100, 200], [90, 190, 290])
    upload = film(CODES[1:2], [30], [40])
    found = aligned(upload, banked, RADIUS, ALONG)
    assert found.seconds == (30.0, 40.0)
    low, high = found.banked_seconds
    assert high - low == pytest.approx(10)
    assert 100 - SLACK <= low <= high <= 190 + SLACK


def test_a_scene_that_recurs_does_not_hide_what_comes_in_order():
    """Two shots in turns, and one run of frames that comes once."""
    turns = np.tile(CODES[:2], (150, 1))
    banked = np.concatenate([turns, CODES[20:40], turns])
    upload = np.concatenate([turns[:100], flipped(CODES[20:40], 15)])
    found = aligned(
        film(upload, np.arange(len(upload))), film(banked, np.arange(len(banked))), RADIUS, ALONG
    )
    assert found.share == 1.0
    assert found.in_order == len(upload)
    assert found.banked_seconds == (200.0, 319.0)


@pytest.mark.parametrize("at_once", [1, 700, 10**6])
def test_however_many_pairs_are_held_at_once_the_answer_is_the_same(monkeypatch, at_once):
    upload = film(np.concatenate([CODES[50:70], flipped(CODES[:90], 25)]), np.arange(110))
    banked = film(CODES[:100], np.arange(100))
    expected = aligned(upload, banked, RADIUS, ALONG)
    assert expected.in_order == 90
    monkeypatch.setattr(alignment, "PAIRS_AT_ONCE", at_once)
    assert aligned(upload, banked, RADIUS, ALONG) == expected


def test_frames_that_are_all_alike_take_no_more_memory_than_a_few():
    """Every pair is near: 2,500 times 2,500, of which each row keeps some."""
    still = flipped(np.repeat(CODES[:1], 2500, axis=0), 8)
    one, other = film(still, np.arange(2500)), film(still, np.zeros(2500))
    tracemalloc.start()
    found = aligned(one, other, RADIUS, ALONG)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.share == found.banked_share == 1.0
    assert most < 40 * alignment.PAIRS_AT_ONCE * 8
    assert most > 2500 * MOST_ALIKE * 8
