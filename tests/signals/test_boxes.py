"""The picture inside the picture: found where it was put, and nothing where there is none."""

import io
import re
from pathlib import Path

import numpy as np
import pytest
from bench.framing import EDITS
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image
from tests.signals.reference import distance

from hedgerow.media import File, Limits
from hedgerow.signals import hash_file
from hedgerow.signals.boxes import MAX_BOXES, SMALLEST_BOX, boxes_in
from hedgerow.signals.landscape import landscape
from hedgerow.signals.pdq import PDQ, pdq, pdq_of_file, pdq_variants

THRESHOLD = 31

# Of a drawing, whose own areas are as flat as any frame: what is put around it so that it can be
# told. The rest is for photographs.
OF_A_DRAWING = [
    *("frame 3 %, white", "frame 10 %, black", "frame 15 %, coloured", "frame 25 %, white"),
    *("frame 12 %, colour gradient", "frame 8 % and a thin line", "letterbox 10 %"),
    *("letterbox 20 %, logo in the bar", "mirrored + frame 10 %", "negative + frame 10 %"),
]


def as_jpeg(picture):
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=90)
    return File(stream.getvalue(), Limits())


def nearest(value, computed):
    """How near the boxes of an upload come to a hash; 256 where there are none."""
    codes = [
        code
        for region in computed.regions
        for code in (region.value, *region.variants.values())
    ]  # fmt: skip
    return min((distance(value, code) for code in codes), default=256)


def are_valid(boxes, shape):
    height, width = shape[:2]
    return (
        len(boxes) <= MAX_BOXES
        and len(set(boxes)) == len(boxes)
        and all(
            left >= 0
            and top >= 0
            and left + wide <= width
            and top + high <= height
            and min(wide, high) >= SMALLEST_BOX
            and (wide, high) != (width, height)
            and all(type(number) is int for number in (left, top, wide, high))
            for left, top, wide, high in boxes
        )
    )


@pytest.fixture(scope="module")
def drawing():
    return Image.fromarray(landscape())


@pytest.mark.parametrize("name", OF_A_DRAWING)
def test_the_test_picture_is_found_inside(drawing, name):
    value, _quality = pdq(np.asarray(drawing))
    edited = EDITS[name](drawing, np.random.default_rng(1))
    computed = PDQ.compute(as_jpeg(edited))
    assert nearest(value, computed) <= THRESHOLD
    assert distance(value, computed.value) > THRESHOLD, "found without, so nothing was tested"
    assert are_valid([region.box for region in computed.regions], (edited.height, edited.width))


@pytest.mark.parametrize("name", ["astronaut", "chelsea"])
@pytest.mark.parametrize("edit", EDITS)
def test_a_photograph_is_found_inside(photographs, name, edit):
    picture = Image.fromarray(photographs[name])
    value, _quality = pdq(photographs[name])
    edited = EDITS[edit](picture, np.random.default_rng(5))
    assert nearest(value, PDQ.compute(as_jpeg(edited))) <= THRESHOLD


def test_most_photographs_are_found_inside(shared_data):
    """Of each edit nearly all; in bench/boxes.py it is measured on hundreds."""
    paths = sorted((shared_data / "photos").glob("*.jpg"))[1::50]
    found = total = 0
    for number, path in enumerate(paths):
        with Image.open(path) as opened:
            picture = opened.convert("RGB")
        value, _quality = pdq(np.asarray(picture))
        for which, edit in enumerate(list(EDITS.values())[number % 4 :: 4]):
            edited = as_jpeg(edit(picture, np.random.default_rng([which, number])))
            found += nearest(value, PDQ.compute(edited)) <= THRESHOLD
            total += 1
    assert total > 100
    assert found >= 0.9 * total


def test_boxes_are_where_the_picture_was_put(photographs):
    picture = photographs["coffee"]  # 400 rows of 600
    for left, top in ((30, 20), (150, 100), (61, 43)):
        whole = np.full((400 + 2 * top, 600 + 2 * left, 3), 255, np.uint8)
        whole[top : top + 400, left : left + 600] = picture
        [(x, y, width, height), *_others] = boxes_in(whole)
        assert np.abs(np.subtract((x, y, width, height), (left, top, 600, 400))).max() <= 1


def test_what_is_inside_a_box_is_found_too(photographs):
    """A framed picture on a phone's screen: the frame's outline may be told, the picture must."""
    picture = Image.fromarray(photographs["chelsea"])
    edited = EDITS["screenshot of a framed picture"](picture, np.random.default_rng(3))
    boxes = boxes_in(np.asarray(edited))
    value, _quality = pdq(photographs["chelsea"])
    pixels = np.asarray(edited)
    hashes = [pdq(pixels[y : y + high, x : x + wide])[0] for x, y, wide, high in boxes]
    assert min(distance(value, each) for each in hashes) <= THRESHOLD


