"""Asking a browser for a passkey: the question goes to a script, its answer comes in a form.

The state of a question is kept in the session, and taken from it once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from starlette.responses import Response

from hedgerow.accounts import AccountsProblem, Ceremony, SecondFactorRefused, Session, Site
from hedgerow.web.console.address import site_of
from hedgerow.web.console.visit import Visit
from hedgerow.web.console.wording import sentence
from hedgerow.web.html.refusals import Refusal

MAKING, SHOWING = "passkey_to_make", "passkey_to_show"
"""What is kept in the session for each kind of question."""


def site_needed(visit: Visit) -> Site:
    """The site that passkeys sign for; raises Refusal where it isn't known."""
    site = site_of(visit)
    if site is None:
        raise Refusal(
            422,
            "Passkeys don't work at this address",
            "They are bound to a name. On this machine open the console as http://localhost; "
            "elsewhere whoever runs the service sets service.public_url.",
        )
    return site


def session_of(visit: Visit) -> Session:
    """The session, of a page that needs one."""
    assert visit.session is not None
    return visit.session


async def ask_to_make(visit: Visit) -> Response:
    """The question for a new passkey."""
    passkeys = visit.service.accounts.passkeys
    return await _ask(visit, MAKING, passkeys.begin_registration)


async def ask_to_show(visit: Visit) -> Response:
    """The question for one that is known."""
    passkeys = visit.service.accounts.passkeys
    return await _ask(visit, SHOWING, passkeys.begin_authentication)


async def made(visit: Visit) -> None:
    """Keep the passkey that the form brings; raises AccountsProblem."""
    passkeys, name = visit.service.accounts.passkeys, visit.form.text("name")

    def keep(
        person_id: int, site: Site, state: Mapping[str, Any], answer: Mapping[str, Any]
    ) -> None:
        passkeys.complete_registration(person_id, site, state, answer, name)

    await _answered(visit, MAKING, keep)


async def shown(visit: Visit) -> None:
    """See that a passkey was shown; raises SecondFactorRefused."""
    passkeys = visit.service.accounts.passkeys
    await _answered(visit, SHOWING, passkeys.complete_authentication)


async def _ask(visit: Visit, kind: str, question: Callable[[int, Site], Ceremony]) -> Response:
    session, site = session_of(visit), site_needed(visit)

    def asked() -> dict[str, Any]:
        ceremony = question(session.person.id, site)
        visit.service.sessions.keep(session.id, kind, dict(ceremony.state))
        return ceremony.options

    try:
        options = await visit.write(asked)
    except AccountsProblem as problem:
        raise Refusal(422, "That did not work", sentence(problem)) from None
    return visit.json(options=options)


async def _answered(
    visit: Visit,
    kind: str,
    check: Callable[[int, Site, Mapping[str, Any], Mapping[str, Any]], object],
) -> None:
    session, site = session_of(visit), site_needed(visit)
    try:
        answer = json.loads(visit.form.text("answer"))
    except (ValueError, RecursionError):
        answer = None

    def checked() -> None:
        state = visit.service.sessions.take(session.id, kind)
        if state is None or not isinstance(answer, dict):
            raise SecondFactorRefused
        check(session.person.id, site, state, answer)

    await visit.write(checked)
