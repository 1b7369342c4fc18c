"""From a request to its page: where it is from, who makes it, whether they may, and how it ends."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from urllib.parse import quote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from hedgerow.accounts import Permission, Session, Stage
from hedgerow.web.access import service_of
from hedgerow.web.console import cookies
from hedgerow.web.console.headers import PREFIX
from hedgerow.web.console.limits import Limits
from hedgerow.web.console.refusals import SignInFirst, not_yours, nothing_here
from hedgerow.web.console.rendering import Templates
from hedgerow.web.console.routing import Page
from hedgerow.web.console.visit import Visit
from hedgerow.web.failures import FAILURES, problem_of
from hedgerow.web.html import forms, tokens
from hedgerow.web.html.refusals import Refusal, stale_form
from hedgerow.web.problems import KINDS, Problem

SIGN_IN = f"{PREFIX}/sign-in"

STAGES = {
    Stage.SECOND_FACTOR: f"{PREFIX}/sign-in/second-factor",
    Stage.ENROL: f"{PREFIX}/enrol",
}
"""Where signing in goes on, by the stage that a session is in."""

_log = logging.getLogger(__name__)


class Place:
    """Answers the requests of one path; of none, where it has no pages."""

    def __init__(
        self,
        pages: Mapping[str, Page],
        templates: Templates,
        limits: Limits,
        up: int | None = None,
    ) -> None:
        """up: parts of the path to leave out for where its form is; None where there is none."""
        self._pages = pages
        self._templates = templates
        self._limits = limits
        self._up = up

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        visit = Visit(request, service_of(request), self._templates, self._limits)
        try:
            response = await self._answer(visit)
        except ClientDisconnect:
            raise  # there is nobody to answer
        except SignInFirst:
            response = _sign_in(visit, self._form_of(visit.path))
        except Exception as error:  # noqa: BLE001  # each becomes a page, and what is ours is logged
            response = _told(visit, error)
        visit.jar.write(response)
        await response(scope, receive, send)

    async def _answer(self, visit: Visit) -> Response:
        request = visit.request
        if _came_from_elsewhere(request):
            return visit.render("arriving.html", target=_target(request))
        page = self._pages.get("GET" if request.method == "HEAD" else request.method)
        posted = request.method == "POST"
        if posted:
            forms.check_origin(request)
        await _find_session(visit)
        if page is None:
            raise self._no_page(visit)
        _check_allowed(visit, page)
        if not posted:
            return await page.run(visit, **request.path_params)
        with visit.service.memory() as memory:
            max_file = visit.service.plan.media.max_bytes if page.upload else 0
            visit.form = await forms.read(
                request,
                memory,
                max_bytes=visit.limits.max_form_bytes,
                max_fields=visit.limits.max_fields,
                max_file=max_file,
            )
            if not tokens.is_form_token(visit.secret, visit.form.token):
                raise stale_form()
            return await page.run(visit, **request.path_params)

    def _form_of(self, path: str) -> str:
        """The page that a form for this path is on; "" where none is known."""
        if self._up is None:
            return ""
        parts = path.split("/")
        return PREFIX + quote("/".join(parts[: len(parts) - self._up]))

    def _no_page(self, visit: Visit) -> Exception:
        if not visit.may(Permission.SELF):
            return SignInFirst()  # who hasn't signed in doesn't learn which paths there are
        if not self._pages:
            return nothing_here()
        methods = ", ".join(self._pages)
        words = f"This address takes {methods}. The menu leads to everything that you can open."
        return Refusal(405, "This can't be done here", words, headers={"allow": methods})


def _came_from_elsewhere(request: Request) -> bool:
    """Whether a link on another site led here: the browser keeps the session back then.

    It gets a page that leads to the same address at once, which is a step from us to us.
    """
    return (
        request.method == "GET"
        and request.headers.get("sec-fetch-site") in ("cross-site", "same-site")
        and request.headers.get("sec-fetch-mode") == "navigate"
    )


def _target(request: Request) -> str:
    """The path that was asked for, with its query."""
    query = request.scope["query_string"].decode("ascii", "replace")
    path = quote(request.scope["path"])
    return f"{path}?{query}" if query else path


async def _find_session(visit: Visit) -> None:
    token = visit.jar.get(cookies.SESSION)
    if token:
        visit.session, visit.counts = await visit.read(lambda: _known(visit, token))


def _known(visit: Visit, token: str) -> tuple[Session | None, Mapping[str, int]]:
    """The session of a token, and what its person's menu counts."""
    session = visit.service.sessions.find(token)
    if session is None or not session.person.may(Permission.SURVIVORS):
        return session, {}
    cases, notices, _late = visit.service.survivors.waiting()
    return session, {"/own": cases, "/notices": notices}


def _check_allowed(visit: Visit, page: Page) -> None:
    """Raises SignInFirst or Refusal where this person may not have the page."""
    if page.needs is None:
        if page.stage is not None and (
            visit.session is None or visit.session.stage is not page.stage
        ):
            raise SignInFirst
        if page.stage is Stage.ENROL:
            _check_enrolment(visit)
        return
    if not visit.may(Permission.SELF):
        raise SignInFirst
    if not visit.may(page.needs):
        raise not_yours(sees_people=visit.may(Permission.PEOPLE))


def _check_enrolment(visit: Visit) -> None:
    """Refuse a browser that began with a password alone, once there is a second factor."""
    if visit.person.has_second_factor:
        raise Refusal(
            403,
            "There is a second step already",
            "It was set up at another browser. Sign out here, and sign in with it.",
        )


def _told(visit: Visit, error: Exception) -> Response:
    """What went wrong, as a page, or as JSON to a script."""
    if isinstance(error, Refusal):
        told = error
    elif isinstance(error, Problem):
        told = Refusal(error.status, KINDS[error.code].title, error.detail, headers=error.headers)
    elif isinstance(error, FAILURES):
        problem = problem_of(error, visit.service.limits.retry_seconds)
        told = Refusal(
            problem.status, KINDS[problem.code].title, problem.detail, headers=problem.headers
        )
    else:
        told = _fault(error)
    if visit.wants_json:
        response = visit.json(told.status, title=told.title, words=told.words)
    else:
        response = visit.render("refused.html", told.status, title=told.title, words=told.words)
    response.headers.update(told.headers)
    return response


def _fault(error: Exception) -> Refusal:
    reference = secrets.token_hex(8)
    _log.error("a fault, reference %s", reference, exc_info=error)
    words = (
        "This is a fault of Hedgerow, not of yours. Nothing was half done. The log of the service "
        f"tells of it under the reference {reference}."
    )
    return Refusal(500, "Something went wrong", words)


def _sign_in(visit: Visit, form: str) -> Response:
    """Send the browser to where signing in begins or goes on, and back here afterwards.

    form: the page to go back to where a form was sent; "" for the start.
    """
    if visit.wants_json:
        return visit.json(401, title="You are signed out", words="Sign in again to go on.")
    stage = None if visit.session is None else visit.session.stage
    if stage is Stage.FULL:
        return RedirectResponse(f"{PREFIX}/", 303)
    if stage is not None:
        return RedirectResponse(STAGES[stage], 303)
    if visit.request.method == "POST":
        words = "You were signed out meanwhile, and nothing was changed."
        return visit.redirect(_back_to(form), words, kind="note")
    target = "" if visit.path in ("/", "/sign-in") else _target(visit.request)
    return RedirectResponse(_back_to(target), 303)


def _back_to(goal: str) -> str:
    return f"{SIGN_IN}?next={quote(goal, safe='/')}" if goal else SIGN_IN
