"""Photographs for the demo: scikit-image's own, and edits of them."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from PIL import Image, ImageEnhance, ImageFilter, ImageOps

BANKED = ("astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg", "camera.png", "moon.png")
OTHERS = (
    *("hubble_deep_field.jpg", "retina.jpg", "grass.png", "brick.png", "coins.png", "ihc.png"),
    *("motorcycle_left.png",),
)

Edit = Callable[[Image.Image], Image.Image]

EDITS: dict[str, tuple[Edit, dict[str, Any]]] = {
    "as-it-is.png": (lambda picture: picture, {}),
    "heavily-compressed.jpg": (lambda picture: picture, {"quality": 8}),
    "quarter-size.webp": (lambda picture: picture.resize(_scaled(picture, 0.25)), {"quality": 80}),
    "mirrored.jpg": (ImageOps.mirror, {"quality": 90}),
    "turned.jpg": (lambda picture: picture.transpose(Image.Transpose.ROTATE_270), {"quality": 90}),
    "negative.jpg": (ImageOps.invert, {"quality": 90}),
    "brighter.jpg": (
        lambda picture: ImageEnhance.Brightness(picture).enhance(1.4),
        {"quality": 90},
    ),
    "blurred.jpg": (lambda picture: picture.filter(ImageFilter.GaussianBlur(3)), {"quality": 90}),
    "greyscale.gif": (ImageOps.grayscale, {}),
}


class NoPhotographs(Exception):
    """The package that the photographs come with is not installed."""


def _scaled(picture: Image.Image, factor: float) -> tuple[int, int]:
    return round(picture.width * factor), round(picture.height * factor)


def photographs() -> Path:
    """The folder with scikit-image's pictures. Raises NoPhotographs."""
    found = find_spec("skimage")
    if found is None or found.origin is None:
        raise NoPhotographs(
            "the demo's photographs come with scikit-image: pip install 'hedgerow[demo]', or run "
            "make demo"
        )
    return Path(found.origin).parent / "data"


def make_uploads(source: Path, uploads: Path) -> int:
    """Write the demo's uploads: edits of banked pictures, others, and files that are hurt.

    Returns how many.
    """
    for number, name in enumerate(BANKED):
        with Image.open(source / name) as opened:
            picture = opened.convert("RGB")
        for position, (ending, (edit, options)) in enumerate(EDITS.items()):
            # Each picture gets a third of the edits, so that the table stays short.
            if (number + position) % 3 == 0:
                edit(picture).save(uploads / f"{Path(name).stem}-{ending}", **options)
    for name in OTHERS:
        with Image.open(source / name) as opened:
            opened.convert("RGB").save(uploads / f"{Path(name).stem}.jpg", quality=85)
    whole = (uploads / "retina.jpg").read_bytes()
    (uploads / "cut-off-halfway.jpg").write_bytes(whole[: len(whole) // 2])
    (uploads / "empty.jpg").touch()
    (uploads / "notes.txt").write_text("Not a picture: told by name, never passed over.\n")
    return sum(1 for _path in uploads.iterdir())
