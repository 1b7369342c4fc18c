"""Where the survivors' pages hang in the application."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route, Router

from hedgerow.web.help import pages as pages
from hedgerow.web.help.answering import Place, best_language
from hedgerow.web.help.door import Door
from hedgerow.web.help.headers import PREFIX, policy_with
from hedgerow.web.help.limits import Options
from hedgerow.web.help.routing import PAGES, Page
from hedgerow.web.help.static_files import FILES
from hedgerow.web.html.headers import Headers


def install(app: FastAPI, options: Options, public_url: str, https_days: int) -> None:
    """Serve the pages under /help where they are switched on.

    Call it after the other middlewares were added. Raises BadFile.
    """
    if not options.enabled:
        return
    door = Door(options)

    async def begin(request: Request) -> Response:
        """The first page, in the language that the browser asks for."""
        language = best_language(request, options.languages)
        return RedirectResponse(f"{PREFIX}/{language}", 303)

    app.router.routes.append(Route(PREFIX, begin))
    app.router.routes.append(Mount(PREFIX, _pages(door, Route("/", begin))))
    policy = policy_with(options.exit_url)
    app.add_middleware(
        Headers, prefix=PREFIX, policy=policy, public_url=public_url, https_days=https_days
    )


def _pages(door: Door, first: Route) -> Router:
    by_path: dict[str, dict[str, Page]] = {}
    for page in PAGES:
        by_path.setdefault(page.path, {})[page.method] = page
    routes = [first, Route("/static/{mark}/{name:path}", _static)]
    routes += [Route(f"/{{language}}{path}", Place(here, door)) for path, here in by_path.items()]
    return Router(routes, default=Place({}, door), redirect_slashes=False)


async def _static(request: Request) -> Response:
    found = FILES.response(request.path_params["mark"], request.path_params["name"])
    return Response(status_code=404) if found is None else found
