"""A connection whose bytes are counted, so that an answer can't be all wrapping and no file."""

from __future__ import annotations

import ssl
from typing import Any

from httpcore2 import AsyncNetworkStream, ConnectError

from hedgerow.fetch.refusals import FetchCode, FetchRefused

_SHARE = 64
"""One byte of wrapping for so many of the file: a chunk of 500 bytes and more passes."""


class Meter:
    """Counts what an answer takes on the wire, and what of it was the file's."""

    def __init__(self, max_overhead: int) -> None:
        self._max_overhead = max_overhead
        self._read = 0
        self._kept = 0

    def read(self, size: int) -> None:
        """Count bytes off the wire; raises FetchRefused where too few of them are the file's."""
        self._read += size
        if self._read - self._kept > self._max_overhead + self._kept // _SHARE:
            raise FetchRefused(
                FetchCode.BAD_ANSWER,
                "the answer's headers or chunk marks are too large; send the file itself",
            )

    def keep(self, size: int) -> None:
        """Count bytes of the file."""
        self._kept += size


class Metered(AsyncNetworkStream):
    """A stream that tells `meter` what is read. What can't be encrypted is FetchRefused."""

    def __init__(self, stream: AsyncNetworkStream, meter: Meter) -> None:
        self._stream = stream
        self._meter = meter

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Up to `max_bytes`; none at the end."""
        data = await self._stream.read(max_bytes, timeout)
        self._meter.read(len(data))
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send bytes."""
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> AsyncNetworkStream:
        """The same connection, encrypted; the certificate must be for `server_hostname`."""
        try:
            inner = await self._stream.start_tls(ssl_context, server_hostname, timeout)
        except (ConnectError, ssl.SSLError) as error:
            raise FetchRefused(
                FetchCode.TLS,
                "no safe connection: the host's certificate or TLS version is not accepted",
            ) from error
        return Metered(inner, self._meter)

    def get_extra_info(self, info: str) -> Any:
        """What is known of the connection."""
        return self._stream.get_extra_info(info)
