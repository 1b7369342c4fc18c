"""One-time links: the first administrator's, and those of people who are invited or were reset."""

from __future__ import annotations

from starlette.responses import Response

from hedgerow.accounts import (
    AccountsProblem,
    BadLink,
    BadPassword,
    Invitation,
    LinkKind,
    Permission,
    Stage,
)
from hedgerow.web.console.address import answer_address
from hedgerow.web.console.entering import begin
from hedgerow.web.console.routing import page
from hedgerow.web.console.turnstile import hashing
from hedgerow.web.console.visit import Visit
from hedgerow.web.console.wording import sentence
from hedgerow.web.html.refusals import Refusal


@page("GET", "/set-up/{token}", needs=None)
async def set_up(visit: Visit, token: str) -> Response:
    """Ask who the first administrator is."""
    return await _form(visit, token, LinkKind.SET_UP)


@page("POST", "/set-up/{token}", needs=None)
async def make_first(visit: Visit, token: str) -> Response:
    """Make the first administrator's account."""
    return await _accept(visit, token, LinkKind.SET_UP)


@page("GET", "/invitation/{token}", needs=None)
async def invitation(visit: Visit, token: str) -> Response:
    """Say who is invited, and ask for a password."""
    return await _form(visit, token, LinkKind.INVITATION)


@page("POST", "/invitation/{token}", needs=None)
async def accept(visit: Visit, token: str) -> Response:
    """Let an invited person in, with the password they chose."""
    return await _accept(visit, token, LinkKind.INVITATION)


async def _form(
    visit: Visit, token: str, kind: LinkKind, problem: str = "", status: int = 200
) -> Response:
    found = await _link(visit, token, kind)
    openid, limits = visit.service.accounts.openid, visit.service.accounts.limits
    return visit.render(
        f"entering/{kind}.html",
        status,
        token=token,
        invitation=found,
        minimum=limits.password_min,
        elsewhere=openid.options.name if openid.on and answer_address(visit) else None,
        in_the_way=visit.may(Permission.SELF),
        problem=problem,
    )


async def _link(visit: Visit, token: str, kind: LinkKind) -> Invitation:
    try:
        found = await visit.read(lambda: visit.service.people.invitation(token))
    except BadLink as problem:
        raise _used_up(problem) from None
    if found.kind != kind:
        raise _used_up(BadLink())
    return found


def _used_up(problem: BadLink) -> Refusal:
    return Refusal(410, "This link is used up", sentence(problem))


async def _accept(visit: Visit, token: str, kind: LinkKind) -> Response:
    form, people = visit.form, visit.service.people
    await _link(visit, token, kind)
    password = form.secret("password")
    login, name = form.text("login"), form.text("name")
    try:
        if password != form.secret("again"):
            raise BadPassword("the two passwords differ; type the same one twice")
        person = await hashing(
            visit, lambda: people.accept(token, password, login=login, name=name)
        )
    except BadLink as problem:  # somebody was quicker
        raise _used_up(problem) from None
    except AccountsProblem as problem:
        return await _form(visit, token, kind, sentence(problem), 422)
    return await begin(visit, person, Stage.ENROL)
