"""Video containers, opened so that a file can make FFmpeg read nothing but itself.

Only the demuxer of the format found gets to see the bytes, from memory; whatever else a file asks
to be opened (a playlist, a part elsewhere, an address) is refused. Only decoders that are in
common use are let at it: FFmpeg has hundreds, and each is code that a hostile file may reach.
"""

from __future__ import annotations

import threading
from io import BytesIO
from typing import NoReturn, cast

import av
import av.logging
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Discard
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from hedgerow.media.limits import Limits
from hedgerow.media.refusals import (
    RefusalCode,
    Refused,
    no_video,
    out_of_memory,
    too_many_pixels,
    too_many_streams,
)

_DEMUXERS = {"mp4": "mov", "mov": "mov", "webm": "matroska", "mkv": "matroska", "avi": "avi"}

CODECS = frozenset(
    {
        *("h264", "hevc", "av1", "vp8", "vp9", "mpeg4", "mpeg1video", "mpeg2video", "mjpeg"),
        *("msmpeg4v1", "msmpeg4v2", "msmpeg4v3", "h263", "flv1", "wmv1", "wmv2", "wmv3", "vc1"),
        *("theora", "prores", "dnxhd", "dvvideo", "rawvideo", "huffyuv", "ffvhuff", "ffv1"),
        *("utvideo", "png", "qtrle", "cinepak", "svq1", "svq3", "rpza", "msvideo1"),
    }
)
"""FFmpeg's names of the codecs that are decoded."""

# Names of decoders that go by another name than their codec.
_DECODERS = CODECS | {"libdav1d", "libaom-av1", "libvpx-vp9", "libvpx", "msmpeg4"}

# What FFmpeg logs belongs to the whole process; it is listened to by one at a time.
_LOG = threading.Lock()


def open_container(data: bytes, name: str, limits: Limits) -> tuple[InputContainer, VideoStream]:
    """The container of format `name` (of VIDEO_FORMATS) and the video stream that is shown.

    Raises Refused: `corrupt`, `too_many_streams`, `no_video`, `unsupported_format`,
    `too_many_pixels`, `out_of_memory`.
    """
    options = {
        # FFmpeg's own limit, since to look into ten thousand streams takes half a minute.
        "max_streams": str(limits.max_streams),
        "codec_whitelist": ",".join(sorted(_DECODERS)),
        "protocol_whitelist": "none",
    }
    with _LOG:
        # FFmpeg says "out of memory" of too many streams, and the true reason in its log alone.
        av.logging.set_level(av.logging.ERROR)
        # Or what the file before was told of would be left out for this one.
        av.logging.set_skip_repeated(False)
        try:
            with av.logging.Capture() as heard:
                container = av.open(
                    BytesIO(data),
                    mode="r",
                    format=_DEMUXERS[name],
                    options=options,
                    io_open=_refuse_to_open,
                )
        except (FFmpegError, ValueError, OSError) as error:
            raise _refusal(error, heard, limits) from None
        finally:
            av.logging.set_level(None)
    try:
        # MP4's demuxer gives up at too many streams, Matroska's leaves out those after.
        if _are_too_many(heard):
            raise too_many_streams(limits.max_streams)
        return container, _video_of(container, limits)
    except BaseException:
        container.close()
        raise


def _are_too_many(heard: list[tuple[int, str, str]]) -> bool:
    return any("max_streams" in message for _, _, message in heard)


def _video_of(container: InputContainer, limits: Limits) -> VideoStream:
    moving = moving_streams(container)
    if not moving:
        raise no_video()
    # The one that a player would choose.
    best = container.streams.best("video")
    stream = next((one for one in moving if one is best), moving[0])
    # None where FFmpeg has no decoder for it, whatever PyAV's stubs say.
    context = cast("VideoCodecContext | None", stream.codec_context)
    if context is None or context.codec.canonical_name not in CODECS:
        raise Refused(
            RefusalCode.UNSUPPORTED_FORMAT,
            "the video is of a rare codec that isn't decoded here; convert it to a common one",
        )
    if context.width * context.height > limits.max_pixels:
        raise too_many_pixels(context.width, context.height, limits.max_pixels)
    for other in container.streams:
        if other is not stream:
            other.discard = Discard.all
    context.thread_type = "NONE"
    context.thread_count = 1
    return stream


def moving_streams(container: InputContainer) -> list[VideoStream]:
    """The video streams but for cover pictures, which are such by FFmpeg's book."""
    attached = av.stream.Disposition.attached_pic
    return [stream for stream in container.streams.video if not stream.disposition & attached]


def _refuse_to_open(url: str, flags: int, options: dict[str, str]) -> NoReturn:  # noqa: ARG001
    # The arguments are PyAV's; what the file asks for is nobody's business.
    raise PermissionError("a video may not open other files")


def _refusal(error: Exception, heard: list[tuple[int, str, str]], limits: Limits) -> Refused:
    if isinstance(error, MemoryError):
        if _are_too_many(heard):
            return too_many_streams(limits.max_streams)
        return out_of_memory()
    return damaged()


def damaged() -> Refused:
    """The refusal of a video of which no frame can be shown."""
    return Refused(
        RefusalCode.CORRUPT,
        "nothing of the video can be decoded; play it in a viewer and save it anew",
    )
