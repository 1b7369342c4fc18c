"""HTTP as uvicorn speaks it, to clients that can't be trusted to speak at all."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from hedgerow.web.gate import ABORT
from hedgerow.web.limits import Limits

_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: %d\r\n"
    b"Content-Length: 0\r\nConnection: close\r\n\r\n"
)


class Protocol(HttpToolsProtocol):
    """One connection. It ends where a request's head is too long or takes too long to arrive."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        # The application of a process comes with its plan: a protocol is made by its class alone.
        self._limits: Limits = self.config.loaded_app.state.plan.web
        self._head_timer: asyncio.TimerHandle | None = None
        self._head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in the class above
        """Begin, or tell the client that there are too many."""
        super().connection_made(transport)
        if len(self.connections) > self._limits.max_connections:
            transport.write(_FULL % self._limits.retry_seconds)
            transport.close()
            return
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """Read on; what comes after an answer is the head of another request."""
        if self.transport.is_closing():
            return  # the connection was ended meanwhile
        if self._head_timer is None and not self._is_answering():
            self._await_head()
        super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._head_is_there()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Called by the parser."""
        self._head_bytes = 0
        super().on_message_begin()
        # For who takes nothing of an answer: an orderly end would wait until it has all of it.
        cast(dict[str, object], self.scope)[ABORT] = self.transport.abort

    def on_url(self, url: bytes) -> None:
        """Called by the parser."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Called by the parser."""
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Called by the parser."""
        self._head_is_there()
        super().on_headers_complete()

    def _is_answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle  # None before the first request
        return cycle is not None and not cycle.response_complete

    def _count(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > self._limits.max_head_bytes:
            # The parser makes of it that the request is invalid: it is answered 400, and the end.
            msg = "the head of the request is too long"
            raise ValueError(msg)

    def _await_head(self) -> None:
        self._head_timer = self.loop.call_later(self._limits.head_seconds, self.transport.abort)

    def _head_is_there(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
