"""Pictures that a real browser decodes, against the server's hashes of the same files."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms
from playwright.sync_api import Browser
from tests.browser.hashing.page import HashingPage, bits_apart, hashing_page
from tests.photographs import folder

from hedgerow.media import File, Limits
from hedgerow.signals import hash_file

TYPES = ("pdq", "md5", "sha256")
NEAR, NEAR_SHARE, FARTHEST = 4, 0.99, 10
QUALITY_APART = 1
SEEN_BY_NO_BROWSER = {".dat", ".txt", ".md"}


def of_server(path: Path) -> dict[str, dict[str, object]]:
    return hash_file(File(path.read_bytes(), Limits()), {"types": TYPES})["signals"]


@pytest.fixture(scope="module")
def pictures(shared_data: Path) -> list[Path]:
    found = [*(shared_data / "photos").iterdir(), *(shared_data / "exif").iterdir()]
    found += [path for path in (shared_data / "pdq").rglob("*") if path.is_file()]
    return sorted(path for path in found if path.suffix not in SEEN_BY_NO_BROWSER)


def test_hashes_are_those_of_the_server(hashing: HashingPage, pictures: list[Path]) -> None:
    distances: Counter[int] = Counter()
    qualities: Counter[int] = Counter()
    for path, found in zip(pictures, hashing.hashes(pictures), strict=True):
        wanted, signals = of_server(path), found["signals"]
        assert (found["kind"], found["code"]) == ("picture", None), path
        for name in ("md5", "sha256"):
            assert signals[name] == wanted[name], path
        distances[bits_apart(signals["pdq"]["value"], str(wanted["pdq"]["value"]))] += 1
        qualities[abs(signals["pdq"]["quality"] - int(str(wanted["pdq"]["quality"])))] += 1
    assert len(pictures) > 500
    near = sum(count for bits, count in distances.items() if bits <= NEAR)
    assert near >= NEAR_SHARE * len(pictures), distances
    assert max(distances) <= FARTHEST, distances
    assert max(qualities) <= QUALITY_APART, qualities
    assert hashing.faults == []


@pytest.fixture(scope="module")
def unusual(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Pictures whose pixels have to be asked for in the right way, by name."""
    place = tmp_path_factory.mktemp("unusual")
    with Image.open(folder() / "astronaut.png") as opened:
        picture = opened.convert("RGB")
    clear = picture.convert("RGBA")
    clear.putalpha(Image.linear_gradient("L").resize(picture.size).rotate(90))
    turned = Image.Exif()
    turned[0x0112] = 6
    profile = swapped_profile()
    deep = Image.fromarray(np.asarray(picture.convert("L")).astype(np.uint16) * 257)
    ways = {
        "alpha.png": (clear, {}),
        "alpha.webp": (clear, {"lossless": True}),
        "alpha_of_palette.png": (clear.quantize(64), {}),
        "deep.png": (deep, {}),
        "grey.jpg": (picture.convert("L"), {}),
        "cmyk.jpg": (picture.convert("CMYK"), {"quality": 90}),
        "progressive.jpg": (picture, {"progressive": True, "quality": 40}),
        "profile.jpg": (picture, {"icc_profile": profile, "quality": 95}),
        "profile.png": (picture, {"icc_profile": profile}),
        "turned.jpg": (picture, {"exif": turned}),
        "turned.png": (picture, {"exif": turned}),
        "turned.avif": (picture, {"exif": turned}),
        "first.gif": (picture.quantize(64), {"save_all": True, "append_images": [deep]}),
        "plain.bmp": (picture, {}),
        "one.png": (picture.resize((1, 1)), {}),
        "thin.png": (picture.resize((4, 300)), {}),
        "five.png": (picture.resize((5, 5)), {}),
        "wide.png": (picture.resize((5000, 20)), {}),
        "strips.jpg": (picture.resize((1600, 1500)), {}),
    }
    for name, (image, options) in ways.items():
        image.save(place / name, **options)
    return {name: place / name for name in ways}


def swapped_profile() -> bytes:
    """A colour profile that takes red for blue."""
    data = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return data.replace(b"rXYZ", b"????", 1).replace(b"bXYZ", b"rXYZ", 1).replace(b"????", b"bXYZ")


def test_unusual_pictures_too(hashing: HashingPage, unusual: dict[str, Path]) -> None:
    found = dict(zip(unusual, hashing.hashes(unusual.values()), strict=True))
    for name, path in unusual.items():
        wanted, had = of_server(path)["pdq"], found[name]["signals"]["pdq"]
        assert bits_apart(had["value"], str(wanted["value"])) <= NEAR, name
        assert had["quality"] == pytest.approx(wanted["quality"], abs=QUALITY_APART), name


@pytest.mark.parametrize(
    "alters",
    [
        "data.forEach((_, at) => { data[at] = Math.random() * 256; });",
        "data.fill(255);",
        "data.forEach((value, at) => { data[at] = value ^ 4; });",
    ],
)
def test_a_browser_that_gives_false_colours_is_told_not_believed(
    browser: Browser, unusual: dict[str, Path], alters: str
) -> None:
    """Some guard against being recognised so: a hash of noise would protect nobody."""
    script = f"""{{
      const read = OffscreenCanvasRenderingContext2D.prototype.getImageData;
      OffscreenCanvasRenderingContext2D.prototype.getImageData = function (...given) {{
        const image = read.apply(this, given);
        const data = image.data;
        {alters}
        return image;
      }};
    }}
    """
    with hashing_page(browser, {"drawing.js": script}) as page:
        found = page.hash(unusual["plain.bmp"])
    assert (found["kind"], found["code"]) == ("picture", "altered")
    assert set(found["signals"]) == {"md5", "sha256"}
