"""A file rendered for review, inside a worker: a veil of the whole, or one part of it.

A veil is so coarse that nothing sharp is in it, and not only hidden: what is never sent can't be
found in the browser. A part is one tile, and nothing of the others.
"""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hedgerow.media.files import File
from hedgerow.media.film import Partial
from hedgerow.media.stills import Stills
from hedgerow.media.viewing import (
    PART_QUALITY,
    PICTURE_SIDE,
    VEIL_AVERAGED,
    VEIL_QUALITY,
    VEIL_SIDE,
    Wanted,
)


def render(file: File, options: dict[str, Any]) -> dict[str, Any]:
    """What is asked for of a file, as plain data; the JPEGs are base64 and have no metadata.

    `{"view": "veil", "stills"?, "found"?}` answers `{"kind": "picture" | "video", "width",
    "height", "seconds", "partial", "stills": [{"second", "veil"}]}`: size in pixels of the upright
    original; for what moves the seconds it lasts and up to `stills` (9) grey veils spread over
    them, or most of them over the stretches `found` (pairs of seconds), else null and one veil;
    `partial`, one of `Partial` or null, why not all could be shown.

    `{"view": "part", "part", "columns", "rows", "still"?, "stills"?, "found"?, "colour"?}` answers
    `{"jpeg", "left", "top", "width", "height", "scaled_width", "scaled_height"}`: tile number
    `part`, row by row, of the picture scaled to fit `PICTURE_SIDE`; of what moves, of the still at
    the place `still` of the veil's that was asked for with the same `stills` and `found`. Grey,
    unless `colour` is true.

    The same file and options give the same bytes. Raises ValueError: a bad option, or a still
    that isn't there; Refused as `File.picture` and `File.frames` do.
    """
    wanted = Wanted.of(options)
    return _veiled(file, wanted) if wanted.view == "veil" else _part(file, wanted)


def _veiled(file: File, wanted: Wanted) -> dict[str, Any]:
    if file.moves:
        stills = Stills(file, wanted.stills, found=wanted.found)
        told = [_veil_of_still(frame.pixels, frame.seconds) for frame in stills]
        facts = stills.facts
        return {
            "kind": "video",
            "width": facts.width,
            "height": facts.height,
            "seconds": round(facts.seconds, 3),
            "partial": None if facts.partial is None else str(facts.partial),
            "stills": told,
        }
    picture = file.picture()
    return {
        "kind": "picture",
        "width": picture.width,
        "height": picture.height,
        "seconds": None,
        "partial": str(Partial.DAMAGED) if picture.truncated else None,
        "stills": [_veil_of_still(picture.pixels, 0.0)],
    }


def _veil_of_still(pixels: NDArray[np.uint8], second: float) -> dict[str, Any]:
    grey = _image(pixels, colour=False)
    longer = max(grey.size)
    side = max(1, min(VEIL_SIDE, longer // VEIL_AVERAGED))
    size = tuple(max(1, round(each * side / longer)) for each in grey.size)
    # The mean of each box: a filter with a sharper edge would keep more of what is fine.
    veil = grey.resize((size[0], size[1]), Image.Resampling.BOX)
    return {"second": round(second, 3), "veil": _jpeg(veil, VEIL_QUALITY)}


def _part(file: File, wanted: Wanted) -> dict[str, Any]:
    scaled = _scaled(_image(_pixels(file, wanted), colour=wanted.colour), wanted)
    row, column = divmod(wanted.part, wanted.columns)
    # Each ends where the next begins, so that they cover the picture and don't overlap.
    left, right = (scaled.width * at // wanted.columns for at in (column, column + 1))
    top, bottom = (scaled.height * at // wanted.rows for at in (row, row + 1))
    return {
        "jpeg": _jpeg(scaled.crop((left, top, right, bottom)), PART_QUALITY),
        "left": left,
        "top": top,
        "width": right - left,
        "height": bottom - top,
        "scaled_width": scaled.width,
        "scaled_height": scaled.height,
    }


def _pixels(file: File, wanted: Wanted) -> NDArray[np.uint8]:
    if file.moves:
        stills = Stills(file, wanted.stills, colour=wanted.colour, found=wanted.found)
        return stills.at(wanted.still).pixels
    if wanted.still != 0:
        raise ValueError("a picture has no still but number 0; ask for that")
    picture = file.in_colour() if wanted.colour else file.picture()
    return picture.pixels


def _image(pixels: NDArray[np.uint8], *, colour: bool) -> Image.Image:
    image = Image.fromarray(pixels)
    return image if colour else image.convert("L")


def _scaled(image: Image.Image, wanted: Wanted) -> Image.Image:
    """Made smaller where it is larger than PICTURE_SIDE.

    Never larger, but for a picture so thin that a part would have no pixel.
    """
    scale = min(1.0, PICTURE_SIDE / max(image.size))
    width = max(wanted.columns, round(image.width * scale))
    height = max(wanted.rows, round(image.height * scale))
    if (width, height) == image.size:
        return image
    return image.resize((width, height), Image.Resampling.LANCZOS)


def _jpeg(image: Image.Image, quality: int) -> str:
    stream = BytesIO()
    # Made from pixels alone: there is no metadata to save with it.
    image.save(stream, "JPEG", quality=quality)
    return b64encode(stream.getvalue()).decode()
