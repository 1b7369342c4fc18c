"""A case's evidence, match by match, as the evidence view shows it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hedgerow.banks import Content, contents_by_id
from hedgerow.matching import (
    Drawing,
    Outline,
    drawing_of,
    is_digest,
    outlines_of,
    words_of,
)
from hedgerow.signals import Comparison, signal_type
from hedgerow.store import Database
from hedgerow.web.console.drawings import Scale, Stretch, scale_of, stretch_of

_BITS = re.compile(r"[0-9a-fA-F]{64}")

_TURNS = {
    "none": "",
    "rotated_90": "turned by 90°",
    "rotated_180": "turned by 180°",
    "rotated_270": "turned by 270°",
    "mirrored": "mirrored left to right",
    "flipped": "mirrored top to bottom",
    "transposed": "mirrored and turned by 90°",
    "transversed": "mirrored and turned by 270°",
}

NOTES: Mapping[str, str] = {
    "low_quality": "There is little in the picture for its hash to say much: look twice.",
    "truncated": "The file is damaged; it was compared as far as it could be shown.",
    "first_frame": "It has more frames or pages than the first, which alone was compared.",
    "keyframes": "Of part of the video only some frames were compared, for want of time.",
}
"""What was noted of the upload, in words."""


@dataclass(frozen=True)
class Shown:
    """One match: what was found, and everything that can be drawn of it.

    match: as the answer told it. content: what the bank has now; None where it was taken out.
    scale, drawing: of two hashes compared bit by bit. same_file: of digests. words: what was seen
    where. outlines: which part. stretches: which part of a video, of the upload and of what is
    banked. transform: what was done to the banked picture, in words; "" for nothing.
    counts: False for a match that a known false positive explains better, told by `by`.
    """

    match: Mapping[str, Any]
    content: Content | None
    scale: Scale | None
    drawing: Drawing | None
    same_file: bool
    words: tuple[str, ...]
    outlines: tuple[Outline, ...]
    stretches: tuple[Stretch, ...]
    transform: str
    counts: bool
    by: Mapping[str, Any] | None


def shown_of(database: Database, evidence: Mapping[str, Any], most: int) -> list[Shown]:
    """Up to `most` matches of an answer, the nearest first; then as many that don't count."""
    told = [*evidence.get("matches", ())[:most], *evidence.get("suppressed", ())[:most]]
    with database.read() as session:
        contents = contents_by_id(session, {int(match["content_id"]) for match in told})
    width, height = evidence.get("width"), evidence.get("height")
    size = (int(width), int(height)) if width and height else None
    return [_shown(match, contents, size, evidence.get("seconds")) for match in told]


def _shown(
    match: Mapping[str, Any],
    contents: Mapping[int, Content],
    size: tuple[int, int] | None,
    seconds: float | None,
) -> Shown:
    bits = _has_bits(match)
    by = match.get("suppressed_by")
    return Shown(
        match=match,
        content=contents.get(int(match["content_id"])),
        scale=scale_of(match["distance"], match["threshold"]) if _is_measured(match) else None,
        drawing=drawing_of(match["value"], match["banked_value"]) if bits else None,
        same_file=is_digest(match["signal_type"]),
        words=tuple(words_of(match)),
        outlines=tuple(outlines_of(match, size)),
        stretches=tuple(_stretches(match.get("seen", {}), seconds)),
        transform=transform_in_words(match["transform"]),
        counts=by is None,
        by=by,
    )


def transform_in_words(name: str) -> str:
    """What was done to the banked picture: "turned by 90°"; "" for nothing."""
    if name == "negative":
        return "made a negative"
    turn = name.removeprefix("negative_")
    words = _TURNS.get(turn, turn.replace("_", " "))
    return words if turn == name else f"made a negative and {words}"


def _is_measured(match: Mapping[str, Any]) -> bool:
    """Whether the distance says by how many bits two pictures differ."""
    return not is_digest(match["signal_type"]) and "landmarks" not in match.get("seen", {})


def _has_bits(match: Mapping[str, Any]) -> bool:
    known = signal_type(match["signal_type"])
    return known.comparison is Comparison.HAMMING and all(
        _BITS.fullmatch(str(match[each])) for each in ("value", "banked_value")
    )


def _stretches(seen: Mapping[str, Any], seconds: float | None) -> Iterator[Stretch]:
    if "seconds" in seen:
        yield stretch_of(seen["seconds"], seconds, "upload")
    if "banked_seconds" in seen:
        yield stretch_of(seen["banked_seconds"], None, "banked")


def notes_in_words(names: Iterable[str]) -> list[str]:
    """What was noted of the upload, a sentence each."""
    return [NOTES.get(name, f"It was noted: {name.replace('_', ' ')}.") for name in names]
