"""Surroundings that different pictures share: the same screen, caption, frame, bar, logo.

Thousands of uploads have them in common, so a match by them alone is a mistake. Each picture is
brought to one shape and size first, and the chance is the same for all: what is around two pictures
is then the same to the pixel.
"""

from __future__ import annotations

from hedgerow.evaluation.edits import Edit, Step, step
from hedgerow.evaluation.geometry import shaped
from hedgerow.evaluation.screenshots import screenshot
from hedgerow.evaluation.surroundings import captioned, memed, with_logo, with_ticker

_SHAPED = step(shaped, width=800, height=600)


def _same(name: str, around: Step) -> Edit:
    return Edit(f"same {name}", (_SHAPED, around), None)


SURROUNDINGS: tuple[Edit, ...] = (
    _same("phone screenshot", step(screenshot, width=1080, height=2340)),
    _same("caption above", step(captioned, least=0.15, most=0.2, at="top")),
    _same("meme frame", step(memed)),
    _same("news bar", step(with_ticker, share=0.22)),
    _same("logo", step(with_logo, share=0.2)),
)
"""All of them; nothing is promised, and there should be no match."""
