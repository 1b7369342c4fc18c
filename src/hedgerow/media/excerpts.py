"""A few frames of a video container, with as little decoding as gives them.

All packets are read first, as in `video`. What is decoded then are the stretches from a keyframe to
a frame that is wanted; and a keyframe is taken itself where one is near, so that a still of a long
video costs one frame.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

import numpy as np
from av.error import FFmpegError
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from hedgerow.media.containers import damaged
from hedgerow.media.film import Clock, Frame, Partial, VideoFacts
from hedgerow.media.limits import Limits
from hedgerow.media.luma import luma_of, orientation_of
from hedgerow.media.moments import Span
from hedgerow.media.orientation import upright
from hedgerow.media.reel import Reel
from hedgerow.media.refusals import too_many_pixels
from hedgerow.media.spread import Spread, Stretch
from hedgerow.media.wound import wound


def stills_of_container(
    data: bytes,
    facts: VideoFacts,
    limits: Limits,
    clock: Clock,
    most: int,
    *,
    colour: bool,
    found: Sequence[Span] = (),
) -> Iterator[Frame]:
    """Up to `most` frames, one of each of the `parts_of` it; `facts` are complete at the end.

    Raises Refused as `frames_of_container` does.
    """
    with wound(data, facts, limits, clock) as (context, reel):
        yield from _Excerpts(context, reel, facts, limits, clock).run(most, found, colour=colour)


class _Excerpts:
    """One run through the stretches."""

    def __init__(
        self,
        context: VideoCodecContext,
        reel: Reel,
        facts: VideoFacts,
        limits: Limits,
        clock: Clock,
    ) -> None:
        self._context = context
        self._spread = Spread(reel)
        self._reel = self._spread.reel
        self._facts = facts
        self._limits = limits
        self._clock = clock

    def run(self, most: int, found: Sequence[Span], *, colour: bool) -> Iterator[Frame]:
        """Decode what is needed, and give the stills."""
        chosen = self._spread.chosen(most, self._facts.seconds, found)
        for stretch in self._spread.stretches(chosen):
            for number, decoded in self._wanted_of(stretch):
                pixels = self._pixels(decoded, colour=colour)
                if pixels is not None:
                    yield self._facts.take(Frame(number, self._reel.seconds[number], pixels))

    def _wanted_of(self, stretch: Stretch) -> Iterator[tuple[int, VideoFrame]]:
        """The wanted frames with their numbers; for one that never comes out, the last that did."""
        due = stretch.numbers
        spare: VideoFrame | None = None
        for number, decoded in self._shown_of(stretch):
            if not due:
                return
            spare = decoded
            if number >= due[0]:
                wanted = due[0]
                while due and due[0] <= number:
                    wanted = due.popleft()
                spare = None
                yield wanted, decoded
        # Where time ran out it would be another frame each time.
        if due and spare is not None and not self._clock.is_over():
            yield due[0], spare

    def _shown_of(self, stretch: Stretch) -> Iterator[tuple[int, VideoFrame]]:
        """All frames that come out of a stretch, with their numbers as far as these are known."""
        packets = self._reel.packets[stretch.first : stretch.last + 1]
        count = self._spread.decoded_before(stretch.first)
        self._context.flush_buffers()
        for packet in [*packets, None]:
            if self._clock.is_over():
                self._facts.note(Partial.TIME)
                return
            for decoded in self._decoded(packet):
                if not self._reel.timed:
                    yield count, decoded
                    count += 1
                elif decoded.pts in self._reel.numbers:
                    yield self._reel.numbers[decoded.pts], decoded

    def _decoded(self, packet: Packet[VideoStream] | None) -> list[VideoFrame]:
        try:
            return self._context.decode(packet)
        except MemoryError:
            raise
        except (FFmpegError, ValueError):
            self._facts.note(Partial.DAMAGED)
            return []

    def _pixels(self, decoded: VideoFrame, *, colour: bool) -> NDArray[np.uint8] | None:
        """Upright; None where it can't be shown, which hangs on the luma alone."""
        if decoded.width * decoded.height > self._limits.max_pixels:
            raise too_many_pixels(decoded.width, decoded.height, self._limits.max_pixels)
        if decoded.is_corrupt:
            self._facts.note(Partial.DAMAGED)
        try:
            luma = luma_of(decoded)
        except MemoryError:
            raise
        except (FFmpegError, ValueError):  # a format that can't be turned into colours
            self._facts.note(Partial.DAMAGED)
            return None
        return _colours(decoded) if colour else luma


def _colours(decoded: VideoFrame) -> NDArray[np.uint8]:
    """RGB (h, w, 3), upright. Raises Refused."""
    try:
        colours = decoded.reformat(format="rgb24", threads=1).to_ndarray()
    except (FFmpegError, ValueError):
        raise damaged() from None
    turned = upright(cast("NDArray[np.uint8]", colours), orientation_of(decoded))
    return np.ascontiguousarray(turned)
