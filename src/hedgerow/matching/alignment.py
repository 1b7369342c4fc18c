"""Which stretch of one video is which stretch of another, from frames that look alike.

Whatever the videos are, the work is at most one comparison for each pair of frames, and memory is
held for some of the pairs at a time: two hours against two hours are fifty million.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hedgerow.index import Codes, pairs_within

SLACK = 0.6
"""Seconds that two frames may be shown apart and still be the same moment: videos are looked at
once a second, each from its own beginning."""

PAIRS_AT_ONCE, MOST_ROWS = 2_000_000, 2**16
"""Pairs of frames, and frames of the upload, that are held in memory together."""

MOST_TOGETHER = 500
"""Frames of the banked video that one frame of the upload can be shown with: more stand still for
longer than any scene, or have no times at all."""

MOST_ALIKE = 512
"""Frames of the banked video, the nearest ones, by which a frame of the upload speaks for a delay.
A scene that stands still is like itself at every delay, and says the less the longer it does."""

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Pairs = tuple[Numbers, Numbers, Numbers]
"""Rows of the upload, rows of the banked video, and the bits between them."""


@dataclass(frozen=True, eq=False)
class Frames:
    """Frames of a video in the order they are shown, near-identical neighbours as one.

    codes: (n, 4). since, until: seconds (n,) at which each is first and last shown, ascending.
    """

    codes: Codes
    since: Floats
    until: Floats

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def apart(self) -> float:
        """Seconds between two frames that were looked at; infinite where there is one."""
        gaps = self.since[1:] - self.until[:-1]
        return float(np.median(gaps)) if len(gaps) else float("inf")


@dataclass(frozen=True)
class Aligned:
    """What two videos have in common.

    frames: of the upload that look like a frame of the banked one. share, banked_share: the part
    of each that shows the other. in_order: frames of the upload that do so one after the other, as
    in the banked video. seconds, banked_seconds: from when to when. distance: bits, the median of
    the frames within the radius.
    """

    frames: int
    share: float
    banked_share: float
    in_order: int
    seconds: tuple[float, float]
    banked_seconds: tuple[float, float]
    distance: int


def aligned(upload: Frames, banked: Frames, radius: int, along: int) -> Aligned | None:
    """What an upload and a banked video have in common; None for nothing.

    Frames within the radius count wherever they are: a slideshow keeps no time. At the one delay
    that most of them allow for, `along` bits are near enough.
    """
    shown, banked_shown = np.zeros(len(upload), np.bool_), np.zeros(len(banked), np.bool_)
    nearest = np.full(len(upload), radius + 1)
    speaking: list[Pairs] = []
    for pairs in _near(upload, banked, radius):
        shown[pairs[0]] = banked_shown[pairs[1]] = True
        kept = _nearest(pairs)
        np.minimum.at(nearest, kept[0], kept[2])
        speaking.append(kept)
    if not shown.any():  # also where either has no frames
        return None
    bits = np.sort(nearest[shown])
    rows, banked_rows, _distances = (np.concatenate(each) for each in zip(*speaking, strict=True))
    common = _Stretch.at(_delay(upload, banked, rows, banked_rows), upload, banked, along)
    margin = min(SLACK, max(upload.apart, banked.apart) / 2)
    shown |= common.rows
    banked_shown |= common.banked_rows
    return Aligned(
        frames=int(shown.sum()),
        share=_share(upload, shown, margin),
        banked_share=_share(banked, banked_shown, margin),
        in_order=int(common.rows.sum()),
        seconds=common.seconds,
        banked_seconds=common.banked_seconds,
        distance=int(bits[(len(bits) - 1) // 2]),
    )


def _near(upload: Frames, banked: Frames, radius: int) -> Iterator[Pairs]:
    """The pairs within the radius, some at a time."""
    at_once = min(max(1, PAIRS_AT_ONCE // max(1, len(banked))), MOST_ROWS)
    for start in range(0, len(upload), at_once):
        found = pairs_within(banked.codes, upload.codes[start : start + at_once], radius)
        if len(found):
            yield found[:, 0] + start, found[:, 1], found[:, 2]


def _nearest(pairs: Pairs) -> Pairs:
    """Of each row of the upload the MOST_ALIKE pairs that are most alike."""
    rows, banked_rows, distances = pairs
    # Of such small numbers NumPy counts, which is ten times as quick as sorting.
    order = np.argsort(distances.astype(np.uint16), kind="stable")
    order = order[np.argsort((rows[order] - rows.min()).astype(np.uint16), kind="stable")]
    first = np.flatnonzero(np.diff(rows[order], prepend=-1))
    place = np.arange(len(order)) - np.repeat(first, np.diff(first, append=len(order)))
    kept = order[place < MOST_ALIKE]
    return rows[kept], banked_rows[kept], distances[kept]


def _delay(upload: Frames, banked: Frames, rows: Numbers, banked_rows: Numbers) -> float:
    """By how many seconds later the upload shows what the banked video does.

    Each pair allows for a range of delays; the middle of what most frames of the upload allow for.
    """
    earliest = upload.since[rows] - banked.until[banked_rows] - SLACK
    latest = upload.until[rows] - banked.since[banked_rows] + SLACK
    begins, ends = _joined(rows, earliest, latest)
    times = np.concatenate([begins, ends])
    steps = np.repeat([1, -1], [len(begins), len(ends)])
    order = np.lexsort((-steps, times))
    best = int(np.argmax(np.cumsum(steps[order])))
    return float(times[order[best : best + 2]].mean())


def _joined(rows: Numbers, earliest: Floats, latest: Floats) -> tuple[Floats, Floats]:
    """The ranges of each row, those that overlap as one: a row is to be counted once."""
    order = np.lexsort((earliest, rows))
    # Moved apart by more than any range reaches, so that one pass does for all rows.
    moved = rows[order] * (float(latest.max() - earliest.min()) + 1)
    begins, ends = earliest[order] + moved, np.maximum.accumulate(latest[order] + moved)
    first = np.append(True, begins[1:] > ends[:-1])
    last = np.append(first[1:], True)
    return (begins - moved)[first], (ends - moved)[last]


@dataclass(frozen=True, eq=False)
class _Stretch:
    """What is shown one after the other in both: which rows of either, and from when to when."""

    rows: Flags
    banked_rows: Flags
    seconds: tuple[float, float]
    banked_seconds: tuple[float, float]

    @classmethod
    def at(cls, delay: float, upload: Frames, banked: Frames, along: int) -> _Stretch:
        """The frames that are alike within `along` bits and that much later in the upload."""
        rows, banked_rows = np.zeros(len(upload), np.bool_), np.zeros(len(banked), np.bool_)
        span, banked_span = _Span(), _Span()
        for pairs in _at_once(delay, upload, banked):
            apart = np.bitwise_count(upload.codes[pairs[0]] ^ banked.codes[pairs[1]])
            alike = apart.sum(axis=1, dtype=np.int64) <= along
            one, other = (each[alike] for each in pairs)
            rows[one] = banked_rows[other] = True
            # Of a frame that stands, only the part that the other shows.
            span.take(upload, one, banked.since[other] + delay, banked.until[other] + delay)
            banked_span.take(banked, other, upload.since[one] - delay, upload.until[one] - delay)
        return cls(rows, banked_rows, span.seconds, banked_span.seconds)


class _Span:
    """From the earliest to the latest of what was taken."""

    def __init__(self) -> None:
        self._since, self._until = float("inf"), float("-inf")

    def take(self, frames: Frames, rows: Numbers, since: Floats, until: Floats) -> None:
        """Take in these rows, of each what is shown between two moments, or a moment of it."""
        if len(rows):
            first, last = frames.since[rows], frames.until[rows]
            self._since = min(self._since, float(np.clip(since, first, last).min()))
            self._until = max(self._until, float(np.clip(until, first, last).max()))

    @property
    def seconds(self) -> tuple[float, float]:
        return round(self._since, 2), round(self._until, 2)


def _at_once(delay: float, upload: Frames, banked: Frames) -> Iterator[tuple[Numbers, Numbers]]:
    """The pairs that are shown at the same moment, one that much later; some at a time."""
    first = np.searchsorted(banked.until, upload.since - delay - SLACK)
    count = np.searchsorted(banked.since, upload.until - delay + SLACK, side="right") - first
    count = np.clip(count, 0, MOST_TOGETHER)
    total = np.cumsum(count)
    low = 0
    while low < len(upload):
        done = int(total[low - 1]) if low else 0
        high = max(low + 1, int(np.searchsorted(total, done + PAIRS_AT_ONCE, side="right")))
        part = count[low:high]
        start = np.cumsum(part) - part
        rows = np.repeat(np.arange(low, high), part)
        yield rows, np.arange(len(rows)) + np.repeat(first[low:high] - start, part)
        low = high


def _share(frames: Frames, shown: Flags, margin: float) -> float:
    """The part of the frames that are shown, or so few seconds from one that is.

    The other video was perhaps not looked at in between.
    """
    found = np.flatnonzero(shown)
    place = np.searchsorted(found, np.arange(len(frames)))
    near = [found[np.clip(each, 0, len(found) - 1)] for each in (place - 1, place)]
    away = [
        np.maximum(frames.since[each] - frames.until, frames.since - frames.until[each])
        for each in near
    ]
    return round(float((np.minimum(*away) <= margin).mean()), 3)
