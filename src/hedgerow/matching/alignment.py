"""Which stretch of one video is which stretch of another, from frames that look alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SLACK = 0.6
"""Seconds that two frames may be shown apart and still be the same moment: videos are looked at
once a second, each from its own beginning."""

Codes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Frames:
    """Frames of a video in the order they are shown, near-identical neighbours as one.

    codes: uint8 (n, 32). since, until: seconds (n,) at which each is first and last shown.
    """

    codes: Codes
    since: Floats
    until: Floats

    def __len__(self) -> int:
        return len(self.codes)


@dataclass(frozen=True)
class Aligned:
    """What two videos have in common.

    frames: of the upload that look like a frame of the banked one. share, banked_share: the part
    of each that shows the other. in_order: frames of the upload that do so one after the other, as
    in the banked video. seconds, banked_seconds: from when to when. distance: bits, the median.
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
    distances = _distances(upload.codes, banked.codes)
    near = distances <= radius
    if not near.any():  # also where either has no frames
        return None
    delay = _delay(upload, banked, *np.nonzero(near))
    together = _together(upload, banked, delay)
    together &= distances <= along
    rows, banked_rows = np.nonzero(near | together)
    in_order, banked_in_order = np.nonzero(together)
    found = np.unique(rows)
    nearest = np.where(near | together, distances, _FAR).min(axis=1)[found]
    return Aligned(
        frames=len(found),
        share=_share(upload, rows),
        banked_share=_share(banked, banked_rows),
        in_order=len(np.unique(in_order)),
        seconds=_stretch(upload, in_order),
        banked_seconds=_stretch(banked, banked_in_order),
        distance=int(np.sort(nearest)[(len(nearest) - 1) // 2]),
    )


_FAR = 257


def _distances(one: Codes, other: Codes) -> Numbers:
    """Differing bits (n, m) of codes (n, 32) and (m, 32)."""
    words, others = one.view(np.uint64), other.view(np.uint64)
    apart = np.zeros((len(words), len(others)), np.int64)
    for word in range(words.shape[1]):
        apart += np.bitwise_count(words[:, word, np.newaxis] ^ others[:, word])
    return apart


def _delay(upload: Frames, banked: Frames, rows: Numbers, banked_rows: Numbers) -> float:
    """By how many seconds later the upload shows what the banked video does, by most pairs."""
    earliest = upload.since[rows] - banked.until[banked_rows] - SLACK
    latest = upload.until[rows] - banked.since[banked_rows] + SLACK
    best, most = 0.0, 0
    for delay in np.unique(upload.since[rows] - banked.since[banked_rows]).tolist():
        allows = (earliest <= delay) & (delay <= latest)
        count = len(np.unique(rows[allows]))
        if count > most:
            best, most = delay, count
    return best


def _together(upload: Frames, banked: Frames, delay: float) -> npt.NDArray[np.bool_]:
    """Which pairs (n, m) are shown at the same moment, one that much later than the other."""
    starts = upload.since[:, np.newaxis] - delay <= banked.until + SLACK
    ends = upload.until[:, np.newaxis] - delay >= banked.since - SLACK
    return np.asarray(starts & ends)


def _share(frames: Frames, rows: Numbers) -> float:
    """The part of the frames that are among the rows, or shown within SLACK of one that is."""
    since, until = frames.since[rows], frames.until[rows]
    covered = (frames.since[:, np.newaxis] <= until + SLACK) & (
        frames.until[:, np.newaxis] >= since - SLACK
    )
    return round(float(covered.any(axis=1).mean()), 3)


def _stretch(frames: Frames, rows: Numbers) -> tuple[float, float]:
    return round(float(frames.since[rows].min()), 2), round(float(frames.until[rows].max()), 2)
