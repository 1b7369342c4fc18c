"""Edits that put a picture inside another picture: frames, bars, captions, screenshots.

Each takes an RGB picture and a generator of random numbers, by which colours, widths and words are
chosen, and gives the edited picture. The picture itself stays whole.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

Edit = Callable[[Image.Image, np.random.Generator], Image.Image]
Colour = tuple[int, int, int]

WHITE, BLACK, GREY = (255, 255, 255), (0, 0, 0), (128, 128, 128)
BRIGHT = ((200, 30, 40), (20, 90, 180), (250, 210, 40), (30, 120, 60), (240, 180, 200))
WORDS = (
    "when the weekend is finally here and nobody told the dog about the early morning walk "
    "we all know somebody like this so please share it with your friends today"
)
PHONES = ((1080, 2340), (1170, 2532), (720, 1600), (750, 1334), (1080, 1920))
LIGHT = (WHITE, (20, 20, 20), (120, 120, 125), (235, 235, 238))
DARK = ((16, 16, 20), (235, 235, 235), (150, 150, 155), (45, 45, 50))
DARKEST = (BLACK, (240, 240, 240), (140, 140, 145), (38, 38, 42))


def saved(picture: Image.Image, quality: int) -> Image.Image:
    """As it is read from a JPEG of this quality."""
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=quality)
    with Image.open(data) as opened:
        return opened.convert("RGB")


def words(rng: np.random.Generator, count: int) -> str:
    known = WORDS.split()
    start = int(rng.integers(0, len(known)))
    return " ".join((known * 2)[start : start + count])


def framed(picture: Image.Image, share: float, colour: Colour) -> Image.Image:
    """A frame whose width on each side is this share of the whole."""
    across, down = (round(side * share / (1 - 2 * share)) for side in picture.size)
    return ImageOps.expand(picture, (across, down, across, down), colour)


def frame(share: float, colour: Colour | None = None) -> Edit:
    def edit(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
        return framed(picture, share, colour or BRIGHT[int(rng.integers(0, len(BRIGHT)))])

    return edit


def instant_photo(picture: Image.Image, _rng: np.random.Generator) -> Image.Image:
    """A white frame of one width, wide at the bottom, on a darker table."""
    side = round(picture.width * 0.06)
    paper = ImageOps.expand(picture, (side, side, side, 4 * side), (248, 246, 240))
    return ImageOps.expand(paper, side, (120, 100, 80))


def double_frame(picture: Image.Image, _rng: np.random.Generator) -> Image.Image:
    line = ImageOps.expand(picture, max(2, picture.width // 100), BLACK)
    return framed(line, 0.08, (245, 245, 245))


def gradient_frame(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    one, other = (np.array(BRIGHT[i], float) for i in rng.choice(len(BRIGHT), 2, replace=False))
    whole = framed(picture, 0.12, BLACK)
    down = np.linspace(0, 1, whole.height)[:, np.newaxis, np.newaxis]
    ground = np.repeat(one * (1 - down) + other * down, whole.width, axis=1)
    back = Image.fromarray(ground.astype(np.uint8))
    back.paste(picture, ((whole.width - picture.width) // 2, (whole.height - picture.height) // 2))
    return back


def bars(across: float, down: float, *, logo: bool = False) -> Edit:
    """Black bars, each of this share of the whole, left and right or above and below."""

    def edit(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
        left = round(picture.width * across / (1 - 2 * across))
        top = round(picture.height * down / (1 - 2 * down))
        whole = ImageOps.expand(picture, (left, top, left, top), BLACK)
        if logo:
            size = max(8, (top or left) // 3)
            font = ImageFont.load_default(size)
            ink = BRIGHT[int(rng.integers(0, len(BRIGHT)))]
            place = (whole.width - 6 * size, size) if top else (size, whole.height - 2 * size)
            ImageDraw.Draw(whole).text(place, "CLIPS", fill=ink, font=font)
        return whole

    return edit


def band(
    width: int, height: int, ground: Colour, ink: Colour, rng: np.random.Generator
) -> Image.Image:
    """A band of this size with one or two lines of text on it."""
    made = Image.new("RGB", (width, height), ground)
    lines = 2 if height > 0.12 * width else 1
    size = max(9, int(height / (lines * 1.7)))
    font = ImageFont.load_default(size)
    draw = ImageDraw.Draw(made)
    for line in range(lines):
        text = words(rng, 9)
        while draw.textlength(text, font=font) > 0.94 * width and " " in text:
            text = text.rpartition(" ")[0]
        left = (width - draw.textlength(text, font=font)) / 2
        draw.text((left, height * (line + 0.18) / lines), text, fill=ink, font=font)
    return made


def caption(share: float, *, top: bool, bottom: bool, colour: Colour | None = None) -> Edit:
    """Bands with text, each of this share of the whole height."""

    def edit(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
        ground = colour if colour is not None else BRIGHT[int(rng.integers(0, len(BRIGHT)))]
        ink = BLACK if sum(ground) > 380 else WHITE
        high = round(picture.height * share / (1 - share * (top + bottom)))
        whole = Image.new("RGB", (picture.width, picture.height + high * (top + bottom)), ground)
        if top:
            whole.paste(band(picture.width, high, ground, ink, rng), (0, 0))
        if bottom:
            whole.paste(
                band(picture.width, high, ground, ink, rng), (0, picture.height + high * top)
            )
        whole.paste(picture, (0, high * top))
        return whole

    return edit


def status_bar(draw: ImageDraw.ImageDraw, width: int, unit: int, ink: Colour) -> None:
    draw.text((2 * unit, unit // 2), "12:47", fill=ink, font=ImageFont.load_default(unit))
    for icon in range(3):
        left = width - (2 + 2 * icon) * unit
        draw.rounded_rectangle(
            (left - unit, unit * 0.6, left, unit * 1.4), unit // 5, outline=ink, width=3
        )


def text_lines(
    draw: ImageDraw.ImageDraw, place: tuple[int, int], bottom: int, unit: int, ink: Colour,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    left, top = place
    font = ImageFont.load_default(int(unit * 0.9))
    while top + unit < bottom:
        draw.text((left, top), words(rng, int(rng.integers(3, 7))), fill=ink, font=font)
        top += int(unit * 1.6)


def screenshot(
    *, dark: bool, margin: float = 0.0, colours: tuple[Colour, Colour, Colour, Colour] | None = None
) -> Edit:
    """A phone's screen: clock and icons, avatar and name, the picture, buttons, lines of text."""

    def edit(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
        width, height = PHONES[int(rng.integers(0, len(PHONES)))]
        ground, ink, pale, line = colours or (DARK if dark else LIGHT)
        screen = Image.new("RGB", (width, height), ground)
        draw = ImageDraw.Draw(screen)
        unit = width // 28
        status_bar(draw, width, unit, ink)
        top = 4 * unit
        if rng.random() < 0.5:
            draw.line((0, top - unit, width, top - unit), fill=line, width=2)
        draw.ellipse((unit, top, 4 * unit, top + 3 * unit), fill=BRIGHT[int(rng.integers(0, 5))])
        font = ImageFont.load_default(unit)
        draw.text((5 * unit, top + unit // 3), words(rng, 2), fill=ink, font=font)
        draw.text((5 * unit, top + 5 * unit // 3), words(rng, 3), fill=pale, font=font)
        top += 4 * unit
        if rng.random() < 0.5:
            draw.text((unit, top), words(rng, 6), fill=ink, font=font)
            top += 2 * unit
        left = round(width * margin)
        wide = width - 2 * left
        high = min(round(wide * picture.height / picture.width), height - top - 5 * unit)
        wide = min(wide, round(high * picture.width / picture.height))
        left = (width - wide) // 2
        screen.paste(picture.resize((wide, high), Image.Resampling.LANCZOS), (left, top))
        top += high + unit
        for button in range(3):
            at = (unit + 3 * button * unit, top, 3 * unit + 3 * button * unit, top + 2 * unit)
            draw.rounded_rectangle(at, unit // 2, outline=ink, width=4)
        text_lines(draw, (unit, top + 3 * unit), height - 4 * unit, unit, ink, rng)
        draw.line((0, height - 3 * unit, width, height - 3 * unit), fill=line, width=3)
        for icon in range(5):
            middle = width * (2 * icon + 1) // 10
            draw.ellipse(
                (middle - unit // 2, height - 2 * unit, middle + unit // 2, height - unit),
                fill=pale,
            )
        return screen

    return edit


def on_its_blur(picture: Image.Image, _rng: np.random.Generator) -> Image.Image:
    """In the middle of itself, enlarged and blurred: how upright video shows what is wide."""
    width, height = (540, 960) if picture.width >= picture.height else (960, 540)
    back = ImageOps.fit(picture, (width, height)).filter(ImageFilter.GaussianBlur(width / 30))
    shown = ImageOps.contain(picture, (width, height))
    back.paste(shown, ((width - shown.width) // 2, (height - shown.height) // 2))
    return back


def then(*edits: Edit) -> Edit:
    """One after the other."""

    def edit(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
        for each in edits:
            picture = each(picture, rng)
        return picture

    return edit


def jpeg(quality: int) -> Edit:
    return lambda picture, _rng: saved(picture, quality)


def brightness(factor: float) -> Edit:
    return lambda picture, _rng: ImageEnhance.Brightness(picture).enhance(factor)


def resized(factor: float) -> Edit:
    def edit(picture: Image.Image, _rng: np.random.Generator) -> Image.Image:
        size = (round(picture.width * factor), round(picture.height * factor))
        return picture.resize(size, Image.Resampling.LANCZOS)

    return edit


def mirrored(picture: Image.Image, _rng: np.random.Generator) -> Image.Image:
    return ImageOps.mirror(picture)


def negative(picture: Image.Image, _rng: np.random.Generator) -> Image.Image:
    return ImageOps.invert(picture)


def turned(picture: Image.Image, _rng: np.random.Generator) -> Image.Image:
    return picture.transpose(Image.Transpose.ROTATE_90)


def blurred(radius: float) -> Edit:
    return lambda picture, _rng: picture.filter(ImageFilter.GaussianBlur(radius))


EDITS: dict[str, Edit] = {
    "frame 3 %, white": frame(0.03, WHITE),
    "frame 5 %, black": frame(0.05, BLACK),
    "frame 10 %, white": frame(0.10, WHITE),
    "frame 10 %, black": frame(0.10, BLACK),
    "frame 15 %, grey": frame(0.15, GREY),
    "frame 15 %, coloured": frame(0.15),
    "frame 25 %, white": frame(0.25, WHITE),
    "frame 25 %, coloured": frame(0.25),
    "frame 12 %, colour gradient": gradient_frame,
    "frame 8 % and a thin line": double_frame,
    "instant photo on a table": instant_photo,
    "letterbox 10 %": bars(0, 0.10),
    "letterbox 25 %, JPEG q50": then(bars(0, 0.25), jpeg(50)),
    "letterbox 20 %, logo in the bar": bars(0, 0.20, logo=True),
    "pillarbox 10 %": bars(0.10, 0),
    "pillarbox 25 %, JPEG q50": then(bars(0.25, 0), jpeg(50)),
    "pillarbox 20 %, logo in the bar": bars(0.20, 0, logo=True),
    "caption above 10 %, white": caption(0.10, top=True, bottom=False, colour=WHITE),
    "caption above 25 %, white": caption(0.25, top=True, bottom=False, colour=WHITE),
    "caption below 15 %, black": caption(0.15, top=False, bottom=True, colour=BLACK),
    "caption below 20 %, coloured": caption(0.20, top=False, bottom=True),
    "captions above and below 15 %": caption(0.15, top=True, bottom=True, colour=WHITE),
    "screenshot, light": screenshot(dark=False),
    "screenshot, light, margins, JPEG q70": then(screenshot(dark=False, margin=0.05), jpeg(70)),
    "screenshot, dark": screenshot(dark=True),
    "screenshot, dark, margins": screenshot(dark=True, margin=0.04),
    "screenshot, black, JPEG q70": then(screenshot(dark=True, colours=DARKEST), jpeg(70)),
    "on its own blurred picture": on_its_blur,
    "on its own blurred picture, JPEG q50": then(on_its_blur, jpeg(50)),
    "mirrored + frame 10 %": then(mirrored, frame(0.10)),
    "turned + frame 15 %, white": then(turned, frame(0.15, WHITE)),
    "negative + frame 10 %": then(negative, frame(0.10)),
    "frame 10 % + brighter by half": then(frame(0.10, GREY), brightness(1.5)),
    "frame 10 % + darker by half": then(frame(0.10, WHITE), brightness(0.5)),
    "frame 10 % + JPEG q10": then(frame(0.10), jpeg(10)),
    "frame 10 % + quarter size": then(frame(0.10, WHITE), resized(0.25)),
    "frame 10 % + blur 3": then(frame(0.10), blurred(3)),
    "letterbox 15 % + caption": then(
        bars(0, 0.15), caption(0.15, top=True, bottom=False, colour=WHITE)
    ),
    "screenshot + JPEG q30": then(screenshot(dark=False), jpeg(30)),
    "screenshot of a mirrored picture": then(mirrored, screenshot(dark=False)),
    "screenshot of a framed picture": then(frame(0.08), screenshot(dark=False)),
    "screenshot of a captioned picture": then(
        caption(0.15, top=True, bottom=False, colour=WHITE), screenshot(dark=True)
    ),
    "screenshot, half size, JPEG q70": then(screenshot(dark=False), resized(0.5), jpeg(70)),
}
