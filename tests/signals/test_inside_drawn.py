"""A video under a caption whose text flickers, as compression makes it."""

import cv2
import numpy as np
import pytest

from hedgerow.evaluation import SUITE
from hedgerow.signals.inside import Inside

CAPTION = next(edit for edit in SUITE if edit.key == "caption-above")


@pytest.fixture
def frames(photographs):
    """A pan over a photograph: everything in it moves."""
    whole = np.ascontiguousarray(photographs["coffee"][..., :3])
    return [whole[:, 6 * number : 6 * number + 420] for number in range(12)]


def luma(pixels):
    return cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2GRAY)


def boxes(frames):
    inside = Inside()
    for frame in frames:
        inside.add(frame, keep=True)
    return [box for box, _pictures in inside.found()]


def test_it_is_found_though_its_surroundings_do_not_stand_still(frames):
    captioned = []
    for number, frame in enumerate(frames):
        picture = luma(CAPTION.apply(frame, "one"))
        bar = picture.shape[0] - frame.shape[0]
        # Every pixel of the bar that isn't plain changes, as around letters in a hard compression.
        text = picture[:bar]
        rough = cv2.dilate((cv2.Laplacian(text, cv2.CV_16S) != 0).astype(np.uint8), np.ones((3, 3)))
        flicker = text[rough > 0].astype(np.int16) + (40 if number % 2 else -40)
        text[rough > 0] = np.clip(flicker, 0, 255)
        captioned.append(picture)
    found = boxes(captioned)
    height = frames[0].shape[0]
    assert any(
        abs(box[1] - bar) <= 4 and abs(box[3] - height) <= 4 and box[2] >= 410 for box in found
    )


def test_a_video_that_nothing_surrounds_has_no_box(frames):
    assert boxes([luma(frame) for frame in frames]) == []
