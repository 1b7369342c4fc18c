"""Finding a case: by its number, or by what the platform calls its uploads."""

from __future__ import annotations

from functools import partial

from starlette.responses import Response

from hedgerow.accounts import Permission
from hedgerow.cases import NoSuchCase, Page, Sought
from hedgerow.web.console.routing import page
from hedgerow.web.console.visit import Visit

_BY = {"reference": "Reference", "uploader": "Uploader"}
"""What the platform says of an upload that cases are found by."""

_FEW = 5
"""Cases that are shown of each of these, before one of them is chosen."""


@page("GET", "/find", needs=Permission.REVIEW)
async def find(visit: Visit) -> Response:
    """The case with this number, or those whose uploads are called so; one alone is opened."""
    text = visit.query.get("text", "").strip()
    chosen = {name: words for name, words in _BY.items() if visit.query.get("by") == name}
    cases, after = visit.service.cases, visit.query.get("after") if chosen else None
    rows = min(visit.limits.page_rows if chosen else _FEW, cases.limits.max_page)

    def found() -> tuple[dict[str, Page], set[int]]:
        sought = {"reference": Sought(reference=text), "uploader": Sought(uploader=text)}
        pages = {
            name: cases.find(sought[name], after, rows, visit.person) for name in chosen or _BY
        }
        numbers = {case.id for each in pages.values() for case in each.cases}
        return pages, numbers | ({int(text)} if _is_case(visit, text) else set())

    pages, numbers = await visit.read(found)
    if len(numbers) == 1 and not chosen:
        return visit.redirect(f"/console/cases/{numbers.pop()}")
    listed = [case for each in pages.values() for case in each.cases]
    people = {case.lease.person_id for case in listed if case.lease}
    people |= {case.assigned_to for case in listed if case.assigned_to}
    names = await visit.read(partial(visit.service.people.names, people))
    return visit.render(
        "find.html",
        text=text,
        by=chosen or _BY,
        chosen=bool(chosen),
        pages=pages,
        names=names,
        number=int(text) if _looks_like_number(text) and int(text) in numbers else None,
        first=after is None,
    )


def _looks_like_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18


def _is_case(visit: Visit, text: str) -> bool:
    if not _looks_like_number(text):
        return False
    try:
        visit.service.cases.evidence(int(text))
    except NoSuchCase:
        return False
    return True
