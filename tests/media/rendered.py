"""What the tests of rendering for review have in common: to ask, and to look at the answer."""

import io
from base64 import b64decode

import numpy as np
from PIL import Image
from tests.media import hostile

from hedgerow.media import File, Limits
from hedgerow.media.rendering import render
from hedgerow.media.viewing import VEIL_QUALITY

LIMITS = Limits()


def veiled(data, limits=LIMITS, **options):
    return render(File(data, limits), {"view": "veil"} | options)


def part_of(data, part=0, columns=1, rows=1, **options):
    asked = {"view": "part", "part": part, "columns": columns, "rows": rows} | options
    return render(File(data, LIMITS), asked)


def opened(jpeg):
    image = Image.open(io.BytesIO(b64decode(jpeg, validate=True)))
    assert image.format == "JPEG"
    return image


def pixels_of(jpeg):
    return np.asarray(opened(jpeg)).astype(float)


def png(pixels):
    return hostile.save(Image.fromarray(pixels), "PNG")


def box_mean(grey, width, height):
    """The mean of each of width x height boxes, by sums up to where each box ends."""
    sums = np.pad(np.asarray(grey, float), ((1, 0), (1, 0))).cumsum(0).cumsum(1)
    x, y = np.linspace(0, grey.shape[1], width + 1), np.linspace(0, grey.shape[0], height + 1)
    rows = np.stack([np.interp(x, np.arange(grey.shape[1] + 1), line) for line in sums])
    cells = np.stack([np.interp(y, np.arange(grey.shape[0] + 1), line) for line in rows.T], axis=1)
    return np.diff(np.diff(cells, axis=0), axis=1) / np.outer(np.diff(y), np.diff(x))


def through_jpeg(grey):
    """As a veil's own JPEG would have it."""
    stream = io.BytesIO()
    Image.fromarray(np.rint(grey).astype(np.uint8)).save(stream, "JPEG", quality=VEIL_QUALITY)
    return np.asarray(Image.open(stream)).astype(float)
