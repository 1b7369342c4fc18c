"""Opening a case with its number and code, and closing it."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from hedgerow.survivors import CodeRefused, Tried, UnreadableCode
from hedgerow.web.help.pages.my_case import shown
from hedgerow.web.help.routing import page
from hedgerow.web.help.visit import Visit
from hedgerow.web.html.refusals import Refusal


@page("GET", "/case")
async def ask(visit: Visit) -> Response:
    """The form for number and code; the case itself where one is open."""
    if visit.case_id is not None:
        return visit.redirect("/my-case")
    return form(visit)


def form(
    visit: Visit,
    status: int = 200,
    *,
    number: str = "",
    problem: str = "",
    place: int = 0,
    written: str = "",
) -> Response:
    """The form for number and code. written: a message that is kept until the case is open."""
    return visit.render(
        "case/enter.html", status, number=number, problem=problem, place=place, written=written
    )


@page("POST", "/case")
async def enter(visit: Visit) -> Response:
    """Open a case, if number and code belong together."""
    number, code = visit.form.text("number"), visit.form.secret("code")
    survivors, written = visit.service.survivors, visit.form.text("written")
    try:
        # Before the turnstile: what is refused at once takes no place of those who wait.
        tried = survivors.begin_entering(number, code[:1000], visit.address)
        token = await _checked(visit, tried)
    except UnreadableCode as problem:
        place = problem.place
        return form(visit, 422, number=number, written=written, problem="unreadable", place=place)
    except CodeRefused:
        return form(visit, 422, number=number, written=written, problem="refused")
    visit.begin_session(token)
    if not written:
        return visit.redirect("/my-case")
    visit.case_id = await visit.read(lambda: survivors.find(token))
    return await shown(visit, written=written)


async def _checked(visit: Visit, tried: Tried) -> str:
    survivors = visit.service.survivors
    try:
        return await visit.door.checking_code(
            visit.service, lambda: survivors.finish_entering(tried)
        )
    except Refusal:  # too many wait: it isn't their try that is used up by that
        survivors.unbegin_entering(tried)
        raise


@page("POST", "/my-case/leave", own=True)
async def leave(visit: Visit) -> Response:
    """Close the case in this browser."""
    await visit.write(lambda: visit.service.survivors.leave(visit.token))
    visit.end_session()
    return visit.redirect("")


@page("POST", "/my-case/exit")
async def exit_now(visit: Visit) -> Response:
    """Close the case in this browser, if one is open, and be gone.

    Not for an open case alone, nor with the token of its forms: whoever presses the exit gets out.
    """
    if visit.case_id is not None:
        await visit.write(lambda: visit.service.survivors.leave(visit.token))
        visit.end_session()
    return RedirectResponse(visit.options.exit_url, 303)
