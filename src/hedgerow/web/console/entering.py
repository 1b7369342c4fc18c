"""Steps of signing in that several pages share."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from hedgerow.accounts import Person, Stage
from hedgerow.web.console import cookies
from hedgerow.web.console.address import client_of
from hedgerow.web.console.answering import STAGES
from hedgerow.web.console.headers import PREFIX
from hedgerow.web.console.visit import Visit


def next_stage(person: Person) -> Stage:
    """What somebody has to show who has shown the first thing."""
    return Stage.SECOND_FACTOR if person.has_second_factor else Stage.ENROL


async def begin(visit: Visit, person: Person, stage: Stage) -> Response:
    """Begin somebody's session in this browser, and lead on. Whoever was signed in here is out."""
    sessions, client = visit.service.sessions, client_of(visit)
    codes, before = visit.service.accounts.codes, visit.jar.get(cookies.SESSION)

    def begun() -> str:
        if before:
            sessions.end(before)
        token = sessions.create(person.id, stage, client)
        found = sessions.find(token) if stage is Stage.ENROL else None
        if found is not None:
            # Here, so that the page that shows it changes nothing.
            codes.begin(person.id, found.id)
        return token

    visit.begin_session(await visit.write(begun))
    return led_on(visit, stage)


def led_on(visit: Visit, stage: Stage) -> Response:
    """Lead to what comes after, and in the end to the page that was asked for at first."""
    goal = visit.safe_next()
    if stage is Stage.FULL:
        return RedirectResponse(goal, 303)
    path = STAGES[stage]
    if goal != f"{PREFIX}/":
        path += f"?next={quote(goal, safe='/')}"
    return RedirectResponse(path, 303)


async def let_in(visit: Visit) -> Response:
    """Go on to a full session, under a new token: the second factor was right."""
    before = visit.jar.get(cookies.SESSION)
    token = await visit.write(lambda: visit.service.sessions.promote(before))
    if token is None:
        visit.end_session()
        words = "Signing in took too long: begin once more."
        return visit.redirect(f"{PREFIX}/sign-in", words, kind="note")
    visit.begin_session(token)
    return led_on(visit, Stage.FULL)
