"""Banking: a file, a URL or hashes become a content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json
from starlette.responses import Response

from hedgerow.signals import Signal, SignalProblem, parse
from hedgerow.web.bodies import Part
from hedgerow.web.hma.asking import Ask, file_of
from hedgerow.web.hma.banks import find
from hedgerow.web.hma.contents import check_note
from hedgerow.web.hma.hashing import named_types, photo_types, signals_of
from hedgerow.web.hma.refusals import Refusal, json_response, require_type
from hedgerow.web.hma.schemas import Metadata
from hedgerow.web.hma.state import (
    ENABLED,
    content_state,
    lock,
    read,
    set_content_state,
)
from hedgerow.web.problems import first_mistake

_BESIDE = ("content_id", "content_uri")
Given = Mapping[str, Any]


async def add_file(ask: Ask) -> Response:
    """POST /content: bank the file that is sent, or that is at a URL."""
    bank = await _bank(ask)
    if url := ask.query.get("url"):
        given = await _given(ask)
        data = await ask.fetched(url)
    elif ask.is_form():
        parts = await ask.form()
        given = _of_form(ask, parts)
        data = file_of(parts)
    else:
        raise Refusal(400, "Neither `url` nor multipart file upload was received")
    details, note = _details(given), _note(given)
    known = await ask.state.current(ask.service)
    types = named_types(known, ask.query.get("types")) or photo_types(known)
    outcome = await ask.service.hash(data, types)
    values = signals_of(outcome, types)
    if empty := [name for name, value in values.items() if not value]:
        msg = f"the picture has too little in it for its {empty[0]} to tell it from others"
        raise Refusal(400, f"{msg}; bank another")
    assert outcome.value is not None
    found = outcome.value["signals"]
    signals = [Signal(name, value, found[name].get("quality")) for name, value in values.items()]
    return await _banked(ask, bank, signals, details, note)


async def add_signals(ask: Ask) -> Response:
    """POST /signal: bank hashes that the client made."""
    bank = await _bank(ask)
    given = _json_object(await ask.body())
    note = _note(given)
    values = {name: value for name, value in given.items() if name != "note"}
    if not values:
        raise Refusal(400, "No signals given")
    signals = [_signal(name, value) for name, value in values.items()]
    return await _banked(ask, bank, signals, {}, note)


def _signal(name: str, value: object) -> Signal:
    require_type(name)
    if not isinstance(value, str):
        raise Refusal(400, f"Invalid {name} signal: it is no text")
    try:
        return Signal(name, parse(name, value))
    except SignalProblem as problem:
        raise Refusal(400, f"Invalid {name} signal: {problem}"[:300]) from None


async def _bank(ask: Ask) -> str:
    """The bank's name, if there is one: before anything is fetched or hashed for it."""
    known = await ask.read(lambda: read(ask.service.database))
    return find(known, ask.path("bank")).name


async def _banked(
    ask: Ask, bank: str, signals: list[Signal], details: dict[str, Any], note: str
) -> Response:
    """Put a content into a bank; one that is there with the same signals takes part again."""
    service = ask.service
    reference = details.get("content_id") or ""

    def bank_it() -> int:
        with service.database.write() as session:
            lock(session)
            added = service.banks.add_content(
                bank, signals, note=note, source="hma", reference=reference
            )
            number = added.content.id
            if note and not added.created:
                service.banks.set_note(bank, number, note)
            state = content_state(session, number)
            state = replace(state, disable_until=ENABLED, details=details or state.details)
            set_content_state(session, number, state)
            return number

    number = await ask.change(bank_it)
    return json_response({"id": number, "signals": {each.type: each.value for each in signals}})


async def _given(ask: Ask) -> Given:
    """Metadata and note that come with a URL: in a body of JSON or a form, or as parameters."""
    if ask.is_form():
        return _of_form(ask, await ask.form())
    if body := await ask.body():
        return _json_object(body)
    return _loose(dict(ask.query))


def _of_form(ask: Ask, parts: list[Part]) -> Given:
    fields = {part.name: part.text() for part in parts if part.filename is None}
    if not fields.keys() & {"metadata", "note", *_BESIDE}:
        return _loose(dict(ask.query))
    if fields.keys() & set(_BESIDE):
        return _loose(fields)
    if "metadata" not in fields:
        return fields
    return {**fields, "metadata": _json(fields["metadata"])}


def _loose(fields: dict[str, str]) -> Given:
    """As a client says it that takes `metadata` for its `json`, with the rest beside it."""
    metadata: Any = {name: fields[name] for name in _BESIDE if fields.get(name)}
    if "metadata" in fields:
        given = _json(fields["metadata"])
        whole = isinstance(given, dict) and given.keys() <= {*_BESIDE, "json"}
        metadata |= given if whole else {"json": given}
    return {"metadata": metadata or None, "note": fields.get("note")}


def _details(given: Given) -> dict[str, Any]:
    """The metadata, as HMA takes them; raises Refusal where they are others."""
    metadata = given.get("metadata")
    if metadata is None:
        return {}
    if not isinstance(metadata, dict):
        raise Refusal(400, "metadata should be a json object")
    try:
        checked = Metadata.model_validate(metadata)
    except ValidationError as problem:
        told = first_mistake(problem.errors(include_url=False, include_input=False))
        raise Refusal(400, f"Invalid metadata: {told}") from None
    return checked.model_dump(by_alias=True, exclude_none=True)


def _note(given: Given) -> str:
    note = given.get("note")
    if note is None:
        return ""
    if not isinstance(note, str):
        raise Refusal(400, "note should be a text")
    check_note(note)
    return note


def _json(text: str) -> Any:
    try:
        return from_json(text, allow_inf_nan=False)
    except ValueError as problem:
        raise Refusal(400, f"metadata is not JSON: {problem}") from None


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        found = from_json(body, allow_inf_nan=False)
    except ValueError as problem:
        raise Refusal(400, f"the body is not JSON: {problem}") from None
    if not isinstance(found, dict):
        raise Refusal(400, "the body should be a json object")
    return found
