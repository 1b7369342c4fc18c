"""What an edit is: named steps with parameters, the same for the same picture every time."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Concatenate, ParamSpec

import numpy as np
import numpy.typing as npt
from PIL import Image

Pixels = npt.NDArray[np.uint8]
"""RGB, (height, width, 3)."""

SINGLE_GOAL, PAIR_GOAL = 0.95, 0.85
"""The recall that is promised of a single edit, and of two at once."""


Given = ParamSpec("Given")
Change = Callable[Concatenate[Pixels, np.random.Generator, Given], Pixels]
"""Makes other pixels of some; all chance comes from the generator."""


@dataclass(frozen=True)
class Step:
    """One change and what it is given."""

    change: Callable[..., Pixels]
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        given = ", ".join(f"{name}={value}" for name, value in self.parameters.items())
        return f"{self.change.__name__}({given})"


def step(change: Change[Given], *_: Given.args, **parameters: Given.kwargs) -> Step:
    """A step, its parameters written by name as in a call."""
    return Step(change, parameters)


@dataclass(frozen=True)
class Edit:
    """An edit of the suite.

    goal: the recall that is promised, 0 to 1; None where nothing is promised.
    """

    name: str
    steps: tuple[Step, ...]
    goal: float | None = SINGLE_GOAL

    @property
    def key(self) -> str:
        """The name as it is typed: lower case, joined by hyphens."""
        return key_of(self.name)

    @property
    def parameters(self) -> str:
        """The steps with all their parameters, for people and for the results."""
        return " → ".join(map(str, self.steps))

    def apply(self, pixels: Pixels, of: str, seed: int = 0) -> Pixels:
        """The edited picture; chance is decided by what the picture is called, `of`, and `seed`."""
        return self._run(self.steps, pixels, of, seed)

    def file(self, pixels: Pixels, of: str, seed: int = 0) -> bytes:
        """The edited picture as a file: a JPEG where that is the last step, else a PNG.

        So nothing is done to it that the parameters don't tell.
        """
        last = self.steps[-1]
        if last.change is jpeg:
            before = self._run(self.steps[:-1], pixels, of, seed)
            return encoded(before, last.parameters["quality"])
        return encoded(self.apply(pixels, of, seed))

    def _run(self, steps: tuple[Step, ...], pixels: Pixels, of: str, seed: int) -> Pixels:
        rng = generator(seed, of, self.name)
        for each in steps:
            pixels = each.change(pixels, rng, **each.parameters)
        return pixels


def key_of(name: str) -> str:
    """A name in lower case, joined by hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def generator(seed: int, of: str, what: str) -> np.random.Generator:
    """Random numbers that depend on these three alone, on every machine."""
    text = f"{seed}\0{of}\0{what}".encode(errors="surrogateescape")
    return np.random.default_rng(list(hashlib.sha256(text).digest()))


def encoded(pixels: Pixels, quality: int | None = None) -> bytes:
    """The pixels as a JPEG of this quality, or as a PNG."""
    file = io.BytesIO()
    if quality is None:
        # Quick rather than small: it is read once.
        Image.fromarray(pixels).save(file, "PNG", compress_level=1)
    else:
        Image.fromarray(pixels).save(file, "JPEG", quality=quality)
    return file.getvalue()


def jpeg(pixels: Pixels, rng: np.random.Generator, *, quality: int) -> Pixels:  # noqa: ARG001  # a Change
    """As it is read from a JPEG of this quality (libjpeg's scale, 1 to 95)."""
    with Image.open(io.BytesIO(encoded(pixels, quality))) as opened:
        return np.asarray(opened.convert("RGB"))
