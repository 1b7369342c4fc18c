import json
import random
import subprocess
import sys
from base64 import b64decode
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from skimage import data as photographs
from tests.media import hostile, videos
from tests.media.rendered import (
    LIMITS,
    box_mean,
    opened,
    part_of,
    pixels_of,
    png,
    through_jpeg,
    veiled,
)

from hedgerow.media import FORMATS, File, Limits, viewing_workers
from hedgerow.media.refusals import RefusalCode
from hedgerow.media.rendering import render
from hedgerow.media.viewing import PICTURE_SIDE, VEIL_AVERAGED, VEIL_SIDE

# Those that a JPEG needs to be shown, and no other: no EXIF, no profile, no comment.
MARKERS = {0xD8, 0xE0, 0xDB, 0xC0, 0xC4, 0xDA}


@pytest.fixture(scope="module")
def workers():
    with viewing_workers(LIMITS, 1) as workers:
        yield workers


def written(seed, size=(1600, 1200)):
    """A page of fine print: the same letters, in another order for each seed."""
    letters = random.Random(seed)
    image = Image.new("L", size, 255)
    draw = ImageDraw.Draw(image)
    for y in range(2, size[1] - 10, 12):
        line = list("abcdefghijklmnopqrstuvwxyz0123456789" * 7)
        letters.shuffle(line)
        draw.text((2, y), "".join(line), 90, font=ImageFont.load_default(10))
    return image


PHOTOGRAPHS = {
    name: getattr(photographs, name)() for name in ("astronaut", "chelsea", "camera", "coffee")
}


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_a_veil_is_small_grey_and_the_mean_of_boxes(name):
    pixels = PHOTOGRAPHS[name]
    told = veiled(png(pixels))
    height, width = pixels.shape[:2]
    assert (told["kind"], told["width"], told["height"]) == ("picture", width, height)
    assert (told["seconds"], told["partial"]) == (None, None)
    [still] = told["stills"]
    assert still["second"] == 0
    veil = opened(still["veil"])
    assert veil.mode == "L"
    assert max(veil.size) == VEIL_SIDE
    expected = box_mean(videos.luma(pixels) if pixels.ndim == 3 else pixels, *veil.size)
    # Both went through a JPEG, whose steps are coarse at so small a size.
    off = np.abs(np.asarray(veil) - through_jpeg(expected))
    assert off.mean() < 3
    assert np.abs(np.asarray(veil) - expected).max() < 45


def test_what_was_written_cannot_be_told_from_a_veil():
    one, other = written(1), written(2)
    assert (np.asarray(one) != np.asarray(other)).mean() > 0.05
    veils = [pixels_of(veiled(png(np.asarray(each)))["stills"][0]["veil"]) for each in (one, other)]
    # What there is to see is the page and its margin; of the letters there is nothing.
    off = np.abs(veils[0] - veils[1])[1:-1, 1:-1]
    assert off.mean() < 2
    assert off.max() < 10
    assert np.asarray(one).std() > 4 * veils[0][1:-1, 1:-1].std()


