"""What a reviewer may be shown of a file, and the workers that make it.

Importing this loads neither Pillow nor NumPy: `rendering` is loaded in the workers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hedgerow.media.guard import Task, Workers
from hedgerow.media.limits import Limits
from hedgerow.media.moments import Span

TASK = "hedgerow.media.rendering:render"

VEIL_SIDE = 32
"""Pixels of a veil's longer side, at most."""

VEIL_AVERAGED = 8
"""Pixels of the original, each way, that a pixel of a veil is the mean of at least: of a picture
that is tiny itself a veil shows no more than of a large one."""

PICTURE_SIDE = 1600
"""Pixels of the longer side of the picture that parts are cut from, at most."""

VEIL_QUALITY, PART_QUALITY = 70, 85
"""Quality of the JPEGs, as Pillow has it."""

USUAL_STILLS, MOST_STILLS = 9, 36
"""Stills of a video: where nothing else is asked for, and at most."""

MOST_FOUND = 32
"""Stretches of a video that stills can be asked of."""

MOST_PARTS_A_SIDE = 16
"""Columns and rows that a picture may be cut into."""


@dataclass(frozen=True)
class Wanted:
    """The options of a job, checked.

    view: "veil" or "part". stills: how many of a video, at most. part: the tile's number, row
    by row from 0. columns, rows: the grid it is of. still: from 0, which of the stills it is of.
    found: stretches of a video, in seconds, that most of the stills are to be of.
    """

    view: str
    stills: int = USUAL_STILLS
    part: int = 0
    columns: int = 1
    rows: int = 1
    still: int = 0
    colour: bool = False
    found: tuple[Span, ...] = ()

    @classmethod
    def of(cls, options: dict[str, Any]) -> Wanted:
        """From a job's options. Raises ValueError: one is missing, unknown or out of bounds."""
        view = options.get("view")
        if view not in ("veil", "part"):
            raise ValueError(f'view must be "veil" or "part", not {view!r}')
        known = {"view", "stills", "found"}
        if view == "part":
            known |= {"part", "columns", "rows", "still", "colour"}
        unknown = sorted(options.keys() - known)
        if unknown:
            raise ValueError(f"a {view} takes no {', '.join(unknown)}; leave it out")
        stills = _whole(options, "stills", 1, MOST_STILLS, USUAL_STILLS)
        found = _stretches(options.get("found", ()))
        if view == "veil":
            return cls(view, stills, found=found)
        columns = _whole(options, "columns", 1, MOST_PARTS_A_SIDE)
        rows = _whole(options, "rows", 1, MOST_PARTS_A_SIDE)
        colour = options.get("colour", False)
        if not isinstance(colour, bool):
            raise ValueError(f"colour must be true or false, not {colour!r}")
        return cls(
            view,
            stills,
            _whole(options, "part", 0, columns * rows - 1),
            columns,
            rows,
            _whole(options, "still", 0, stills - 1, 0),
            colour,
            found,
        )


def _whole(
    options: dict[str, Any], name: str, least: int, most: int, usual: int | None = None
) -> int:
    value = options.get(name, usual)
    if type(value) is not int or not least <= value <= most:
        raise ValueError(f"{name} must be a whole number from {least} to {most}, not {value!r}")
    return value


def _stretches(given: Any) -> tuple[Span, ...]:
    try:
        found = tuple((float(since), float(until)) for since, until in given)
    except (TypeError, ValueError):
        found = ((1.0, 0.0),)
    if len(found) > MOST_FOUND or not all(0 <= a <= b < float("inf") for a, b in found):
        raise ValueError(f"found must be up to {MOST_FOUND} pairs of seconds, from and to")
    return found


def viewing_workers(limits: Limits, jobs: int) -> Workers:
    """Worker processes that render files for review.

    Each job needs options of its own (`workers.submit(source, {"view": "veil"})`), as
    `rendering.render` tells them.
    """
    return Workers(Task(TASK), limits, jobs)
