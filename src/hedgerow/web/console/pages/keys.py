"""API keys: what programs show to the service. A key is shown once, when it is made."""

from __future__ import annotations

from starlette.responses import Response

from hedgerow.accounts import ApiKey, BadKey, NoSuchKey, Permission, Scope
from hedgerow.web.console.refusals import nothing_here
from hedgerow.web.console.routing import page
from hedgerow.web.console.visit import Visit
from hedgerow.web.console.wording import sentence

_PAGE = 50

SCOPES = (
    (
        Scope.MATCH,
        "Check uploads. The one that your platform's upload code needs, and nothing else",
    ),
    (Scope.READ, "See banks, their content, and how the service does"),
    (Scope.WRITE, "Change banks and their content"),
    (Scope.CASES, "See what became of matches, and hand in complaints"),
    (Scope.ADMIN, "Make and revoke keys"),
)
"""What a key may do, in words."""


@page("GET", "/keys", needs=Permission.KEYS)
async def keys(visit: Visit) -> Response:
    """All keys, revoked ones too."""
    return await _list(visit, [Scope.MATCH])


async def _list(visit: Visit, chosen: list[str], problem: str = "", status: int = 200) -> Response:
    after = visit.query.get("after", "")
    start = int(after) if after.isascii() and after.isdigit() and len(after) <= 18 else 0
    found = await visit.read(lambda: visit.service.keys.list(start, _PAGE + 1))
    return visit.render(
        "keys.html",
        status,
        keys=found[:_PAGE],
        more=found[_PAGE - 1].id if len(found) > _PAGE else None,
        first=not start,
        scopes=SCOPES,
        words={str(scope): told for scope, told in SCOPES},
        chosen=chosen,
        problem=problem,
    )


@page("POST", "/keys", needs=Permission.KEYS)
async def create_key(visit: Visit) -> Response:
    """Make a key, and show it for the only time."""
    visit.need_fresh("Keys are made")
    name, chosen = visit.form.text("name"), visit.form.many("scope")
    service = visit.service

    def make() -> tuple[ApiKey, str]:
        made = service.keys.create(name, chosen)
        service.ring.refresh()  # it is good at once in this process, and soon in the others
        return made

    try:
        made, shown = await visit.write(make)
    except BadKey as problem:
        return await _list(visit, chosen, sentence(problem), 422)
    return visit.render("key.html", key=made, secret=shown)


@page("POST", "/keys/{key_id:id}/revoke", needs=Permission.KEYS)
async def revoke_key(visit: Visit, key_id: int) -> Response:
    """Make a key good for nothing."""
    service = visit.service

    def revoke() -> str:
        revoked = service.keys.revoke(key_id)
        service.ring.refresh()
        return revoked.name

    try:
        name = await visit.write(revoke)
    except NoSuchKey:
        raise nothing_here() from None
    return visit.redirect("/console/keys", f"“{name}” is revoked: it opens nothing any more.")
