"""An untrusted file: its bytes, its picture once asked for, and its frames where it moves."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator

from hedgerow.media.decoding import decode
from hedgerow.media.film import Clock, Frame, VideoFacts
from hedgerow.media.formats import MOVING_FORMATS, VIDEO_FORMATS, sniff, sniff_video
from hedgerow.media.limits import Limits
from hedgerow.media.picture import Picture
from hedgerow.media.refusals import RefusalCode, Refused, empty, no_video, too_large


class File:
    """An untrusted file held in memory. `data` are its bytes."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self.data = data
        self.limits = limits
        self.keyframes = False  # whether to look at nothing but a video's keyframes
        self._picture: Picture | Refused | None = None
        self._facts: VideoFacts | None = None
        self._began = time.monotonic()

    @classmethod
    def read(cls, path: str | bytes | os.PathLike[str], limits: Limits) -> File:
        """Read a regular file, or a link to one, of at most `limits.max_bytes`.

        Raises Refused: `not_found`, `not_a_file` (a folder, a pipe, a device), `unreadable`,
        `empty`, `too_large`.
        """
        try:
            return cls(_read(path, limits.max_bytes), limits)
        except FileNotFoundError:
            raise Refused(RefusalCode.NOT_FOUND, "there is no such file; check the path") from None
        except (OSError, ValueError) as error:  # ValueError: a path with a zero byte
            reason = getattr(error, "strerror", None) or "not a valid path"
            raise Refused(
                RefusalCode.UNREADABLE, f"the file can't be read ({reason}); check its permissions"
            ) from None

    def picture(self) -> Picture:
        """The decoded picture. Decoded once: the same picture, or refusal, every time.

        A JPEG is luma; `in_colour` has it otherwise. Raises Refused as `decode` does.
        """
        if self._picture is None:
            try:
                self._picture = decode(self.data, self.limits)
            except Refused as refusal:
                self._picture = refusal
        if isinstance(self._picture, Refused):
            raise self._picture
        return self._picture

    def in_colour(self) -> Picture:
        """The picture in colour, also of a JPEG; decoded anew. Raises Refused as `decode` does."""
        return decode(self.data, self.limits, colour=True)

    @property
    def is_video(self) -> bool:
        """Whether it begins like one of VIDEO_FORMATS; animated pictures don't."""
        return sniff_video(self.data) is not None

    @property
    def moves(self) -> bool:
        """Whether it is a video, or a picture with more frames than the first. Raises Refused."""
        if self.is_video:
            return True
        return sniff(self.data) in MOVING_FORMATS and self.picture().more_frames

    def frames(self) -> Iterator[Frame]:
        """The frames of a video or an animated picture that are to be looked at, in order.

        Once they are at an end `facts` are known. Raises Refused, also between two frames:
        `no_video` where nothing moves, `unsupported_format`, `corrupt`, `too_large`,
        `too_many_streams`, `too_many_pixels`, `out_of_memory`. What could be looked at in part
        isn't refused: `facts.partial` says why it isn't all. As with `decode`, this is for the
        inside of a worker.
        """
        if len(self.data) > self.limits.max_bytes:
            raise too_large(len(self.data), self.limits.max_bytes)
        name = sniff_video(self.data)
        # FFmpeg takes a tenth of a second to load: only on use.
        if name is not None:
            from hedgerow.media.video import frames_of_container

            self._facts = VideoFacts(name)
            clock = Clock(self._began, self.limits.max_video_seconds, self.limits)
            yield from frames_of_container(
                self.data, self._facts, self.limits, clock, keyframes=self.keyframes
            )
            return
        name = sniff(self.data)
        if name is None:
            raise Refused(
                RefusalCode.UNSUPPORTED_FORMAT,
                f"the file is none of {', '.join(VIDEO_FORMATS)}; convert it to one of them",
            )
        if name not in MOVING_FORMATS:
            raise no_video()
        from hedgerow.media.moving import frames_of_animation

        self._facts = VideoFacts(name)
        clock = Clock(self._began, self.limits.max_seconds, self.limits)
        yield from frames_of_animation(self.data, self._facts, self.limits, clock)

    @property
    def facts(self) -> VideoFacts | None:
        """What is known of the video since its frames were last asked for; None before that."""
        return self._facts


def _read(path: str | bytes | os.PathLike[str], max_bytes: int) -> bytes:
    # Looked at before it is opened, since opening alone can set a device going, and again once
    # open, since the path may lead elsewhere by then. O_NONBLOCK: a pipe can't keep us waiting.
    _check(os.stat(path), max_bytes)  # noqa: PTH116  # the path may be bytes
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        left = _check(os.fstat(descriptor), max_bytes)
        parts: list[bytes] = []
        while left > 0 and (part := os.read(descriptor, left)):
            parts.append(part)
            left -= len(part)
    finally:
        os.close(descriptor)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _check(status: os.stat_result, max_bytes: int) -> int:
    """The size of a regular file within the limit; else Refused."""
    if not stat.S_ISREG(status.st_mode):
        raise Refused(
            RefusalCode.NOT_A_FILE,
            "this is a folder, a pipe or a device, not a file; give the files themselves",
        )
    if status.st_size > max_bytes:
        raise too_large(status.st_size, max_bytes)
    if status.st_size == 0:
        raise empty()
    return status.st_size
