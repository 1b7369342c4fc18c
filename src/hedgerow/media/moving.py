"""The frames of an animated GIF, WebP, APNG or AVIF, by the same plugins as its first frame."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hedgerow.media.ends import is_cut_off
from hedgerow.media.film import Clock, Frame, Partial, VideoFacts
from hedgerow.media.limits import Limits
from hedgerow.media.orientation import exif_orientation, upright
from hedgerow.media.pillow import TURNED_HERE, check_size, opened, refusal_of
from hedgerow.media.pixels import to_pixels
from hedgerow.media.refusals import RefusalCode, Refused, no_video
from hedgerow.media.sampling import plan
from hedgerow.media.switches import switches

SHORTEST_MILLISECONDS = 10.0
"""Frames that are to be shown for no longer than this are shown for `USUAL_MILLISECONDS`, as
browsers do: many files say 0."""

USUAL_MILLISECONDS = 100.0

_TIMED_BY_DECODING = frozenset({"webp", "avif"})


def frames_of_animation(
    data: bytes, facts: VideoFacts, limits: Limits, clock: Clock
) -> Iterator[Frame]:
    """The frames to look at, in order; `facts` are complete when they are at an end.

    Raises Refused: `no_video` where there is one frame only, and as `decode` does.
    """
    animation = Animation(data, facts.format, limits)
    if animation.count < 2:
        raise no_video()
    if is_cut_off(data, facts.format):
        facts.note(Partial.SHORTER)
    count = min(animation.count, limits.max_decoded_frames)
    animation.skip(0)
    wanted = plan(count, 1 / animation.shown(), limits.max_frames)
    last = float("-inf")
    for number in range(count):
        pixels = None
        try:
            animation.skip(number)
            # One that stays is looked at, whatever its number.
            if wanted.wants(number, facts.seconds, last) or animation.shown() > wanted.gap:
                pixels = animation.pixels(number)
        except Refused as refused:
            if refused.code is not RefusalCode.CORRUPT or facts.frames == 0:
                raise
            facts.note(Partial.DAMAGED)
            return
        if pixels is not None:
            last = facts.seconds
            yield facts.take(Frame(number, facts.seconds, pixels))
        facts.seconds += animation.shown()
        over = _over(number, count, animation.count, facts, limits, clock)
        if over is not None:
            facts.note(over)
            return


def _over(
    number: int, count: int, there: int, facts: VideoFacts, limits: Limits, clock: Clock
) -> Partial | None:
    """Why not to go on after the frame `number`, where there are more of them."""
    if number + 1 == there:
        return None
    if number + 1 == count:
        return Partial.MAX_DECODED_FRAMES
    if facts.frames == limits.max_frames:
        return Partial.MAX_FRAMES
    return Partial.TIME if clock.is_over() else None


class Animation:
    """An open file. Pillow's switches are held for one frame at a time, as others decode too."""

    def __init__(self, data: bytes, name: str, limits: Limits) -> None:
        self._name = name
        self._limits = limits
        self._image: Any = self._guarded(lambda: opened(data, name, limits))
        self.count: int = self._guarded(lambda: getattr(self._image, "n_frames", 1))

    def shown(self) -> float:
        """Seconds that the frame decoded last, or skipped last, is shown."""
        milliseconds = float(self._image.info.get("duration") or 0.0)
        if not SHORTEST_MILLISECONDS < milliseconds < float("inf"):
            milliseconds = USUAL_MILLISECONDS
        return milliseconds / 1000

    def skip(self, number: int) -> None:
        """Go on to a frame that isn't looked at: later ones may be drawn on it."""

        def go() -> None:
            self._image.seek(number)
            # These know for how long a frame is shown only once it is decoded, and decode it
            # anyway for the next.
            if self._name in _TIMED_BY_DECODING:
                self._image.load()

        self._guarded(go)

    def pixels(self, number: int) -> NDArray[np.uint8]:
        """The pixels of a frame, upright, alpha on white."""

        def decode() -> NDArray[np.uint8]:
            self._image.seek(number)
            self._image.load()
            check_size(self._image.size, self._limits)
            pixels = to_pixels(self._image)
            exif = self._image.info.get("exif")
            if self._name in TURNED_HERE and isinstance(exif, bytes):
                pixels = upright(pixels, exif_orientation(exif))
            return np.ascontiguousarray(pixels)

        pixels: NDArray[np.uint8] = self._guarded(decode)
        return pixels

    def _guarded(self, step: Any) -> Any:
        with switches(self._limits.max_pixels):
            try:
                return step()
            except Refused:
                raise
            # As in `pillow`: whatever a decoder raises on hostile bytes, the file is to blame.
            except BaseException as error:  # noqa: BLE001  # told as a refusal
                raise refusal_of(error, self._limits) from None
