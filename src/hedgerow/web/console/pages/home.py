"""Where the console begins, and its help."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from hedgerow.accounts import Permission
from hedgerow.web.console.navigation import home_of
from hedgerow.web.console.routing import page
from hedgerow.web.console.visit import Visit


@page("GET", "/", needs=Permission.SELF)
async def home(visit: Visit) -> Response:
    """Lead to the first page that this person can open."""
    return RedirectResponse(home_of(visit), 303)


@page("GET", "/help", needs=Permission.SELF)
async def help_sheet(visit: Visit) -> Response:
    """Tell the shortcuts and the words; the same sheet that "?" opens."""
    return visit.render("help.html")
