"""The short way to the routes that every upload takes.

The framework's own way to a route (its router, its dependencies, its exit stacks) takes longer
than everything that a lookup of one hash does itself. A route whose function takes the request
alone needs none of it: the key is checked and refusals are told just the same.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from inspect import signature

from fastapi.routing import RouteContext, iter_route_contexts
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from hedgerow import accounts
from hedgerow.web.access import allowed, bearer_of
from hedgerow.web.refusing import HANDLERS

_REFUSALS = tuple(HANDLERS)


@dataclass(frozen=True)
class _Way:
    route: BaseRoute
    function: Callable[[Request], Awaitable[Response]]


class Direct:
    """Answers the routes that a key for matching opens; everything else goes the usual way."""

    def __init__(self, app: ASGIApp, routes: Sequence[BaseRoute]) -> None:
        self._app = app
        self._ways = _ways(routes)

    @property
    def ways(self) -> set[tuple[str, str]]:
        """The methods and paths that go this way."""
        return set(self._ways)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        way = self._ways.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if way is None:
            await self._app(scope, receive, send)
            return
        scope["route"] = way.route
        response = await _answered(way, Request(scope, receive, send))
        await response(scope, receive, send)


def _ways(routes: Sequence[BaseRoute]) -> dict[tuple[str, str], _Way]:
    """By method and path."""
    return {
        (method, each.path): _Way(each.original_route, each.endpoint)
        for each in iter_route_contexts(routes)
        if each.path and each.endpoint and _is_short(each)
        for method in each.methods or ()
    }


def _is_short(route: RouteContext) -> bool:
    told = getattr(route, "openapi_extra", None) or {}
    takes = signature(route.endpoint).parameters if route.endpoint else ()
    return told.get("x-scope") == accounts.Scope.MATCH and list(takes) == ["request"]


async def _answered(way: _Way, request: Request) -> Response:
    try:
        allowed(request, bearer_of(request), accounts.Scope.MATCH)
        return await way.function(request)
    except _REFUSALS as refusal:
        handler = next(HANDLERS[kind] for kind in type(refusal).__mro__ if kind in HANDLERS)
        return await handler(request, refusal)
