"""One line of log and one measurement for each request; pure ASGI, in microseconds."""

from __future__ import annotations

import time
from itertools import count

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hedgerow.web.logs import request_lines

QUIET = ("/health/live", "/health/ready", "/metrics")
"""Asked for so often that a line for each would hide the others, unless something is wrong."""

_numbers = count(1)


class Observer:
    """Around the whole application.

    A line names the route's template, never the path: that may hold a key, a name or a hash.
    """

    def __init__(self, app: ASGIApp, *, lines: bool) -> None:
        self._app = app
        self._write_line = request_lines() if lines else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and note how it went."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 0

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            self._note(scope, status, time.perf_counter() - began)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = route_of(scope)
        method = scope["method"] if scope["method"] in METHODS else "other"
        scope["app"].state.service.metrics.answered(route, method, status, seconds)
        if self._write_line is None or (route in QUIET and status < 400):
            return
        visit = scope.get("hedgerow.visit")
        key = visit.key if visit is not None else None
        self._write_line(
            {
                "request": next(_numbers),
                "method": method,
                "route": route,
                "status": status,
                "ms": round(1000 * seconds, 2),
                "key": None if key is None else key.id,
            }
        )


PREFIXES = ("/api/v1", "/hma", "/console", "/help")
"""What the routes below them leave out of their templates."""

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def route_of(scope: Scope) -> str:
    """The template of the route that a request took, such as `/api/v1/banks/{name}`."""
    found = getattr(scope.get("route"), "path", None)
    if found is None:
        return "none"
    prefix = next((each for each in PREFIXES if scope["path"].startswith(f"{each}/")), "")
    return f"{prefix}{found}"
