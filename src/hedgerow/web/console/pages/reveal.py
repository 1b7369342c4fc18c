"""Looking at an upload: veiled first, then part by part, and never without a line in the log.

The line is there before the first byte leaves. Nothing sharp is sent but the part that was asked
for: the rest of it is veiled in the workers, out of reach of whoever looks at the network.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from starlette.responses import Response

from hedgerow.accounts import Permission
from hedgerow.cases import CasesProblem, NoSuchCase, Resting, Standing
from hedgerow.web.console.refusals import nothing_here
from hedgerow.web.console.routing import page
from hedgerow.web.console.viewing import (
    COLUMNS,
    ROWS,
    Stretches,
    part_of,
    stretches_of,
    veils_of,
)
from hedgerow.web.console.visit import Visit
from hedgerow.web.console.wording import sentence
from hedgerow.web.html.refusals import Refusal

Result = TypeVar("Result")


async def _asked(visit: Visit, call: Callable[[], Result]) -> Result:
    """What `call` returns, which leaves its line in the log; refusals in words for a script."""
    try:
        return await visit.write(call)
    except NoSuchCase:
        raise nothing_here() from None
    except Resting as rest:
        raise Refusal(429, "Rest first", sentence(rest)) from None
    except CasesProblem as refused:
        raise Refusal(409, "It can't be shown", sentence(refused)) from None


@page("POST", "/cases/{case_id:id}/media/veil", needs=Permission.REVEAL)
async def veil(visit: Visit, case_id: int) -> Response:
    """The veiled view: of a picture one veil, of a video one for each still."""
    person, cases = visit.person, visit.service.cases

    def opened() -> tuple[int, Stretches]:
        return cases.open_media(person, case_id), stretches_of(cases.evidence(case_id))

    object_id, found = await _asked(visit, opened)
    stills = await veils_of(visit, object_id, found)
    lease = cases.limits.lease_seconds  # who looks at a case has it in hand
    return visit.json(stills=stills, columns=COLUMNS, rows=ROWS, lease=lease)


@page("POST", "/cases/{case_id:id}/media/part", needs=Permission.REVEAL)
async def part(visit: Visit, case_id: int) -> Response:
    """One part, as long as it is held."""
    form, person, cases = visit.form, visit.person, visit.service.cases
    number, still = form.number("part") or 0, form.number("still") or 0
    colour = form.ticked("colour") and form.text("colour") == "1"

    def looked() -> tuple[int, int, Standing, Stretches]:
        reveal, object_id = cases.reveal(person, case_id, number, colour=colour, still=still)
        found = stretches_of(cases.evidence(case_id))
        return reveal, object_id, cases.standing(person.id), found

    reveal, object_id, standing, found = await _asked(visit, looked)
    image = await part_of(visit, object_id, found, number, still, colour=colour)
    return visit.json(
        reveal=reveal,
        image=image,
        seconds=standing.reveal_seconds,
        left=standing.reveals_left,
        seconds_left=standing.seconds_left,
        lease=cases.limits.lease_seconds,
    )


@page("POST", "/cases/{case_id:id}/media/end", needs=Permission.REVEAL)
async def end(visit: Visit, case_id: int) -> Response:  # noqa: ARG001  # in the path, with the others
    """How long a part was shown in fact: what wasn't used of the allowance comes back."""
    person, cases = visit.person, visit.service.cases
    reveal = visit.form.number("reveal") or 0
    seconds = _seconds(visit.form.text("seconds"))

    def ended() -> Standing:
        cases.end_reveal(person, reveal, seconds)
        return cases.standing(person.id)

    standing = await _asked(visit, ended)
    return visit.json(left=standing.reveals_left, seconds_left=standing.seconds_left)


def _seconds(text: str) -> float:
    try:
        return min(3600.0, max(0.0, float(text)))
    except ValueError:
        raise Refusal(422, "A number was expected", "seconds takes a number.") from None
