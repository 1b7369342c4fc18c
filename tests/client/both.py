"""Both clients behind one face, so that each test is a test of both."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2

from hedgerow.client import AsyncClient, Client

Answering = Callable[[httpx2.Request], httpx2.Response]


class Face:
    """A client whose methods give results, and whose iterators give lists, in either kind."""

    def __init__(self, client: Client | AsyncClient) -> None:
        self._client = client
        self._runner = asyncio.Runner()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        if not callable(found):
            return found
        return lambda *given, **named: self._done(found(*given, **named))

    def _done(self, result: Any) -> Any:
        if inspect.isawaitable(result):

            async def wait() -> Any:
                return await result

            return self._runner.run(wait())
        if isinstance(result, AsyncIterator):

            async def collect() -> list[Any]:
                return [item async for item in result]

            return self._runner.run(collect())
        return list(result) if inspect.isgenerator(result) else result

    def end(self) -> None:
        self._done(self._client.aclose() if isinstance(self._client, AsyncClient) else None)
        if isinstance(self._client, Client):
            self._client.close()
        self._runner.close()


class Transport(httpx2.BaseTransport, httpx2.AsyncBaseTransport):
    """The network, for both: `answering` is given each request with its whole body."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering
        self.requests: list[httpx2.Request] = []

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.read()
        return self._answered(request)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        await request.aread()
        return self._answered(request)

    def _answered(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        return self._answering(request)
