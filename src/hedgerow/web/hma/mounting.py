"""Where the routes hang in the application."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.routing import Mount, Route, Router

from hedgerow.web.hma.paths import PREFIX, Paths
from hedgerow.web.hma.places import Nowhere, Place
from hedgerow.web.hma.routes import ROUTES
from hedgerow.web.hma.state import State


def install(app: FastAPI) -> None:
    """Serve HMA's routes under /hma; call it after the other middlewares were added."""
    state = State()
    routes = [Route(path, Place(operations, state)) for path, operations in ROUTES.items()]
    app.router.routes.append(Mount(PREFIX, Router(routes, default=Nowhere())))
    app.add_middleware(Paths)
