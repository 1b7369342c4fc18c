"""Removal notices: by their clock, and one of them, with who asks only where that is asked for."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response

from hedgerow.accounts import Permission
from hedgerow.survivors import NoSuchOwnCase, SurvivorsProblem
from hedgerow.web.console.filters import number_in
from hedgerow.web.console.noticing import LEVELS, clock_of, load, open_it, show, why_not
from hedgerow.web.console.refusals import nothing_here
from hedgerow.web.console.routing import page
from hedgerow.web.console.visit import Visit
from hedgerow.web.console.wording import sentence

ANSWERED = "answered"


@page("GET", "/notices", needs=Permission.SURVIVORS)
async def notices(visit: Visit) -> Response:
    """Those that wait, by what is due first; or the answered ones."""
    survivors, rows = visit.service.survivors, visit.limits.page_rows
    answered = visit.query.get("show") == ANSWERED
    before = number_in(visit.query.get("after", "")) if answered else None
    found = await visit.read(
        lambda: survivors.notices(open_ones=not answered, before=before, limit=rows + 1)
    )
    people = {each.answered_by for each in found if each.answered_by is not None}
    names = await visit.read(lambda: visit.service.people.names(people))
    return visit.render(
        "notices/list.html",
        lines=[(each, clock_of(each, survivors.limits)) for each in found[:rows]],
        further=len(found) > rows,
        more=found[rows - 1].case_id if answered and len(found) > rows else None,
        first=before is None,
        answered=answered,
        names=names,
        levels=LEVELS,
    )


@page("GET", "/notices/{notice_id:id}", needs=Permission.SURVIVORS)
async def notice(visit: Visit, notice_id: int) -> Response:
    """Its clock, without who asks: looking changes nothing, and that leaves a line in the log."""
    loaded = await load(visit, notice_id)
    return visit.render(
        "notices/closed.html",
        **loaded._asdict(),
        clock=clock_of(loaded.removal, visit.service.survivors.limits),
        levels=LEVELS,
        why_not=why_not(loaded.removal, visit.person.id),
    )


@page("POST", "/notices/{notice_id:id}/open", needs=Permission.SURVIVORS)
async def open_notice(visit: Visit, notice_id: int) -> Response:
    """Show who asks and what they wrote."""
    return show(visit, await open_it(visit, notice_id))


@page("POST", "/notices/{notice_id:id}/reply", needs=Permission.SURVIVORS)
async def reply(visit: Visit, notice_id: int) -> Response:
    """Write to whoever asks."""
    survivors, person, words = visit.service.survivors, visit.person, visit.form.text("words")
    seen = visit.form.number("seen")
    return await _done(
        visit,
        notice_id,
        lambda: survivors.reply(person, notice_id, words, seen=seen),
        "Your message is sent.",
    )


@page("POST", "/notices/{notice_id:id}/read", needs=Permission.SURVIVORS)
async def read(visit: Visit, notice_id: int) -> Response:
    """Note that there is nothing to answer."""
    survivors, seen = visit.service.survivors, visit.form.number("seen")
    return await _done(
        visit, notice_id, lambda: survivors.read_messages(notice_id, seen=seen), "Noted as read."
    )


async def _done(visit: Visit, notice_id: int, call: Callable[[], None], told: str) -> Response:
    try:
        await visit.write(call)
    except NoSuchOwnCase:
        raise nothing_here() from None
    except SurvivorsProblem as refused:
        return show(visit, await open_it(visit, notice_id), sentence(refused), 409)
    return visit.redirect(f"/console/notices/{notice_id}", told)
