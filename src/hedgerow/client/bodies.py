"""What is sent: bytes, a file, or pieces as they come; again from the beginning where it can be."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from io import IOBase
from os import PathLike, fspath
from pathlib import Path
from typing import Any, BinaryIO

File = bytes | str | PathLike[str] | BinaryIO
"""A file: its bytes, its path, or an open file that gives bytes."""

Lines = File | Iterable[bytes] | Iterable[str]
"""A list of hashes: a file, or its lines or pieces; a str alone is a path."""

_PIECE = 1 << 20


class Body:
    """A body. `kind` is its Content-Type."""

    def __init__(self, source: Lines, kind: str) -> None:
        self.kind = kind
        self._source = source
        self._start = source.tell() if isinstance(source, IOBase) and source.seekable() else None
        self._used = False

    @property
    def at_hand(self) -> bytes | None:
        """The whole, where it is in memory."""
        return self._source if isinstance(self._source, bytes) else None

    @property
    def repeatable(self) -> bool:
        """Whether `pieces` can be had now: the first time always."""
        lasting = isinstance(self._source, bytes | str | PathLike | list | tuple)
        return lasting or self._start is not None or not self._used

    def pieces(self) -> Iterator[bytes]:
        """The body from its beginning. Raises OSError where a file can't be read."""
        self._used = True
        source = self._source
        if isinstance(source, bytes):
            yield source
        elif isinstance(source, str | PathLike):
            with Path(fspath(source)).open("rb") as opened:
                yield from _read(opened)
        elif isinstance(source, IOBase):
            if self._start is not None:
                source.seek(self._start)
            yield from _read(source)
        else:
            for piece in source:
                yield piece if isinstance(piece, bytes) else _line(str(piece))


class Form(Body):
    """A form with a file, and what is said of it."""

    def __init__(self, file: File, context: Mapping[str, Any]) -> None:
        boundary = secrets.token_hex(16)
        super().__init__(file, f"multipart/form-data; boundary={boundary}")
        # Not as escapes: the service takes a few kilobytes of it.
        said = json.dumps(context, ensure_ascii=False)
        self._head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="context"\r\n\r\n{said}\r\n'
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="file"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        ).encode()
        self._tail = f"\r\n--{boundary}--\r\n".encode()

    @property
    def at_hand(self) -> bytes | None:
        """The whole form, where the file is in memory."""
        file = super().at_hand
        return None if file is None else b"".join((self._head, file, self._tail))

    def pieces(self) -> Iterator[bytes]:
        """The form from its beginning. Raises OSError where the file can't be read."""
        yield self._head
        yield from super().pieces()
        yield self._tail


def json_body(document: Mapping[str, Any]) -> Body:
    """A JSON document, without members that are None."""
    given = {name: value for name, value in document.items() if value is not None}
    return Body(json.dumps(given).encode(), "application/json")


def _read(opened: Any) -> Iterator[bytes]:
    while piece := opened.read(_PIECE):
        yield piece


def _line(text: str) -> bytes:
    return (text if text.endswith("\n") else f"{text}\n").encode()
