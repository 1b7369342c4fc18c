"""What a browser sends of a picture: hashes, checked like anything else from outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hedgerow.signals import (
    BadSignal,
    Signal,
    parse,
    read_vpdq,
    registry,
    video_signal,
)
from hedgerow.survivors.errors import BadSubmission
from hedgerow.survivors.limits import Limits
from hedgerow.survivors.records import Submission

_DIGESTS = ("sha256", "md5")
_MEDIA = ("picture", "video")


def read_submissions(given: Any, limits: Limits) -> tuple[Submission, ...]:
    """The pictures and videos that a browser sent.

    given: a list of objects with `media` ("picture" or "video"), `sha256`, `md5`, and where the
    browser could show it `pdq` and `quality`, or `frames`: lines of vPDQ's text.

    Raises BadSubmission.
    """
    if not isinstance(given, list) or not given:
        raise BadSubmission("send a list of at least one picture")
    if len(given) > limits.max_pictures:
        raise BadSubmission(f"at most {limits.max_pictures} pictures at once")
    return tuple(_submission(each, limits) for each in given)


def _submission(given: Any, limits: Limits) -> Submission:
    if not isinstance(given, Mapping) or given.get("media") not in _MEDIA:
        raise BadSubmission("each picture is an object with a media")
    signals = [_digest(name, given.get(name)) for name in _DIGESTS]
    seen = _pdq(given) or _frames(given, limits)
    return Submission(given["media"], (*signals, *seen), exact_only=not seen)


def _digest(name: str, value: Any) -> Signal:
    if not isinstance(value, str):
        raise BadSubmission(f"the {name} is missing")
    return Signal(name, _parsed(name, value))


def _pdq(given: Mapping[str, Any]) -> list[Signal]:
    """The PDQ, unless the picture has so little in it that it is like many others."""
    value, quality = given.get("pdq"), given.get("quality")
    if value is None:
        return []
    if not isinstance(value, str) or type(quality) is not int or not 0 <= quality <= 100:
        raise BadSubmission("a PDQ is text, with a quality from 0 to 100")
    parsed = _parsed("pdq", value)
    return [Signal("pdq", parsed, quality)] if quality >= registry()["pdq"].minimum_quality else []


def _frames(given: Mapping[str, Any], limits: Limits) -> list[Signal]:
    lines = given.get("frames")
    if not lines:
        return []
    if not isinstance(lines, Sequence) or not all(isinstance(each, str) for each in lines):
        raise BadSubmission("frames are a list of lines")
    try:
        video = read_vpdq("\n".join(lines))
    except BadSignal as problem:
        raise BadSubmission(str(problem)) from None
    if len(video.frames) > limits.max_frames:  # a line can hold several
        raise BadSubmission(f"a video has at most {limits.max_frames} frames")
    signal = video_signal(video)
    return [signal] if signal.quality else []


def _parsed(name: str, value: str) -> str:
    try:
        return parse(name, value)
    except BadSignal as problem:
        raise BadSubmission(str(problem)) from None
