"""Signing in at an OpenID provider: out by a link, back by the provider's answer.

Both are asked for by GET, though they write: the answer as OpenID Connect has it, the start because
the pages' policy lets no form lead to another site. All that a start leaves is a row that ends.
"""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from hedgerow.accounts import OpenIDProblem, Permission, Stage
from hedgerow.web.console.address import answer_address
from hedgerow.web.console.entering import begin, next_stage
from hedgerow.web.console.headers import PREFIX
from hedgerow.web.console.refusals import nothing_here
from hedgerow.web.console.routing import page
from hedgerow.web.console.visit import Visit
from hedgerow.web.console.wording import sentence

FLOW = "__Host-hedgerow-flow"
"""The cookie of a sign-in that is under way: its answer counts in this browser alone."""


@page("GET", "/oidc/start", needs=None)
async def start(visit: Visit) -> Response:
    """Send the browser to the provider."""
    openid, back = visit.service.accounts.openid, answer_address(visit)
    if not openid.on or back is None:
        raise nothing_here()
    if visit.may(Permission.SELF):
        # Another site may have led here, and whoever comes in at the end is out as the one before.
        return RedirectResponse(f"{PREFIX}/", 303)
    try:
        address, token = await visit.call_outside(lambda: openid.begin(back))
    except OpenIDProblem as problem:
        return _to_sign_in(visit, problem)
    minutes = visit.service.accounts.limits.sign_in_minutes
    visit.jar.put(FLOW, token, round(60 * minutes))
    return RedirectResponse(address, 303)


@page("GET", "/oidc/answer", needs=None)
async def answer(visit: Visit) -> Response:
    """Take the provider's answer: whoever is invited comes in."""
    openid, back = visit.service.accounts.openid, answer_address(visit)
    if not openid.on or back is None:
        raise nothing_here()
    token, query = visit.jar.get(FLOW), dict(visit.query)
    visit.jar.drop(FLOW)
    try:
        person = await visit.call_outside(lambda: openid.complete(token, back, query))
    except OpenIDProblem as problem:
        return _to_sign_in(visit, problem)
    stage = next_stage(person) if openid.options.second_factor else Stage.FULL
    return await begin(visit, person, stage)


def _to_sign_in(visit: Visit, problem: OpenIDProblem) -> Response:
    return visit.redirect(f"{PREFIX}/sign-in", sentence(problem), kind="bad")
