"""Edits that leave every point of a picture in its place: its tones, colours and detail."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image, ImageFilter

from hedgerow.evaluation.edits import Pixels

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
# The usual sepia: rows are what red, green and blue are made of.
_SEPIA = np.array([[0.393, 0.769, 0.189], [0.349, 0.686, 0.168], [0.272, 0.534, 0.131]], np.float32)

# What every Change is given, and these don't need.
# ruff: noqa: ARG001


def resized(pixels: Pixels, rng: np.random.Generator, *, scale: float) -> Pixels:
    """Each side `scale` times as long; area averages, as good programs do it."""
    height, width = pixels.shape[:2]
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def blurred(pixels: Pixels, rng: np.random.Generator, *, radius: float) -> Pixels:
    """A Gaussian blur whose standard deviation is `radius` pixels, as Pillow names it."""
    return np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(radius)))


def brighter(pixels: Pixels, rng: np.random.Generator, *, factor: float) -> Pixels:
    """Every level times `factor`, at most 255."""
    return _levels(pixels.astype(np.float32) * factor)


def contrast(pixels: Pixels, rng: np.random.Generator, *, factor: float) -> Pixels:
    """Every level's distance from the mean luma times `factor`."""
    mean = float((pixels @ _LUMA).mean())
    return _levels((pixels.astype(np.float32) - mean) * factor + mean)


def greyscale(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Luma in all three colours."""
    return np.repeat(_levels(pixels @ _LUMA)[:, :, np.newaxis], 3, axis=2)


def sepia(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """The brown of old photographs."""
    return _levels(pixels @ _SEPIA.T)


def colours_swapped(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Red becomes green, green blue, blue red."""
    return np.ascontiguousarray(pixels[:, :, [2, 0, 1]])


def negative(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Every level from 255."""
    return 255 - pixels


def noisy(pixels: Pixels, rng: np.random.Generator, *, sigma: float) -> Pixels:
    """Gaussian noise of this standard deviation in levels, of each colour and pixel alone."""
    noise = rng.normal(0, sigma, pixels.shape).astype(np.float32)
    return _levels(pixels + noise)


def _levels(values: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> Pixels:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)
