"""The first second factor, without which nobody gets further."""

from __future__ import annotations

from starlette.responses import Response

from hedgerow.accounts import AccountsProblem, SecondFactorRefused, Stage
from hedgerow.web.console import asking_passkeys
from hedgerow.web.console.address import site_of
from hedgerow.web.console.apps import confirm, enrolment, offer
from hedgerow.web.console.entering import led_on, let_in
from hedgerow.web.console.routing import page
from hedgerow.web.console.visit import Visit
from hedgerow.web.console.wording import sentence


@page("GET", "/enrol", needs=None, stage=Stage.ENROL)
async def enrol(visit: Visit) -> Response:
    """Show a secret for an authenticator app, and a button for a passkey."""
    return await _form(visit)


@page("POST", "/enrol/begin", needs=None, stage=Stage.ENROL)
async def begin_app(visit: Visit) -> Response:
    """Make a secret, where the one that came with signing in is gone."""
    await offer(visit)
    return led_on(visit, Stage.ENROL)


@page("POST", "/enrol", needs=None, stage=Stage.ENROL)
async def confirm_app(visit: Visit) -> Response:
    """Take the app into use that has shown this code."""
    try:
        await confirm(visit)
    except SecondFactorRefused as refused:
        return await _form(visit, sentence(refused), 422)
    return await let_in(visit)


@page("POST", "/enrol/passkey/ask", needs=None, stage=Stage.ENROL)
async def ask_passkey(visit: Visit) -> Response:
    """Ask the browser for a new passkey; for a script."""
    return await asking_passkeys.ask_to_make(visit)


@page("POST", "/enrol/passkey", needs=None, stage=Stage.ENROL)
async def make_passkey(visit: Visit) -> Response:
    """Keep the passkey that the browser made."""
    try:
        await asking_passkeys.made(visit)
    except AccountsProblem:
        return await _form(visit, "That passkey was not taken. Try once more, or use an app.", 422)
    return await let_in(visit)


async def _form(visit: Visit, problem: str = "", status: int = 200) -> Response:
    return visit.render(
        "entering/enrol.html",
        status,
        **await enrolment(visit),
        passkeys=site_of(visit) is not None,
        goal=visit.safe_next(""),
        problem=problem,
    )
