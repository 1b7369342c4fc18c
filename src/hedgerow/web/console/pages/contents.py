"""What is in a bank: browsed, looked at by its hashes, added, taken out."""

from __future__ import annotations

import re
from collections.abc import Collection

from starlette.responses import Response

from hedgerow.accounts import Permission
from hedgerow.banks import BadContent, BanksProblem
from hedgerow.matching import banked_signals
from hedgerow.signals import Signal, SignalProblem
from hedgerow.web.console.banking import changed, check_may_look_into, known
from hedgerow.web.console.hashing import hashed, signals_in
from hedgerow.web.console.routing import page
from hedgerow.web.console.visit import Visit
from hedgerow.web.console.wording import sentence
from hedgerow.web.html.refusals import Refusal

_BETWEEN_LABELS = re.compile(r"[|;,\n]")

_HIDDEN = frozenset({"labels", "note", "source", "reference", "hash"})


@page("GET", "/banks/{name}/content", needs=Permission.BANKS_READ)
async def contents(visit: Visit, name: str) -> Response:
    """One page of a bank's contents, in the order of their numbers."""
    await check_may_look_into(visit, name)
    rooms, start = visit.service.banks, _number(visit, "from")
    after = start - 1 if start else _number(visit, "after")
    rows = min(visit.limits.page_rows, rooms.limits.max_page - 1)
    with known():
        bank, found = await visit.read(
            lambda: (rooms.get(name), rooms.list_content(name, after, rows + 1))
        )
    shown = found[:rows]
    return visit.render(
        "banks/contents.html",
        bank=bank,
        contents=shown,
        more=str(shown[-1].id) if len(found) > rows else None,
        first=not after,
        start=start,
        may_edit=visit.may(Permission.BANKS_EDIT) and not bank.test,
    )


def _number(visit: Visit, name: str) -> int:
    """What a query names; 0 for nothing and for what is no number."""
    text = visit.query.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0


@page("GET", "/banks/{name}/content/{content_id:id}", needs=Permission.BANKS_READ)
async def content(visit: Visit, name: str, content_id: int) -> Response:
    """One content."""
    return await _show(visit, name, content_id)


async def _show(visit: Visit, name: str, content_id: int, problem: str = "") -> Response:
    await check_may_look_into(visit, name)
    rooms = visit.service.banks
    with known():
        bank, found = await visit.read(lambda: (rooms.get(name), rooms.content(name, content_id)))
    return visit.render(
        "banks/content.html",
        422 if problem else 200,
        bank=bank,
        content=found,
        may_edit=visit.may(Permission.BANKS_EDIT) and not bank.test,
        problem=problem,
    )


@page("POST", "/banks/{name}/content/{content_id:id}/note", needs=Permission.BANKS_EDIT)
async def set_note(visit: Visit, name: str, content_id: int) -> Response:
    """Give a content another note."""
    note, rooms = visit.form.text("note"), visit.service.banks
    try:
        await changed(visit, lambda: rooms.set_note(name, content_id, note))
    except BanksProblem as problem:
        return await _show(visit, name, content_id, sentence(problem))
    return visit.redirect(f"/console/banks/{name}/content/{content_id}", "The note is kept.")


@page("POST", "/banks/{name}/content/{content_id:id}/remove", needs=Permission.BANKS_EDIT)
async def remove(visit: Visit, name: str, content_id: int) -> Response:
    """Take a content out of its bank, at once and for good."""
    rooms = visit.service.banks
    if not visit.form.ticked("sure"):
        return await _show(visit, name, content_id, "Tick that you are sure: it can't be undone.")
    try:
        await changed(visit, lambda: rooms.remove_content(name, content_id))
    except BanksProblem as problem:
        return await _show(visit, name, content_id, sentence(problem))
    told = f"Content {content_id} is gone: no upload is matched with it any more."
    return visit.redirect(f"/console/banks/{name}/content", told)


@page("GET", "/banks/{name}/add", needs=Permission.BANKS_EDIT)
async def add_form(visit: Visit, name: str) -> Response:
    """Where a content is added to a bank."""
    return await _add_form(visit, name)


async def _add_form(visit: Visit, name: str, problem: str = "") -> Response:
    with known():
        bank = await visit.read(lambda: visit.service.banks.get(name))
    return visit.render(
        "banks/add.html",
        422 if problem else 200,
        bank=bank,
        filled={each: visit.form.text(each) for each in _HIDDEN},
        problem=problem,
    )


@page("POST", "/banks/{name}/add", needs=Permission.BANKS_EDIT, upload=True)
async def add(visit: Visit, name: str) -> Response:
    """Put a content into a bank: by its hash, or by a file that is hashed and not kept."""
    form, rooms = visit.form, visit.service.banks
    with known():
        types = await visit.read(lambda: rooms.types_kept(name))
    labels = [part.strip() for part in _BETWEEN_LABELS.split(form.text("labels")) if part.strip()]
    try:
        signals = await _signals(visit, types)
        added = await changed(
            visit,
            lambda: rooms.add_content(
                name, signals, labels, form.text("note"), form.text("source"),
                form.text("reference"),
            ),
        )  # fmt: skip
    except (BanksProblem, SignalProblem) as problem:
        return await _add_form(visit, name, sentence(problem))
    except Refusal as refused:
        return await _add_form(visit, name, refused.words)
    told = "It is in the bank." if added.created else "The bank had it already; nothing changed."
    return visit.redirect(f"/console/banks/{name}/content/{added.content.id}", told)


async def _signals(visit: Visit, types: Collection[str]) -> list[Signal]:
    file = visit.form.file("file")
    if file:
        return banked_signals((await hashed(visit, file, types)).signals)
    found = signals_in(visit.form.text("hash"))
    if not found:
        raise BadContent("choose a picture or a video, or give a hash")
    return [Signal(kind, value) for kind, value in found.items()]
