"""One path and what can be done there: who may, and how a refusal is told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from hedgerow import accounts
from hedgerow.web.access import allowed, bearer_of, service_of
from hedgerow.web.hma.asking import Ask
from hedgerow.web.hma.refusals import KNOWN, Mistakes, Refusal, refusal_of
from hedgerow.web.hma.state import State


class Operation(NamedTuple):
    """What a method does; `scope` is None where no key is needed."""

    scope: accounts.Scope | None
    run: Callable[[Ask], Awaitable[Response]]


class Place:
    """Answers the requests of one path."""

    def __init__(self, operations: Mapping[str, Operation], state: State) -> None:
        self._operations = operations
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        operation = self._operations.get(method)
        if operation is None:
            methods = ", ".join(self._operations)
            msg = f"this path takes {methods}"
            response = Refusal(405, msg, {"Allow": methods}).response()
        else:
            response = await self._answer(operation, Request(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, operation: Operation, request: Request) -> Response:
        service = service_of(request)
        try:
            if operation.scope is not None:
                allowed(request, bearer_of(request), operation.scope)
            with service.memory() as memory:
                return await operation.run(Ask(request, service, self._state, memory))
        except (Refusal, Mistakes) as refused:
            return refused.response()
        except KNOWN as problem:
            return refusal_of(problem, service.limits.retry_seconds).response()


class Nowhere:
    """Answers what is asked under no path of ours."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        refusal = Refusal(404, "there is no such route; /hma/site-map lists those there are")
        await refusal.response()(scope, receive, send)
