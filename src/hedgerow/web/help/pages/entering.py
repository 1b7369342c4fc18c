"""Opening a case with its number and code, and closing it."""

from __future__ import annotations

from starlette.responses import Response

from hedgerow.survivors import CodeRefused, UnreadableCode
from hedgerow.web.help.routing import page
from hedgerow.web.help.visit import Visit


@page("GET", "/case")
async def ask(visit: Visit) -> Response:
    """The form for number and code; the case itself where one is open."""
    if visit.case_id is not None:
        return visit.redirect("/my-case")
    return visit.render("case/enter.html", number="", problem="", place=0)


@page("POST", "/case")
async def enter(visit: Visit) -> Response:
    """Open a case, if number and code belong together."""
    number, code = visit.form.text("number"), visit.form.secret("code")
    survivors = visit.service.survivors
    try:
        token = await visit.door.checking_code(
            visit.service, lambda: survivors.enter(number, code[:1000], visit.address)
        )
    except UnreadableCode as problem:
        context = {"number": number, "problem": "unreadable", "place": problem.place}
        return visit.render("case/enter.html", 422, **context)
    except CodeRefused:
        context = {"number": number, "problem": "refused", "place": 0}
        return visit.render("case/enter.html", 422, **context)
    visit.begin_session(token)
    return visit.redirect("/my-case")


@page("POST", "/my-case/leave", own=True)
async def leave(visit: Visit) -> Response:
    """Close the case in this browser."""
    await visit.write(lambda: visit.service.survivors.leave(visit.token))
    visit.end_session()
    return visit.redirect("")
