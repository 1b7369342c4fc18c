"""One's own account: password, second factors, sessions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import quote

from starlette.responses import Response

from hedgerow.accounts import (
    AccountsProblem,
    BadPassword,
    NoSuchPasskey,
    Passkey,
    Permission,
    Session,
)
from hedgerow.web.console import asking_passkeys, cookies
from hedgerow.web.console.address import site_of
from hedgerow.web.console.apps import confirm, enrolment, offer
from hedgerow.web.console.asking_passkeys import session_of
from hedgerow.web.console.headers import PREFIX
from hedgerow.web.console.refusals import nothing_here
from hedgerow.web.console.routing import page
from hedgerow.web.console.turnstile import hashing
from hedgerow.web.console.visit import Visit
from hedgerow.web.console.wording import sentence

HERE = f"{PREFIX}/account"


@page("GET", "/account", needs=Permission.SELF)
async def account(visit: Visit) -> Response:
    """Show how this person signs in, and where they are signed in."""
    return await _page(visit)


@page("POST", "/account/password", needs=Permission.SELF)
async def change_password(visit: Visit) -> Response:
    """Change the password, by the old one; all other sessions end."""
    form, passwords, session = visit.form, visit.service.accounts.passwords, session_of(visit)
    old, new = form.secret("old"), form.secret("password")
    try:
        if new != form.secret("again"):
            raise BadPassword("the two new passwords differ; type the same one twice")
        await hashing(visit, lambda: passwords.change(session.person.id, old, new, keep=session.id))
    except AccountsProblem as problem:
        return await _page(visit, sentence(problem), 422)
    words = "The password is changed. You are signed out everywhere but here."
    return visit.redirect(HERE, words)


@page("POST", "/account/again", needs=Permission.SELF)
async def sign_in_again(visit: Visit) -> Response:
    """End this session, so that it begins anew: then second factors may be changed, and more."""
    token = visit.jar.get(cookies.SESSION)
    await visit.write(lambda: visit.service.sessions.end(token))
    visit.end_session()
    goal = quote(visit.safe_next(HERE), safe="/")
    words = "Sign in once more: then you can go on."
    return visit.redirect(f"{PREFIX}/sign-in?next={goal}", words, kind="note")


@page("GET", "/account/app", needs=Permission.SELF)
async def app(visit: Visit) -> Response:
    """Show the new secret for an authenticator app."""
    _need_fresh(visit)
    return await _app_page(visit)


@page("POST", "/account/app/begin", needs=Permission.SELF)
async def begin_app(visit: Visit) -> Response:
    """Make a new secret; the app that is in use counts until a code of it was shown."""
    _need_fresh(visit)
    await offer(visit)
    return visit.redirect(f"{HERE}/app")


@page("POST", "/account/app", needs=Permission.SELF)
async def set_app(visit: Visit) -> Response:
    """Take the app into use that has shown this code, instead of the one before."""
    _need_fresh(visit)
    try:
        await confirm(visit)
    except AccountsProblem as problem:
        return await _app_page(visit, sentence(problem), 422)
    words = "The app is set up: from now on its codes count."
    if visit.person.has_totp:  # as it was when this began
        words += " You are signed out everywhere but here."
    return visit.redirect(HERE, words)


@page("POST", "/account/app/remove", needs=Permission.SELF)
async def remove_app(visit: Visit) -> Response:
    """Let the app's codes count no more."""
    codes, session = visit.service.accounts.codes, session_of(visit)
    return await _removed(visit, lambda: codes.remove(session.person.id, keep=session.id))


@page("POST", "/account/passkeys/ask", needs=Permission.SELF)
async def ask_passkey(visit: Visit) -> Response:
    """Ask the browser for a new passkey; for a script."""
    _need_fresh(visit)
    return await asking_passkeys.ask_to_make(visit)


@page("POST", "/account/passkeys", needs=Permission.SELF)
async def make_passkey(visit: Visit) -> Response:
    """Keep the passkey that the browser made."""
    _need_fresh(visit)
    try:
        await asking_passkeys.made(visit)
    except AccountsProblem:
        return await _page(visit, "That passkey was not taken. Try once more.", 422)
    return visit.redirect(HERE, "The passkey is kept. It can be shown from your next sign-in on.")


@page("POST", "/account/passkeys/{passkey_id:id}/remove", needs=Permission.SELF)
async def remove_passkey(visit: Visit, passkey_id: int) -> Response:
    """Let a passkey count no more."""
    passkeys, session = visit.service.accounts.passkeys, session_of(visit)
    return await _removed(
        visit, lambda: passkeys.remove(session.person.id, passkey_id, keep=session.id)
    )


@page("POST", "/account/sessions/{session_id:id}/end", needs=Permission.SELF)
async def end_session(visit: Visit, session_id: int) -> Response:
    """End one of one's own sessions."""
    sessions, person = visit.service.sessions, visit.person
    await visit.write(lambda: sessions.end_one(person.id, session_id))
    return visit.redirect(HERE, "That browser is signed out.")


@page("POST", "/account/sign-out-everywhere", needs=Permission.SELF)
async def sign_out_everywhere(visit: Visit) -> Response:
    """End all of one's own sessions, this one too."""
    sessions, person = visit.service.sessions, visit.person
    await visit.write(lambda: sessions.end_all(person.id))
    visit.end_session()
    return visit.redirect(f"{PREFIX}/sign-in", "You are signed out everywhere.")


async def _page(visit: Visit, problem: str = "", status: int = 200) -> Response:
    service, session = visit.service, session_of(visit)

    def found() -> tuple[Sequence[Passkey], Sequence[Session]]:
        keys = service.accounts.passkeys.list(session.person.id)
        return keys, service.sessions.list(session.person.id)

    passkeys, sessions = await visit.read(found)
    return visit.render(
        "account.html",
        status,
        passkeys=passkeys,
        sessions=sessions,
        here=session,
        minimum=service.accounts.limits.password_min,
        with_passkeys=site_of(visit) is not None,
        removable=len(passkeys) + session.person.has_totp > 1,
        problem=problem,
    )


async def _app_page(visit: Visit, problem: str = "", status: int = 200) -> Response:
    return visit.render("account_app.html", status, **await enrolment(visit), problem=problem)


async def _removed(visit: Visit, call: Callable[[], None]) -> Response:
    _need_fresh(visit)
    try:
        await visit.write(call)
    except NoSuchPasskey:
        raise nothing_here() from None
    except AccountsProblem as problem:
        return await _page(visit, sentence(problem), 422)
    return visit.redirect(HERE, "It is removed. You are signed out everywhere but here.")


def _need_fresh(visit: Visit) -> None:
    visit.need_fresh("Second factors are changed")
