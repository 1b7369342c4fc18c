"""Evidence as places: which part or stretch shows which, in words and as outlines in SVG."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MARGIN = 0.04
"""Of the longer side, around an outline, so that its stroke isn't cut off."""


@dataclass(frozen=True)
class Outline:
    """A picture with the part of it that matches, as SVG path data in its own pixels.

    view: the viewBox. whole: the picture's edges, as far as they are known. box: the part. What of
    a banked picture lies beyond the part is not known: its size is kept nowhere.
    """

    view: str
    whole: str
    box: str
    label: str


def outlines_of(match: Mapping[str, Any], size: tuple[int, int] | None) -> list[Outline]:
    """The upload's outline and that of what is banked, where it is told which part shows which.

    size: width and height of the upload, None where they aren't known.
    """
    seen = match.get("seen", {})
    found = []
    if "box" in seen:
        found.append(_outline(seen["box"], size, "upload"))
    if "banked_box" in seen:
        found.append(_outline(seen["banked_box"], None, "banked"))
    return found


def _outline(box: Sequence[int], size: tuple[int, int] | None, label: str) -> Outline:
    left, top, width, height = map(int, box)
    right, bottom = max(1, left + width), max(1, top + height)
    if size is not None:
        right, bottom = max(right, size[0]), max(bottom, size[1])
        whole = _rectangle(0, 0, right, bottom)
    else:
        whole = f"M{right} 0h-{right}v{bottom}"
    margin = max(1, round(MARGIN * max(right, bottom)))
    view = f"{-margin} {-margin} {right + 2 * margin} {bottom + 2 * margin}"
    return Outline(view, whole, _rectangle(left, top, width, height), label)


def _rectangle(left: int, top: int, width: int, height: int) -> str:
    return f"M{left} {top}h{width}v{height}h-{width}z"


def words_of(match: Mapping[str, Any]) -> list[str]:
    """What was seen where, a sentence each."""
    return list(_words(match, match.get("seen", {})))


def _words(match: Mapping[str, Any], seen: Mapping[str, Any]) -> Iterator[str]:
    if "landmarks" in seen:
        yield (
            f"{seen['landmarks']} landmarks of the banked picture lie in the upload as one "
            f"transform says. Half of them differ by {match['distance']} of 256 bits at most."
        )
        yield f"{_done(match, seen)}."
    if "box" in seen:
        yield f"Seen in a part of the upload: {_box(seen['box'])}."
    if "banked_box" in seen:
        yield f"That shows of the banked picture: {_box(seen['banked_box'])}."
    if "seconds" in seen:
        yield f"Seen from {_stretch(seen['seconds'])} of the upload."
    if "banked_seconds" in seen:
        yield f"The banked video shows it from {_stretch(seen['banked_seconds'])}."
    if "frames" in seen:
        yield f"{seen['frames']} frame{'' if seen['frames'] == 1 else 's'} match{_shares(seen)}."


def _done(match: Mapping[str, Any], seen: Mapping[str, Any]) -> str:
    """What was done to the banked picture."""
    done = [] if match["transform"] == "none" else [str(match["transform"]).replace("_", " ")]
    if "scale" in seen:
        done.append(f"scaled to {100 * seen['scale']:.0f} %")
    if "angle" in seen:
        done.append(f"turned {seen['angle']:g}° clockwise" if seen["angle"] else "not turned")
    return f"The banked picture was {', '.join(done)}" if done else "The banked picture is upright"


def _box(box: Sequence[int]) -> str:
    left, top, width, height = map(int, box)
    return f"{width}×{height} pixels, {left} from the left, {top} from the top"


def _stretch(seconds: Sequence[float]) -> str:
    return f"{seconds[0]:g} s to {seconds[1]:g} s"


def _shares(seen: Mapping[str, Any]) -> str:
    told = [
        f"{100 * seen[name]:.0f} % of {of}"
        for name, of in (("share", "the upload's"), ("banked_share", "the banked video's"))
        if name in seen
    ]
    return f": {' and '.join(told)} that were compared" if told else ""