def test_the_page_s_example_does_what_it_says():
    page = (Path(__file__).parents[2] / "docs" / "boxes.md").read_text()
    [example] = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert "\nassert " in example  # what it says is in there
    exec(compile(example, "docs/boxes.md", "exec"), {})


def test_photographs_have_none(photographs):
    for name in ("astronaut", "camera", "chelsea", "coffee", "coins", "moon"):
        assert boxes_in(photographs[name]) == (), name


def test_few_photographs_have_any(shared_data):
    counts = []
    for path in sorted((shared_data / "photos").glob("*.jpg"))[::5]:
        with Image.open(path) as opened:
            counts.append(len(boxes_in(np.asarray(opened.convert("L")))))
    assert len(counts) == 100
    assert np.count_nonzero(counts) <= 20


def test_a_photograph_s_own_hash_is_as_before(photographs):
    for name, pixels in photographs.items():
        file = as_jpeg(Image.fromarray(pixels))
        computed = PDQ.compute(file)
        assert (computed.value, computed.quality) == pdq_of_file(file), name


def test_regions_are_hashed_as_if_they_had_come_alone(drawing):
    edited = EDITS["frame 10 %, black"](drawing, np.random.default_rng(0))
    stream = io.BytesIO()
    edited.save(stream, "PNG")
    computed = PDQ.compute(File(stream.getvalue(), Limits()))
    assert computed.regions
    pixels = np.asarray(edited)
    for region in computed.regions:
        left, top, width, height = region.box
        variants, quality = pdq_variants(pixels[top : top + height, left : left + width])
        assert region.quality == quality
        assert {"none": region.value, **region.variants} == {
            str(name): value for name, value in variants.items()
        }
        assert len(region.variants) == 15


def test_regions_are_told_with_the_variants(drawing):
    edited = EDITS["frame 10 %, black"](drawing, np.random.default_rng(0))
    file = as_jpeg(edited)
    answer = hash_file(file, {"types": ["pdq"], "variants": True})["signals"]["pdq"]
    assert [tuple(region["box"]) for region in answer["regions"]] == [
        region.box for region in PDQ.compute(file).regions
    ]
    assert "regions" not in hash_file(file, {"types": ["pdq"]})["signals"]["pdq"]


@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (900, 1), (5, 5), (9, 9), (16, 16), (17, 400)])
@pytest.mark.parametrize("colours", [(), (3,)])
def test_small_and_thin_pictures(shape, colours):
    for value in (0, 255):
        assert boxes_in(np.full(shape + colours, value, np.uint8)) == ()
    noise = np.random.default_rng(0).integers(0, 256, shape + colours, dtype=np.uint8)
    assert are_valid(boxes_in(noise), shape)


def test_luma_as_floats_has_the_same_boxes(photographs):
    whole = np.pad(photographs["camera"], 60)
    assert boxes_in(whole.astype(np.float32)) == boxes_in(whole) != ()


def panes(seed):
    """Rectangles of plain colours, of noise and of stripes, upon each other."""
    rng = np.random.default_rng(seed)
    height, width = (int(side) for side in rng.integers(8, 400, 2))
    pixels = np.full((height, width), rng.integers(0, 256), np.uint8)
    for _ in range(int(rng.integers(0, 8))):
        top, left = int(rng.integers(0, height)), int(rng.integers(0, width))
        part = pixels[top : top + int(rng.integers(1, height + 1)), left:]
        part = part[:, : int(rng.integers(1, width + 1))]
        kind = rng.integers(0, 3)
        if kind == 0:
            part[:] = rng.integers(0, 256)
        elif kind == 1:
            part[:] = rng.integers(0, 256, part.shape)
        else:
            part[:, :: int(rng.integers(1, 9))] = rng.integers(0, 256)
    return pixels


shapes = st.tuples(st.integers(1, 60), st.integers(1, 60))


@settings(max_examples=150)
@given(arrays.arrays(np.uint8, shapes) | st.integers(0, 10**9).map(panes))
def test_boxes_are_inside_and_few(pixels):
    boxes = boxes_in(pixels)
    assert are_valid(boxes, pixels.shape)
    assert boxes_in(pixels) == boxes
    assert boxes_in(np.repeat(pixels[:, :, np.newaxis], 3, axis=2)) == boxes


@settings(max_examples=60)
@given(st.integers(0, 10**9).map(panes))
def test_read_only_and_reversed_pixels(pixels):
    before = pixels.copy()
    pixels.flags.writeable = False
    assert are_valid(boxes_in(pixels[::-1, ::-1]), pixels.shape)
    assert np.array_equal(pixels, before)
