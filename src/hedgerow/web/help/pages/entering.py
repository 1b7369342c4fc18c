"""Opening a case with its number and code, and closing it."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from hedgerow.survivors import CodeRefused, Tried, UnreadableCode, is_number
from hedgerow.web.help.pages.my_case import shown
from hedgerow.web.help.routing import page
from hedgerow.web.help.typed import meant
from hedgerow.web.help.visit import Visit
from hedgerow.web.html.refusals import Refusal


@page("GET", "/case")
async def ask(visit: Visit) -> Response:
    """The form for number and code; the case itself where one is open."""
    if visit.case_id is not None:
        return visit.redirect("/my-case")
    closed = visit.request.query_params.get("closed", "") == "1"
    return form(visit, problem="not_open" if closed else "")


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
    number, code = meant(visit.form.text("number")[:1000], visit.form.secret("code")[:1000])
    survivors, written = visit.service.survivors, visit.form.text("written")
    if not is_number(number):
        return form(visit, 422, number=number, written=written, problem="number")
    try:
        # Before the turnstile: what is refused at once takes no place of those who wait.
        tried = survivors.begin_entering(number, code, visit.address)
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
