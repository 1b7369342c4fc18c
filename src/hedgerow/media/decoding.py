"""Bytes to a picture, in this process and unguarded."""

from __future__ import annotations

from hedgerow.media.formats import FORMATS, sniff
from hedgerow.media.limits import Limits
from hedgerow.media.picture import Picture
from hedgerow.media.refusals import RefusalCode, Refused, empty, too_large


def decode(data: bytes, limits: Limits, *, colour: bool = False) -> Picture:
    """Decode the picture in `data` in this very process.

    A JPEG comes as luma, straight from the decoder, unless its `colour` is asked for, which takes
    longer.

    Only `max_bytes` and `max_pixels` can be held here: memory and time need a worker (`Workers`).
    A hostile file can crash or stall the process, so this is for files of one's own and for the
    inside of a worker. Raises Refused: `empty`, `too_large`, `unsupported_format`,
    `too_many_pixels`, `corrupt`, `out_of_memory`. Calls in several threads take turns, unless at
    ordinary JPEGs.
    """
    if not data:
        raise empty()
    if len(data) > limits.max_bytes:
        raise too_large(len(data), limits.max_bytes)
    name = sniff(data)
    if name is None:
        raise Refused(
            RefusalCode.UNSUPPORTED_FORMAT,
            f"the file is none of {', '.join(FORMATS)}; convert it to one of them",
        )
    # Pillow and NumPy take a third of a second: only on use.
    if name == "jpeg":
        from hedgerow.media.jpeg import pixels_of_jpeg

        pixels = pixels_of_jpeg(data, limits.max_pixels, colour=colour)
        if pixels is not None:
            return Picture(pixels, name)
    from hedgerow.media import pillow

    return pillow.decode(data, name, limits, colour=colour)
