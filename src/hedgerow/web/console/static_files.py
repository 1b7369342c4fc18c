"""The console's style sheets, scripts and pictures."""

from __future__ import annotations

from pathlib import Path

from starlette.responses import Response

from hedgerow.web.console.headers import PREFIX
from hedgerow.web.console.refusals import nothing_here
from hedgerow.web.console.routing import page
from hedgerow.web.console.visit import Visit
from hedgerow.web.html.static_files import StaticFiles

_FILES = StaticFiles(Path(__file__).parent / "static", f"{PREFIX}/static")

static = _FILES.path


def modules() -> list[str]:
    """The names of the modules that the script on every page imports."""
    return _FILES.names("js/")


@page("GET", "/static/{mark}/{name:path}", needs=None)
async def static_file(_visit: Visit, mark: str, name: str) -> Response:
    """One file."""
    found = _FILES.response(mark, name)
    if found is None:
        raise nothing_here()
    return found
