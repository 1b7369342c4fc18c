"""The gate in front of every route: how many may come in, and how long they may take to speak.

Pure ASGI, so that it costs microseconds. Whoever is turned away gets an answer, at once.
"""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hedgerow.web.problems import Code, Problem, overloaded
from hedgerow.web.waiting import within

if TYPE_CHECKING:
    from hedgerow.accounts import ApiKey
    from hedgerow.web.limits import Limits

ABORT = "hedgerow.abort"
"""In a request's scope: ends its connection, whatever of the answer was not taken."""

ALWAYS_OPEN = ("/health/", "/metrics")
"""What must answer most of all when there is too much to do."""


class Visit:
    """One request under way."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self.key: ApiKey | None = None

    def enter(self, key: ApiKey) -> None:
        """Note whose request it is. Raises Problem where that key has too many under way."""
        if self.key is None:
            self._gate.enter(key)
            self.key = key


class Gate:
    """Counts requests, and cuts off clients that send or take their bytes too slowly."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app = app
        self._limits = limits
        self._inside = 0
        self._by_key: Counter[int] = Counter()

    def enter(self, key: ApiKey) -> None:
        """Count a request of this key."""
        if self._by_key[key.id] >= self._limits.max_requests_per_key:
            raise Problem(
                Code.TOO_MANY_REQUESTS,
                f"at most {self._limits.max_requests_per_key} requests of one key at once",
                headers={"Retry-After": str(self._limits.retry_seconds)},
            )
        self._by_key[key.id] += 1

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or tell it to come again."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._inside >= self._limits.max_requests and not scope["path"].startswith(ALWAYS_OPEN):
            problem = overloaded("too many requests at once", self._limits.retry_seconds)
            await problem.response()(scope, receive, send)
            return
        visit = Visit(self)
        scope["hedgerow.visit"] = visit
        self._inside += 1
        try:
            await self._app(scope, _Patient(receive, self._limits), self._timed(scope, send))
        finally:
            self._inside -= 1
            if visit.key is not None:
                self._leave(visit.key)

    def _leave(self, key: ApiKey) -> None:
        self._by_key[key.id] -= 1
        if not self._by_key[key.id]:
            del self._by_key[key.id]

    def _timed(self, scope: Scope, send: Send) -> Send:
        async def timed(message: Message) -> None:
            try:
                await within(self._limits.stall_seconds, send(message))
            except TimeoutError:
                scope[ABORT]()
                raise ClientDisconnect from None

        return timed


class _Patient:
    """A request's body as it arrives; patient only within limits."""

    def __init__(self, receive: Receive, limits: Limits) -> None:
        self._receive = receive
        self._limits = limits
        self._began: float | None = None
        self._bytes = 0
        self._done = False

    async def __call__(self) -> Message:
        if self._done:
            return await self._receive()  # waits for the client to leave, as long as it likes
        now = time.monotonic()
        if self._began is None:
            self._began = now
        try:
            message = await within(self._limits.stall_seconds, self._receive())
        except TimeoutError:
            raise self._too_slow() from None
        self._bytes += len(message.get("body", b""))
        self._done = not message.get("more_body", False)
        grace = self._limits.stall_seconds + self._bytes / self._limits.body_bytes_a_second
        if not self._done and time.monotonic() - self._began > grace:
            raise self._too_slow()
        return message

    def _too_slow(self) -> Problem:
        return Problem(
            Code.TOO_SLOW,
            f"send without pauses of {self._limits.stall_seconds:g} s, and at least "
            f"{self._limits.body_bytes_a_second} bytes a second",
            headers={"Connection": "close"},
        )
