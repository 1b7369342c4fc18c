"""Servers on the loopback that behave as told, and a network on which they seem public."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Iterable,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from httpcore2 import AnyIOBackend, AsyncNetworkStream, ConnectError

from hedgerow.fetch import FetchCode, Fetcher, FetchRefused
from hedgerow.fetch.addresses import Address

PUBLIC = "93.184.215.14"
"""Where strangers seem to be."""

Play = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Stranger:
    """A server: what it was asked, and how often it was called.

    asked, left: set when the first request is there, and when the first connection has ended.
    """

    port: int = 0
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)


@asynccontextmanager
async def stranger(
    *plays: Play | bytes, tls: ssl.SSLContext | None = None, greeting: bytes = b""
) -> AsyncIterator[Stranger]:
    """A server whose nth connection is answered by the nth of `plays`, later ones by the last.

    greeting: sent before anything was asked.
    """
    found = Stranger()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found.connections += 1
        play = plays[min(found.connections, len(plays)) - 1]
        writer.write(greeting)
        try:
            found.requests.append(await reader.readuntil(b"\r\n\r\n"))
            found.asked.set()
            await _until_left(reader, _play(play, writer))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # they went away
        finally:
            writer.close()
            found.left.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    found.port = server.sockets[0].getsockname()[1]
    async with server:
        yield found


async def _play(play: Play | bytes, writer: asyncio.StreamWriter) -> None:
    if isinstance(play, bytes):
        writer.write(play)
        await writer.drain()
    else:
        await play(writer)


async def _until_left(reader: asyncio.StreamReader, playing: Coroutine[Any, Any, None]) -> None:
    """Play until the end, or until the other side goes."""
    play = asyncio.ensure_future(playing)
    leaving = asyncio.ensure_future(reader.read())
    await asyncio.wait([play, leaving], return_when=asyncio.FIRST_COMPLETED)
    for task in (play, leaving):
        task.cancel()
    await asyncio.gather(play, leaving, return_exceptions=True)


def answer(
    body: bytes = b"", headers: Iterable[str] = (), status: str = "200 OK", *, length: bool = True
) -> bytes:
    """An HTTP answer; with its length, unless told otherwise."""
    lines = [f"HTTP/1.1 {status}", *headers]
    if length:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def redirect(location: str, status: str = "302 Found") -> bytes:
    """An answer that leads elsewhere."""
    return answer(headers=[f"Location: {location}"], status=status)


class Names:
    """A resolver: the nth look-up of a name gets the nth of its answers, later ones the last."""

    def __init__(self, names: Mapping[str, Sequence[Sequence[str]]] | None = None) -> None:
        self.names = dict(names or {})
        self.asked: list[str] = []

    async def __call__(self, name: str) -> Sequence[str]:
        self.asked.append(name)
        answers = self.names.get(name.removesuffix("."))
        if answers is None:
            raise OSError("no such name")
        return answers[min(self.asked.count(name), len(answers)) - 1]


class _Seeming(AsyncNetworkStream):
    """A stream that seems to lead elsewhere; all else is as it is."""

    def __init__(self, stream: AsyncNetworkStream, peer: str) -> None:
        self._stream = stream
        self._peer = peer
        self.read = stream.read
        self.write = stream.write
        self.aclose = stream.aclose
        self.start_tls = stream.start_tls

    def get_extra_info(self, info: str) -> Any:
        return (self._peer, 0) if info == "server_addr" else self._stream.get_extra_info(info)


class Wires:
    """A connector: leads public addresses to servers on the loopback; all others really.

    public: the loopback port behind a public address.
    peer: what every connection seems to lead to, instead of where it should.
    """

    def __init__(self, public: Mapping[str, int] | None = None, peer: str | None = None) -> None:
        self.public = dict(public or {})
        self.peer = peer
        self.dialled: list[tuple[str, int]] = []

    async def __call__(self, address: Address, port: int, seconds: float) -> AsyncNetworkStream:
        self.dialled.append((str(address), port))
        if address.is_global:
            if str(address) not in self.public:
                raise ConnectError
            where = ("127.0.0.1", self.public[str(address)])
        else:
            where = (str(address), port)
        stream = await AnyIOBackend().connect_tcp(*where, timeout=seconds)
        return _Seeming(stream, self.peer or str(address))


async def refusal(fetcher: Fetcher, url: str) -> FetchRefused:
    """How a URL is refused; fails where it isn't."""
    with pytest.raises(FetchRefused) as caught:
        await fetcher.fetch(url)
    assert isinstance(caught.value.code, FetchCode)
    assert caught.value.message
    return caught.value
