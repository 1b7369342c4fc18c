"""A loaded Pillow image of any mode to uint8 luma or RGB, alpha shown on white."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_WHITE = 255
_GREY_MODES = frozenset({"1", "L", "LA", "La"})
_WITH_ALPHA = frozenset({"LA", "La", "PA", "RGBA", "RGBa"})


def to_pixels(image: Image.Image) -> NDArray[np.uint8]:
    """uint8 (height, width) luma or (height, width, 3) RGB of a loaded image."""
    if image.mode.startswith("I") or image.mode == "F":
        return _deep(image)
    if image.mode in _WITH_ALPHA or image.has_transparency_data:
        image = _on_white(image)
    elif image.mode not in ("L", "RGB"):
        image = image.convert("L" if image.mode in _GREY_MODES else "RGB")
    width, height = image.size
    shape = (height, width) if image.mode == "L" else (height, width, 3)
    # Not numpy.asarray: it does the same by a longer way, and this runs for every file.
    return np.frombuffer(image.tobytes(), np.uint8).reshape(shape)


def _on_white(image: Image.Image) -> Image.Image:
    grey = image.mode in _GREY_MODES
    with_alpha = image.convert("LA" if grey else "RGBA")
    background = Image.new("L" if grey else "RGB", image.size, "white")
    if grey:
        background.paste(with_alpha.getchannel("L"), mask=with_alpha.getchannel("A"))
    else:
        background.paste(with_alpha, mask=with_alpha)
    return background


def _deep(image: Image.Image) -> NDArray[np.uint8]:
    """Greys of more than 8 bits, to 8.

    16-bit integers are scaled by 255/65535. For 32-bit integers and floats the file does not say
    what white is: it is taken to be the smallest of 1 (floats only), 255, 65535 and 2^32-1 that
    no pixel exceeds. JPEG XL's floats are 0..1 by their standard and may overshoot.
    """
    values: NDArray[Any] = np.asarray(image)
    if values.dtype.kind == "u" and values.dtype.itemsize == 2:
        grey = _scaled(values, 65535.0)
    else:
        grey = _scaled(values, 1.0 if image.format == "JXL" else _white(values))
    hidden = image.info.get("transparency")
    if isinstance(hidden, int):
        grey[values == hidden] = _WHITE
    return grey


def _white(values: NDArray[Any]) -> float:
    finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values
    highest = float(finite.max()) if finite.size else 0.0
    ladder = (1.0, 255.0, 65535.0) if values.dtype.kind == "f" else (255.0, 65535.0)
    return next((white for white in ladder if highest <= white), 2.0**32 - 1)


def _scaled(values: NDArray[Any], white: float) -> NDArray[np.uint8]:
    # Row by row, so that a large picture needs no second copy of itself in floats.
    grey = np.empty(values.shape, np.uint8)
    for row, line in zip(grey, values, strict=True):
        scaled = np.nan_to_num(line.astype(np.float64), nan=0.0) * (255.0 / white)
        row[:] = np.rint(np.clip(scaled, 0.0, 255.0))
    return grey
