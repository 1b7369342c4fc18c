"""Refusals of all kinds to problem documents: ours, the rooms', and the framework's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import compile_path

from hedgerow.web.access import service_of
from hedgerow.web.failures import FAILURES, problem_of
from hedgerow.web.problems import MAX_DETAIL, Code, Problem, first_mistake


async def _told(_request: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)
    return problem.response()


async def _failed(request: Request, error: Exception) -> Response:
    return problem_of(error, service_of(request).limits.retry_seconds).response()


async def _invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return Problem(Code.INVALID, first_mistake(error.errors())).response()


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        msg = "nothing is served under this path; /openapi.json lists what there is"
        return Problem(Code.NOT_FOUND, msg).response()
    if error.status_code == 405:
        methods = ", ".join(_methods(request))
        msg = f"this path takes {methods}"
        return Problem(Code.METHOD_NOT_ALLOWED, msg, headers={"Allow": methods}).response()
    return Problem(Code.BAD_REQUEST, str(error.detail)[:MAX_DETAIL]).response()


def _methods(request: Request) -> list[str]:
    """All methods of the path; the framework tells those of the first route that fits alone."""
    found: set[str] = set()
    for route in iter_route_contexts(request.app.routes):
        pattern, _format, _convertors = compile_path(route.path or "")
        if pattern.match(request.scope["path"]):
            found |= route.methods or set()
    return sorted(found)


HANDLERS: Mapping[type[Exception], Callable[[Request, Exception], Awaitable[Response]]] = {
    Problem: _told,
    RequestValidationError: _invalid,
    HTTPException: _http,
    **dict.fromkeys(FAILURES, _failed),
}
"""By what is raised."""
