"""One's own care: what is left for today, when the next break is due, a private check-in."""

from __future__ import annotations

from starlette.responses import Response

from hedgerow.accounts import Permission
from hedgerow.cases import BadDecision, Care, Resting
from hedgerow.web.console.routing import page
from hedgerow.web.console.visit import Visit
from hedgerow.web.console.wording import sentence

_MINUTES = (5, 10, 15, 30, 60)
"""Of a break that somebody takes by themselves, to choose from."""


@page("GET", "/care", needs=Permission.REVIEW)
async def care(visit: Visit) -> Response:
    """Limits, breaks, and the check-in, which never leaves the browser."""
    cases, me = visit.service.cases, visit.person.id
    standing, limits, own = await visit.read(
        lambda: (cases.standing(me), cases.care_of(me), cases.own_care(me))
    )
    return visit.render(
        "care.html",
        standing=standing,
        care=limits,
        own=own,
        keeps_media=cases.keeps_media,
        choices=_choices(limits),
    )


def _choices(limits: Care) -> list[int]:
    """Minutes to choose from: with those of a break that is due, unless these are many."""
    usual = {limits.break_minutes} if limits.break_minutes <= _MINUTES[-1] else set()
    return sorted(usual.union(_MINUTES))


@page("POST", "/care/stop", needs=Permission.REVIEW)
async def stop(visit: Visit) -> Response:
    """Give back all that this person has in hand."""
    cases, me = visit.service.cases, visit.person.id
    await visit.write(lambda: cases.release_all(me))
    return visit.redirect("/console/care", "Everything is back in the queue. Rest well.")


@page("POST", "/care/break", needs=Permission.REVIEW)
async def take_break(visit: Visit) -> Response:
    """Give everything back, and rest for so many minutes."""
    cases, person, minutes = visit.service.cases, visit.person, visit.form.number("minutes") or 0
    try:
        until = await visit.write(lambda: cases.take_break(person, minutes))
    except (BadDecision, Resting) as refused:
        return visit.redirect("/console/care", sentence(refused), kind="bad")
    told = f"Everything is back in the queue. Your break lasts until {until:%H:%M} UTC."
    return visit.redirect("/console/care", told)


@page("POST", "/care/back", needs=Permission.REVIEW)
async def back(visit: Visit) -> Response:
    """End a break that this person took by themselves."""
    cases, person = visit.service.cases, visit.person
    try:
        await visit.write(lambda: cases.end_break(person))
    except Resting as refused:
        return visit.redirect("/console/care", sentence(refused), kind="bad")
    return visit.redirect("/console/care", "Welcome back. Nothing is in your hands.")
