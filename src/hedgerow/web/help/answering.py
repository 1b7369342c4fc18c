"""From a request to its page: which language, which case, and how what goes wrong is told."""

from __future__ import annotations

import json
import logging
import re
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from hedgerow.survivors import NoSuchOwnCase, NotPossibleNow, SurvivorsProblem, TooManyTries
from hedgerow.web.access import service_of
from hedgerow.web.bodies import read_body
from hedgerow.web.failures import FAILURES
from hedgerow.web.help.catalogues import language
from hedgerow.web.help.door import Door
from hedgerow.web.help.pages import entering
from hedgerow.web.help.refusals import (
    CaseClosed,
    Wait,
    busy,
    faulty,
    many_here,
    nothing_here,
    out_of_date,
    too_often,
    unreadable,
)
from hedgerow.web.help.routing import Page, Takes
from hedgerow.web.help.visit import Visit
from hedgerow.web.html import forms, tokens
from hedgerow.web.html.refusals import Refusal
from hedgerow.web.problems import Problem
from hedgerow.web.service import Memory

ENTER = "/case"
"""Where a case is opened with its number and code, below the language."""

FORM_TOKEN = "x-form-token"  # noqa: S105  # the name of a header, no secret
"""The header that a script sends the form token in."""

_MAX_FIELDS = 200

_WEIGHT = re.compile(r"[01](\.[0-9]{0,3})?")
"""How much a browser wants a language (RFC 9110, 12.4.2)."""

_log = logging.getLogger(__name__)


class Place:
    """Answers the requests of one path; of none, where it has no pages."""

    def __init__(self, pages: Mapping[str, Page], door: Door) -> None:
        self._pages = pages
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        # Where no page is, the path says in which language that is told.
        code = request.path_params.get("language") or request.scope["path"].split("/")[2]
        offered = self._door.options.languages
        known = code in offered
        here = language(code if known else best_language(request, offered))
        visit = Visit(request, service_of(request), self._door, here)
        try:
            if (tidy := _tidy(request, offered)) is not None:
                await RedirectResponse(tidy, 303)(scope, receive, send)
                return
            if not known:
                raise nothing_here()
            response = await self._answer(visit)
        except ClientDisconnect:
            raise  # there is nobody to answer
        except CaseClosed:
            response = _closed(visit)
        except Exception as error:  # noqa: BLE001  # each becomes a page, and what is ours is logged
            response = _told(visit, error)
        visit.jar.write(response)
        await response(scope, receive, send)

    async def _answer(self, visit: Visit) -> Response:
        request = visit.request
        method = "GET" if request.method == "HEAD" else request.method
        page = self._pages.get(method)
        if page is None or (page.switch and not getattr(visit.options, page.switch)):
            raise nothing_here()
        if method == "POST":
            _check_sender(request)
        if visit.token:
            visit.case_id = await visit.read(lambda: visit.service.survivors.find(visit.token))
            if visit.case_id is None:
                visit.end_session()
        if page.own and visit.case_id is None:
            if method == "POST" and page.takes is Takes.FORM:
                with visit.service.memory() as memory:
                    await self._read(visit, page, memory)
            raise CaseClosed
        parameters = dict(request.path_params)
        del parameters["language"]
        if method != "POST":
            return await page.run(visit, **parameters)
        with visit.service.memory() as memory:
            given = await self._read(visit, page, memory)
            if page.own and not tokens.is_form_token(visit.token, given):
                raise out_of_date()
            return await page.run(visit, **parameters)

    async def _read(self, visit: Visit, page: Page, memory: Memory) -> str:
        """What a POST carries into the visit; returns its form token."""
        options = self._door.options
        if page.takes is Takes.JSON:
            body = await read_body(visit.request, memory, options.max_hashes_bytes)
            visit.sent = _json(body)
            return visit.request.headers.get(FORM_TOKEN, "")
        visit.form = await forms.read(
            visit.request, memory, max_bytes=options.max_form_bytes, max_fields=_MAX_FIELDS
        )
        return visit.form.token


def _tidy(request: Request, offered: tuple[str, ...]) -> str | None:
    """Where a page is that was asked for with a capital in its language or a stroke at its end;
    None where its address is as ours are."""
    path = str(request.scope["path"])
    _, prefix, code, *rest = path.rstrip("/").split("/") + [""] * 2
    below = "/".join(each for each in rest if each)
    tidy = f"/{prefix}/{code.lower()}" + (f"/{below}" if below else "")
    if request.method not in ("GET", "HEAD") or code.lower() not in offered or tidy == path:
        return None
    return f"{tidy}?{request.url.query}" if request.url.query else tidy


def _check_sender(request: Request) -> None:
    """Refuse what another site sent.

    Browsers say so in a header that no script can write; older ones say where a form is from, or
    nothing, as our pages send no referrer. What an open case can do needs its form token besides.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin", "null")
    if site not in (None, "same-origin"):
        raise out_of_date()
    if origin != "null" and urlsplit(origin).netloc != request.headers.get("host"):
        raise out_of_date()


def best_language(request: Request, offered: tuple[str, ...]) -> str:
    """The language that the browser asks for, if there is one; or the first."""
    wanted = []
    for each in request.headers.get("accept-language", "")[:500].split(","):
        name, _, weight = each.replace(" ", "").partition(";q=")
        # With a weight of 0 a browser says which it doesn't want.
        if _WEIGHT.fullmatch(weight or "1") and float(weight or 1):
            wanted.append((-float(weight or 1), name.partition("-")[0].lower()))
    return next((name for _, name in sorted(wanted, key=_weight) if name in offered), offered[0])


def _weight(wanted: tuple[float, str]) -> float:
    return wanted[0]


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise unreadable() from None


def _closed(visit: Visit) -> Response:
    if visit.wants_json:
        told = out_of_date()
        return visit.json(401, title=visit.say(told.title), words=visit.say(told.words))
    # What somebody wrote for longer than their case stayed open isn't lost.
    if written := visit.form.text("words"):
        return entering.form(visit, 401, problem="closed", written=written)
    return RedirectResponse(visit.path(f"{ENTER}?closed=1"), 303)


def _told(visit: Visit, error: Exception) -> Response:
    """What went wrong, as a page, or as JSON to a script."""
    told = _refusal(error, entering_a_case=visit.below == ENTER)
    values = told.values if isinstance(told, Wait) else {}
    title, words = visit.say(told.title), visit.say(told.words, **values)
    if visit.wants_json:
        response = visit.json(told.status, title=title, words=words)
    else:
        waits = bool(values)
        response = visit.render("refused.html", told.status, title=title, words=words, waits=waits)
    response.headers.update(told.headers)
    return response


def _refusal(error: Exception, *, entering_a_case: bool) -> Refusal:
    match error:
        case Refusal() if error.status in (400, 413, 415, 422):  # of a form, in English
            return unreadable()
        case Refusal():
            return error
        case TooManyTries():
            return too_often(error.minutes) if entering_a_case else many_here(error.minutes)
        case NoSuchOwnCase() | NotPossibleNow():
            return out_of_date()
        case SurvivorsProblem():
            return unreadable()
        case Problem():
            return busy() if error.status in (429, 503) else unreadable()
    if isinstance(error, FAILURES):
        _log.warning("a page of the survivors could not be answered: %s", error)
        return busy()
    reference = secrets.token_hex(8)
    _log.error("a fault, reference %s", reference, exc_info=error)
    return faulty()
