"""The frames of a video container, with as little decoding as gives the right ones.

All packets are read first, which costs next to nothing: then it is known how many frames there are
and when each is shown, whatever the header says. In a second go they are decoded. A frame that no
other is made from, and that isn't looked at itself, is skipped; the pixels of the others are the
same without it. What isn't looked at is never converted.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from hedgerow.media.containers import damaged, moving_streams, open_container
from hedgerow.media.ends import is_cut_off
from hedgerow.media.film import Clock, Frame, Partial, VideoFacts
from hedgerow.media.limits import Limits
from hedgerow.media.luma import luma_of
from hedgerow.media.refusals import out_of_memory, timed_out, too_many_pixels
from hedgerow.media.sampling import Plan, plan, rate_of

MUCH_SHORTER = 0.95
"""A video that shows less than this part of the seconds that it states was cut off, or lies."""

ROUNDING_SECONDS = 1.0
"""Seconds that a video may be shorter than stated without a word: sound may go on for longer."""

# Samples of MP4 may overlap. Those of an honest file add up to no more than its size.
_MOST_PACKET_BYTES = 2


@dataclass
class _Reel:
    """All packets of a video in the order of decoding, and when their frames are shown.

    numbers: of the frame of each time stamp. seconds: of each frame by its number, from 0 on.
    timed: whether the time stamps are those at which the frames are shown, each of another.
    """

    packets: list[Packet[VideoStream]]
    numbers: dict[int, int]
    seconds: list[float]
    rate: float
    timed: bool


def frames_of_container(
    data: bytes, facts: VideoFacts, limits: Limits, clock: Clock, *, keyframes: bool
) -> Iterator[Frame]:
    """The frames to look at, in order; `facts` are complete when they are at an end.

    keyframes: look at nothing else, which is many times as fast. Raises Refused as
    `open_container` does, `timeout`, and `corrupt` where not a single frame can be decoded.
    """
    if is_cut_off(data, facts.format):
        facts.note(Partial.SHORTER)
    try:
        container, stream = open_container(data, facts.format, limits)
        with closing(container):
            if len(moving_streams(container)) > 1:
                facts.note(Partial.OTHER_STREAMS)
            reel = _wind(container, stream, len(data), facts, limits, clock)
            wanted = plan(len(reel.packets), reel.rate, limits.max_frames)
            show = _Show(stream.codec_context, reel, wanted, facts, limits, clock)
            yield from show.run(keyframes=keyframes)
    except MemoryError:
        raise out_of_memory() from None
    if facts.frames == 0:
        if facts.partial is Partial.TIME:
            raise timed_out(limits.max_video_seconds * limits.partial_after, "max_video_seconds")
        raise damaged()


def _wind(
    container: InputContainer,
    stream: VideoStream,
    size: int,
    facts: VideoFacts,
    limits: Limits,
    clock: Clock,
) -> _Reel:
    packets: list[Packet[VideoStream]] = []
    left = size * _MOST_PACKET_BYTES
    try:
        for packet in container.demux(stream):
            if packet.size == 0:  # the end, which PyAV tells by an empty one
                continue
            left -= packet.size
            if left < 0 or packet.is_corrupt:
                facts.note(Partial.DAMAGED)
            if left < 0:
                break
            if len(packets) == limits.max_decoded_frames:
                facts.note(Partial.MAX_DECODED_FRAMES)
                break
            if clock.is_half_over():
                facts.note(Partial.TIME)
                break
            packets.append(packet)
    except (FFmpegError, ValueError):
        facts.note(Partial.DAMAGED)
    return _timed(packets, stream, container.duration, facts)


def _timed(
    packets: list[Packet[VideoStream]],
    stream: VideoStream,
    microseconds: int | None,
    facts: VideoFacts,
) -> _Reel:
    """Number the frames by when they are shown, as far as the packets tell."""
    stated = float(stream.average_rate) if stream.average_rate else None
    unit = float(stream.time_base or 0)
    shown = [packet for packet in packets if not packet.is_discard]
    stamps = sorted({packet.pts for packet in shown if packet.pts is not None})
    seconds = [(stamp - stamps[0]) * unit for stamp in stamps]
    rate = rate_of(seconds, stated)
    facts.seconds = seconds[-1] + 1 / rate if seconds else 0.0
    claimed = stream.duration * unit if stream.duration else (microseconds or 0) / 1e6
    if (
        max(facts.seconds / MUCH_SHORTER, facts.seconds + ROUNDING_SECONDS) < claimed
        or len(shown) / MUCH_SHORTER < stream.frames
    ):
        facts.note(Partial.SHORTER)
    # AVI has no times: FFmpeg makes them up in the order of decoding, which may be another.
    timed = len(stamps) == len(shown) and facts.format != "avi"
    return _Reel(packets, {stamp: at for at, stamp in enumerate(stamps)}, seconds, rate, timed)


class _Show:
    """One run through the packets."""

    def __init__(
        self,
        context: VideoCodecContext,
        reel: _Reel,
        wanted: Plan,
        facts: VideoFacts,
        limits: Limits,
        clock: Clock,
    ) -> None:
        self._context = context
        self._reel = reel
        self._plan = wanted
        self._facts = facts
        self._limits = limits
        self._clock = clock
        self._count = 0
        self._number = -1
        self._last = float("-inf")
        self._skipping = False
        self._wanted = self._chosen()
        self._due = sorted(self._wanted, reverse=True)

    def run(self, *, keyframes: bool) -> Iterator[Frame]:
        """Decode, and give the frames that are looked at."""
        facts, hurried = self._facts, keyframes
        for packet in [*self._reel.packets, None]:
            if self._clock.is_over():
                facts.note(Partial.TIME)
                return
            if not hurried and self._clock.is_half_over():
                facts.note(Partial.KEYFRAMES)
                hurried = True
            if hurried and packet is not None and not packet.is_keyframe:
                continue
            for decoded in self._decoded(packet):
                frame = self._taken(decoded, keyframes=hurried)
                if frame is None:
                    continue
                if facts.frames == self._limits.max_frames:
                    facts.note(Partial.MAX_FRAMES)
                    return
                yield facts.take(frame)

    def _chosen(self) -> set[int]:
        """The numbers of the frames to look at, where all are known beforehand."""
        chosen = set()
        last = float("-inf")
        for number, seconds in enumerate(self._reel.seconds):
            if self._plan.wants(number, seconds, last):
                chosen.add(number)
                last = seconds
        return chosen

    def _decoded(self, packet: Packet[VideoStream] | None) -> list[VideoFrame]:
        if self._reel.timed and packet is not None:
            # -1: not shown, or of no known time, which packets that are shown all have here.
            number = -1 if packet.pts is None else self._reel.numbers.get(packet.pts, -1)
            skip = number not in self._wanted
            if skip is not self._skipping:
                self._context.skip_frame = "NONREF" if skip else "DEFAULT"
                self._skipping = skip
        try:
            return self._context.decode(packet)
        except MemoryError:
            raise
        except (FFmpegError, ValueError):
            self._facts.note(Partial.DAMAGED)
            return []

    def _taken(self, decoded: VideoFrame, *, keyframes: bool) -> Frame | None:
        """The frame, where it is one to look at."""
        number, seconds = self._place(decoded, by_stamp=keyframes or self._reel.timed)
        if keyframes:
            # In a video of nothing but keyframes, no more of them than of frames otherwise.
            chosen = self._number < 0 or number - self._number >= self._plan.step
        elif self._reel.timed:
            chosen = self._is_due(number)
        else:
            chosen = self._plan.wants(number, seconds, self._last)
        if not chosen:
            return None
        if decoded.is_corrupt:
            self._facts.note(Partial.DAMAGED)
        if decoded.width * decoded.height > self._limits.max_pixels:
            raise too_many_pixels(decoded.width, decoded.height, self._limits.max_pixels)
        try:
            luma = luma_of(decoded)
        except MemoryError:
            raise
        except (FFmpegError, ValueError):  # a format that can't be turned into colours
            self._facts.note(Partial.DAMAGED)
            return None
        # Where a file lies about its times, the decoder's order counts.
        self._number, self._last = max(number, self._number + 1), max(seconds, self._last)
        return Frame(self._number, self._last, luma)

    def _is_due(self, number: int) -> bool:
        """Whether a chosen frame is this one, or one before it that never came out."""
        due = False
        while self._due and self._due[-1] <= number:
            self._due.pop()
            due = True
        return due

    def _place(self, decoded: VideoFrame, *, by_stamp: bool) -> tuple[int, float]:
        """Number and seconds: by the time stamp, or by counting where there is no relying on it."""
        number = self._count
        self._count += 1
        if by_stamp and decoded.pts in self._reel.numbers:
            number = self._reel.numbers[decoded.pts]
            return number, self._reel.seconds[number]
        self._facts.seconds = max(self._facts.seconds, self._count / self._reel.rate)
        return number, number / self._reel.rate
