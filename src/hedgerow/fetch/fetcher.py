"""`Fetcher`: a stranger's URL in, the bytes behind it out."""

from __future__ import annotations

import asyncio
import ssl
from typing import Self

import httpcore2
import httpx2

from hedgerow import __version__
from hedgerow.fetch.answers import Redirect, Taken, read_answer
from hedgerow.fetch.connecting import Connector, Way, connect
from hedgerow.fetch.limits import Limits
from hedgerow.fetch.metering import Meter
from hedgerow.fetch.refusals import FetchCode, FetchRefused, bad_url, timed_out
from hedgerow.fetch.resolving import Resolver, SystemResolver
from hedgerow.fetch.rules import Rules
from hedgerow.fetch.urls import Target, parse_url, redirected

_HEADERS = [
    (b"User-Agent", f"hedgerow/{__version__}".encode()),
    (b"Accept", b"*/*"),
    (b"Accept-Encoding", b"identity"),
    (b"Connection", b"close"),
]


class Fetcher:
    """Fetches files from URLs that strangers sent. An async context manager; one for a process.

    How many fetches run at once is the caller's to bound. Each request has a connection of its
    own: nothing is shared between two URLs.

    resolver, connector, ssl_context: the system's, unless given: tests give their own.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        resolver: Resolver | None = None,
        connector: Connector = connect,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._limits = limits or Limits()
        self._rules = Rules(self._limits)
        self._system = SystemResolver(self._limits.max_lookups)
        self._resolver = resolver or self._system
        self._connector = connector
        # Neither certificates nor proxies are taken from the environment.
        self._ssl = ssl_context or httpx2.create_ssl_context(trust_env=False)

    async def fetch(self, url: str, taken: Taken = lambda _: None) -> bytes:
        """The file at a URL. Raises FetchRefused.

        taken: told the size of each piece as it comes; what it raises ends the fetch.
        """
        try:
            async with asyncio.timeout(self._limits.total_seconds):
                return await self._follow(parse_url(url, self._limits.max_url), taken)
        except TimeoutError:
            raise timed_out(self._limits.total_seconds) from None

    async def aclose(self) -> None:
        """Take no more; fetches under way should have ended."""
        self._system.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def _follow(self, target: Target, taken: Taken) -> bytes:
        for _ in range(self._limits.max_redirects + 1):
            answer = await self._get(target, taken)
            if not isinstance(answer, Redirect):
                return answer
            target = redirected(target, answer.location, self._limits.max_url)
        raise FetchRefused(
            FetchCode.TOO_MANY_REDIRECTS,
            f"more than {self._limits.max_redirects} redirects; give the URL they lead to",
        )

    async def _get(self, target: Target, taken: Taken) -> bytes | Redirect:
        try:
            return await self._ask(target, taken)
        except httpcore2.TimeoutException:
            raise timed_out(self._limits.connect_seconds) from None
        except httpcore2.RemoteProtocolError:
            raise FetchRefused(
                FetchCode.BAD_ANSWER, "the host's answer is not whole HTTP; try again"
            ) from None
        except httpcore2.LocalProtocolError:
            raise bad_url("the URL can't be asked for as it is; encode it") from None
        except httpcore2.NetworkError:
            raise FetchRefused(
                FetchCode.UNREACHABLE, "the connection to the host broke; try again"
            ) from None

    async def _ask(self, target: Target, taken: Taken) -> bytes | Redirect:
        limits = self._limits
        meter = Meter(limits.max_overhead)
        way = Way(target, self._rules, limits, meter, self._resolver, self._connector)
        url = httpcore2.URL(
            scheme=target.scheme, host=target.host.name, port=target.port, target=target.request
        )
        request = httpcore2.Request(
            "GET",
            url,
            headers=[(b"Host", target.authority.encode("ascii")), *_HEADERS],
            extensions={"timeout": {"connect": limits.connect_seconds}},
        )
        connection = httpcore2.AsyncHTTPConnection(
            url.origin, ssl_context=self._ssl, network_backend=way
        )
        try:
            response = await connection.handle_async_request(request)
            return await read_answer(response, meter, limits.max_bytes, taken)
        finally:
            await connection.aclose()
