"""Asking for a removal: a form with an identity, checked kindly, with a receipt."""

from __future__ import annotations

import json

from starlette.responses import Response

from hedgerow.store import now
from hedgerow.survivors import (
    DSA,
    LAWS,
    MOST_URL,
    TAKE_IT_DOWN,
    BadSubmission,
    Limits,
    NoticeIncomplete,
    Particulars,
    Receipt,
    Submission,
    TooManyTries,
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
    return _form(visit, Particulars(), [], "")


@page("POST", "/notice", switch=_SWITCH)
async def send(visit: Visit) -> Response:
    """Take a notice in, or say what is missing."""
    given = _particulars(visit)
    text = visit.form.text("pictures")
    try:
        pictures = _pictures(visit, text)
    except BadSubmission:
        return _form(visit, given, [], "", status=422, problem="files")
    survivors = visit.service.survivors
    ticket = visit.ticket()

    def file() -> Receipt:
        return survivors.ask_removal(given, pictures, ticket=ticket, address=visit.address)

    try:
        receipt = await visit.write(file)
    except NoticeIncomplete as problem:
        return _form(visit, given, pictures, text, status=422, missing_parts=problem.parts)
    except BadSubmission:
        why = _too_much(given, survivors.limits)
        if not why:
            raise
        return _form(visit, given, pictures, text, status=422, problem=why)
    except TooManyTries:
        return _form(visit, given, pictures, text, status=429, problem="often")
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


def _too_much(given: Particulars, limits: Limits) -> str:
    """What of a notice is more than is taken; "" for nothing."""
    if len(given.urls) > limits.max_urls:
        return "many"
    if any(len(each) > MOST_URL for each in given.urls):
        return "address"
    long = any(
        isinstance(each, str) and len(each) > limits.max_text for each in vars(given).values()
    )
    return "text" if long else ""


def _form(
    visit: Visit,
    given: Particulars,
    pictures: list[Submission],
    text: str,
    *,
    missing_parts: tuple[str, ...] = (),
    status: int = 200,
    problem: str = "",
) -> Response:
    return visit.render(
        "notice/form.html",
        status,
        given=given,
        pictures=len(pictures),
        pictures_text=text,
        missing=missing_parts,
        problem=problem,
        most_url=MOST_URL,
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
