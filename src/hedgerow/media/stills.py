"""A few stills of what moves, mostly of what was found in it; the same ones every time."""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import islice

from hedgerow.media.ends import is_cut_off
from hedgerow.media.files import File
from hedgerow.media.film import Clock, Frame, Partial, VideoFacts
from hedgerow.media.formats import sniff, sniff_video
from hedgerow.media.limits import Limits
from hedgerow.media.moments import Span, parts_of
from hedgerow.media.moving import Animation
from hedgerow.media.refusals import RefusalCode, Refused, no_video, timed_out


class Stills:
    """Up to `most` frames of a file that moves, in order; iterate once.

    A still that can't be decoded is left out, in grey as in colour, so that a number means the
    same frame whenever it is asked for. `facts` are complete at the end. Iterating raises Refused
    as `File.frames` does.
    """

    def __init__(
        self, file: File, most: int, *, colour: bool = False, found: Sequence[Span] = ()
    ) -> None:
        """colour: give RGB of a video, too, and not luma. found: stretches, as in `parts_of`."""
        self._file = file
        self._most = most
        self._colour = colour
        self._found = found
        # Only called of what moves, which has the one format or the other.
        self.facts = VideoFacts(sniff_video(file.data) or sniff(file.data) or "")

    def __iter__(self) -> Iterator[Frame]:
        data, facts, limits = self._file.data, self.facts, self._file.limits
        if self._file.is_video:
            # FFmpeg takes a tenth of a second to load: only on use.
            from hedgerow.media.excerpts import stills_of_container

            clock = Clock(time.monotonic(), limits.max_video_seconds, limits)
            yield from stills_of_container(
                data, facts, limits, clock, self._most, colour=self._colour, found=self._found
            )
        else:
            clock = Clock(time.monotonic(), limits.max_seconds, limits)
            yield from _stills_of_animation(data, facts, limits, clock, self._most, self._found)

    def at(self, place: int) -> Frame:
        """The still of that number. Raises Refused, and ValueError where there are fewer."""
        frame = next(islice(self, place, None), None)
        if frame is not None:
            return frame
        if self.facts.partial is Partial.TIME:
            name = "max_video_seconds" if self._file.is_video else "max_seconds"
            limits = self._file.limits
            raise timed_out(getattr(limits, name) * limits.partial_after, name)
        raise ValueError(f"there is no still {place}: the file has {self.facts.frames}")


def _stills_of_animation(
    data: bytes,
    facts: VideoFacts,
    limits: Limits,
    clock: Clock,
    most: int,
    found: Sequence[Span],
) -> Iterator[Frame]:
    """Spread by the number of the frames: how long each is shown is only known on the way.

    Where something was found, that way is gone twice.
    """
    animation = Animation(data, facts.format, limits)
    if animation.count < 2:
        raise no_video()
    if is_cut_off(data, facts.format):
        facts.note(Partial.SHORTER)
    count = min(animation.count, limits.max_decoded_frames)
    if count < animation.count:
        facts.note(Partial.MAX_DECODED_FRAMES)
    ahead = Animation(data, facts.format, limits) if found else animation
    wanted = _wanted(ahead, count, clock, most, found)
    for number in range(count):
        if clock.is_over():
            facts.note(Partial.TIME)
            break
        try:
            animation.skip(number)
            pixels = animation.pixels(number) if number in wanted else None
        except Refused as refused:
            if refused.code is not RefusalCode.CORRUPT or facts.frames == 0:
                raise
            facts.note(Partial.DAMAGED)
            break
        if pixels is not None:
            yield facts.take(Frame(number, facts.seconds, pixels))
        facts.seconds += animation.shown()
    if facts.frames == 0:
        raise timed_out(limits.max_seconds * limits.partial_after)


def _wanted(
    ahead: Animation, count: int, clock: Clock, most: int, found: Sequence[Span]
) -> set[int]:
    """The numbers of the frames to show; by their times where there is time to look ahead."""
    stills = min(most, count)
    if not found or stills == count:
        return _spread(stills, count)
    seconds, length = _times(ahead, count, clock)
    if len(seconds) < count and clock.is_half_over():
        # There is no time for looking ahead: the same stills as where nothing was found.
        return _spread(stills, count)
    parts = parts_of(most, length, seconds, found)
    return {max(0, bisect_right(seconds, (since + until) / 2) - 1) for since, until in parts}


def _spread(stills: int, count: int) -> set[int]:
    """So many numbers, evenly spread."""
    return {(2 * place + 1) * count // (2 * stills) for place in range(stills)}


def _times(ahead: Animation, count: int, clock: Clock) -> tuple[list[float], float]:
    """When the frames are shown, and the length of them all."""
    seconds: list[float] = []
    length = 0.0
    for number in range(count):
        try:
            ahead.skip(number)
        except Refused as refused:
            if refused.code is not RefusalCode.CORRUPT or not seconds:
                raise
            break
        seconds.append(length)
        length += ahead.shown()
        if clock.is_half_over():
            break
    return seconds, length
