"""Is this known? By a hash or by a picture, which is hashed in the workers and then forgotten."""

from __future__ import annotations

from starlette.responses import Response

from hedgerow.accounts import Permission
from hedgerow.matching import Answer, Query
from hedgerow.signals import SignalProblem
from hedgerow.store import record
from hedgerow.web.console.evidence import Shown, shown_of
from hedgerow.web.console.hashing import hashed, signals_in
from hedgerow.web.console.routing import page
from hedgerow.web.console.visit import Visit
from hedgerow.web.console.wording import sentence
from hedgerow.web.html.refusals import Refusal


@page("GET", "/search", needs=Permission.BANKS_READ)
async def search_form(visit: Visit) -> Response:
    """Where it is asked."""
    return _shown(visit)


@page("POST", "/search", needs=Permission.BANKS_READ, upload=True)
async def search(visit: Visit) -> Response:
    """What the banks have that is like it. It opens no case, and counts as no upload."""
    file = visit.form.file("file")
    try:
        if file:
            query = await hashed(visit, file)
        else:
            given = signals_in(visit.form.text("hash"))
            if not given:
                return _shown(visit, problem="Choose a picture or a video, or give a hash.")
            query = Query({name: {"value": value} for name, value in given.items()})
    except SignalProblem as problem:
        return _shown(visit, problem=sentence(problem))
    except Refusal as refused:
        return _shown(visit, problem=sentence(refused.words))
    answer = (await visit.service.compare([query], None))[0]

    def told() -> list[Shown]:
        with visit.service.database.write() as session:
            # Who looks what up is worth knowing; what they looked up is not written down.
            record(session, "banks.searched", by_file=bool(file), verdict=str(answer.verdict))
        most = visit.limits.matches_shown
        return shown_of(visit.service.database, answer.as_json(), most)

    return _shown(visit, answer=answer, shown=await visit.write(told))


def _shown(
    visit: Visit,
    answer: Answer | None = None,
    shown: list[Shown] | None = None,
    problem: str = "",
) -> Response:
    return visit.render(
        "search.html",
        422 if problem else 200,
        answer=answer,
        shown=shown or [],
        hash=visit.form.text("hash"),
        problem=problem,
    )
