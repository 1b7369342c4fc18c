"""Screens, captions and frames are no part of the picture; scenes with straight lines are."""

import numpy as np
import pytest
from tests.signals.test_landmarks import pairs_alike

from hedgerow.evaluation import SUITE
from hedgerow.signals import sighting
from hedgerow.signals.landmarks import landmarks_of
from hedgerow.signals.local import luma_of
from hedgerow.signals.surroundings import picture_inside

EDITS = {edit.key: edit for edit in SUITE}
AROUND = ("phone-screenshot", "caption-above", "caption-below", "frame-25", "letterbox-25")


def edited(photograph, key):
    """Always the same text, colours and layout, whatever the picture."""
    return luma_of(EDITS[key].apply(np.ascontiguousarray(photograph[..., :3]), "the same"))


@pytest.mark.parametrize("key", AROUND)
def test_what_is_drawn_around_is_told_from_the_picture(photographs, key):
    whole = luma_of(photographs["coffee"])
    surrounded = edited(photographs["coffee"], key)
    left, top, width, height = picture_inside(surrounded)
    assert width * height < 0.9 * surrounded.size
    assert width / height == pytest.approx(whole.shape[1] / whole.shape[0], rel=0.03)
    inside = landmarks_of(surrounded)
    for x, y, kept in zip(inside.x, inside.y, inside.inside, strict=True):
        if kept:
            assert left <= x <= left + width
            assert top <= y <= top + height


def test_most_photographs_are_the_picture_from_edge_to_edge(photographs):
    assert all(
        landmarks_of(luma_of(photographs[name])).inside.all()
        for name in ("coffee", "astronaut", "chelsea", "camera")
    )


@pytest.mark.parametrize("key", ["phone-screenshot", "caption-above"])
def test_two_pictures_in_the_same_surroundings_are_two_pictures(photographs, key):
    one = landmarks_of(edited(photographs["coffee"], key))
    other = landmarks_of(edited(photographs["chelsea"], key)).banked()
    assert len(other) > 100
    assert sighting(one, other, pairs_alike(one, other), 7) is None
    # What is drawn around is not searched for: it would crowd out what is.
    assert not (one.searched & ~one.inside).any()


@pytest.mark.parametrize("key", ["phone-screenshot", "caption-above"])
def test_the_same_picture_is_found_with_and_without_its_surroundings(photographs, key):
    plain, surrounded = luma_of(photographs["coffee"]), edited(photographs["coffee"], key)
    for one, other in ((plain, surrounded), (surrounded, plain), (surrounded, surrounded)):
        sought, banked = landmarks_of(one), landmarks_of(other).banked()
        found = sighting(sought, banked, pairs_alike(sought, banked), 7)
        assert found.landmarks > 30
        assert found.evenness > 0.6
        assert found.unmistakable > 0.7
