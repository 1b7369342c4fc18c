"""The forms in which an upload is looked up: turned, mirrored, negative, and the parts of it."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from hedgerow.signals import Box, Signal

UNCHANGED = "none"
"""The name of the transform that changes nothing."""


CHARACTERS_OF_A_PART = 180
"""Of a payload: a frame or a landmark has 147 bytes or a few more, in base 64."""

FORMS_OF_A_PART = 2
"""In which most parts are looked up: a frame as it is and mirrored, a landmark in one."""


class Form(NamedTuple):
    """A value to look up: of the whole upload where `box` is None, else of that part of it."""

    transform: str
    value: str
    quality: int | None
    box: Box | None


def forms_of(signal: Mapping[str, Any]) -> Iterator[Form]:
    """The forms of one signal, as `hedgerow.signals.hash_file` gives it; the whole comes first."""
    yield from _of(signal, None)
    for region in signal.get("regions", ()):
        left, top, width, height = region["box"]
        yield from _of(region, (left, top, width, height))


def _of(hashed: Mapping[str, Any], box: Box | None) -> Iterator[Form]:
    quality = hashed.get("quality")
    yield Form(UNCHANGED, str(hashed["value"]), quality, box)
    for transform, value in hashed.get("variants", {}).items():
        yield Form(transform, value, quality, box)


def payload_of(signal: Mapping[str, Any]) -> bytes:
    """The parts of a signal that is compared by them; empty where it came without."""
    return b64decode(signal.get("payload", ""))


def number_of_codes(signal: Mapping[str, Any]) -> int:
    """About how many codes are looked up for one signal, at most."""
    parts = len(signal.get("payload", "")) // CHARACTERS_OF_A_PART
    return sum(1 for _form in forms_of(signal)) + FORMS_OF_A_PART * parts


def banked_signals(hashed: Mapping[str, Mapping[str, Any]]) -> list[Signal]:
    """The signals to bank, of those that `hedgerow.signals.hash_file` gives."""
    return [
        Signal(name, one["value"], one.get("quality"), payload_of(one))
        for name, one in hashed.items()
    ]
