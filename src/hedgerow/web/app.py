"""The application: routes, and what all of them have in common."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, Response

from hedgerow import __version__
from hedgerow.web.api import match
from hedgerow.web.gate import Gate
from hedgerow.web.problems import Problem
from hedgerow.web.service import Plan, Service


def create_app(plan: Plan) -> FastAPI:
    """The service as an ASGI application; everything is opened when it starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with Service(plan) as service:
            app.state.service = service
            yield

    app = FastAPI(
        title="Hedgerow", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None
    )
    app.include_router(match.router, prefix="/api/v1")
    app.add_middleware(Gate, limits=plan.web)
    app.add_exception_handler(Problem, _tell)
    return app


async def _tell(_request: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)
    return problem.response()