@pytest.mark.parametrize("size", [(1600, 1200), (320, 320), (64, 48), (32, 32), (9, 9)])
def test_nothing_sharp_is_in_a_veil(size):
    """The finest pattern, and its negative: one grey, also of a tiny picture."""
    y, x = np.mgrid[0 : size[1], 0 : size[0]]
    sharp = ((x // 2 + y // 2) % 2 * 255).astype(np.uint8)
    for pixels in (sharp, 255 - sharp):
        veil = pixels_of(veiled(png(pixels))["stills"][0]["veil"])
        assert max(veil.shape) <= max(1, min(VEIL_SIDE, max(size) // VEIL_AVERAGED))
        assert np.abs(veil - 127.5).max() < 24
        assert np.abs(veil - 127.5).max() * 5 < pixels.std()


def test_the_finest_that_a_veil_holds_is_its_own_pixel():
    """Whatever is finer than a box of the veil, in any direction, is as if it weren't there."""
    clean = PHOTOGRAPHS["camera"].astype(float) * 0.5 + 64
    y, x = np.mgrid[0:512, 0:512]
    ripple = 50 * np.sin(2 * np.pi * x / 8) * np.sin(2 * np.pi * y / 8)
    veils = [
        pixels_of(veiled(png(pixels.astype(np.uint8)))["stills"][0]["veil"])
        for pixels in (clean, clean + ripple)
    ]
    assert np.abs(ripple).mean() > 15
    off = np.abs(veils[0] - veils[1])
    assert off.mean() < 2
    assert off.max() < 10


@pytest.mark.parametrize("size", [(5000, 1), (1, 5000), (1, 1), (3, 2), (40, 33)])
def test_thin_and_tiny_pictures(size):
    data = png(np.full((size[1], size[0]), 70, np.uint8))
    told = veiled(data)
    assert (told["width"], told["height"]) == size
    assert max(opened(told["stills"][0]["veil"]).size) <= VEIL_SIDE
    for part in range(12):
        assert np.abs(pixels_of(part_of(data, part, 4, 3)["jpeg"]) - 70).max() < 2


@pytest.mark.parametrize("colour", [False, True])
@pytest.mark.parametrize("size", [(2400, 601), (451, 300)])
def test_a_part_is_that_of_the_scaled_picture_and_all_cover_it(size, colour):
    image = Image.fromarray(PHOTOGRAPHS["chelsea"]).resize(size)
    data = hostile.save(image, "BMP")
    scale = min(1, PICTURE_SIDE / size[0])
    scaled = image.resize((round(size[0] * scale), round(size[1] * scale)), Image.LANCZOS)
    scaled = np.asarray(scaled if colour else scaled.convert("L")).astype(float)
    covered = np.zeros(scaled.shape[:2], int)
    for part in range(12):
        told = part_of(data, part, 4, 3, colour=colour)
        assert (told["scaled_height"], told["scaled_width"]) == scaled.shape[:2]
        there = (
            slice(told["top"], told["top"] + told["height"]),
            slice(told["left"], told["left"] + told["width"]),
        )
        covered[there] += 1
        tile = opened(told["jpeg"])
        assert tile.mode == ("RGB" if colour else "L")
        assert tile.size == (told["width"], told["height"])
        off = np.abs(np.asarray(tile).astype(float) - scaled[there])
        assert off.mean() < 4
        assert np.percentile(off, 99) < 24
    assert (covered == 1).all()


@pytest.mark.parametrize("name", FORMATS)
def test_a_part_of_each_format_in_grey_and_in_colour(name):
    form = {"jpeg": "JPEG"}.get(name, name.upper())
    image = hostile.pattern()
    data = hostile.save(image, form)
    expected = np.asarray(image).astype(float)
    colours = pixels_of(part_of(data, colour=True)["jpeg"])
    assert np.abs(colours - expected).mean() < 9
    grey = part_of(data)
    assert opened(grey["jpeg"]).mode == "L"
    assert np.abs(pixels_of(grey["jpeg"]) - videos.luma(expected)).mean() < 6


def test_a_part_holds_nothing_of_the_others():
    pixels = np.full((300, 400), 255, np.uint8)
    other = pixels.copy()
    other[100:, :] = written(3, (400, 200))
    assert part_of(png(pixels), 2, 4, 3) == part_of(png(other), 2, 4, 3)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_turned_photograph_is_upright(orientation):
    image = hostile.pattern()
    turn = {3: Image.ROTATE_180, 6: Image.ROTATE_90, 8: Image.ROTATE_270}
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = image.transpose(turn[orientation]) if orientation in turn else image
    data = hostile.save(stored, "JPEG", quality=95, exif=exif.tobytes())
    told = veiled(data)
    assert (told["width"], told["height"]) == image.size
    grey = videos.luma(np.asarray(image).astype(float))
    veil = pixels_of(told["stills"][0]["veil"])
    assert np.abs(veil - box_mean(grey, *veil.shape[::-1])).mean() < 5
    assert np.abs(pixels_of(part_of(data)["jpeg"]) - grey).mean() < 5


def segments(jpeg):
    """The markers of a JPEG up to its scan, and what its APP0 holds."""
    data, at, found = b64decode(jpeg), 2, [0xD8]
    app0 = b""
    while found[-1] != 0xDA:
        assert data[at] == 0xFF
        found.append(data[at + 1])
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if found[-1] == 0xE0:
            app0 += data[at + 4 : at + 2 + length]
        at += 2 + length
    return found, app0


def test_no_metadata_comes_along():
    exif = Image.Exif()
    exif[0x010E] = "SECRET PLACE"
    data = hostile.save(
        hostile.pattern(), "JPEG", exif=exif.tobytes(), comment=b"SECRET", icc_profile=b"SECRET" * 9
    )
    assert data.count(b"SECRET") > 9
    rendered = [veiled(data)["stills"][0]["veil"]]
    rendered += [part_of(data, colour=colour)["jpeg"] for colour in (False, True)]
    for jpeg in rendered:
        found, app0 = segments(jpeg)
        assert set(found) == MARKERS
        assert app0 == b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"
        assert b"SECRET" not in b64decode(jpeg)


def test_the_same_file_gives_the_same_bytes(workers):
    """In this process and in a worker."""
    for data in (png(PHOTOGRAPHS["coffee"]), videos.film(videos.scenes(40))):
        for options in (
            {"view": "veil"},
            {"view": "part", "part": 4, "columns": 4, "rows": 3, "colour": True},
        ):
            once = render(File(data, LIMITS), options)
            assert once == render(File(data, LIMITS), options)
            assert once == workers.submit(data, options).result(timeout=60).value
            assert json.loads(json.dumps(once)) == once


def test_a_grey_gif_is_a_picture():
    image = Image.fromarray(PHOTOGRAPHS["camera"])
    data = hostile.save(image, "GIF")
    assert veiled(data)["kind"] == "picture"
    shown = pixels_of(part_of(data, colour=True)["jpeg"])
    grey = shown if shown.ndim == 2 else shown[..., 1]
    assert np.abs(grey - np.asarray(image)).mean() < 3


def test_a_cut_picture_and_a_cut_video_say_so():
    picture = hostile.save(hostile.pattern(), "PNG")
    assert veiled(picture[: len(picture) * 2 // 3])["partial"] == "damaged"
    film = videos.begun_with_header(videos.film(videos.scenes(60), options={"g": "10"}))
    told = veiled(film[: len(film) // 2])
    assert told["partial"] == "shorter"
    assert 1 <= len(told["stills"]) <= 9
    animation = videos.animation(videos.scenes(30), "GIF")
    assert veiled(animation[: len(animation) // 2])["partial"] is not None


JPEG = hostile.save(hostile.pattern(), "JPEG")
BAD = {
    "nothing": (b"", RefusalCode.EMPTY),
    "words": (b"no picture at all", RefusalCode.UNSUPPORTED_FORMAT),
    "cut": (JPEG[:30], RefusalCode.CORRUPT),
    "bomb": (hostile.png_bomb(30_000, 30_000), RefusalCode.TOO_MANY_PIXELS),
    "lying": (hostile.jpeg_of_size(65_500, 65_500), RefusalCode.TOO_MANY_PIXELS),
    "no film": (videos.film(videos.scenes(2))[:40], RefusalCode.CORRUPT),
    "many tracks": (
        videos.with_many_tracks(videos.film(videos.scenes(3)), 200),
        RefusalCode.TOO_MANY_STREAMS,
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_shown_is_refused_by_name(workers, name):
    data, code = BAD[name]
    for options in ({"view": "veil"}, {"view": "part", "part": 0, "columns": 4, "rows": 3}):
        outcome = workers.submit(data, options).result(timeout=60)
        assert outcome.value is None
        assert outcome.refusal.code is code


def test_every_hostile_file_is_rendered_or_refused():
    low = Limits(max_seconds=10, max_pixels=20_000_000, max_memory=512 * 2**20)
    said = {"value": 0, "refused": 0}
    with viewing_workers(low, 1) as workers:
        for number, data in enumerate(hostile.hostile(150, seed=5)):
            options = {"view": "part", "part": 5, "columns": 4, "rows": 3, "colour": number % 4 > 1}
            outcome = workers.submit(data, {"view": "veil"} if number % 2 else options).result(60)
            said["value" if outcome.refusal is None else "refused"] += 1
            if outcome.refusal is not None:
                assert outcome.refusal.code is not RefusalCode.TASK_FAILED
    assert min(said.values()) > 15


def test_the_limits_of_the_workers_hold():
    large = hostile.save(Image.new("RGB", (6000, 6000), (9, 99, 200)), "PNG")
    with viewing_workers(replace(LIMITS, max_memory=60 * 2**20), 1) as workers:
        outcome = workers.submit(large, {"view": "veil"}).result(timeout=60)
        assert outcome.refusal.code is RefusalCode.OUT_OF_MEMORY
        small = workers.submit(JPEG, {"view": "veil"}).result(timeout=60)
        assert small.value["kind"] == "picture"
    with viewing_workers(replace(LIMITS, max_seconds=0.05, grace_seconds=0.5), 1) as workers:
        outcome = workers.submit(large, {"view": "veil"}).result(timeout=60)
        assert outcome.refusal.code is RefusalCode.TIMEOUT


PART = {"view": "part", "part": 0, "columns": 4, "rows": 3}


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({}, "view"),
        ({"view": "all"}, "view"),
        ({"view": "veil", "colour": True}, "colour"),
        ({"view": "veil", "stills": 0}, "stills"),
        ({"view": "veil", "stills": 37}, "stills"),
        ({"view": "veil", "stills": True}, "stills"),
        (PART | {"part": 12}, "part"),
        (PART | {"part": -1}, "part"),
        (PART | {"part": 1.0}, "part"),
        (PART | {"part": None}, "part"),
        ({"view": "part", "columns": 4, "rows": 3}, "part"),
        (PART | {"columns": 0}, "columns"),
        (PART | {"columns": 17}, "columns"),
        (PART | {"rows": 17}, "rows"),
        (PART | {"still": 9}, "still"),
        (PART | {"still": -1}, "still"),
        (PART | {"still": 1}, "still"),  # of a picture
        (PART | {"colour": 1}, "colour"),
        (PART | {"side": 99}, "side"),
    ],
)
def test_bad_options_are_told_by_name(options, name):
    with pytest.raises(ValueError, match=name):
        render(File(JPEG, LIMITS), options)


def test_the_caller_loads_no_decoder():
    program = (
        "import sys; from hedgerow.media import viewing_workers;"
        "assert not {'numpy', 'PIL', 'av', 'cv2'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
