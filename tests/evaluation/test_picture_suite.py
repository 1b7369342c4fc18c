"""The suite of picture edits."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageOps

from hedgerow.evaluation.edits import PAIR_GOAL, SINGLE_GOAL, generator
from hedgerow.evaluation.geometry import cropped, turned
from hedgerow.evaluation.picture_suite import BEYOND, PAIRS, PICTURE_EDITS, SINGLE_EDITS
from hedgerow.evaluation.surroundings import barred, captioned, framed, with_logo
from hedgerow.evaluation.tones import brighter, greyscale, noisy
from hedgerow.signals.landscape import landscape

PICTURE = landscape()[:400]
EDITS = pytest.mark.parametrize("edit", PICTURE_EDITS, ids=lambda edit: edit.key)


def named(key):
    [edit] = [edit for edit in PICTURE_EDITS if edit.key == key]
    return edit


def decoded(data):
    with Image.open(io.BytesIO(data)) as opened:
        return opened.format, np.asarray(opened.convert("RGB"))


def test_there_are_enough_and_each_has_a_name_of_its_own():
    assert len(SINGLE_EDITS) >= 25
    assert len(PAIRS) >= 8
    assert {edit.goal for edit in SINGLE_EDITS} == {SINGLE_GOAL}
    assert {edit.goal for edit in PAIRS} == {PAIR_GOAL}
    assert {edit.goal for edit in BEYOND} == {None}
    for names in ([edit.name for edit in PICTURE_EDITS], [edit.key for edit in PICTURE_EDITS]):
        assert len(set(names)) == len(PICTURE_EDITS)


@EDITS
def test_an_edit_gives_another_picture_and_leaves_the_first_alone(edit):
    before = PICTURE.copy()
    after = edit.apply(PICTURE, "a.jpg")
    assert np.array_equal(PICTURE, before)
    assert after.dtype == np.uint8
    assert after.ndim == 3
    assert after.shape[2] == 3
    assert after.shape != PICTURE.shape or not np.array_equal(after, PICTURE)
    assert not np.shares_memory(after, PICTURE)


@EDITS
def test_the_same_picture_is_edited_the_same_way_every_time(edit):
    assert np.array_equal(edit.apply(PICTURE, "a.jpg"), edit.apply(PICTURE, "a.jpg"))


@EDITS
def test_small_and_narrow_pictures_can_be_edited_too(edit):
    for shape in ((40, 40), (17, 240), (240, 17)):
        pixels = np.ascontiguousarray(PICTURE[100 : 100 + shape[0], 100 : 100 + shape[1]])
        assert edit.apply(pixels, "a.jpg").size


@EDITS
def test_the_file_shows_the_edited_picture_and_nothing_else_was_done_to_it(edit):
    form, pixels = decoded(edit.file(PICTURE, "a.jpg", 3))
    assert form == ("JPEG" if edit.steps[-1].change.__name__ == "jpeg" else "PNG")
    assert np.array_equal(pixels, edit.apply(PICTURE, "a.jpg", 3))


def test_chance_depends_on_the_picture_the_edit_and_the_seed():
    def drawn(*arguments):
        return generator(*arguments).integers(0, 2**32, 4).tolist()

    first = drawn(0, "a.jpg", "crop")
    assert first == drawn(0, "a.jpg", "crop")
    for other in ((1, "a.jpg", "crop"), (0, "b.jpg", "crop"), (0, "a.jpg", "logo")):
        assert drawn(*other) != first
    # A name that is no UTF-8, as Python has it.
    assert drawn(0, "a\udcff.jpg", "crop") != first
    angles = {named("turned-by-any-angle").apply(PICTURE, f"{n}.jpg").shape for n in range(5)}
    assert len(angles) > 1


def test_parameters_tell_all_that_is_done():
    assert named("jpeg-quality-10").parameters == "jpeg(quality=10)"
    assert named("mirrored-crop-to-60").parameters == ("mirrored() → cropped(share=0.6, at=centre)")


# What Pillow makes of the same, written otherwise.
PILLOWS = {
    "mirrored": ImageOps.mirror,
    "upside-down": ImageOps.flip,
    "negative": ImageOps.invert,
    "turned-by-90": lambda picture: picture.rotate(-90, expand=True),
    "crop-to-60-centre": lambda picture: ImageOps.crop(
        picture.resize(picture.size), (102, 80, 103, 80)
    ),
}


@pytest.mark.parametrize("key", PILLOWS)
def test_as_pillow_does_it(key):
    expected = PILLOWS[key](Image.fromarray(PICTURE))
    made = Image.fromarray(named(key).apply(PICTURE, "a.jpg"))
    assert made.size == expected.size
    assert ImageChops.difference(made, expected).getbbox() is None


@given(st.floats(0.01, 0.4), st.floats(0.01, 0.4))
def test_a_frame_takes_its_share_of_the_whole_on_each_side(across, down):
    whole = framed(PICTURE, generator(0, "a", "b"), across=across, down=down)
    height, width = PICTURE.shape[:2]
    left, top = (whole.shape[1] - width) // 2, (whole.shape[0] - height) // 2
    assert np.array_equal(whole[top : top + height, left : left + width], PICTURE)
    assert left == pytest.approx(across * whole.shape[1], abs=1)
    assert top == pytest.approx(down * whole.shape[0], abs=1)
    around = whole.copy()
    around[top : top + height, left : left + width] = whole[0, 0]
    assert (around == whole[0, 0]).all()


def test_letterbox_of_25_per_cent_leaves_the_picture_half_of_the_height():
    whole = barred(PICTURE, generator(0, "a", "b"), across=0, down=0.25)
    assert whole.shape == (800, 512, 3)
    assert not whole[:200].any()
    assert not whole[600:].any()
    assert np.array_equal(whole[200:600], PICTURE)


@given(st.integers(0, 500))
def test_a_caption_stands_beside_the_whole_picture_and_has_text(seed):
    for at in ("top", "bottom"):
        whole = captioned(PICTURE, generator(seed, "a", "b"), least=0.15, most=0.2, at=at)
        bar = len(whole) - len(PICTURE)
        assert 0.145 <= bar / len(whole) <= 0.205
        picture, text = (whole[bar:], whole[:bar]) if at == "top" else np.split(whole, [-bar])
        assert np.array_equal(picture, PICTURE)
        assert 0 < (text.max(axis=2) != text[0, 0, 0]).mean() < 0.5


@given(st.integers(0, 500))
def test_a_logo_covers_a_corner(seed):
    made = with_logo(PICTURE, generator(seed, "a", "b"), share=0.15)
    rows, columns = np.nonzero((made != PICTURE).any(axis=2))
    wide = columns.max() - columns.min() + 1
    assert wide == pytest.approx(0.15 * PICTURE.shape[1], abs=3)
    assert rows.max() < 80 or rows.min() > len(PICTURE) - 80
    assert columns.max() < 120 or columns.min() > PICTURE.shape[1] - 120


@given(st.integers(0, 500), st.floats(0.3, 0.95))
def test_a_corner_crop_is_one_of_four(seed, share):
    made = cropped(PICTURE, generator(seed, "a", "b"), share=share, at="corner")
    high, wide = made.shape[:2]
    corners = [PICTURE[rows, columns] for rows in (slice(high), slice(-high, None))
               for columns in (slice(wide), slice(-wide, None))]  # fmt: skip
    assert any(np.array_equal(made, corner) for corner in corners)
    assert high == pytest.approx(share * len(PICTURE), abs=1)


def test_turning_clockwise_keeps_the_whole_picture_where_the_canvas_grows():
    white = np.full((200, 300, 3), 255, np.uint8)
    white[:20, :20] = (255, 0, 0)
    made = turned(white, generator(0, "black", "b"), degrees=90, expanded=True)
    red = (made[:, :, 0] > 128) & (made[:, :, 1] < 128)
    assert red[5, -5]  # what was at the upper left is at the upper right
    made = turned(white, generator(0, "black", "b"), degrees=30, expanded=True)
    assert made.shape[0] == pytest.approx(200 * np.cos(np.pi / 6) + 300 * 0.5, abs=1)
    assert made.shape[1] == pytest.approx(300 * np.cos(np.pi / 6) + 200 * 0.5, abs=1)
    assert turned(white, generator(0, "a", "b"), degrees=30, expanded=False).shape == white.shape


def test_a_screenshot_has_the_picture_across_its_whole_width():
    made = named("phone-screenshot").apply(PICTURE, "a.jpg")
    assert made.shape == (2340, 1080, 3)
    shown = Image.fromarray(PICTURE).resize(
        (1080, round(400 * 1080 / 512)), Image.Resampling.BICUBIC
    )
    expected = np.asarray(shown, np.float32)
    apart = [np.abs(made[top : top + len(expected)] - expected).mean() for top in range(100, 360)]
    assert min(apart) < 3


def test_tones():
    rng = generator(0, "a", "b")
    assert np.array_equal(brighter(PICTURE, rng, factor=0.5), np.rint(PICTURE / 2).astype(np.uint8))
    assert brighter(PICTURE, rng, factor=1.5).max() == 255
    expected = np.asarray(Image.fromarray(PICTURE).convert("L"), int)
    assert np.abs(greyscale(PICTURE, rng)[:, :, 1].astype(int) - expected).max() <= 1
    grey = np.full((300, 300, 3), 128, np.uint8)
    assert noisy(grey, rng, sigma=20).std() == pytest.approx(20, rel=0.02)
