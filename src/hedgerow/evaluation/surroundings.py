"""Edits that put something around or onto a picture: frames, bars, captions, logos."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from hedgerow.evaluation.edits import Pixels

Colour = tuple[int, int, int]

COLOURS: tuple[Colour, ...] = (
    (255, 255, 255), (0, 0, 0), (128, 128, 128), (196, 36, 44), (24, 92, 178), (246, 206, 52),
)  # fmt: skip
"""Of frames and logos: by chance one of these."""

_TEXT = (
    "nobody told the neighbours that the garden would be open again before the end of summer "
    "so we took a walk along the hedge and found more birds than anyone had counted this year"
)


def words(rng: np.random.Generator, count: int) -> str:
    """So many words in a row, from somewhere in a text."""
    known = _TEXT.split()
    start = int(rng.integers(len(known)))
    return " ".join((known * 2)[start : start + count])


def ink_on(ground: Colour) -> Colour:
    """Black or white, whichever is read better."""
    return (0, 0, 0) if sum(ground) > 380 else (255, 255, 255)


def fitting(text: str, width: float, height: float) -> tuple[str, ImageFont.FreeTypeFont]:
    """The text with as many words as fit a line of that width, in a font of that height."""
    font = ImageFont.load_default(max(8.0, height))
    assert isinstance(font, ImageFont.FreeTypeFont)  # Pillow is built with FreeType
    while font.getlength(text) > width and " " in text:
        text = text.rpartition(" ")[0]
    return text, font


def framed(pixels: Pixels, rng: np.random.Generator, *, across: float, down: float) -> Pixels:
    """Bars of one colour, by chance, around it.

    across: the width of the left and of the right bar, each as a share of the whole's width;
    down: the height of the upper and of the lower one, of its height. With 0.25 the picture takes
    half of that side.
    """
    height, width = pixels.shape[:2]
    left, top = round(width * across / (1 - 2 * across)), round(height * down / (1 - 2 * down))
    whole = np.empty((height + 2 * top, width + 2 * left, 3), np.uint8)
    whole[:] = COLOURS[int(rng.integers(len(COLOURS)))]
    whole[top : top + height, left : left + width] = pixels
    return whole


def barred(pixels: Pixels, rng: np.random.Generator, *, across: float, down: float) -> Pixels:
    """As `framed`, in black: letterbox (`down`) or pillarbox (`across`)."""
    whole = framed(pixels, rng, across=across, down=down)
    height, width = pixels.shape[:2]
    left, top = (whole.shape[1] - width) // 2, (whole.shape[0] - height) // 2
    whole[:] = 0
    whole[top : top + height, left : left + width] = pixels
    return whole


def captioned(
    pixels: Pixels, rng: np.random.Generator, *, least: float, most: float, at: str
) -> Pixels:
    """A bar with one or two lines of text, black on white or white on black, by chance.

    least, most: between these by chance the bar's height, as a share of the whole's height; at:
    "top" or "bottom".
    """
    height, width = pixels.shape[:2]
    share = float(rng.uniform(least, most))
    high = max(12, round(height * share / (1 - share)))
    ground = COLOURS[int(rng.integers(2))]
    bar = Image.new("RGB", (width, high), ground)
    lines = 1 + int(rng.integers(2))
    for line in range(lines):
        text, font = fitting(words(rng, 12), width * 0.94, high * 0.6 / lines)
        left = (width - font.getlength(text)) / 2
        place = left, high * (line + 0.12) / lines
        ImageDraw.Draw(bar).text(place, text, fill=ink_on(ground), font=font)
    parts = [np.asarray(bar), pixels]
    return np.concatenate(parts if at == "top" else parts[::-1])


def with_logo(pixels: Pixels, rng: np.random.Generator, *, share: float) -> Pixels:
    """A disc with letters and a line of text, in one of the four corners by chance.

    share: the logo's width as a share of the picture's.
    """
    height, width = pixels.shape[:2]
    wide = max(12, round(width * share))
    high = max(8, round(wide * 0.6))
    margin = max(2, round(width * 0.02))
    right, below = rng.integers(0, 2, 2).tolist()
    left = width - wide - margin if right else margin
    top = height - high - margin if below else margin
    ground = COLOURS[3 + int(rng.integers(3))]
    picture = Image.fromarray(pixels)
    draw = ImageDraw.Draw(picture)
    box = (left, top, left + wide, top + high)
    draw.rounded_rectangle(box, high // 4, fill=ground, outline=ink_on(ground))
    disc = (left + high // 6, top + high // 6, left + high // 2, top + high // 2)
    draw.ellipse(disc, fill=ink_on(ground))
    text, font = fitting("HEDGE TV", wide * 0.9, high * 0.3)
    draw.text((left + wide * 0.08, top + high * 0.58), text, fill=ink_on(ground), font=font)
    return np.asarray(picture)


def memed(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """A black frame with a thin white line, and below the picture two lines of text in white."""
    height, width = pixels.shape[:2]
    side, below, line = round(width * 0.08), round(height * 0.3), max(2, width // 200)
    whole = Image.new("RGB", (width + 2 * side, height + side + below), (0, 0, 0))
    draw = ImageDraw.Draw(whole)
    draw.rectangle(
        (side - 3 * line, side - 3 * line, side + width + 3 * line, side + height + 3 * line),
        outline=(255, 255, 255),
        width=line,
    )
    whole.paste(Image.fromarray(pixels), (side, side))
    for place, size, count in ((0.18, 0.36, 4), (0.62, 0.2, 9)):
        text, font = fitting(words(rng, count).upper(), whole.width * 0.94, below * size)
        left = (whole.width - font.getlength(text)) / 2
        draw.text((left, side + height + below * place), text, fill=(255, 255, 255), font=font)
    return np.asarray(whole)


def with_ticker(pixels: Pixels, rng: np.random.Generator, *, share: float) -> Pixels:
    """A news bar over the picture's foot: a red box, a headline, a line of running text, a clock.

    share: the bar's height as a share of the picture's.
    """
    height, width = pixels.shape[:2]
    high = max(24, round(height * share))
    top, middle = height - high, height - round(high * 0.4)
    picture = Image.fromarray(pixels)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, top, width, middle), fill=(240, 240, 242))
    draw.rectangle((0, middle, width, height), fill=(18, 34, 74))
    box = round(width * 0.2)
    draw.rectangle((0, top, box, middle), fill=(196, 36, 44))
    for text, left, above, size, ink in (
        ("LIVE", width * 0.02, top, high * 0.42, (255, 255, 255)),
        (words(rng, 9).upper(), box + width * 0.02, top, high * 0.36, (20, 20, 24)),
        (words(rng, 24), width * 0.02, middle, high * 0.24, (255, 255, 255)),
    ):
        shown, font = fitting(text, width * 0.86 - left, size)
        draw.text((left, above + high * 0.06), shown, fill=ink, font=font)
    clock = ImageFont.load_default(max(8.0, high * 0.24))
    draw.text((width * 0.9, middle + high * 0.06), "21:07", fill=(246, 206, 52), font=clock)
    return np.asarray(picture)
