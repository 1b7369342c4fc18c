"""Edits of videos."""

import io

import av
import numpy as np
import pytest
from PIL import Image
from tests.media.videos import decoded_by_itself, film, scenes

from hedgerow.evaluation.edits import PAIR_GOAL, SINGLE_GOAL, step
from hedgerow.evaluation.films import Recipe, VideoEdit
from hedgerow.evaluation.picture_suite import PICTURE_EDITS
from hedgerow.evaluation.surroundings import with_logo
from hedgerow.evaluation.tones import negative
from hedgerow.evaluation.video_suite import VIDEO_EDITS
from hedgerow.media import File, Limits
from hedgerow.signals import hash_file

SIZE = (96, 64)
RATE = 5
FRAMES = scenes(4 * RATE, SIZE)
DATA = film(FRAMES, rate=RATE, options={"crf": "10"})
LOSSLESS = {"crf": "0", "preset": "ultrafast"}


def made(**recipe):
    data = VideoEdit("a", Recipe(**({"settings": LOSSLESS} | recipe))).file(DATA, "a.mp4")
    return decoded_by_itself(data), data


def seconds(data):
    with av.open(io.BytesIO(data)) as container:
        return float(container.duration / av.time_base)


def apart(one, other):
    return float(np.abs(one.astype(int) - other).mean())


def test_there_are_enough_and_each_has_a_name_of_its_own():
    promised = [edit for edit in VIDEO_EDITS if edit.goal is not None]
    assert len(promised) >= 12
    assert {edit.goal for edit in promised} == {SINGLE_GOAL, PAIR_GOAL}
    keys = [edit.key for edit in (*VIDEO_EDITS, *PICTURE_EDITS)]
    assert len(set(keys)) == len(keys)


# The long ones only last longer.
SHORT = [edit for edit in VIDEO_EDITS if not edit.recipe.before]


@pytest.mark.parametrize("edit", SHORT, ids=lambda edit: edit.key)
def test_every_edit_gives_a_video_that_can_be_hashed(edit):
    data = edit.file(DATA, "a.mp4")
    answer = hash_file(File(data, Limits()), {"types": ["vpdq"]})
    assert "vpdq" in answer["signals"]
    assert answer["partial"] is None


@pytest.mark.parametrize("key", ["video-logo", "video-low-bit-rate-avi", "video-animated-gif"])
def test_the_same_video_is_edited_the_same_way_every_time(key):
    [edit] = [edit for edit in VIDEO_EDITS if edit.key == key]
    assert edit.file(DATA, "a.mp4") == edit.file(DATA, "a.mp4")


def test_nothing_is_done_but_what_was_asked_for():
    frames, data = made()
    assert len(frames) == len(FRAMES)
    assert seconds(data) == pytest.approx(4, abs=0.11)
    assert all(apart(*pair) < 6 for pair in zip(frames, FRAMES, strict=True))


def test_each_frame_is_edited():
    frames, _ = made(steps=(step(negative),))
    assert all(apart(255 - one, other) < 6 for one, other in zip(frames, FRAMES, strict=True))


def test_each_frame_is_edited_by_the_same_chance():
    """A logo stays in its corner and keeps its colour, whichever these are."""
    plain = [np.full((SIZE[1], SIZE[0], 3), 128, np.uint8)] * (2 * RATE)
    still = film(plain, rate=RATE, options={"crf": "0"})
    edit = VideoEdit("a", Recipe((step(with_logo, share=0.3),), settings=LOSSLESS))
    corners = set()
    for name in "abcdefgh":
        frames = decoded_by_itself(edit.file(still, name))
        assert apart(frames[0], plain[0]) > 1
        assert all(apart(frames[0], each) < 1 for each in frames)
        marked = np.abs(frames[0].astype(int) - 128).max(axis=2) > 60
        corners.add(
            tuple(
                int(each.mean() > size / 2)
                for each, size in zip(np.nonzero(marked), marked.shape, strict=True)
            )
        )
    assert len(corners) > 1


def test_a_part_is_taken():
    frames, data = made(start=0.25, end=0.75)
    assert seconds(data) == pytest.approx(2, abs=0.21)
    assert apart(frames[0], FRAMES[RATE]) < 6
    assert apart(frames[-1], FRAMES[RATE + len(frames) - 1]) < 6


@pytest.mark.parametrize("rate", [2, 15])
def test_another_frame_rate_lasts_as_long(rate):
    frames, data = made(rate=rate)
    assert seconds(data) == pytest.approx(4, abs=1 / rate + 0.11)
    assert len(frames) == pytest.approx(4 * rate, abs=2)
    assert apart(frames[2 * rate], FRAMES[2 * RATE]) < 12


def test_twice_as_fast_is_half_as_long():
    frames, _ = made(speed=2)
    assert len(frames) == pytest.approx(2 * RATE, abs=1)
    assert apart(frames[RATE], FRAMES[2 * RATE]) < 6


def test_stills_stand_for_a_second():
    frames, data = made(stills=True, rate=RATE)
    assert seconds(data) == pytest.approx(5, abs=1.1)
    for second in range(4):
        shown = frames[second * RATE : (second + 1) * RATE]
        assert all(apart(each, FRAMES[second * RATE]) < 6 for each in shown)


def test_other_footage_before_and_after():
    frames, _ = made(before=1.0, after=0.5)
    assert len(frames) == 5 + 20 + 2
    assert apart(frames[5], FRAMES[0]) < 6
    assert apart(frames[24], FRAMES[19]) < 6
    for place in (0, 4, 25, 26):
        assert min(apart(frames[place], each) for each in FRAMES) > 25


def test_a_gif_moves():
    data = VideoEdit("a", Recipe(rate=5, muxer="gif", encoder="gif")).file(DATA, "a.mp4")
    with Image.open(io.BytesIO(data)) as opened:
        assert (opened.format, opened.n_frames, opened.size) == ("GIF", 20, SIZE)
        assert opened.info["duration"] == 200


def test_what_is_turned_by_its_container_is_edited_upright():
    turned = film(FRAMES[:5], matrix=(0, 65536, 0, -65536, 0, 0, 0, 0, 1 << 30))
    with av.open(io.BytesIO(turned)) as container:
        shown = next(container.decode(video=0))
    frames = decoded_by_itself(VideoEdit("a", Recipe(settings=LOSSLESS)).file(turned, "a"))
    upright = np.rot90(FRAMES[0], round(shown.rotation / 90))
    assert frames[0].shape == upright.shape
    assert apart(frames[0], upright) < 10


def test_parameters_tell_all_that_is_done():
    recipe = Recipe((step(negative),), start=0.2, settings={"crf": "40"})
    assert str(recipe) == "negative(), start=0.2, crf=40"
