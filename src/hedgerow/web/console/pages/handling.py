"""What is done with a case beside deciding it: taken, given back, held, assigned, reopened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from starlette.responses import Response

from hedgerow.accounts import NoSuchPerson, Permission
from hedgerow.cases import BadDecision, CasesProblem, Lease, NoSuchCase, Resting
from hedgerow.web.console.filters import going_on
from hedgerow.web.console.pages.case import show
from hedgerow.web.console.pages.queue import next_case
from hedgerow.web.console.refusals import nothing_here
from hedgerow.web.console.routing import page
from hedgerow.web.console.visit import Visit
from hedgerow.web.console.wording import sentence
from hedgerow.web.html.refusals import Refusal


async def _done(
    visit: Visit, case_id: int, call: Callable[[], object], told: str, to: str = ""
) -> Response:
    """Do it, and lead back to the case or to another page; tell what is in the way of it."""
    here = f"/console/cases/{case_id}"
    try:
        await visit.write(call)
    except NoSuchCase:
        raise nothing_here() from None
    except BadDecision as mistake:
        return await show(visit, case_id, sentence(mistake), 422)
    except Resting as rest:
        return visit.redirect("/console/care", sentence(rest), kind="note")
    except CasesProblem as refused:
        return visit.redirect(going_on(here, visit.query), sentence(refused), kind="bad")
    return visit.redirect(going_on(to or here, visit.query), told)


@page("POST", "/cases/{case_id:id}/take", needs=Permission.REVIEW)
async def take(visit: Visit, case_id: int) -> Response:
    """Have the case, or have it for longer; a script asks so that what was typed stays."""
    person, cases = visit.person, visit.service.cases
    if visit.wants_json:
        return await _lease(visit, lambda: cases.take(person, case_id).lease)
    return await _done(visit, case_id, lambda: cases.take(person, case_id), "")


@page("POST", "/cases/{case_id:id}/renew", needs=Permission.REVIEW)
async def renew(visit: Visit, case_id: int) -> Response:
    """Have the case for longer, as somebody is at work on it; asked by a script."""
    person, cases = visit.person, visit.service.cases
    return await _lease(visit, lambda: cases.renew(person, case_id))


async def _lease(visit: Visit, call: Callable[[], Lease | None]) -> Response:
    """For how long somebody has the case after this, for a script."""
    try:
        lease = await visit.write(call)
    except NoSuchCase:
        raise nothing_here() from None
    except CasesProblem as refused:
        raise Refusal(409, "The case is not yours any more", sentence(refused)) from None
    assert lease is not None
    return visit.json(seconds=(lease.until - datetime.now(UTC)).total_seconds())


@page("POST", "/cases/{case_id:id}/release", needs=Permission.REVIEW)
async def release(visit: Visit, case_id: int) -> Response:
    """Give the case back."""
    person, cases = visit.person, visit.service.cases
    told = f"Case {case_id} is back in the queue."
    call = lambda: cases.release(person, case_id)  # noqa: E731  # read where it is used
    return await _done(visit, case_id, call, told, "/console/queue")


@page("POST", "/cases/{case_id:id}/skip", needs=Permission.REVIEW)
async def skip(visit: Visit, case_id: int) -> Response:
    """Give the case back, and don't be offered it for a while; go on where that is wished."""
    person, cases = visit.person, visit.service.cases
    minutes = cases.limits.skip_minutes
    told = f"Case {case_id} is left to others; you won't be offered it for {minutes} minutes."
    if not visit.form.ticked("go_on"):
        call = lambda: cases.skip(person, case_id)  # noqa: E731  # read where it is used
        return await _done(visit, case_id, call, told, "/console/queue")
    try:
        await visit.write(lambda: cases.skip(person, case_id))
    except NoSuchCase:
        raise nothing_here() from None
    return await next_case(visit, visit.query, told)


@page("POST", "/cases/{case_id:id}/hold", needs=Permission.REVIEW)
async def hold(visit: Visit, case_id: int) -> Response:
    """Let the case rest for some days."""
    person, cases = visit.person, visit.service.cases
    days, why = visit.form.number("days") or 0, visit.form.text("why")
    told = f"Case {case_id} rests. It comes back by itself, or when somebody wakes it."
    return await _done(
        visit, case_id, lambda: cases.hold(person, case_id, days, why), told, "/console/queue"
    )


@page("POST", "/cases/{case_id:id}/wake", needs=Permission.REVIEW)
async def wake(visit: Visit, case_id: int) -> Response:
    """Let a held case wait again."""
    person, cases = visit.person, visit.service.cases
    return await _done(visit, case_id, lambda: cases.wake(person, case_id), "It waits again.")


@page("POST", "/cases/{case_id:id}/assign", needs=Permission.LEAD)
async def assign(visit: Visit, case_id: int) -> Response:
    """Give the case to one person alone, or to whoever comes."""
    lead, cases, wanted = visit.person, visit.service.cases, visit.form.number("person")

    def given() -> None:
        person = None if wanted is None else visit.service.people.get(wanted)
        cases.assign(lead, case_id, person)

    told = "Whoever comes may take it." if wanted is None else "It is theirs alone now."
    try:
        return await _done(visit, case_id, given, told)
    except NoSuchPerson:
        return await show(visit, case_id, "Choose somebody of the list.", 422)


@page("POST", "/cases/{case_id:id}/complain", needs=Permission.LEAD)
async def complain(visit: Visit, case_id: int) -> Response:
    """Hand in what the uploader says, where it came by another way than the platform."""
    cases, text = visit.service.cases, visit.form.text("complaint")
    told = "The complaint is taken in. Somebody who hasn't decided the case before looks."
    return await _done(visit, case_id, lambda: cases.complain(case_id, text), told)


@page("POST", "/cases/{case_id:id}/reopen", needs=Permission.LEAD)
async def reopen(visit: Visit, case_id: int) -> Response:
    """Let a decided case be decided anew."""
    lead, cases, why = visit.person, visit.service.cases, visit.form.text("why")
    told = "It waits to be decided anew; what was decided stays in its history."
    return await _done(visit, case_id, lambda: cases.reopen(lead, case_id, why), told)
