"""Pillow's process-wide switches, set for the length of one decode and then put back."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import pillow_heif
from PIL import AvifImagePlugin, Image, ImageFile
from pillow_jxl import JpegXLImagePlugin

# The switches belong to the whole process, so two decodes can't have them at once.
_LOCK = threading.Lock()


@contextmanager
def switches(max_pixels: int) -> Iterator[None]:
    """Hold Pillow to `max_pixels`, one thread and no warnings; the caller's own come back after.

    Pillow raises DecompressionBombError above twice MAX_IMAGE_PIXELS; half of the limit is a
    second fence behind the check of the header. Warnings go, since a caller that makes them
    errors would otherwise see good files refused.
    """
    ours = (
        (Image, "MAX_IMAGE_PIXELS", (max_pixels + 1) // 2),
        (ImageFile, "LOAD_TRUNCATED_IMAGES", False),
        (AvifImagePlugin, "DEFAULT_MAX_THREADS", 1),
        (JpegXLImagePlugin, "DECODE_THREADS", 0),
        (pillow_heif.options, "DECODE_THREADS", 1),
        (pillow_heif.options, "THUMBNAILS", False),
        (pillow_heif.options, "DEPTH_IMAGES", False),
        (pillow_heif.options, "AUX_IMAGES", False),
    )
    with _LOCK, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        before = [(module, name, getattr(module, name)) for module, name, _ in ours]
        try:
            for module, name, value in ours:
                setattr(module, name, value)
            yield
        finally:
            for module, name, value in before:
                setattr(module, name, value)
