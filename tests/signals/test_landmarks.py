"""Landmarks: found again in copies that were cut, turned, mirrored and made negative."""

import hashlib
from itertools import permutations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from hedgerow.media import File, Limits
from hedgerow.signals import BadSignal, Banked, Sought, sighting
from hedgerow.signals.distinctive import learned
from hedgerow.signals.focus import focus_of
from hedgerow.signals.landmarks import (
    COUNT,
    FURTHER,
    LEVELS,
    PATCH,
    SEARCHED_FROM,
    STEP,
    landmarks_of,
)
from hedgerow.signals.local import LOCAL, luma_of
from hedgerow.signals.signature import AREA, BANKED_MARK, MOST_ENLARGED, scale_of

NEAR = 28
ENOUGH = 10


def pairs_alike(sought, banked):
    """Seeds by brute force: every landmark that is searched for against every banked one."""
    rows = np.flatnonzero(sought.searched)
    asked = np.unpackbits(sought.codes[rows, sought.view[rows]], axis=1).astype(np.int32)
    known = np.unpackbits(banked.code, axis=1).astype(np.int32)
    distance = asked.sum(1)[:, None] + known.sum(1) - 2 * asked @ known.T
    place, landmark = np.nonzero(distance <= NEAR)
    return rows[place], landmark


def seen(copy, original):
    sought, banked = landmarks_of(copy), landmarks_of(original).banked()
    return sighting(sought, banked, pairs_alike(sought, banked))


@pytest.fixture(scope="session")
def picture(photographs):
    return luma_of(photographs["coffee"])


def turned(luma, degrees):
    """As a person turns it clockwise, on a canvas that holds all of it."""
    height, width = luma.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1)
    across, down = abs(matrix[0, 0]), abs(matrix[0, 1])
    size = (int(height * down + width * across), int(height * across + width * down))
    matrix[:, 2] += (size[0] / 2 - width / 2, size[1] / 2 - height / 2)
    return cv2.warpAffine(luma, matrix, size)


def test_there_are_as_many_as_wanted_all_over_the_picture(picture):
    sought = landmarks_of(picture)
    assert len(sought) == COUNT + FURTHER
    found = sought.banked()
    assert len(found) == COUNT
    height, width = picture.shape
    assert ((found.x >= 0) & (found.x <= width) & (found.y >= 0) & (found.y <= height)).all()
    thirds = {
        (int(3 * y / height), int(3 * x / width)) for x, y in zip(found.x, found.y, strict=True)
    }
    assert len(thirds) == 9
    assert len(np.unique(found.size)) >= 8  # of many sizes


def test_the_same_picture_is_seen_whole(picture):
    found = seen(picture, picture)
    height, width = picture.shape
    assert found.landmarks > COUNT / 4
    assert (found.mirrored, found.negative, found.scale, found.distance) == (False, False, 1, 0)
    assert found.box == found.banked_box == (0, 0, width, height)
    assert found.angle in (0, 360)


@pytest.mark.parametrize("degrees", [2, 33, 90, 147, 180, 271])
def test_a_turned_copy_tells_how_far(picture, degrees):
    found = seen(turned(picture, degrees), picture)
    assert found.landmarks >= ENOUGH
    assert abs((found.angle - degrees + 180) % 360 - 180) < 1
    assert found.scale == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("share", [0.8, 0.6])
@pytest.mark.parametrize("corner", ["middle", "upper left", "lower right"])
def test_a_cut_copy_tells_which_part(picture, share, corner):
    height, width = picture.shape
    tall, wide = round(height * share), round(width * share)
    place = {"middle": 0.5, "upper left": 0, "lower right": 1}[corner]
    left, top = round((width - wide) * place), round((height - tall) * place)
    found = seen(np.ascontiguousarray(picture[top : top + tall, left : left + wide]), picture)
    assert found.landmarks >= ENOUGH
    assert found.banked_box == pytest.approx((left, top, wide, tall), abs=6)
    assert found.box == pytest.approx((0, 0, wide, tall), abs=6)


@pytest.mark.parametrize("factor", [0.3, 0.5, 2, 3])
def test_a_scaled_copy_tells_how_much(picture, factor):
    copy = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    found = seen(copy, picture)
    assert found.landmarks >= ENOUGH
    assert found.scale == pytest.approx(factor, rel=0.02)


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("negative", [False, True])
def test_a_mirrored_or_negative_copy_is_told_as_one(picture, mirrored, negative):
    copy = picture[:, ::-1] if mirrored else picture
    copy = 255 - copy if negative else copy
    found = seen(np.ascontiguousarray(copy), picture)
    assert (found.mirrored, found.negative) == (mirrored, negative)
    assert found.landmarks > COUNT / 5
    assert found.scale == pytest.approx(1, abs=0.01)


