"""People's own pictures: what was found of them, and words both ways. Nobody is named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from starlette.responses import Response

from hedgerow.accounts import Permission
from hedgerow.banks import BanksProblem
from hedgerow.survivors import CaseKind, NoSuchOwnCase, OwnCase, PictureState, SurvivorsProblem
from hedgerow.web.changing import change
from hedgerow.web.console.filters import number_in
from hedgerow.web.console.refusals import nothing_here
from hedgerow.web.console.routing import page
from hedgerow.web.console.visit import Visit
from hedgerow.web.console.wording import sentence

ALL = "all"


class _Loaded(NamedTuple):
    case: OwnCase
    names: Mapping[int, str]


@page("GET", "/own", needs=Permission.SURVIVORS)
async def own(visit: Visit) -> Response:
    """Cases with something to see, or all; the newest first."""
    survivors, rows = visit.service.survivors, visit.limits.page_rows
    everything = visit.query.get("show") == ALL
    before = number_in(visit.query.get("after", ""))
    found = await visit.read(
        lambda: survivors.page(to_see=not everything, before=before, limit=rows + 1)
    )
    return visit.render(
        "own/list.html",
        cases=found[:rows],
        more=found[rows - 1].id if len(found) > rows else None,
        first=before is None,
        everything=everything,
    )


@page("GET", "/own/{own_id:id}", needs=Permission.SURVIVORS)
async def own_case(visit: Visit, own_id: int) -> Response:
    """One case; of a notice, the notice."""
    return await _show(visit, own_id)


async def _show(
    visit: Visit, own_id: int, problem: str = "", status: int = 200, picture_id: int | None = None
) -> Response:
    """The page of a case, with what was typed where something is wrong with it.

    picture_id: of the picture that it was typed for.
    """
    service = visit.service

    def load() -> _Loaded:
        case = service.survivors.get(own_id)
        wrote = {each.person_id for each in case.messages if each.person_id is not None}
        return _Loaded(case, service.people.names(wrote))

    try:
        loaded = await visit.read(load)
    except NoSuchOwnCase:
        raise nothing_here() from None
    if loaded.case.kind is CaseKind.NOTICE:
        return visit.redirect(f"/console/notices/{own_id}")
    return visit.render(
        "own/case.html",
        status,
        **loaded._asdict(),
        problem=problem,
        picture_id=picture_id,
        typed=_typed(visit, loaded.case, picture_id),
        limits=service.survivors.limits,
    )


def _typed(visit: Visit, case: OwnCase, picture_id: int | None) -> Mapping[str, str]:
    """What was typed; why a picture is declined that somebody else has declined is a message."""
    words, why = visit.form.text("words"), visit.form.text("why")
    takes = {each.id for each in case.pictures if each.state is not PictureState.DECLINED}
    return {"words": words or ("" if picture_id in takes else why), "why": why}


@page("POST", "/own/{own_id:id}/reply", needs=Permission.SURVIVORS)
async def reply(visit: Visit, own_id: int) -> Response:
    """Write to the person."""
    survivors, person, words = visit.service.survivors, visit.person, visit.form.text("words")
    seen = visit.form.number("seen")
    return await _done(
        visit,
        own_id,
        lambda: survivors.reply(person, own_id, words, seen=seen),
        "Your message is sent.",
    )


@page("POST", "/own/{own_id:id}/read", needs=Permission.SURVIVORS)
async def read(visit: Visit, own_id: int) -> Response:
    """Note that there is nothing to answer."""
    survivors, seen = visit.service.survivors, visit.form.number("seen")
    return await _done(
        visit, own_id, lambda: survivors.read_messages(own_id, seen=seen), "Noted as read."
    )


@page("POST", "/own/{own_id:id}/pictures/{picture_id:id}/accept", needs=Permission.SURVIVORS)
async def accept(visit: Visit, own_id: int, picture_id: int) -> Response:
    """Let a picture protect."""
    survivors = visit.service.survivors
    return await _done(
        visit,
        own_id,
        lambda: survivors.accept_picture(own_id, picture_id),
        "The picture is accepted, and protects from now on.",
        picture_id,
    )


@page("POST", "/own/{own_id:id}/pictures/{picture_id:id}/decline", needs=Permission.SURVIVORS)
async def decline(visit: Visit, own_id: int, picture_id: int) -> Response:
    """Let a picture protect no more, and say why."""
    survivors, person, why = visit.service.survivors, visit.person, visit.form.text("why")
    seen = visit.form.number("seen")
    return await _done(
        visit,
        own_id,
        lambda: survivors.decline_picture(person, own_id, picture_id, why, seen=seen),
        "The picture is declined; your message is sent.",
        picture_id,
    )


async def _done(
    visit: Visit, own_id: int, call: Callable[[], None], told: str, picture_id: int | None = None
) -> Response:
    try:
        await change(visit.service, visit.named(call))
    except NoSuchOwnCase:
        raise nothing_here() from None
    except (SurvivorsProblem, BanksProblem) as refused:
        # Here, not on another page: what was typed isn't to be lost by it.
        return await _show(visit, own_id, sentence(refused), 409, picture_id)
    return visit.redirect(f"/console/own/{own_id}", told)
