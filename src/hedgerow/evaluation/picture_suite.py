"""The suite of picture edits: what is done to each picture, and what recall is promised."""

from __future__ import annotations

import numpy as np

from hedgerow.evaluation.edits import PAIR_GOAL, Edit, Pixels, Step, jpeg, step
from hedgerow.evaluation.geometry import (
    cropped,
    flipped,
    mirrored,
    quarter_turned,
    stretched,
    turned,
    turned_at_random,
)
from hedgerow.evaluation.screenshots import screenshot
from hedgerow.evaluation.surroundings import barred, captioned, framed, with_logo
from hedgerow.evaluation.tones import (
    blurred,
    brighter,
    colours_swapped,
    contrast,
    greyscale,
    negative,
    noisy,
    resized,
    sepia,
)

_CAPTION = step(captioned, least=0.15, most=0.2, at="top")
_PHONE = step(screenshot, width=1080, height=2340)
_TURNED = step(turned_at_random, expanded=True)

SINGLE_EDITS: tuple[Edit, ...] = (
    Edit("JPEG quality 30", (step(jpeg, quality=30),)),
    Edit("JPEG quality 10", (step(jpeg, quality=10),)),
    Edit("half size", (step(resized, scale=0.5),)),
    Edit("quarter size", (step(resized, scale=0.25),)),
    Edit("blur, radius 3", (step(blurred, radius=3),)),
    Edit("brighter by half", (step(brighter, factor=1.5),)),
    Edit("darker by half", (step(brighter, factor=0.5),)),
    Edit("more contrast", (step(contrast, factor=1.5),)),
    Edit("less contrast", (step(contrast, factor=0.5),)),
    Edit("greyscale", (step(greyscale),)),
    Edit("sepia", (step(sepia),)),
    Edit("colours swapped", (step(colours_swapped),)),
    Edit("noise", (step(noisy, sigma=20),)),
    Edit("negative", (step(negative),)),
    Edit("mirrored", (step(mirrored),)),
    Edit("upside down", (step(flipped),)),
    Edit("turned by 90°", (step(quarter_turned, quarters=1),)),
    Edit("turned by 2°", (step(turned, degrees=2, expanded=False),)),
    Edit("turned by 30°", (step(turned, degrees=30, expanded=True),)),
    Edit("turned by any angle", (_TURNED,)),
    Edit("turned by any angle, corners cut", (step(turned_at_random, expanded=False),)),
    Edit("caption above", (_CAPTION,)),
    Edit("caption below", (step(captioned, least=0.15, most=0.2, at="bottom"),)),
    Edit("logo", (step(with_logo, share=0.15),)),
    Edit("frame 10 %", (step(framed, across=0.1, down=0.1),)),
    Edit("frame 25 %", (step(framed, across=0.25, down=0.25),)),
    Edit("letterbox 25 %", (step(barred, across=0, down=0.25),)),
    Edit("pillarbox 25 %", (step(barred, across=0.25, down=0),)),
    Edit("phone screenshot", (_PHONE,)),
    Edit("crop to 90 %", (step(cropped, share=0.9, at="centre"),)),
    Edit("crop to 80 %", (step(cropped, share=0.8, at="centre"),)),
    Edit("crop to 60 %, centre", (step(cropped, share=0.6, at="centre"),)),
    Edit("crop to 60 %, corner", (step(cropped, share=0.6, at="corner"),)),
)
"""One thing done, each with the promise."""


def two_by_chance(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Two different ones of the single edits, one after the other, drawn anew for each picture."""
    for number in rng.choice(len(SINGLE_EDITS), 2, replace=False):
        for each in SINGLE_EDITS[number].steps:
            pixels = each.change(pixels, rng, **each.parameters)
    return pixels


def _pair(name: str, *steps: Step) -> Edit:
    return Edit(name, steps, PAIR_GOAL)


_CROP = step(cropped, share=0.6, at="centre")

PAIRS: tuple[Edit, ...] = (
    _pair("mirrored + crop to 60 %", step(mirrored), _CROP),
    _pair("screenshot + JPEG quality 30", _PHONE, step(jpeg, quality=30)),
    _pair("crop to 60 % + screenshot", _CROP, _PHONE),
    _pair(
        "frame 10 % + brighter by half",
        step(framed, across=0.1, down=0.1),
        step(brighter, factor=1.5),
    ),
    _pair("frame 25 % + turned", step(framed, across=0.25, down=0.25), _TURNED),
    _pair("turned + crop to 80 %", _TURNED, step(cropped, share=0.8, at="centre")),
    _pair("negative + crop to 80 %", step(negative), step(cropped, share=0.8, at="centre")),
    _pair(
        "caption + quarter size",
        _CAPTION,
        step(resized, scale=0.25),
    ),
    _pair("logo + mirrored", step(with_logo, share=0.15), step(mirrored)),
    _pair(
        "corner crop to 60 % + JPEG quality 10",
        step(cropped, share=0.6, at="corner"),
        step(jpeg, quality=10),
    ),
    _pair(
        "letterbox 25 % + darker by half",
        step(barred, across=0, down=0.25),
        step(brighter, factor=0.5),
    ),
    _pair("blur + JPEG quality 10", step(blurred, radius=3), step(jpeg, quality=10)),
    _pair("any two of the single edits", step(two_by_chance)),
)
"""Two things done at once, each with the promise for that."""

BEYOND: tuple[Edit, ...] = (
    Edit("JPEG quality 5", (step(jpeg, quality=5),), None),
    Edit("eighth size", (step(resized, scale=0.125),), None),
    Edit("blur, radius 6", (step(blurred, radius=6),), None),
    Edit("stretched by 25 %", (step(stretched, across=1.25),), None),
    Edit("crop to 40 %, centre", (step(cropped, share=0.4, at="centre"),), None),
    Edit("crop to 40 %, corner", (step(cropped, share=0.4, at="corner"),), None),
)
"""Beyond what is promised, to see where it ends."""

PICTURE_EDITS: tuple[Edit, ...] = (*SINGLE_EDITS, *PAIRS, *BEYOND)
"""The whole suite for pictures."""
