"""Edits that move the points of a picture or cut some off: turned, mirrored, cropped."""

from __future__ import annotations

import cv2
import numpy as np

from hedgerow.evaluation.edits import Pixels

BLACK, WHITE = (0, 0, 0), (255, 255, 255)

# What every Change is given, and some don't need.
# ruff: noqa: ARG001


def mirrored(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Left and right changed."""
    return np.ascontiguousarray(pixels[:, ::-1])


def flipped(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Top and bottom changed."""
    return np.ascontiguousarray(pixels[::-1])


def quarter_turned(pixels: Pixels, rng: np.random.Generator, *, quarters: int) -> Pixels:
    """Turned clockwise by so many quarters."""
    return np.ascontiguousarray(np.rot90(pixels, -quarters))


def turned(pixels: Pixels, rng: np.random.Generator, *, degrees: float, expanded: bool) -> Pixels:
    """Turned clockwise about its middle; black or white, by chance, where there is no picture.

    expanded: whether the canvas grows to hold all of it; else it stays, and corners are cut off.
    """
    height, width = pixels.shape[:2]
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -degrees, 1)
    size = width, height
    if expanded:
        cosine, sine = abs(matrix[0, 0]), abs(matrix[0, 1])
        size = round(width * cosine + height * sine), round(width * sine + height * cosine)
        matrix[:, 2] += (size[0] - width) / 2, (size[1] - height) / 2
    colour = BLACK if rng.random() < 0.5 else WHITE
    flags = cv2.INTER_CUBIC
    return np.asarray(
        cv2.warpAffine(pixels, matrix, size, flags=flags, borderValue=colour), np.uint8
    )


def turned_at_random(pixels: Pixels, rng: np.random.Generator, *, expanded: bool) -> Pixels:
    """Turned by 1 to 359 degrees, each as likely; `expanded` as in `turned`."""
    return turned(pixels, rng, degrees=rng.uniform(1, 359), expanded=expanded)


def cropped(pixels: Pixels, rng: np.random.Generator, *, share: float, at: str) -> Pixels:
    """What is left of it has `share` of each side's length.

    at: "centre", or "corner" for one of the four by chance. After a turn that has made the canvas
    larger these are the canvas's sides: its empty corners go first, and of the picture itself 87 %
    remain on average with a share of 0.8, 64 % where it was turned by quarters.
    """
    height, width = pixels.shape[:2]
    high, wide = max(1, round(height * share)), max(1, round(width * share))
    across, down = (0.5, 0.5) if at == "centre" else rng.integers(0, 2, 2).tolist()
    top, left = round((height - high) * down), round((width - wide) * across)
    return pixels[top : top + high, left : left + wide].copy()


def stretched(pixels: Pixels, rng: np.random.Generator, *, across: float) -> Pixels:
    """`across` times as wide, and as high as it was."""
    height, width = pixels.shape[:2]
    size = max(1, round(width * across)), height
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def shaped(pixels: Pixels, rng: np.random.Generator, *, width: int, height: int) -> Pixels:
    """As much of its middle as has this shape, at this size."""
    scale = max(width / pixels.shape[1], height / pixels.shape[0])
    wide = min(pixels.shape[1], max(1, round(width / scale)))
    high = min(pixels.shape[0], max(1, round(height / scale)))
    top, left = (pixels.shape[0] - high) // 2, (pixels.shape[1] - wide) // 2
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    part = np.ascontiguousarray(pixels[top : top + high, left : left + wide])
    return np.asarray(cv2.resize(part, (width, height), interpolation=way), np.uint8)
