"""The answer to one request: a file, a redirect, or a refusal."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from io import BytesIO

from httpcore2 import Response

from hedgerow.fetch.metering import Meter
from hedgerow.fetch.refusals import FetchCode, FetchRefused, bad_url, too_large

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_OK = 200

Taken = Callable[[int], None]
"""Told of each piece of a file and its size; may raise to end it there."""


@dataclass(frozen=True)
class Redirect:
    """A redirect and where it leads, as the answer has it."""

    location: str


async def read_answer(
    response: Response, meter: Meter, max_bytes: int, taken: Taken
) -> bytes | Redirect:
    """The file, or where it is said to be. Raises FetchRefused."""
    if response.status in _REDIRECTS:
        return Redirect(_location(response))
    if response.status != _OK:
        raise FetchRefused(
            FetchCode.HTTP_STATUS, f"the host answered {response.status} where 200 is a file"
        )
    _check_headers(response, max_bytes)
    return await _body(response, meter, max_bytes, taken)


def _location(response: Response) -> str:
    found = _values(response, b"location")
    if len(found) != 1:
        raise bad_url("the host redirects without telling where, or to several places")
    try:
        return found.pop().decode()
    except UnicodeDecodeError:
        raise bad_url("the redirect is not a URL") from None


def _check_headers(response: Response, max_bytes: int) -> None:
    # Compressed content would have to be unpacked to be counted; it was asked not to come so.
    encodings = {value.lower() for value in _values(response, b"content-encoding")}
    if encodings - {b"", b"identity"}:
        raise FetchRefused(
            FetchCode.BAD_ANSWER, "the host sends the file compressed; send the file itself"
        )
    for length in _values(response, b"content-length"):
        if length.isdigit() and int(length[:20]) > max_bytes:
            raise too_large(max_bytes)


async def _body(response: Response, meter: Meter, max_bytes: int, taken: Taken) -> bytes:
    kept = BytesIO()
    async with aclosing(response.aiter_stream()) as pieces:
        async for piece in pieces:
            meter.keep(len(piece))
            if kept.tell() + len(piece) > max_bytes:
                raise too_large(max_bytes)
            taken(len(piece))
            kept.write(piece)
    return kept.getvalue()


def _values(response: Response, name: bytes) -> set[bytes]:
    return {value.strip() for key, value in response.headers if key.lower() == name}
