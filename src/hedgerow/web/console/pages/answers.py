"""Answers to removal notices, and what is at the addresses that they name, if somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from starlette.responses import Response

from hedgerow.accounts import Permission
from hedgerow.banks import BanksProblem
from hedgerow.signals import Signal
from hedgerow.survivors import NoSuchOwnCase, SurvivorsProblem
from hedgerow.web.changing import change
from hedgerow.web.console.fetching import Fetched, fetched
from hedgerow.web.console.noticing import open_it, show, why_not
from hedgerow.web.console.refusals import nothing_here
from hedgerow.web.console.routing import page
from hedgerow.web.console.visit import Visit
from hedgerow.web.console.wording import sentence

_ROOM = 0.7
"""The part of a form's bytes that hashes may take; the rest is for words, escaped."""


@page("POST", "/notices/{notice_id:id}/accept", needs=Permission.SURVIVORS)
async def accept(visit: Visit, notice_id: int) -> Response:
    """Do what a notice asks for; or show first what is at its addresses."""
    if visit.form.ticked("fetch"):
        return await _found(visit, notice_id)
    survivors, person = visit.service.survivors, visit.person
    words, sealed = visit.form.text("accepting"), visit.form.many("found")
    seen = visit.form.number("seen")

    def accepted() -> None:
        more: Sequence[tuple[Signal, ...]] = [
            survivors.open_found(person, notice_id, each) for each in sealed
        ]
        survivors.accept_notice(person, notice_id, words, more, seen=seen)

    return await _answered(visit, notice_id, accepted, "The notice is accepted.")


@page("POST", "/notices/{notice_id:id}/decline", needs=Permission.SURVIVORS)
async def decline(visit: Visit, notice_id: int) -> Response:
    """Not do it, and say why."""
    survivors, person = visit.service.survivors, visit.person
    words, seen = visit.form.text("declining"), visit.form.number("seen")
    return await _answered(
        visit,
        notice_id,
        lambda: survivors.decline_notice(person, notice_id, words, seen=seen),
        "The notice is declined; they can disagree with that.",
    )


async def _answered(visit: Visit, notice_id: int, call: Callable[[], None], told: str) -> Response:
    try:
        await change(visit.service, visit.named(call))
    except NoSuchOwnCase:
        raise nothing_here() from None
    except (SurvivorsProblem, BanksProblem) as refused:
        # Here, not on another page: what was typed isn't to be lost by it.
        return show(visit, await open_it(visit, notice_id), sentence(refused), 409)
    return visit.redirect(f"/console/notices/{notice_id}", told)


class _Line(NamedTuple):
    """An address and what became of it. sealed: its hashes, to come back with the answer."""

    fetched: Fetched
    sealed: str


async def _found(visit: Visit, notice_id: int) -> Response:
    """Show what is at the addresses; nothing is accepted yet."""
    opened = await open_it(visit, notice_id)
    refused, given = why_not(opened.removal, visit.person.id), opened.removal.particulars
    if refused or given is None:
        return show(visit, opened, refused or "What the notice said has been destroyed.", 409)
    found = await fetched(visit, given.urls)
    lines = await visit.write(lambda: _sealed(visit, notice_id, found))
    return visit.render(
        "notices/found.html",
        **opened._asdict(),
        lines=lines,
        words=visit.form.text("accepting"),
        seen=visit.form.number("seen"),
        limits=visit.service.survivors.limits,
    )


def _sealed(visit: Visit, notice_id: int, found: Sequence[Fetched]) -> list[_Line]:
    survivors, room = visit.service.survivors, int(_ROOM * visit.limits.max_form_bytes)
    lines = []
    for each in found:
        sealed = ""
        if each.signals:
            sealed = survivors.seal_found(visit.person, notice_id, each.signals)
            if len(sealed) > room:
                why = "it is too long a video to be taken over here: add the file to a bank instead"
                lines.append(_Line(Fetched(each.url, problem=why), ""))
                continue
            room -= len(sealed)
        lines.append(_Line(each, sealed))
    return lines
