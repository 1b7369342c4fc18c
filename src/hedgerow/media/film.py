"""What a video is made of, for the other rooms: its frames, and what is known of it as a whole."""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from hedgerow.media.limits import Limits

if TYPE_CHECKING:  # NumPy is loaded by the first decode, not by the import of this room
    import numpy as np
    from numpy.typing import NDArray


class Partial(StrEnum):
    """Why a video was looked at in part only. The values are an interface: they never change."""

    DAMAGED = "damaged"
    """Some of it can't be decoded here; another decoder may show it."""

    SHORTER = "shorter"
    """The file says that it is longer than what is there: it was cut off, or it lies. What is
    there was looked at."""

    HIDDEN = "hidden"
    """There are frames in it that an edit list leaves out, or that reading did not come to."""

    REPEATS = "repeats"
    """It shows the same bytes again and again: more than twice its size was not read."""

    TIME = "time"
    """The time was over before the end; what came before that was looked at."""

    OTHER_STREAMS = "other_streams"
    """It has several moving pictures side by side; the one that players choose was looked at."""

    KEYFRAMES = "keyframes"
    """Half of the time was over before the end; of the rest only keyframes were looked at."""

    FEW_KEYFRAMES = "few_keyframes"
    """Only keyframes were looked at, of the rest or of all, and they lie far apart."""

    MAX_FRAMES = "max_frames"
    """As many frames as the limit allows were looked at before the end."""

    MAX_DECODED_FRAMES = "max_decoded_frames"
    """It has more frames than the limit; those after it were not looked at."""


GRAVEST_FIRST = (
    Partial.TIME,
    Partial.MAX_DECODED_FRAMES,
    Partial.MAX_FRAMES,
    Partial.FEW_KEYFRAMES,
    Partial.REPEATS,
    Partial.HIDDEN,
    Partial.OTHER_STREAMS,
    Partial.DAMAGED,
    Partial.SHORTER,
    Partial.KEYFRAMES,
)
"""An earlier one is not replaced by a later one. Those by which something that is there went
unseen stand before those by which nothing did: a clear verdict hangs on it."""


def _rank(partial: Partial) -> int:
    return GRAVEST_FIRST.index(partial)


@dataclass(frozen=True, eq=False)
class Frame:
    """A frame of a video that is looked at.

    number: from 0, of all frames in the order they are shown. seconds: since the first frame.
    pixels: uint8 as in `Picture`, upright; luma (h, w), of animated pictures perhaps RGB.
    """

    number: int
    seconds: float
    pixels: NDArray[np.uint8]


@dataclass
class VideoFacts:
    """What is known of a video once its frames were looked at.

    format: one of VIDEO_FORMATS, or of FORMATS for an animated picture. width, height: pixels of
    the first frame as a person sees it. seconds: from the first frame to the end of the last, as
    far as they are there. frames: how many were looked at. partial: None where that was all that
    was wanted.
    """

    format: str
    width: int = 0
    height: int = 0
    seconds: float = 0.0
    frames: int = 0
    partial: Partial | None = None

    def note(self, partial: Partial) -> None:
        """Note why it is looked at in part; the gravest reason stays."""
        if self.partial is None or _rank(partial) < _rank(self.partial):
            self.partial = partial

    def take(self, frame: Frame) -> Frame:
        """Count a frame."""
        if self.frames == 0:
            self.height, self.width = map(int, frame.pixels.shape[:2])
        self.frames += 1
        return frame


class Clock:
    """The time that a file may take; it began when the file was read."""

    def __init__(self, began: float, seconds: float, limits: Limits) -> None:
        self._end = began + seconds * limits.partial_after
        self._half = began + seconds * limits.partial_after / 2

    def is_over(self) -> bool:
        """Whether it is time to stop and give what there is."""
        return time.monotonic() > self._end

    def is_half_over(self) -> bool:
        """Whether it is time to hurry."""
        return time.monotonic() > self._half
