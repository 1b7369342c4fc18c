"""The decoders: Pillow's plugins, each called for its own format and no other.

Imported by the first decode, since Pillow, its plugins and NumPy take a third of a second.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)
from pillow_heif.as_plugin import HeifImageFile
from pillow_jxl.JpegXLImagePlugin import JXLImageFile

from hedgerow.media.jxl import jxl_size
from hedgerow.media.limits import Limits
from hedgerow.media.orientation import exif_orientation, upright
from hedgerow.media.picture import Picture
from hedgerow.media.pixels import to_pixels
from hedgerow.media.refusals import RefusalCode, Refused, out_of_memory, too_many_pixels
from hedgerow.media.switches import switches

# Called directly, not through Image.open: no other plugin gets to see the bytes.
_PLUGINS: dict[str, Any] = {
    "jpeg": JpegImagePlugin.JpegImageFile,
    "png": PngImagePlugin.PngImageFile,
    "gif": GifImagePlugin.GifImageFile,
    "webp": WebPImagePlugin.WebPImageFile,
    "tiff": TiffImagePlugin.TiffImageFile,
    "bmp": BmpImagePlugin.BmpImageFile,
    "heif": HeifImageFile,
    "avif": AvifImagePlugin.AvifImageFile,
    "jxl": JXLImageFile,
}

# The decoders of the other formats give all of a picture or nothing.
_SHOWN_IN_PART = frozenset({"jpeg", "png", "gif", "tiff", "bmp"})

TURNED_HERE = frozenset({"jpeg", "png", "webp", "avif"})
"""Formats whose plugins leave the turning to us; TIFF's and HEIF's turn the picture themselves."""


def decode(data: bytes, name: str, limits: Limits, *, colour: bool) -> Picture:
    """Decode `data`, which begin like the format `name`. Raises Refused."""
    with switches(limits.max_pixels):
        try:
            pixels, more_frames = _pixels(data, name, limits, colour=colour)
            return Picture(pixels, name, more_frames=more_frames)
        except Refused:
            raise
        # A decoder fed with hostile bytes raises anything at all, and JPEG XL's panics are not
        # even an Exception; whatever it is, the file is to blame and the answer is a refusal.
        except BaseException as error:  # noqa: BLE001  # as just said: told as a refusal
            refusal = refusal_of(error, limits)
        if refusal.code is not RefusalCode.CORRUPT or name not in _SHOWN_IN_PART:
            raise refusal
        pixels = _pixels_in_part(data, name, limits, refusal, colour=colour)
        return Picture(pixels, name, truncated=True)


def _pixels_in_part(
    data: bytes, name: str, limits: Limits, refusal: Refused, *, colour: bool
) -> NDArray[np.uint8]:
    ImageFile.LOAD_TRUNCATED_IMAGES = True  # `switches` puts it back
    try:
        pixels, _more_frames = _pixels(data, name, limits, colour=colour)
    except Refused:
        raise
    except BaseException as error:  # noqa: BLE001  # as above
        raise refusal_of(error, limits) from None
    # What the decoder did not reach is one colour; a picture that is nothing else shows nothing.
    if (pixels == pixels[0, 0]).all():
        raise refusal
    return pixels


def _pixels(
    data: bytes, name: str, limits: Limits, *, colour: bool
) -> tuple[NDArray[np.uint8], bool]:
    """The pixels of the first frame, and whether there are more frames."""
    image = opened(data, name, limits)
    if name == "jpeg" and not colour:
        # Luma straight from the decoder, with no colour conversion; no effect on CMYK.
        image.draft("L", None)
    image.load()
    check_size(image.size, limits)  # the decoder may have found another size
    pixels = to_pixels(image)
    if name in TURNED_HERE or (name == "jxl" and image.jpeg):
        # A JPEG inside a JPEG XL comes out as it went in; other JPEG XLs come out upright.
        exif = image.info.get("exif")
        if isinstance(exif, bytes):
            pixels = upright(pixels, exif_orientation(exif))
    # A JPEG with a second picture in it (a depth map, a thumbnail) is shown as one all the same.
    more_frames = name != "jpeg" and bool(getattr(image, "is_animated", False))
    return np.ascontiguousarray(pixels), more_frames


def opened(data: bytes, name: str, limits: Limits) -> Any:
    """A Pillow image whose pixels aren't decoded yet, within the limits. Raises anything at all."""
    if name == "jxl":  # its plugin decodes the whole picture when it opens it
        check_size(jxl_size(data), limits)
    image = _PLUGINS[name](BytesIO(data))
    check_size(image.size, limits)
    return image


def check_size(size: tuple[int, int] | None, limits: Limits) -> None:
    """Raise Refused where a picture has no size, or too large a one."""
    if size is None:
        raise _corrupt()
    width, height = size
    if width * height > limits.max_pixels:
        raise too_many_pixels(width, height, limits.max_pixels)
    if width < 1 or height < 1:
        raise _corrupt()


def refusal_of(error: BaseException, limits: Limits) -> Refused:
    """The refusal for what a decoder raised; raises it again where it isn't the file's doing."""
    if isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit):
        raise error
    if isinstance(error, MemoryError) or "out of memory" in str(error).lower():
        return out_of_memory()
    if isinstance(error, Image.DecompressionBombError):
        return Refused(
            RefusalCode.TOO_MANY_PIXELS,
            f"the picture has more than {limits.max_pixels:,} pixels; raise max_pixels to take it",
        )
    text = str(error).lower()
    if "unsupported" in text or "unknown" in text:
        return Refused(
            RefusalCode.UNSUPPORTED_FORMAT,
            "the file is of a rare kind of its format that can't be decoded here; save it anew",
        )
    return _corrupt()


def _corrupt() -> Refused:
    return Refused(
        RefusalCode.CORRUPT,
        "nothing of the picture can be decoded; open it in a viewer and save it anew",
    )
