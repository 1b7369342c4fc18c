"""The frames of a video container, with as little decoding as gives the right ones.

All packets are read first, which costs next to nothing: then it is known how many frames there are
and when each is shown, whatever the header says. In a second go they are decoded. A frame that no
other is made from, and that isn't looked at itself, is skipped; the pixels of the others are the
same without it. What isn't looked at is never converted.
"""

from __future__ import annotations

from collections.abc import Iterator

from av.error import FFmpegError
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from hedgerow.media.film import Clock, Frame, Partial, VideoFacts
from hedgerow.media.limits import Limits
from hedgerow.media.luma import luma_of
from hedgerow.media.reel import MOST_REORDERED, Reel
from hedgerow.media.refusals import too_many_pixels
from hedgerow.media.sampling import (
    LONGEST_UNSEEN,
    SECONDS_APART,
    Plan,
    longest_unseen,
    plan,
)
from hedgerow.media.wound import wound

MOST_SILENT = 2 * MOST_REORDERED
"""Packets in a row of which no frame may come out. Each field may have a packet of its own."""

# A packet of no more bytes says that nothing changed.
_UNCHANGED_BYTES = 16


def frames_of_container(
    data: bytes, facts: VideoFacts, limits: Limits, clock: Clock, *, keyframes: bool
) -> Iterator[Frame]:
    """The frames to look at, in order; `facts` are complete when they are at an end.

    keyframes: look at nothing else, which is many times as fast. Raises Refused as
    `open_container` does, `timeout`, and `corrupt` where not a single frame can be decoded.
    """
    with wound(data, facts, limits, clock) as (context, reel):
        wanted = plan(len(reel.packets), reel.rate, limits.max_frames)
        yield from _Show(context, reel, wanted, facts, limits, clock).run(keyframes=keyframes)


class _Show:
    """One run through the packets."""

    def __init__(
        self,
        context: VideoCodecContext,
        reel: Reel,
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
        self._fed = 0
        self._silent = 0
        self._count = 0
        self._number = -1
        self._seconds = 0.0
        self._last = float("-inf")
        self._looked_at: list[int] = []
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
            self._fed += 1
            if hurried and packet is not None and not packet.is_keyframe:
                continue
            for decoded in self._decoded(packet, hurried=hurried):
                frame = self._taken(decoded, keyframes=hurried)
                if frame is None:
                    continue
                if facts.frames == self._limits.max_frames:
                    facts.note(Partial.MAX_FRAMES)
                    return
                yield facts.take(frame)
        self._note_unseen(hurried=hurried)

    def _note_unseen(self, *, hurried: bool) -> None:
        """Note what went by unseen, by what came out and not by what should have."""
        unseen = longest_unseen(self._looked_at, self._reel.seconds)
        if hurried and unseen > max(LONGEST_UNSEEN, self._plan.gap):
            self._facts.note(Partial.FEW_KEYFRAMES)
        elif not hurried and self._reel.timed and unseen > self._plan.gap + SECONDS_APART:
            self._facts.note(Partial.DAMAGED)

    def _chosen(self) -> set[int]:
        """The numbers of the frames to look at, where all are known beforehand."""
        reel, chosen = self._reel, set()
        last = float("-inf")
        for number, seconds in enumerate(reel.seconds):
            until = reel.seconds[number + 1] if number + 1 < len(reel.seconds) else reel.ends
            # One that stays is looked at, whatever its number.
            if self._plan.wants(number, seconds, last) or until - seconds > self._plan.gap:
                chosen.add(number)
                last = seconds
        return chosen

    def _decoded(self, packet: Packet[VideoStream] | None, *, hurried: bool) -> list[VideoFrame]:
        if self._reel.timed and packet is not None:
            # -1: not shown, or of no known time, which packets that are shown all have here.
            number = -1 if packet.pts is None else self._reel.numbers.get(packet.pts, -1)
            self._skip(number not in self._wanted)
        try:
            frames = self._context.decode(packet)
        except MemoryError:
            raise
        except (FFmpegError, ValueError):
            self._note_damage(None if packet is None else packet.pts)
            return []
        if frames:
            self._silent = 0
        elif packet is not None and not (
            hurried or self._skipping or packet.is_discard or packet.size <= _UNCHANGED_BYTES
        ):
            self._silent += 1
            if self._silent > MOST_SILENT:
                self._facts.note(Partial.DAMAGED)
        return frames

    def _skip(self, skip: bool) -> None:
        if skip is not self._skipping:
            self._context.skip_frame = "NONREF" if skip else "DEFAULT"
            self._skipping = skip

    def _note_damage(self, stamp: int | None) -> None:
        """What the end of the file cuts off, no other decoder shows either."""
        is_cut = stamp is not None and stamp == self._reel.cut
        self._facts.note(Partial.SHORTER if is_cut else Partial.DAMAGED)

    def _taken(self, decoded: VideoFrame, *, keyframes: bool) -> Frame | None:
        """The frame, where it is one to look at."""
        number, seconds = self._place(decoded, keyframes=keyframes)
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
            self._note_damage(decoded.pts)
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
        self._number, self._last = max(number, self._number + 1), seconds
        self._seconds = max(seconds, self._seconds)
        self._looked_at.append(self._number)
        return Frame(self._number, self._seconds, luma)

    def _is_due(self, number: int) -> bool:
        """Whether a chosen frame is this one, or one before it that never came out.

        None before it can still come out: then the times would not be in order.
        """
        due = False
        while self._due and self._due[-1] <= number:
            self._due.pop()
            due = True
        return due

    def _place(self, decoded: VideoFrame, *, keyframes: bool) -> tuple[int, float]:
        """Number and seconds: by the time stamp, or by counting where there is no relying on it."""
        number = -1 if decoded.pts is None else self._reel.numbers.get(decoded.pts, -1)
        if self._reel.timed:
            if number >= self._count:
                self._count = number
                return number, self._reel.seconds[number]
            self._count_from_here()
        elif keyframes and number >= 0:
            return number, self._reel.seconds[number]
        number = self._count
        self._count += 1
        self._facts.seconds = max(self._facts.seconds, self._count / self._reel.rate)
        return number, number / self._reel.rate

    def _count_from_here(self) -> None:
        """Frames come out in the order in which they are shown: by other times than they say.

        Every frame is decoded from here on, and what to look at is chosen by counting.
        """
        self._reel = self._reel.numbered_as_decoded()
        self._skip(False)
        self._count = self._fed - 1
        self._last = float("-inf")
