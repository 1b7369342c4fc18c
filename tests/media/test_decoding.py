import contextlib
import io
import random
import struct
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile, ImageOps
from tests.media import hostile

from hedgerow.media import FORMATS, File, Limits, RefusalCode, Refused, decode, pillow, sniff
from hedgerow.media.jpeg import pixels_of_jpeg
from hedgerow.media.jxl import jxl_size
from hedgerow.media.orientation import exif_orientation

LIMITS = Limits()


def luma(pixels):
    """(h, w) floats of luma or RGB pixels."""
    pixels = pixels.astype(np.float64)
    return pixels if pixels.ndim == 2 else pixels @ [0.299, 0.587, 0.114]


def difference(a, b):
    return np.abs(luma(a) - luma(b)).mean()


def pixels_of(data, limits=LIMITS):
    picture = decode(data, limits)
    assert picture.pixels.dtype == np.uint8
    assert picture.pixels.flags.c_contiguous
    assert picture.pixels.shape[:2] == (picture.height, picture.width)
    return picture.pixels


def refusal_of(data, limits=LIMITS):
    with pytest.raises(Refused) as caught:
        decode(data, limits)
    assert caught.value.message
    return caught.value.code


PATTERN = hostile.pattern()
EXPECTED = np.asarray(PATTERN)
WAYS = {
    "jpeg": ("JPEG", {"quality": 95}),
    "png": ("PNG", {}),
    "gif": ("GIF", {"interlace": 0}),
    "webp": ("WEBP", {"quality": 95}),
    "tiff": ("TIFF", {}),
    "bmp": ("BMP", {}),
    "heif": ("HEIF", {"quality": 95}),
    "avif": ("AVIF", {"quality": 95, "speed": 10}),
    "jxl": ("JXL", {"effort": 3}),
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_told_by_its_bytes_and_decoded(name):
    form, options = WAYS[name]
    data = hostile.save(PATTERN, form, **options)
    picture = decode(data, LIMITS)
    assert picture.format == name == sniff(data)
    assert not picture.truncated
    assert (picture.width, picture.height) == PATTERN.size
    assert difference(picture.pixels, EXPECTED) < 6
    with_garbage = decode(data + b"garbage" * 100, LIMITS)
    assert not with_garbage.truncated
    assert np.array_equal(with_garbage.pixels, picture.pixels)


@pytest.mark.parametrize(
    "data",
    [
        b"BM, they said",
        b"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00mp42avc1",
        b"RIFF\x00\x00\x00\x00WAVE",
        b"<svg/>",
        b"x",
    ],
)
def test_what_is_no_picture(data):
    assert sniff(data) is None
    assert refusal_of(data) is RefusalCode.UNSUPPORTED_FORMAT


@given(st.binary(max_size=64))
def test_any_bytes_are_answered(data):
    assert sniff(data) in {None, *FORMATS}
    assert isinstance(exif_orientation(b"II*\x00" + data), int)
    with contextlib.suppress(Refused):
        decode(data, LIMITS)


def test_modes_look_alike(shared_data):
    folder = shared_data / "pdq/misc-images/modes"
    expected = pixels_of((folder / "original.jpg").read_bytes())
    paths = sorted(p for p in folder.iterdir() if p.suffix != ".md")
    assert len(paths) >= 12
    for path in paths:
        pixels = luma(pixels_of(path.read_bytes()))
        if path.stem in ("1", "P", "PA"):  # dithered: alike only from afar
            blocks = pixels[:1000, :1600].reshape(50, 20, 80, 20).mean((1, 3))
            goal = luma(expected)[:1000, :1600].reshape(50, 20, 80, 20).mean((1, 3))
            assert np.abs(blocks - goal).mean() < 8, path.name
        else:
            assert difference(pixels, expected) < 8, path.name


def test_nine_exif_orientations_look_alike(shared_data):
    paths = sorted((shared_data / "exif").glob("Landscape_*.jpg"))
    assert len(paths) == 9
    expected = pixels_of(paths[1].read_bytes())
    for path in paths:
        pixels = pixels_of(path.read_bytes())
        assert pixels.shape == expected.shape
        assert difference(pixels, expected) < 4, path.name


TRANSPOSE = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", ["jpeg", "png", "webp", "tiff", "heif", "avif"])
def test_a_turned_picture_is_put_upright_once(name, orientation):
    form, options = WAYS[name]
    stored = PATTERN
    # The transposition that the orientation undoes, so that what is seen is the pattern.
    if orientation > 1:
        stored = PATTERN.transpose(TRANSPOSE[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = hostile.save(stored, form, exif=exif.tobytes(), **options)
    with Image.open(io.BytesIO(data)) as image:
        assert ImageOps.exif_transpose(image).size == PATTERN.size
    assert difference(pixels_of(data), EXPECTED) < 4


def test_a_jpeg_xl_is_shown_as_its_codestream_says():
    exif = Image.Exif()
    exif[0x0112] = 6
    form, options = WAYS["jxl"]
    data = hostile.save(PATTERN, form, exif=exif.tobytes(), **options)
    assert difference(pixels_of(data), EXPECTED) < 4


def test_a_jpeg_inside_a_jpeg_xl_is_put_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / "turned.jpg"
    PATTERN.transpose(TRANSPOSE[6]).save(path, "JPEG", quality=95, exif=exif.tobytes())
    with Image.open(path) as image:
        data = hostile.save(image, "JXL", lossless_jpeg=True)
    assert difference(pixels_of(data), EXPECTED) < 4


def test_a_damaged_exif_block_does_no_harm():
    for exif in (
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"Exif\0\0MM",
        b"Exif\0\0II*\0\x08\0\0\0\xff\xff",
    ):
        data = hostile.save(PATTERN, "JPEG", quality=95, exif=exif)
        assert difference(pixels_of(data), EXPECTED) < 4


def test_a_jpeg_gives_its_luma_straight():
    assert pixels_of(hostile.save(PATTERN, "JPEG")).ndim == 2
    assert pixels_of(hostile.save(PATTERN.convert("L"), "JPEG")).ndim == 2


@pytest.mark.parametrize("grey", [False, True])
@pytest.mark.parametrize(
    "how",
    [
        {"quality": 30, "subsampling": 0},
        {"quality": 75, "subsampling": 1},
        {"quality": 90, "subsampling": 2, "progressive": True},
        {"quality": 100, "optimize": True, "restart_marker_rows": 2},
    ],
)
def test_both_jpeg_decoders_give_the_same_pixels(how, grey):
    data = hostile.save(PATTERN.convert("L") if grey else PATTERN, "JPEG", **how)
    with Image.open(io.BytesIO(data)) as opened:
        assert np.array_equal(short_way(data, colour=True), np.asarray(opened))
    with Image.open(io.BytesIO(data)) as opened:
        opened.draft("L", None)
        assert np.array_equal(short_way(data), np.asarray(opened))


def short_way(data, *, colour=False):
    return pixels_of_jpeg(data, LIMITS.max_pixels, colour=colour)


def test_only_whole_and_ordinary_jpegs_go_the_short_way():
    whole = hostile.save(PATTERN, "JPEG")
    for data in (
        whole[: len(whole) // 2],
        whole[:2] + b"\xff" + whole[2:],  # a marker may be filled up: let Pillow see to it
        hostile.save(PATTERN, "JPEG", keep_rgb=True),
        hostile.save(PATTERN.convert("CMYK"), "JPEG"),
    ):
        assert short_way(data) is None
        assert short_way(data, colour=True) is None


@pytest.mark.parametrize("colour", [False, True])
def test_the_short_way_says_what_pillow_says_or_nothing(colour):
    """Of JPEGs with some bytes changed, of which the most are in the header."""
    chance = random.Random(1)
    exif = Image.Exif()
    exif[0x0112] = 6
    whole = [
        hostile.save(PATTERN, "JPEG"),
        hostile.save(PATTERN, "JPEG", exif=exif.tobytes()),
        hostile.save(PATTERN.convert("L"), "JPEG", progressive=True),
    ]
    shown = 0
    for _ in range(1500):
        data = bytearray(chance.choice(whole))
        for _ in range(chance.randrange(1, 4)):
            place = chance.randrange(2, chance.choice([len(data), 700]))
            data[place] = chance.choice([0, 0xD8, 0xDA, 0xE1, 0xEE, 0xFF, chance.randrange(256)])
        pixels = short_way(bytes(data), colour=colour)
        if pixels is not None:
            shown += 1
            theirs = pillow.decode(bytes(data), "jpeg", LIMITS, colour=colour)
            assert np.array_equal(pixels, theirs.pixels)
            assert not theirs.truncated
    assert shown > 300


def test_a_jpeg_with_filled_up_markers_looks_right():
    whole = hostile.save(PATTERN, "JPEG", quality=95)
    assert difference(pixels_of(whole[:2] + b"\xff\xff" + whole[2:]), EXPECTED) < 4


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("before", [b"", b"\xff\xe1\0\x06http", b"\xff\xfe\0\x04\xff\xda"])
def test_the_short_way_too_puts_a_picture_upright(orientation, before):
    """Whatever other segments stand before the EXIF block."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    turned = PATTERN.transpose(TRANSPOSE[orientation]) if orientation > 1 else PATTERN
    data = hostile.save(turned, "JPEG", quality=95, exif=exif.tobytes())
    data = data[:2] + before + data[2:]
    assert difference(short_way(data), EXPECTED) < 4
    assert difference(pixels_of(data), EXPECTED) < 4


def test_a_jpeg_in_rgb_looks_right():
    data = hostile.save(PATTERN, "JPEG", quality=95, keep_rgb=True)
    assert difference(pixels_of(data), EXPECTED) < 4


def test_a_cmyk_jpeg_looks_right():
    data = hostile.save(PATTERN.convert("CMYK"), "JPEG", quality=95)
    assert difference(pixels_of(data), EXPECTED) < 4


@pytest.mark.parametrize("form", ["PNG", "WEBP", "TIFF", "HEIF", "AVIF", "JXL"])
def test_alpha_is_shown_on_white(form):
    image = Image.new("RGBA", (64, 48), (255, 0, 0, 0))
    image.paste((0, 0, 0, 255), (0, 0, 32, 48))
    options = {"lossless": True} if form in ("WEBP", "JXL") else {}
    if form in ("HEIF", "AVIF"):
        options = {"quality": 95}
    pixels = pixels_of(hostile.save(image, form, **options))
    assert (pixels[4:-4, 4:28] < 10).all()
    assert (pixels[4:-4, 36:-4] > 245).all()


def test_half_alpha_is_half_white():
    image = Image.new("LA", (8, 8), (0, 128))
    assert abs(int(pixels_of(hostile.save(image, "PNG"))[0, 0]) - 127) <= 1


@pytest.mark.parametrize(
    ("mode", "colour", "transparency"),
    [("L", 7, 7), ("RGB", (7, 8, 9), (7, 8, 9)), ("P", 7, 7), ("1", 0, 0)],
)
def test_a_transparent_colour_is_white(mode, colour, transparency):
    image = Image.new(mode, (8, 8), colour)
    if mode == "P":
        image.putpalette(bytes(3 * 256))
    assert (pixels_of(hostile.save(image, "PNG", transparency=transparency)) == 255).all()


def test_a_transparent_gif_is_on_white():
    image = Image.new("P", (8, 8), 3)
    assert (pixels_of(hostile.save(image, "GIF", transparency=3)) == 255).all()


def test_a_transparent_16_bit_grey_is_white():
    values = np.full((8, 8), 300, np.uint16)
    values[0, 0] = 0
    data = hostile.save(Image.fromarray(values), "PNG")
    trns = struct.pack(">I4sH", 2, b"tRNS", 300)
    trns += struct.pack(">I", zlib.crc32(trns[4:]))
    at = data.index(b"IDAT") - 4
    pixels = pixels_of(data[:at] + trns + data[at:])
    assert pixels[0, 0] == 0
    assert (pixels[1:] == 255).all()


GREY = luma(EXPECTED).astype(np.uint8)


@pytest.mark.parametrize(
    ("values", "form"),
    [
        (GREY.astype(np.uint16) * 257, "PNG"),
        (GREY.astype(np.uint16) * 257, "TIFF"),
        (GREY.astype(">u2") * 257, "TIFF"),
        (GREY.astype(np.int32), "TIFF"),
        (GREY.astype(np.int32) * 257, "TIFF"),
        (GREY.astype(np.float32), "TIFF"),
        (GREY.astype(np.float32) / 255, "TIFF"),
        (GREY.astype(np.float32) * 257, "TIFF"),
        (GREY.astype(np.float32) / 255, "JXL"),
        (GREY.astype(np.uint16) * 257, "JXL"),
    ],
)
def test_deep_greys_are_scaled(values, form):
    options = {"lossless": True} if form == "JXL" else {}
    pixels = pixels_of(hostile.save(Image.fromarray(values), form, **options))
    assert pixels.ndim == 2
    assert np.abs(pixels.astype(int) - GREY).max() <= 1


def test_floats_that_are_no_numbers_are_black():
    values = np.full((8, 8), 0.5, np.float32)
    values[0] = np.nan
    values[1] = -np.inf
    pixels = pixels_of(hostile.save(Image.fromarray(values), "TIFF"))
    assert (pixels[:2] == 0).all()
    assert (abs(pixels[2:].astype(int) - 128) <= 1).all()


@pytest.mark.parametrize("mode", ["LAB", "YCbCr", "CMYK", "RGBX", "P", "PA"])
def test_rare_modes_of_tiff(mode):
    data = hostile.save(PATTERN.convert(mode), "TIFF")
    # The palettes are of 216 colours, dithered.
    assert difference(pixels_of(data), EXPECTED) < (15 if mode.startswith("P") else 5)


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP", "TIFF"])
def test_the_first_frame_counts(form):
    frames = [PATTERN, PATTERN.rotate(180), PATTERN.rotate(90, expand=True)]
    if form in ("GIF", "WEBP", "PNG"):
        frames.pop()
    data = hostile.save(frames[0], form, save_all=True, append_images=frames[1:])
    assert difference(pixels_of(data), EXPECTED) < 5


@pytest.mark.parametrize("name", ["jpeg", "png", "gif", "bmp", "tiff"])
def test_a_truncated_file_is_decoded_as_far_as_it_goes(name):
    form, options = WAYS[name]
    whole = hostile.save(PATTERN, form, **options)
    picture = decode(whole[: len(whole) * 2 // 3], LIMITS)
    assert picture.truncated
    rows = slice(None, picture.height // 3)
    if name == "bmp":  # stored from the bottom up
        rows = slice(-(picture.height // 3), None)
    assert difference(picture.pixels[rows], EXPECTED[rows]) < 5
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False


def test_a_progressive_jpeg_cut_in_half_is_whole_and_blurred():
    whole = hostile.save(PATTERN, "JPEG", quality=95, progressive=True)
    picture = decode(whole[: len(whole) // 2], LIMITS)
    assert picture.truncated
    assert difference(picture.pixels, EXPECTED) < 20


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_cut_after_its_header_is_corrupt(name):
    form, options = WAYS[name]
    data = hostile.save(PATTERN, form, **options)
    assert refusal_of(data[:30]) in (RefusalCode.CORRUPT, RefusalCode.UNSUPPORTED_FORMAT)


def test_a_file_cut_before_its_first_row_shows_nothing():
    jpeg, png = hostile.save(PATTERN, "JPEG"), hostile.save(PATTERN, "PNG")
    assert refusal_of(jpeg[: jpeg.index(b"\xff\xda") + 10]) is RefusalCode.CORRUPT
    assert refusal_of(png[: png.index(b"IDAT") + 10]) is RefusalCode.CORRUPT


def test_limits_are_exact():
    data = hostile.save(PATTERN, "PNG")
    pixels = PATTERN.width * PATTERN.height
    decode(data, Limits(max_pixels=pixels, max_bytes=len(data)))
    assert refusal_of(data, Limits(max_pixels=pixels - 1)) is RefusalCode.TOO_MANY_PIXELS
    assert refusal_of(data, Limits(max_bytes=len(data) - 1)) is RefusalCode.TOO_LARGE
    assert refusal_of(b"") is RefusalCode.EMPTY
    with pytest.raises(ValueError, match="max_pixels"):
        Limits(max_pixels=0)


@pytest.mark.parametrize("name", FORMATS)
def test_the_limit_on_pixels_holds_in_every_format(name):
    form, options = WAYS[name]
    data = hostile.save(PATTERN, form, **options)
    assert refusal_of(data, Limits(max_pixels=1000)) is RefusalCode.TOO_MANY_PIXELS


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 700), st.integers(1, 700), st.booleans())
def test_the_size_in_a_jpeg_xl_header(width, height, boxed):
    image = Image.new("L", (width, height))
    data = hostile.save(image, "JXL", effort=1, use_container=boxed)
    assert jxl_size(data) == (width, height)


def test_the_switches_of_pillow_come_back():
    before = (Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES, list(warnings.filters))
    good = hostile.save(PATTERN, "PNG")
    for data in (good, good[: len(good) // 2], good[:40], b"GIF89a"):
        with contextlib.suppress(Refused):
            decode(data, LIMITS)
    after = (Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES, list(warnings.filters))
    assert after == before


def test_threads_take_turns():
    whole = hostile.save(PATTERN, "PNG")
    cut = whole[: len(whole) // 2]
    with ThreadPoolExecutor(4) as threads:
        told = list(threads.map(lambda d: decode(d, LIMITS).truncated, [whole, cut] * 40))
    assert told == [False, True] * 40


def test_a_file_decodes_once(tmp_path):
    path = tmp_path / "picture"
    path.write_bytes(hostile.save(PATTERN, "PNG"))
    file = File.read(path, LIMITS)
    assert file.data == path.read_bytes()
    assert file.picture() is file.picture()
    bad = File(b"no picture", LIMITS)
    with pytest.raises(Refused) as first:
        bad.picture()
    with pytest.raises(Refused) as second:
        bad.picture()
    assert first.value is second.value


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG", "TIFF"])
def test_more_frames_than_the_first_are_told(form):
    other = PATTERN.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    alone = hostile.save(PATTERN, form)
    several = hostile.save(PATTERN, form, save_all=True, append_images=[other])
    assert decode(alone, LIMITS).more_frames is False
    assert decode(several, LIMITS).more_frames is True
