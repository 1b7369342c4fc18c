"""The common JPEG, by the shortest way: straight from libjpeg-turbo into an array.

Pillow decodes the same pixels but feeds the decoder 64 kB at a time and copies twice; on a
photograph of 12 megapixels that takes half as long again.
"""

from __future__ import annotations

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL.JpegImagePlugin import JpegImageFile


def pixels_of_jpeg(data: bytes, header: JpegImageFile, *, colour: bool) -> NDArray[np.uint8] | None:
    """Luma (height, width) of a whole and ordinary JPEG; None where Pillow should have a look.

    With `colour` RGB (height, width, 3), unless the JPEG itself is grey.

    `header` is the file as Pillow opened it, not yet loaded. Out of the ordinary are CMYK, colours
    stored as RGB, and whatever the decoder so much as warns of, such as a file that was cut off.
    """
    stored_as_rgb = header.info.get("adobe_transform") == 0 or header.mode not in ("L", "RGB")
    if stored_as_rgb:
        return None
    try:
        wanted = "RGB" if colour and header.mode == "RGB" else "GRAY"
        pixels: NDArray[np.uint8] = simplejpeg.decode_jpeg(data, colorspace=wanted, strict=True)
    except ValueError:
        return None
    width, height = header.size
    if pixels.shape[:2] != (height, width):
        return None
    return pixels[:, :, 0] if wanted == "GRAY" else pixels
