"""My case: what was found, taking back, messages, deletion."""

from __future__ import annotations

import re
from datetime import timedelta

from starlette.responses import Response

from hedgerow.store import now
from hedgerow.survivors import BadSubmission, CaseKind, Limits, NoticeState, NotPossibleNow, OwnCase
from hedgerow.web.changing import change
from hedgerow.web.help.refusals import out_of_date
from hedgerow.web.help.routing import page
from hedgerow.web.help.visit import Visit

_FEW = re.compile(r"[0-9]{1,4}")


@page("GET", "/my-case", own=True)
async def show(visit: Visit) -> Response:
    """The open case."""
    given = visit.request.query_params
    added = given.get("added", "")
    return await shown(
        visit,
        sent=given.get("sent", "") == "1",
        added=int(added) if _FEW.fullmatch(added) else 0,
    )


async def shown(
    visit: Visit,
    status: int = 200,
    *,
    written: str = "",
    problem: str = "",
    sent: bool = False,
    added: int = 0,
) -> Response:
    """The open case. written: what stands in the field for messages already. sent, added: what was
    just done, to be told: whether a message was sent, and how many pictures were added."""
    survivors = visit.service.survivors
    case = await visit.read(lambda: survivors.mine(visit.own_case))
    return visit.render(
        "case/case.html",
        status,
        case=case,
        limits=survivors.limits,
        may_complain=_may_complain(case, survivors.limits),
        room=_room(case, survivors.limits),
        written=written,
        problem=problem,
        sent=sent,
        added=added,
    )


def _may_complain(case: OwnCase, limits: Limits) -> bool:
    """Whether the answer to a notice can be disagreed with, still."""
    notice = case.notice
    if notice is None or notice.state is not NoticeState.DECLINED or notice.answered_at is None:
        return False
    return now() <= notice.answered_at + timedelta(days=limits.complaint_days)


def _room(case: OwnCase, limits: Limits) -> bool:
    """Whether another message fits into a case."""
    return sum(not each.from_hotline for each in case.messages) < limits.max_messages


@page("POST", "/my-case/read", own=True)
async def read(visit: Visit) -> Response:
    """Note that the hotline's messages were read."""
    await visit.write(lambda: visit.service.survivors.seen(visit.own_case))
    return visit.redirect("/my-case")


@page("GET", "/my-case/withdraw", own=True)
async def ask_withdrawal(visit: Visit) -> Response:
    """Which picture is to be taken back, or whether all are."""
    survivors = visit.service.survivors
    case = await visit.read(lambda: survivors.mine(visit.own_case))
    if case.kind is CaseKind.NOTICE:
        return visit.redirect("/my-case")
    asked = visit.request.query_params.get("picture", "")
    chosen = [each for each in case.pictures if str(each.id) == asked]
    everything = visit.request.query_params.get("all", "") == "1"
    # Whoever came for one picture is never asked about all of them instead.
    if not chosen and (asked or not everything):
        return visit.redirect("/my-case")
    return visit.render("case/withdraw.html", case=case, chosen=chosen[0] if chosen else None)


@page("POST", "/my-case/withdraw", own=True)
async def withdraw(visit: Visit) -> Response:
    """Take one picture back, or all."""
    survivors = visit.service.survivors
    case = await visit.read(lambda: survivors.mine(visit.own_case))
    picture = visit.form.number("picture")
    # All are taken back by a form that names none, and by nothing that was meant to name one.
    unclear = picture is None and visit.form.ticked("picture")
    if unclear or case.kind is CaseKind.NOTICE:  # a notice ends with its case
        raise out_of_date()
    wanted = None if picture is None else [picture]
    taken = await change(visit.service, lambda: survivors.withdraw(visit.own_case, wanted))
    return visit.render("case/withdrawn.html", taken=taken, everything=picture is None)


@page("POST", "/my-case/write", own=True)
async def write(visit: Visit) -> Response:
    """Write to the hotline, or disagree with its answer to a notice."""
    words = visit.form.text("words")
    survivors = visit.service.survivors
    complaint = visit.form.ticked("complaint")
    call = survivors.complain if complaint else survivors.write
    try:
        await visit.write(lambda: call(visit.own_case, words))
    except BadSubmission:
        return await shown(visit, 422, written=words, problem="words")
    except NotPossibleNow:
        return await shown(visit, 409, written=words, problem="late")
    return visit.redirect("/my-case?sent=1")


@page("GET", "/my-case/delete", own=True)
async def ask_deletion(visit: Visit) -> Response:
    """Whether the case is really to be deleted."""
    case = await visit.read(lambda: visit.service.survivors.mine(visit.own_case))
    return visit.render("case/delete.html", notice=case.notice is not None)


@page("POST", "/my-case/delete", own=True)
async def delete(visit: Visit) -> Response:
    """Delete the case and all in it."""
    survivors = visit.service.survivors
    await change(visit.service, lambda: survivors.delete(visit.own_case))
    visit.end_session()
    return visit.render("case/deleted.html")
