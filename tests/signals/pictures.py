"""Photographs that come with scikit-image, and the ways in which pictures are turned."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image

NAMES = ("astronaut.png", "camera.png", "chelsea.png", "coffee.png", "rocket.jpg", "retina.jpg")

# What each transform does to a banked picture (h, w[, 3]) to make the upload.
TURNS = {
    "none": lambda pixels: pixels,
    "rotated_90": lambda pixels: np.rot90(pixels, -1),  # NumPy turns counter-clockwise
    "rotated_180": lambda pixels: np.rot90(pixels, 2),
    "rotated_270": lambda pixels: np.rot90(pixels, 1),
    "mirrored": np.fliplr,
    "flipped": np.flipud,
    "transposed": lambda pixels: np.swapaxes(pixels, 0, 1),
    "transversed": lambda pixels: np.rot90(np.swapaxes(pixels, 0, 1), 2),
}


def folder() -> Path:
    found = find_spec("skimage")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "data"


def rgb(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


def photographs() -> list[np.ndarray]:
    return [rgb(folder() / name) for name in NAMES]


def apart(one: str, other: str) -> int:
    return (int(one, 16) ^ int(other, 16)).bit_count()
