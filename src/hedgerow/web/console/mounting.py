"""Where the console hangs in the application."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route, Router

from hedgerow.web.console import pages as pages
from hedgerow.web.console.answering import Place
from hedgerow.web.console.headers import POLICY, PREFIX
from hedgerow.web.console.limits import Limits
from hedgerow.web.console.rendering import Templates
from hedgerow.web.console.routing import PAGES, Page
from hedgerow.web.html.headers import Headers


def install(app: FastAPI, limits: Limits, public_url: str) -> None:
    """Serve the console under /console; call it after the other middlewares were added."""
    app.router.routes.append(Route(PREFIX, _begin))
    app.router.routes.append(Mount(PREFIX, console(limits)))
    app.add_middleware(
        Headers,
        prefix=PREFIX,
        policy=POLICY,
        public_url=public_url,
        https_days=limits.https_days,
    )


def console(limits: Limits) -> Router:
    """The console as an application of its own, for what lies below /console."""
    templates = Templates()
    by_path: dict[str, dict[str, Page]] = {}
    for page in PAGES:
        by_path.setdefault(page.path, {})[page.method] = page
    routes = [
        Route(path, Place(here, templates, limits, levels_up(path, by_path)))
        for path, here in by_path.items()
    ]
    return Router(routes, default=Place({}, templates, limits), redirect_slashes=False)


def levels_up(path: str, by_path: Mapping[str, Mapping[str, Page]]) -> int | None:
    """How many parts of a path to leave out for the nearest page that can be opened.

    That is where a form is that is sent to the path, or close by. None where there is no such page.
    """
    parts = path.split("/")
    for up in range(len(parts) - 1):
        page = by_path.get("/".join(parts[: len(parts) - up]), {}).get("GET")
        if page is not None and page.needs is not None:
            return up
    return None


async def _begin(_request: Request) -> Response:
    return RedirectResponse(f"{PREFIX}/", 303)
