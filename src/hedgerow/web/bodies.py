"""Reading what a client sends, within limits and in memory: an upload never touches the disk."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from hedgerow.web.access import service_of
from hedgerow.web.problems import Code, Problem
from hedgerow.web.service import Memory

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

_MAX_FIELDS = 16
_MAX_FIELD_BYTES = 65_536


@dataclass
class Part:
    """One field of a form: the file's bytes, or a text's."""

    name: str = ""
    filename: str | None = None
    data: bytearray = field(default_factory=bytearray)

    def text(self) -> str:
        """The field as text; raises Problem where it is none."""
        try:
            return self.data.decode()
        except UnicodeDecodeError:
            msg = f"the field {self.name[:40]!r} is not UTF-8"
            raise Problem(Code.BAD_REQUEST, msg) from None


async def read_body(request: Request, memory: Memory, at_most: int) -> bytes:
    """The whole body. Raises Problem where it is larger than `at_most` bytes."""
    _check_announced(request, at_most)
    chunks = bytearray()
    async for chunk in request.stream():
        memory.take(len(chunk))
        if len(chunks) + len(chunk) > at_most:
            raise too_large(at_most)
        chunks += chunk
    return bytes(chunks)


async def stream_body(request: Request, at_most: int) -> AsyncIterator[bytes]:
    """The body as it arrives. Raises Problem where it is larger than `at_most` bytes."""
    _check_announced(request, at_most)
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > at_most:
            raise too_large(at_most)
        yield chunk


async def read_form(request: Request, memory: Memory, max_file: int) -> list[Part]:
    """The fields of a multipart form, in order, with one file of up to `max_file` bytes.

    Raises:
        Problem: it is no such form, or larger.
    """
    _check_announced(request, max_file + _MAX_FIELDS * _MAX_FIELD_BYTES)
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise Problem(Code.BAD_REQUEST, "the form has no boundary")
    collector = _Collector(max_file)
    try:
        parser = MultipartParser(boundary, collector.callbacks())
        async for chunk in request.stream():
            memory.take(len(chunk))
            parser.write(chunk)
        parser.finalize()
    except FormParserError as broken:
        raise Problem(Code.BAD_REQUEST, f"the form is damaged: {broken}") from None
    if not collector.ended:
        raise Problem(Code.BAD_REQUEST, "the form is cut off")
    return collector.parts


def one_file(parts: Sequence[Part]) -> tuple[bytes, bytes]:
    """The field `file` of a form, and the field `context`, which is empty where there is none.

    Raises Problem where there is not one file, or a field that means nothing.
    """
    found: dict[str, bytes] = {}
    for part in parts:
        if part.name not in ("file", "context") or part.name in found:
            msg = "the form takes one field named file and at most one named context"
            raise Problem(Code.INVALID, msg)
        found[part.name] = bytes(part.data)
    if "file" not in found:
        raise Problem(Code.INVALID, "the form needs a field named file")
    return found["file"], found.get("context", b"")


class _Collector:
    """What the parser calls, bit by bit."""

    def __init__(self, max_file: int) -> None:
        self.parts: list[Part] = []
        self.ended = False
        self._max_file = max_file
        self._head = bytearray()
        self._value = bytearray()
        self._headers: dict[bytes, bytes] = {}

    def callbacks(self) -> MultipartCallbacks:
        """By the parser's names."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._field,
            "on_header_value": self._header,
            "on_header_end": self._header_end,
            "on_headers_finished": self._named,
            "on_part_data": self._data,
            "on_end": self._end,
        }

    def _begin(self) -> None:
        if len(self.parts) == _MAX_FIELDS:
            raise Problem(Code.TOO_LARGE, f"a form has at most {_MAX_FIELDS} fields")
        self.parts.append(Part())
        self._headers = {}

    def _field(self, data: bytes, start: int, end: int) -> None:
        self._head += data[start:end]

    def _header(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        self._headers[bytes(self._head).lower()] = bytes(self._value)
        self._head.clear()
        self._value.clear()

    def _named(self) -> None:
        disposition = self._headers.get(b"content-disposition", b"")
        _, options = parse_options_header(disposition)
        name = options.get(b"name")
        if name is None:
            raise Problem(Code.BAD_REQUEST, "a field of the form has no name")
        self.parts[-1].name = name.decode("utf-8", "replace")
        filename = options.get(b"filename")
        self.parts[-1].filename = None if filename is None else filename.decode("utf-8", "replace")

    def _data(self, data: bytes, start: int, end: int) -> None:
        part = self.parts[-1]
        part.data += memoryview(data)[start:end]
        limit = _MAX_FIELD_BYTES if part.filename is None else self._max_file
        if len(part.data) > limit:
            raise too_large(limit)

    def _end(self) -> None:
        self.ended = True


def _check_announced(request: Request, at_most: int) -> None:
    length = request.headers.get("content-length", "0")
    if length.isdecimal() and int(length) > at_most:
        raise too_large(at_most)


def too_large(at_most: int) -> Problem:
    """The body is larger than what is taken; the connection ends, so that no more comes."""
    return Problem(
        Code.TOO_LARGE, f"at most {at_most:,} bytes are taken", headers={"Connection": "close"}
    )


def max_file_bytes(request: Request) -> int:
    """The bytes of an upload that are taken."""
    return service_of(request).plan.media.max_bytes
