"""The packets of a video, all read before the first is decoded, and what they tell.

That costs next to nothing: then it is known how many frames there are and when each is shown,
whatever the header says.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.video.stream import VideoStream

from hedgerow.media.film import Clock, Partial, VideoFacts
from hedgerow.media.limits import Limits
from hedgerow.media.sampling import rate_of, usual_rate_of

MUCH_SHORTER = 0.95
"""A video that shows less than this part of the seconds that it states was cut off, or lies."""

ROUNDING_SECONDS = 1.0
"""Seconds that a video may be shorter than stated without a word: sound may go on for longer."""

MOST_HIDDEN_SECONDS = 1.0
"""Seconds of frames that an edit list may leave out without a word: so much goes by unseen between
two frames of any video, and a cut between two keyframes leaves that."""

MOST_REORDERED = 16
"""Frames that are decoded before one that is shown earlier, at most; so H.264 and HEVC have it."""

# Samples of MP4 may overlap. Those of an honest file add up to no more than its size.
_MOST_PACKET_BYTES = 2


@dataclass
class Reel:
    """All packets of a video in the order of decoding, and when their frames are shown.

    numbers: of the frame of each time stamp. seconds: of each frame by its number, from 0 on.
    timed: whether the time stamps are those at which the frames are shown, each of another; else
    frames are numbered as they are decoded. ends: seconds at which the whole ends, or 0.
    cut: the time stamp of a last packet that the end of the file cuts off.
    """

    packets: list[Packet[VideoStream]]
    numbers: dict[int, int]
    seconds: list[float]
    rate: float
    timed: bool
    ends: float = 0.0
    cut: int | None = None

    def numbered_as_decoded(self) -> Reel:
        """The same, where the time stamps turned out not to be relied on."""
        count = sum(not packet.is_discard for packet in self.packets)
        numbers: dict[int, int] = {}
        for packet in self.packets:
            if packet.pts is not None:
                numbers.setdefault(packet.pts, len(numbers))
        seconds = [number / self.rate for number in range(max(count, len(numbers)))]
        return replace(self, numbers=numbers, seconds=seconds, timed=False)


def wind(
    container: InputContainer,
    stream: VideoStream,
    size: int,
    facts: VideoFacts,
    limits: Limits,
    clock: Clock,
) -> Reel:
    """Read all packets of a stream of a container of `size` bytes; note what was not read."""
    packets: list[Packet[VideoStream]] = []
    empty, cut = 0, None
    left = size * _MOST_PACKET_BYTES
    try:
        for packet in container.demux(stream):
            if packet.size == 0:  # a frame that is as the last, or the end, told by an empty one
                empty += packet.dts is not None
                continue
            left -= packet.size
            if packet.is_corrupt:
                if (packet.pos or 0) + packet.size >= size:
                    facts.note(Partial.SHORTER)
                    cut = packet.pts
                else:
                    facts.note(Partial.DAMAGED)
            if left < 0:
                facts.note(Partial.REPEATS)
                break
            if len(packets) == limits.max_decoded_frames:
                facts.note(Partial.MAX_DECODED_FRAMES)
                break
            if clock.is_half_over():
                facts.note(Partial.TIME)
                break
            packets.append(packet)
        else:
            if facts.format in ("mp4", "mov") and _is_unread(packets, stream, size):
                facts.note(Partial.HIDDEN)
    except (FFmpegError, ValueError):
        facts.note(Partial.DAMAGED)
    reel = _timed(packets, stream, facts)
    reel.cut = cut
    _compare(reel, container, stream, empty, facts)
    return reel


def _is_unread(packets: list[Packet[VideoStream]], stream: VideoStream, size: int) -> bool:
    """Whether reading stopped at a frame that isn't there, before others that are."""
    read = {packet.pos for packet in packets}
    return any(
        entry.size > 0 and entry.pos + entry.size <= size and entry.pos not in read
        for entry in stream.index_entries
    )


def _timed(packets: list[Packet[VideoStream]], stream: VideoStream, facts: VideoFacts) -> Reel:
    """Number the frames by when they are shown, as far as the packets tell."""
    stated = float(stream.average_rate) if stream.average_rate else None
    unit = float(stream.time_base or 0)
    shown = [packet.pts for packet in packets if not packet.is_discard]
    stamps = sorted({stamp for stamp in shown if stamp is not None})
    seconds = [(stamp - stamps[0]) * unit for stamp in stamps]
    numbers = {stamp: number for number, stamp in enumerate(stamps)}
    # AVI has no times: FFmpeg makes them up in the order of decoding, which may be another.
    if facts.format == "avi" or (
        len(stamps) == len(shown)
        # A frame that is decoded long before its time is one with a wrong time.
        and all(
            numbers[stamp] - at <= MOST_REORDERED
            for at, stamp in enumerate(shown)
            if stamp is not None
        )
    ):
        rate = rate_of(seconds, stated)
        facts.seconds = seconds[-1] + 1 / rate if seconds else 0.0
        return Reel(packets, numbers, seconds, rate, facts.format != "avi")
    rate = usual_rate_of(seconds, stated)
    facts.seconds = len(shown) / rate
    return Reel(packets, {}, [], rate, timed=False).numbered_as_decoded()


def _compare(
    reel: Reel,
    container: InputContainer,
    stream: VideoStream,
    empty: int,
    facts: VideoFacts,
) -> None:
    """Compare what was read with what the file says of itself."""
    unit = float(stream.time_base or 0)
    begins = min((packet.pts for packet in reel.packets if packet.pts is not None), default=0)
    reel.ends = (container.duration or 0) / 1e6
    if facts.format in ("webm", "mkv"):
        # It counts from 0 on, wherever its film begins, and says only how long the longest of its
        # streams is, which may be the sound.
        reel.ends -= max(0.0, begins * unit)
        claimed = 0.0 if len(container.streams) > 1 else reel.ends
    else:
        claimed = stream.duration * unit if stream.duration else reel.ends
    there = stream.frames
    if facts.format in ("mp4", "mov") and len(stream.index_entries):
        # FFmpeg has no places of the frames that an edit list leaves out.
        hidden = there - _places_shown(stream)
        if hidden > MOST_HIDDEN_SECONDS * reel.rate:
            facts.note(Partial.HIDDEN)
        there = min(there, len(stream.index_entries))
    if (
        max(facts.seconds / MUCH_SHORTER, facts.seconds + ROUNDING_SECONDS) < claimed
        or (len(reel.packets) + empty) / MUCH_SHORTER < there
    ):
        facts.note(Partial.SHORTER)


def _places_shown(stream: VideoStream) -> int:
    """How many frames of an MP4 are shown, each counted once, and those of no bytes."""
    entries = [entry for entry in stream.index_entries if not entry.is_discard]
    places = {entry.pos for entry in entries if entry.size}
    return len(places) + sum(not entry.size for entry in entries)
