"""Protect my picture: the questions first, then hashing in the browser, then number and code."""

from __future__ import annotations

from starlette.responses import Response

from hedgerow.survivors import Receipt, read_submissions
from hedgerow.web.changing import change
from hedgerow.web.help.pages.learning import show_people
from hedgerow.web.help.refusals import unreadable
from hedgerow.web.help.routing import Json, Takes, page
from hedgerow.web.help.visit import Visit

QUESTIONS = ("age", "me", "intimate", "have")
"""The questions of the gate, in the order of the page; the answers are yes, no, or an age."""

_SWITCH = "pictures"


@page("GET", "/protect", switch=_SWITCH)
async def ask(visit: Visit) -> Response:
    """The questions."""
    return visit.render("protect/questions.html", given=dict.fromkeys(QUESTIONS, ""), missing=())


@page("POST", "/protect", switch=_SWITCH)
async def answer(visit: Visit) -> Response:
    """On to choosing, or to the right help for whoever this doesn't fit."""
    given = {name: visit.form.text(name) for name in QUESTIONS}
    # Before anything else is asked, and before a file can be chosen.
    if given["age"] in ("under_18", "unsure"):
        return visit.redirect("/protect/under-18")
    missing = tuple(name for name in QUESTIONS if not given[name])
    if missing:
        return visit.render("protect/questions.html", 422, given=given, missing=missing)
    if given["me"] == "no":
        return visit.redirect("/protect/somebody-else")
    if given["intimate"] == "no":
        return visit.redirect("/protect/other-pictures")
    if given["have"] == "no":
        return visit.redirect("/protect/no-file")
    return visit.redirect("/protect/choose")


@page("GET", "/protect/choose", switch=_SWITCH)
async def choose(visit: Visit) -> Response:
    """Choosing pictures for a new case. It has an address of its own, so that Back leads here."""
    most = visit.service.survivors.limits.max_pictures
    return visit.render("protect/choose.html", ticket=visit.ticket(), adding=False, most=most)


@page("GET", "/protect/under-18", switch=_SWITCH)
async def under_18(visit: Visit) -> Response:
    """Help for whoever was under 18 in the picture."""
    return show_people(visit, "under_18", "protect/under_18.html")


@page("GET", "/protect/somebody-else", switch=_SWITCH)
async def somebody_else(visit: Visit) -> Response:
    """Help for whoever isn't in the picture."""
    return visit.render("protect/somebody_else.html")


@page("GET", "/protect/other-pictures", switch=_SWITCH)
async def other_pictures(visit: Visit) -> Response:
    """Help with pictures that aren't intimate."""
    return visit.render("protect/other_pictures.html")


@page("GET", "/protect/no-file", switch=_SWITCH)
async def no_file(visit: Visit) -> Response:
    """Help for whoever hasn't got the file."""
    return visit.render("protect/no_file.html")


@page("POST", "/protect/send", switch=_SWITCH, takes=Takes.JSON)
async def send(visit: Visit) -> Response:
    """Take in hashes; answers with number and code, this once."""
    sent = _object(visit)
    ticket = sent.get("ticket")
    if not isinstance(ticket, str):
        raise unreadable()
    survivors = visit.service.survivors
    pictures = read_submissions(sent.get("pictures"), survivors.limits)

    def protect() -> Receipt:
        return survivors.protect(
            pictures,
            ticket=ticket,
            language=visit.language.code,
            share=sent.get("share") is True,
            address=visit.address,
        )

    receipt = await change(visit.service, protect)
    return visit.json(
        number=receipt.number, words=" ".join(receipt.words), digits=" ".join(receipt.digits)
    )


@page("GET", "/my-case/add", own=True, switch=_SWITCH)
async def choose_more(visit: Visit) -> Response:
    """Choosing more pictures for the open case."""
    survivors = visit.service.survivors
    case = await visit.read(lambda: survivors.mine(visit.own_case))
    room = max(0, survivors.limits.max_pictures - len(case.pictures))
    return visit.render("protect/choose.html", ticket="", adding=True, most=room)


@page("POST", "/my-case/add", own=True, switch=_SWITCH, takes=Takes.JSON)
async def add(visit: Visit) -> Response:
    """Take in hashes for the open case."""
    sent = _object(visit)
    survivors = visit.service.survivors
    pictures = read_submissions(sent.get("pictures"), survivors.limits)
    share = sent.get("share") is True
    added = await change(
        visit.service, lambda: survivors.add(visit.own_case, pictures, share=share)
    )
    return visit.json(added=added)


def _object(visit: Visit) -> Json:
    if not isinstance(visit.sent, dict):
        raise unreadable()
    return visit.sent