def test_it_is_seen_inside_another_picture(picture):
    page = np.full((1200, 900), 240, np.uint8)
    height, width = picture.shape
    page[300 : 300 + height, 150 : 150 + width] = picture
    found = seen(page, picture)
    assert found.landmarks >= ENOUGH
    assert found.box == pytest.approx((150, 300, width, height), abs=12)


def test_strangers_are_not_taken_for_one_another(photographs):
    lumas = [luma_of(picture) for picture in photographs.values()]
    counts = [
        0 if found is None else found.landmarks
        for one, other in permutations(lumas, 2)
        for found in [seen(one, other)]
    ]
    assert max(counts) < ENOUGH


def test_the_first_are_kept_and_searched_for_but_for_the_finest(picture):
    found = landmarks_of(picture)
    assert found.kept.tolist() == [True] * COUNT + [False] * FURTHER
    size = np.rint(found.size * found.unit)
    finest = size < PATCH * STEP**SEARCHED_FROM - 1
    assert finest.sum() > SEARCHED_FROM * COUNT // LEVELS
    assert found.searched.tolist() == (found.kept & ~finest).tolist()


def test_what_was_learned_goes_with_the_mark_of_what_is_kept():
    """Banked codes are in this order and these views: other ones would never be found by them."""
    digest = hashlib.sha256()
    for values in (learned().order, learned().handed, learned().toned):
        digest.update(values.tobytes())
    assert (BANKED_MARK, digest.hexdigest()[:16]) == (b"LMB2", "4b03e9ee8aaf6c47"), (
        "give landmarks that are described otherwise another mark"
    )


def test_no_landmark_is_there_twice(picture):
    found = landmarks_of(picture)
    places = np.stack([found.x, found.y, found.size, found.angle], axis=1)
    assert len(np.unique(places, axis=0)) == len(found)


@pytest.mark.parametrize("shape", [(1, 1), (1, 4000), (4000, 1), (3, 3), (10, 12), (40, 40)])
def test_little_pictures_have_few_landmarks_or_none(shape):
    noise = np.random.default_rng(1).integers(0, 256, shape, np.uint8)
    found = landmarks_of(noise)
    assert (found.height, found.width) == shape
    assert len(found) <= COUNT + FURTHER
    assert len(landmarks_of(np.full(shape, 128, np.uint8))) == 0


@settings(max_examples=25)
@given(arrays.arrays(np.uint8, st.tuples(st.integers(1, 90), st.integers(1, 90))))
def test_any_picture_has_a_signature_that_packs(luma):
    found = landmarks_of(luma)
    again = Sought.unpack(found.pack())
    for name, value in vars(found).items():
        assert np.array_equal(getattr(again, name), value), name
    banked = Banked.unpack(found.banked().pack())
    first = np.arange(min(COUNT, len(found)))
    assert np.array_equal(banked.code, found.codes[first, found.view[first]])
    assert np.array_equal(banked.x, found.x[first])


def test_what_is_damaged_is_refused(picture):
    packed = landmarks_of(picture).banked().pack()
    damaged = [b"", packed[:3], packed[:15], packed[:-1], b"XXXX" + packed[4:]]
    damaged.append(packed[:4] + bytes(8) + packed[12:])  # a picture of no size
    damaged.append(packed[:32] + b"\xff" + packed[33:])  # a fifth view
    for each in damaged:
        with pytest.raises(BadSignal):
            Banked.unpack(each)
    with pytest.raises(BadSignal):
        Sought.unpack(packed)


def test_pictures_of_all_sizes_are_looked_at_in_one(picture):
    assert scale_of(1000, 600) * scale_of(1000, 600) * 600_000 == pytest.approx(AREA)
    assert scale_of(10, 10) == MOST_ENLARGED


def test_the_value_is_the_digest_of_what_is_banked(photographs):
    png = cv2.imencode(".png", photographs["coffee"][:, :, ::-1])[1].tobytes()
    computed = LOCAL.compute(File(png, Limits()))
    banked = LOCAL.banked(computed.payload)
    assert computed.value == hashlib.sha256(banked).hexdigest()
    assert LOCAL.banked(banked) == banked
    assert LOCAL.codes(banked).shape == (COUNT, 32)
    assert computed.quality == 100


@pytest.mark.parametrize("ground", [0, 128, 255])
def test_a_small_copy_on_a_plain_ground_is_looked_at_closely(picture, ground):
    height, width = picture.shape
    page = np.full((height * 3, width * 3), ground, np.uint8)
    page[height : 2 * height, width : 2 * width] = picture
    box = focus_of(page)
    assert box == pytest.approx((width, height, width, height), abs=4 * 3 * width / 48)
    found = seen(turned(page, 20), picture)
    assert found.landmarks >= ENOUGH
    assert abs(found.angle - 20) < 1


def test_a_picture_that_fills_its_frame_is_looked_at_whole(photographs):
    for name, pixels in photographs.items():
        box = focus_of(luma_of(pixels))
        assert box is None or name in {"moon", "rocket"}  # black skies
