"""Of which parts stills are taken: a stretch that was found is covered, whatever its place."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.media import videos
from tests.media.rendered import box_mean, part_of, pixels_of, through_jpeg, veiled

from hedgerow.media.film import Clock
from hedgerow.media.moments import parts_of

RATE = 10


def times(length):
    return [number / RATE for number in range(round(length * RATE))]


def middles(parts):
    return [(since + until) / 2 for since, until in parts]


def inside(moments, since, until):
    return [each for each in moments if since <= each <= until]


def test_without_a_stretch_they_are_even():
    assert parts_of(4, 8.0, times(8), []) == [(0, 2), (2, 4), (4, 6), (6, 8)]
    assert parts_of(4, 8.0, times(8), [(9.0, 12.0)]) == [(0, 2), (2, 4), (4, 6), (6, 8)]


def test_most_are_of_the_stretch_and_a_few_of_either_side():
    found = middles(parts_of(9, 100.0, times(100), [(50.0, 62.0)]))
    assert found == sorted(found)
    assert inside(found, 50, 62) == pytest.approx([51, 53, 55, 57, 59, 61])
    assert len(inside(found, 0, 50)) == 2
    assert len(inside(found, 62, 100)) == 1


def test_a_stretch_of_nearly_all_of_it_has_nearly_all():
    found = middles(parts_of(9, 100.0, times(100), [(0.0, 95.0)]))
    assert len(inside(found, 0, 95)) == 9
    assert parts_of(9, 10.0, times(10), [(0.0, 10.0)]) == parts_of(9, 10.0, times(10), [])


def test_each_of_several_has_one_and_longer_ones_have_more():
    found = middles(parts_of(9, 100.0, times(100), [(80.0, 81.0), (10.0, 30.0), (25.0, 40.0)]))
    assert len(inside(found, 10, 40)) == 5
    assert len(inside(found, 80, 81)) == 1
    assert len(found) == 9


def test_a_single_frame_leaves_the_others_to_the_rest():
    found = middles(parts_of(9, 100.0, times(100), [(50.0, 50.05)]))
    assert len(inside(found, 50, 50.05)) == 1
    assert len(found) == 9
    assert len(middles(parts_of(9, 100.0, times(100), [(50.0, 50.0)]))) == 9


spans = st.tuples(st.floats(0, 130), st.floats(0, 130)).map(lambda pair: tuple(sorted(pair)))


@given(st.integers(1, 36), st.floats(1, 120), st.lists(spans, max_size=32))
def test_they_are_in_order_within_the_length_and_no_more_than_asked(most, length, found):
    parts = parts_of(most, length, times(length), found)
    assert 1 <= len(parts) <= most
    assert all(0 <= since <= until <= length + 1e-6 for since, until in parts)
    assert all(before[1] <= after[0] + 1e-6 for before, after in pairwise(parts))


@pytest.mark.parametrize(
    "data",
    [
        videos.film(videos.scenes(200), options={"g": "250"}),
        videos.film(videos.scenes(200), options={"g": "12", "bf": "3"}),
        videos.animation(videos.scenes(60), "GIF"),
        videos.animation(videos.scenes(60), "WEBP"),
    ],
    ids=["one-keyframe", "closed", "gif", "webp"],
)
def test_stills_cover_what_was_found_and_a_part_is_of_the_same_instant(data):
    found = [[2.0, 3.5]]
    told = veiled(data, found=found)["stills"]
    seconds = [still["second"] for still in told]
    assert len(seconds) == 9
    assert seconds == sorted(set(seconds))
    within = inside(seconds, 2.0, 3.5)
    assert len(within) == 6
    # No moment of the stretch is farther from a still than its steps are long.
    gaps = [b - a for a, b in zip([2.0, *within], [*within, 3.5], strict=True)]
    assert max(gaps) <= 0.5
    for place, still in enumerate(told):
        veil = pixels_of(still["veil"])
        grey = pixels_of(part_of(data, still=place, found=found)["jpeg"])
        mean = through_jpeg(box_mean(grey, *veil.shape[::-1]))
        far = [abs(mean - pixels_of(other["veil"])).mean() for other in told]
        assert far.index(min(far)) == place


def test_frames_of_uneven_length_are_found_by_their_time():
    """Of an animated picture most frames may be shown in a moment of its length."""
    data = videos.animation(videos.scenes(40), "GIF", [40] * 20 + [500] * 20)
    told = [still["second"] for still in veiled(data, found=[[0.8, 4.0]])["stills"]]
    assert len(inside(told, 0.8, 4.0)) == 6


def test_an_animation_that_takes_long_has_its_stills_all_the_same(monkeypatch):
    data = videos.animation(videos.scenes(60), "GIF")
    even = veiled(data)["stills"]
    monkeypatch.setattr(Clock, "is_half_over", lambda _: True)
    assert veiled(data, found=[[2.0, 3.5]])["stills"] == even


@pytest.mark.parametrize(
    "found", [[[2, 1]], [[-1, 2]], [[0, float("inf")]], [[1]], [["a", "b"]], 3, [[0, 1]] * 33]
)
def test_what_can_be_no_stretch_is_told(found):
    with pytest.raises(ValueError, match="found must be up to 32 pairs"):
        veiled(b"", found=found)
