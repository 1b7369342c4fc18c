"""Contents: shown, changed, deleted."""

from __future__ import annotations

import time
from typing import Any

from starlette.responses import Response

from hedgerow.banks import Content, NoSuchBank, NoSuchContent, policies
from hedgerow.web.hma.asking import Ask
from hedgerow.web.hma.refusals import Refusal, json_response
from hedgerow.web.hma.schemas import ContentChange
from hedgerow.web.hma.state import (
    ContentState,
    content_state,
    lock,
    read,
    set_content_state,
)

MAX_NOTE = 255
"""Characters of a note that HMA takes."""

_FIVE_YEARS = 5 * 365 * 24 * 3600
_MAX_ID = 2**63 - 1


async def show_content(ask: Ask) -> Response:
    """GET: one content."""
    return json_response(await _shown(ask))


async def change_content(ask: Ask) -> Response:
    """PUT: change until when a content takes no part, and its note."""
    given = await ask.json(ContentChange)
    until = given.disable_until_ts
    if until is not None and not 0 <= until <= time.time() + _FIVE_YEARS:
        msg = "disable_until_ts must be 0 (off), 1 (on), or less than 5 years in the future"
        raise Refusal(400, msg)
    if given.note is not None:
        check_note(given.note)
    bank, number = ask.path("bank"), number_of(ask)
    service = ask.service

    def update() -> None:
        with service.database.write() as session:
            lock(session)
            content = service.banks.content(bank, number)
            if policies(session)[content.bank_id].test:
                raise Refusal(403, f"bank {bank!r} is the test bank and stays as it is")
            if "note" in given.model_fields_set:
                service.banks.set_note(bank, number, given.note or "")
            if until is not None:
                details = content_state(session, number).details
                set_content_state(session, number, ContentState(until, details))

    await ask.change(update)
    return json_response(await _shown(ask))


async def delete_content(ask: Ask) -> Response:
    """DELETE: take a content out; tells how many there were."""
    bank, number = ask.path("bank"), number_of(ask)

    def remove() -> int:
        try:
            ask.service.banks.remove_content(bank, number)
        except NoSuchContent:
            return 0
        return 1

    return json_response({"deleted": await ask.change(remove)})


def check_note(note: str) -> None:
    """See that HMA's clients get back the note that they gave; raises Refusal."""
    if len(note) > MAX_NOTE:
        raise Refusal(400, f"a note has at most {MAX_NOTE} characters")


def number_of(ask: Ask) -> int:
    """The content's number in the path; raises Refusal where it can't be one."""
    text = ask.path("content")
    if not (text.isascii() and text.isdecimal()) or len(text) > 19 or int(text) > _MAX_ID:
        raise Refusal(404, f"content {text[:20]!r} not found")
    return int(text)


async def _shown(ask: Ask) -> dict[str, Any]:
    bank, number = ask.path("bank"), number_of(ask)
    service = ask.service

    def look() -> tuple[Content, ContentState, float]:
        found = service.banks.content(bank, number)
        known = read(service.database)
        with service.database.read() as session:
            state = content_state(session, number)
        policy = known.policies.get(found.bank_id)
        if policy is None:
            raise NoSuchBank(bank)
        return found, state, known.ratio(policy)

    content, state, ratio = await ask.read(look)
    told: dict[str, Any] = {
        "id": content.id,
        "disable_until_ts": state.disable_until,
        "original_media_uri": None,
        "bank": {"name": content.bank, "matching_enabled_ratio": ratio},
    }
    if ask.query.get("include_signals", "false").lower() == "true":
        told["signals"] = {signal.type: signal.value for signal in content.signals}
    if ask.query.get("include_metadata", "true").lower() == "true":
        told["metadata"] = _metadata(state)
    if content.note:
        told["note"] = content.note
    return told


def _metadata(state: ContentState) -> dict[str, Any]:
    """What the client knows of a content. No exchange brings any here, so none is named."""
    names = ("content_id", "content_uri", "json")
    return {name: state.details.get(name) for name in names} | {"collab": {}}
