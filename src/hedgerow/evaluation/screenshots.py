"""A phone's screen with the picture on it, as somebody shows it in an application of messages."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from hedgerow.evaluation.edits import Pixels
from hedgerow.evaluation.surroundings import COLOURS, Colour, words


class _Theme(NamedTuple):
    ground: Colour
    ink: Colour
    pale: Colour
    line: Colour


_LIGHT = _Theme((255, 255, 255), (22, 22, 24), (120, 120, 126), (228, 228, 232))
_DARK = _Theme((0, 0, 0), (240, 240, 242), (142, 142, 148), (40, 40, 44))


def screenshot(pixels: Pixels, rng: np.random.Generator, *, width: int, height: int) -> Pixels:
    """A screen of this size: clock and icons, a name, the picture, buttons, lines of text.

    The picture takes the whole width, or what its shape allows; light or dark by chance.
    """
    theme = _LIGHT if rng.random() < 0.5 else _DARK
    screen = Image.new("RGB", (width, height), theme.ground)
    draw = ImageDraw.Draw(screen)
    unit = width // 27
    _status(draw, width, unit, theme)
    top = _header(draw, width, unit, theme, rng)
    shown = _fitted(pixels, width, height - top - 8 * unit)
    screen.paste(Image.fromarray(shown), ((width - shown.shape[1]) // 2, top))
    top += shown.shape[0] + unit
    _buttons(draw, top, unit, theme)
    _comments(draw, top + 3 * unit, height - 3 * unit, unit, theme, rng)
    _navigation(draw, width, height, unit, theme)
    return np.asarray(screen)


def _fitted(pixels: Pixels, width: int, height: int) -> Pixels:
    """As large as fits, in its own shape."""
    scale = min(width / pixels.shape[1], height / pixels.shape[0])
    size = max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, size, interpolation=way), np.uint8)


def _status(draw: ImageDraw.ImageDraw, width: int, unit: int, theme: _Theme) -> None:
    font = ImageFont.load_default(unit)
    draw.text((2 * unit, unit // 2), "09:41", fill=theme.ink, font=font)
    for bar in range(4):
        left = width - 7 * unit + bar * unit // 3
        draw.rectangle((left, unit * (1.3 - 0.2 * bar), left + unit // 5, unit * 1.5), theme.ink)
    battery = (width - 4 * unit, unit * 0.7, width - 2 * unit, unit * 1.5)
    draw.rounded_rectangle(battery, unit // 4, outline=theme.ink, width=3)
    draw.rectangle((width - 3.8 * unit, unit * 0.9, width - 2.8 * unit, unit * 1.3), theme.ink)


def _header(
    draw: ImageDraw.ImageDraw, width: int, unit: int, theme: _Theme, rng: np.random.Generator
) -> int:
    """Avatar and name; gives where the picture begins."""
    top = round(2.6 * unit)
    draw.line((0, top, width, top), fill=theme.line, width=2)
    colour = COLOURS[2 + int(rng.integers(4))]
    draw.ellipse((unit, top + unit // 2, 3.5 * unit, top + 3 * unit), fill=colour)
    font = ImageFont.load_default(unit)
    draw.text((4.4 * unit, top + 0.5 * unit), words(rng, 2), fill=theme.ink, font=font)
    draw.text((4.4 * unit, top + 1.8 * unit), words(rng, 3), fill=theme.pale, font=font)
    return top + round((3.6 + 1.8 * int(rng.integers(3))) * unit)


def _buttons(draw: ImageDraw.ImageDraw, top: int, unit: int, theme: _Theme) -> None:
    heart = [(unit, top + 0.6 * unit), (2 * unit, top + 1.8 * unit), (3 * unit, top + 0.6 * unit)]
    draw.line(heart, fill=theme.ink, width=4)
    bubble = (4.5 * unit, top, 6.5 * unit, top + 1.6 * unit)
    draw.ellipse(bubble, outline=theme.ink, width=4)
    plane = [(8 * unit, top), (10 * unit, top + 0.8 * unit), (8 * unit, top + 1.6 * unit)]
    draw.polygon(plane, outline=theme.ink)


def _comments(
    draw: ImageDraw.ImageDraw, top: int, bottom: int, unit: int, theme: _Theme,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    font = ImageFont.load_default(0.9 * unit)
    while top + 1.6 * unit < bottom:
        ink = theme.ink if rng.random() < 0.7 else theme.pale
        draw.text((unit, top), words(rng, int(rng.integers(2, 8))), fill=ink, font=font)
        top += round(1.7 * unit)


def _navigation(
    draw: ImageDraw.ImageDraw, width: int, height: int, unit: int, theme: _Theme
) -> None:
    top = height - round(2.6 * unit)
    draw.line((0, top, width, top), fill=theme.line, width=2)
    for icon in range(5):
        middle = width * (2 * icon + 1) / 10
        box = (middle - 0.6 * unit, top + 0.5 * unit, middle + 0.6 * unit, top + 1.7 * unit)
        draw.rounded_rectangle(box, unit // 4, outline=theme.pale, width=4)
