"""A video container opened for one run through its frames, and judged by what came of the run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from av.video.codeccontext import VideoCodecContext

from hedgerow.media.containers import damaged, moving_streams, open_container
from hedgerow.media.ends import holds_two_films, is_cut_off
from hedgerow.media.film import Clock, Partial, VideoFacts
from hedgerow.media.limits import Limits
from hedgerow.media.reel import Reel, wind
from hedgerow.media.refusals import out_of_memory, timed_out


@contextmanager
def wound(
    data: bytes, facts: VideoFacts, limits: Limits, clock: Clock
) -> Iterator[tuple[VideoCodecContext, Reel]]:
    """The decoder and all packets, for the block; what is not as it should be is in `facts`.

    Raises Refused as `open_container` does, `timeout`, and `corrupt` where not a single frame was
    taken in the block.
    """
    if is_cut_off(data, facts.format):
        facts.note(Partial.SHORTER)
    if holds_two_films(data, facts.format):
        facts.note(Partial.HIDDEN)
    try:
        container, stream = open_container(data, facts.format, limits)
        with closing(container):
            if len(moving_streams(container)) > 1:
                facts.note(Partial.OTHER_STREAMS)
            yield stream.codec_context, wind(container, stream, len(data), facts, limits, clock)
    except MemoryError:
        raise out_of_memory() from None
    if facts.frames == 0:
        if facts.partial is Partial.TIME:
            raise timed_out(limits.max_video_seconds * limits.partial_after, "max_video_seconds")
        raise damaged()
