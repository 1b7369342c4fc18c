"""An untrusted file: its bytes, and its picture once asked for."""

from __future__ import annotations

import os
import stat

from hedgerow.media.decoding import decode
from hedgerow.media.limits import Limits
from hedgerow.media.picture import Picture
from hedgerow.media.refusals import RefusalCode, Refused, empty, too_large


class File:
    """An untrusted file held in memory. `data` are its bytes."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self.data = data
        self.limits = limits
        self._picture: Picture | Refused | None = None

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
