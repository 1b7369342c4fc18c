"""Asking for a removal: a form with an identity, checked kindly, with a receipt."""

from __future__ import annotations

import json

from starlette.responses import Response

from hedgerow.store import now
from hedgerow.survivors import (
    DSA,
    LAWS,
    TAKE_IT_DOWN,
    NoticeIncomplete,
    Particulars,
    Receipt,
    Submission,
    missing,
    read_submissions,
    valid_for,
)
from hedgerow.web.help.refusals import unreadable
from hedgerow.web.help.routing import page
from hedgerow.web.help.visit import Visit

_SWITCH = "notices"
_TEXTS = ("name", "agent", "email", "phone", "address", "where", "statement", "signature")


@page("GET", "/notice", switch=_SWITCH)
async def ask(visit: Visit) -> Response:
    """What a notice needs and what happens with it, and the form."""
    return _form(visit, Particulars(), [], "", missing_parts=())


@page("POST", "/notice", switch=_SWITCH)
async def send(visit: Visit) -> Response:
    """Take a notice in, or say what is missing."""
    given = _particulars(visit)
    text = visit.form.text("pictures")
    pictures = _pictures(visit, text)
    survivors = visit.service.survivors
    ticket = visit.ticket()

    def file() -> Receipt:
        return survivors.ask_removal(given, pictures, ticket=ticket, address=visit.address)

    try:
        receipt = await visit.write(file)
    except NoticeIncomplete as problem:
        return _form(visit, given, pictures, text, status=422, missing_parts=problem.parts)
    return visit.render(
        "notice/receipt.html",
        receipt=receipt,
        given=given,
        pictures=len(pictures),
        valid=valid_for(given, len(pictures)),
        received_at=now(),
        limits=survivors.limits,
        take_it_down=TAKE_IT_DOWN,
    )


def _form(
    visit: Visit,
    given: Particulars,
    pictures: list[Submission],
    text: str,
    *,
    missing_parts: tuple[str, ...],
    status: int = 200,
) -> Response:
    return visit.render(
        "notice/form.html",
        status,
        given=given,
        pictures=len(pictures),
        pictures_text=text,
        missing=missing_parts,
        still_for_dsa=missing(given, len(pictures), DSA) if missing_parts else (),
        parts=LAWS[TAKE_IT_DOWN],
        ticket=visit.ticket(),
        limits=visit.service.survivors.limits,
    )


def _particulars(visit: Visit) -> Particulars:
    texts = {name: visit.form.text(name) for name in _TEXTS}
    if visit.form.text("who") != "agent":
        texts["agent"] = ""
    lines = [each.strip() for each in visit.form.text("urls").splitlines()]
    return Particulars(
        **texts,
        under_18=visit.form.text("age") == "under_18",
        urls=tuple(_with_scheme(each) for each in dict.fromkeys(lines) if each),
        good_faith=visit.form.ticked("good_faith"),
        accurate=visit.form.ticked("accurate"),
        language=visit.language.code,
    )


def _with_scheme(address: str) -> str:
    """An address as it can be opened: many are typed without https://."""
    return address if "://" in address or " " in address else f"https://{address}"


def _pictures(visit: Visit, text: str) -> list[Submission]:
    """Hashes that a script of ours put into the form; none where there is no script."""
    if not text:
        return []
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        raise unreadable() from None
    return list(read_submissions(given, visit.service.survivors.limits))
