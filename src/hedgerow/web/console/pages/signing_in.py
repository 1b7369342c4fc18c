"""Signing in with login and password, showing the second factor, and signing out."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from hedgerow.accounts import Permission, SecondFactorRefused, SignInRefused, Stage
from hedgerow.web.console import asking_passkeys, cookies
from hedgerow.web.console.address import answer_address, site_of
from hedgerow.web.console.entering import begin, let_in, next_stage
from hedgerow.web.console.headers import PREFIX
from hedgerow.web.console.routing import page
from hedgerow.web.console.turnstile import hashing
from hedgerow.web.console.visit import Visit
from hedgerow.web.console.wording import sentence


@page("GET", "/sign-in", needs=None)
async def sign_in(visit: Visit) -> Response:
    """Ask for login and password."""
    if visit.may(Permission.SELF):
        return RedirectResponse(visit.safe_next(), 303)
    return _form(visit)


@page("POST", "/sign-in", needs=None)
async def check_password(visit: Visit) -> Response:
    """Look at login and password, and lead on to the second factor."""
    login, password = visit.form.text("login"), visit.form.secret("password")
    passwords = visit.service.accounts.passwords
    try:
        person = await hashing(visit, lambda: passwords.check(login, password))
    except SignInRefused as refused:
        return _form(visit, sentence(refused), 422)
    return await begin(visit, person, next_stage(person))


@page("GET", "/sign-in/second-factor", needs=None, stage=Stage.SECOND_FACTOR)
async def second_factor(visit: Visit) -> Response:
    """Ask for a code or a passkey."""
    return _second(visit)


@page("POST", "/sign-in/second-factor", needs=None, stage=Stage.SECOND_FACTOR)
async def check_code(visit: Visit) -> Response:
    """Look at a code."""
    person, code = asking_passkeys.session_of(visit).person, visit.form.text("code")
    try:
        await visit.write(lambda: visit.service.accounts.codes.check(person.id, code))
    except SecondFactorRefused as refused:
        return _second(visit, sentence(refused), 422)
    return await let_in(visit)


@page("POST", "/sign-in/passkey/ask", needs=None, stage=Stage.SECOND_FACTOR)
async def ask_passkey(visit: Visit) -> Response:
    """Ask the browser for a passkey; for a script."""
    return await asking_passkeys.ask_to_show(visit)


@page("POST", "/sign-in/passkey", needs=None, stage=Stage.SECOND_FACTOR)
async def check_passkey(visit: Visit) -> Response:
    """Look at what the browser's passkey answered."""
    try:
        await asking_passkeys.shown(visit)
    except SecondFactorRefused:
        words = "That passkey was not taken. Try once more, or use a code."
        return _second(visit, words, 422)
    return await let_in(visit)


@page("POST", "/sign-out", needs=None)
async def sign_out(visit: Visit) -> Response:
    """End this browser's session, at whatever stage it is."""
    token = visit.jar.get(cookies.SESSION)
    await visit.write(lambda: visit.service.sessions.end(token))
    visit.end_session()
    return visit.redirect(f"{PREFIX}/sign-in", "You are signed out.")


def _form(visit: Visit, problem: str = "", status: int = 200) -> Response:
    openid = visit.service.accounts.openid
    return visit.render(
        "entering/sign_in.html",
        status,
        login=visit.form.text("login"),
        goal=visit.safe_next(""),
        elsewhere=openid.options.name if openid.on and answer_address(visit) else None,
        problem=problem,
    )


def _second(visit: Visit, problem: str = "", status: int = 200) -> Response:
    person = asking_passkeys.session_of(visit).person
    return visit.render(
        "entering/second_factor.html",
        status,
        person=person,
        passkeys=person.passkeys > 0 and site_of(visit) is not None,
        goal=visit.safe_next(""),
        problem=problem,
    )
