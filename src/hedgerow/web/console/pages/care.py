"""One's own care: what is left for today, when the next break is due, a private check-in."""

from __future__ import annotations

from starlette.responses import Response

from hedgerow.accounts import Permission
from hedgerow.web.console.routing import page
from hedgerow.web.console.visit import Visit


@page("GET", "/care", needs=Permission.REVIEW)
async def care(visit: Visit) -> Response:
    """Limits, breaks, and the check-in, which never leaves the browser."""
    cases, me = visit.service.cases, visit.person.id
    standing, limits, own = await visit.read(
        lambda: (cases.standing(me), cases.care_of(me), cases.own_care(me))
    )
    return visit.render(
        "care.html", standing=standing, care=limits, own=own, keeps_media=cases.keeps_media
    )


@page("POST", "/care/stop", needs=Permission.REVIEW)
async def stop(visit: Visit) -> Response:
    """Give back all that this person has in hand."""
    cases, me = visit.service.cases, visit.person.id
    await visit.write(lambda: cases.release_all(me))
    return visit.redirect("/console/care", "Everything is back in the queue. Rest well.")
