"""The application: routes, and what all of them have in common."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, nullcontext

from fastapi import FastAPI

from hedgerow import __version__
from hedgerow.web import health, hma
from hedgerow.web.api import ROUTERS
from hedgerow.web.api.openapi import describe
from hedgerow.web.console import mounting as console
from hedgerow.web.direct import Direct
from hedgerow.web.envelope import Envelope
from hedgerow.web.gate import Gate
from hedgerow.web.help import mounting as help_pages
from hedgerow.web.incoming import clear
from hedgerow.web.observing import Observer
from hedgerow.web.refusing import HANDLERS
from hedgerow.web.service import Plan, Service
from hedgerow.web.serving import end_within


def create_app(plan: Plan, *, alone: bool = False) -> FastAPI:
    """The service as an ASGI application; everything is opened when it starts.

    `alone`: it has the process for itself, and ends that where closing takes too long.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with ExitStack() as ending, Service(plan) as service:
            app.state.service = service
            clear(plan.incoming)
            try:
                yield
            finally:
                ending.enter_context(
                    end_within(plan.web.shutdown_seconds) if alone else nullcontext()
                )
                await service.fetcher.aclose()

    app = FastAPI(
        title="Hedgerow",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        # A redirect would be made of the Host header, which anybody may write.
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        # Nothing of a request goes anywhere else, whatever the environment says.
        telemetry={
            "tracing": False,
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            "auto_configure": False,
        },
    )
    app.state.plan = plan
    app.include_router(health.router)
    for router in ROUTERS:
        app.include_router(router, prefix="/api/v1")
    for kind, handler in HANDLERS.items():
        app.add_exception_handler(kind, handler)
    describe(app)
    # The last one is the outermost.
    app.add_middleware(Direct, routes=app.routes)
    app.add_middleware(Gate, limits=plan.web)
    app.add_middleware(Envelope)
    hma.install(app)
    console.install(app, plan.console, plan.options.public_url)
    help_pages.install(app, plan.help, plan.options.public_url, plan.console.https_days)
    app.add_middleware(Observer, lines=plan.log.requests and plan.log.level in ("debug", "info"))
    return app
