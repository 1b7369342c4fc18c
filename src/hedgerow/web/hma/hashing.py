"""Hashing: `/h/hash`, and what it shares with lookups and banking of files."""

from __future__ import annotations

from starlette.responses import Response

from hedgerow.matching import is_low_quality
from hedgerow.media import Outcome
from hedgerow.signals import registry, single_types
from hedgerow.web.hma.asking import Ask, file_of
from hedgerow.web.hma.refusals import Refusal, json_response, quoted, unread
from hedgerow.web.hma.state import Known


async def hash_url(ask: Ask) -> Response:
    """GET: the hashes of the file at a URL."""
    if not (url := ask.query.get("url")):
        raise Refusal(400, "url is required")
    return await _hashed(ask, await ask.fetched(url))


async def hash_file(ask: Ask) -> Response:
    """POST: the hashes of a file."""
    return await _hashed(ask, file_of(await ask.form()))


async def _hashed(ask: Ask, data: bytes) -> Response:
    known = await ask.state.current(ask.service)
    types = named_types(known, ask.query.get("types")) or photo_types(known)
    return json_response(signals_of(await ask.service.hash(data, types), types))


def photo_types(known: Known) -> list[str]:
    """The signal types that a photo is hashed to where the client names none: those of pictures.

    Raises Refusal where all are switched off.
    """
    found = [name for name in enabled_types(known) if registry()[name].needs_picture]
    if not found:
        raise Refusal(400, "every signal type of photos is disabled; enable one, or name others")
    return found


def enabled_types(known: Known) -> list[str]:
    """All signal types that aren't switched off. Raises Refusal where all are."""
    found = [name for name in single_types() if known.type_ratio(name) > 0]
    if not found:
        raise Refusal(400, "every signal type is disabled; enable one")
    return found


def named_types(known: Known, text: str | None) -> list[str]:
    """The signal types in a list with commas; none for None. Raises Refusal."""
    if text is None:
        return []
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in single_types() or known.type_ratio(name) == 0:
            msg = f"signal type {quoted(name)} doesn't exist or is disabled"
            raise Refusal(400, f"{msg}; there are {', '.join(single_types())}")
    if not names:
        raise Refusal(400, "empty signal type selection")
    return list(dict.fromkeys(names))


def signals_of(outcome: Outcome, types: list[str]) -> dict[str, str]:
    """The values of these types; "" for one of a picture with too little in it.

    Raises Refusal where one can't be had.
    """
    found = {} if outcome.value is None else outcome.value["signals"]
    for name in types:
        if name not in found:
            raise _unread(outcome)
    return {
        name: "" if is_low_quality(name, found[name].get("quality")) else found[name]["value"]
        for name in types
    }


def _unread(outcome: Outcome) -> Refusal:
    if outcome.refusal is not None:
        return unread(outcome.refusal.code, outcome.refusal.message)
    refused = (outcome.value or {})["refused"]
    return unread(refused["code"], refused["message"])
