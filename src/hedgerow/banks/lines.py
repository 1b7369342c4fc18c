"""The lines of an imported file, with the place reached so that reading can go on there."""

from typing import BinaryIO, Self

_LINE_FEED = 10


class LineTooLong(Exception):
    """A line has more bytes than the limit; reading goes on after it."""


class Lines:
    """Text lines with their line feed. Bytes that aren't UTF-8 become lone surrogates.

    Those pass no check of a value or a text, so such a row is refused where it is looked at.

    Args:
        stream: of the file.
        max_bytes: of one line.
        offset: where to begin, in bytes; the beginning of a line.
        line: number of lines before `offset`.

    Attributes:
        offset: bytes read so far.
        line: lines read so far, so also the number of the last one.
    """

    def __init__(self, stream: BinaryIO, max_bytes: int, offset: int = 0, line: int = 0) -> None:
        self._stream = stream
        self._max_bytes = max_bytes
        self.offset = offset
        self.line = line
        stream.seek(offset)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        """Return the next line.

        Raises:
            LineTooLong: it is too long; the next call returns the one after it.
            StopIteration: there is none.
        """
        raw = self._stream.readline(self._max_bytes + 1)
        if not raw:
            raise StopIteration
        self.offset += len(raw)
        self.line += 1
        if len(raw) > self._max_bytes:
            if raw[-1] != _LINE_FEED:
                self._skip_rest()
            raise LineTooLong
        if self.line == 1:
            raw = raw.removeprefix(b"\xef\xbb\xbf")
        return raw.decode("utf-8", "surrogateescape")

    def first(self) -> str:
        """Return the file's first line, and be after it if nothing was read before.

        Raises:
            LineTooLong: it is too long.
        """
        start = self.offset, self.line
        first = Lines(self._stream, self._max_bytes)
        text = next(first, "")
        self.offset, self.line = max(start, (first.offset, first.line))
        self._stream.seek(self.offset)
        return text

    def _skip_rest(self) -> None:
        while rest := self._stream.readline(1 << 20):
            self.offset += len(rest)
            if rest[-1] == _LINE_FEED:
                return
