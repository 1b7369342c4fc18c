"""The matcher: `/m/…`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from pydantic_core import from_json
from starlette.responses import Response

from hedgerow.matching import Match, Query, is_digest, query_of
from hedgerow.signals import SignalProblem, parse, registry
from hedgerow.web.hma.asking import Ask, file_of
from hedgerow.web.hma.hashing import enabled_types, named_types
from hedgerow.web.hma.lookups import Wanted, matches_of, names_in
from hedgerow.web.hma.refusals import Refusal, json_response, quoted, require_type
from hedgerow.web.hma.schemas import Lookup, RawLookup
from hedgerow.web.hma.state import Known, draw, takes_part

ByBank = dict[str, list[dict[str, Any]]]


async def raw_lookup(ask: Ask) -> Response:
    """GET: the contents near a hash, whatever is switched off."""
    asked = ask.parameters(RawLookup)
    known = await ask.state.current(ask.service)
    query = _query_of_signal(known, asked.signal_type, asked.signal)
    found = await matches_of(ask, query, Wanted(names_in(asked.banks), None, raw=True))
    matches = [_shown(match) for match in found]
    if not asked.include_distance:
        return json_response({"matches": [match["bank_content_id"] for match in matches]})
    return json_response({"matches": matches})


async def lookup(ask: Ask) -> Response:
    """GET: the contents near a hash or near a file at a URL, by bank."""
    asked = ask.parameters(Lookup)
    if asked.url:
        known = await ask.state.current(ask.service)
        types = asked.types or asked.signal_type
        named = named_types(known, types) or enabled_types(known)
        if asked.signal_type and asked.signal_type not in named:
            raise Refusal(400, "signal_type is none of the types")
        found = await _of_file(ask, asked, types, await ask.fetched(asked.url))
        return json_response(found if asked.signal_type is None else found[asked.signal_type])
    if not asked.signal or not asked.signal_type:
        raise Refusal(400, "Either url or both signal and signal_type are required")
    known = await ask.state.current(ask.service)
    query = _query_of_signal(known, asked.signal_type, asked.signal)
    drawn = _drawn(asked)
    if drawn is not None and not takes_part(known.type_ratio(asked.signal_type), drawn):
        return json_response({})
    found_near = await matches_of(ask, query, Wanted(names_in(asked.banks), drawn))
    return json_response(_by_bank(found_near))


async def lookup_file(ask: Ask) -> Response:
    """POST: the contents near a file, by signal type and bank."""
    asked = ask.parameters(Lookup)
    return json_response(await _of_file(ask, asked, asked.types, file_of(await ask.form())))


async def _of_file(ask: Ask, asked: Lookup, types: str | None, data: bytes) -> dict[str, ByBank]:
    """What is near a file, by signal type.

    All types are looked up where `types` names none; those of pictures, and named ones, are in
    the answer without matches, too.
    """
    known = await ask.state.current(ask.service)
    drawn = _drawn(asked)
    named = named_types(known, types) or enabled_types(known)
    wanted = [name for name in named if drawn is None or takes_part(known.type_ratio(name), drawn)]
    query = query_of(await ask.service.hash(data))
    signals = {name: query.signals[name] for name in wanted if name in query.signals}
    # What was not asked for can't be what the answer lacks.
    refused = None if len(signals) == len(wanted) else query.refused
    query = replace(query, signals=signals, refused=refused)
    answer: dict[str, ByBank] = {
        name: {} for name in named if types is not None or registry()[name].needs_picture
    }
    if not wanted:
        return answer
    found = await matches_of(ask, query, Wanted(names_in(asked.banks), drawn, file=True))
    for name in dict.fromkeys(match.signal_type for match in found):
        answer[name] = _by_bank(match for match in found if match.signal_type == name)
    return answer


async def compare(ask: Ask) -> Response:
    """POST: how far two hashes are from each other, for each type."""
    try:
        given = from_json(await ask.body())
    except ValueError as problem:
        raise Refusal(400, f"the body is not JSON: {problem}") from None
    if not isinstance(given, dict):
        raise Refusal(400, "Request input was not a dict")
    known = await ask.state.current(ask.service)
    return json_response({name: _compared(known, name, pair) for name, pair in given.items()})


def _compared(known: Known, name: str, pair: object) -> Sequence[Any]:
    if not isinstance(pair, list) or not all(isinstance(each, str) for each in pair):
        raise Refusal(400, f"Comparison hashes for {quoted(name)} was not a list of hashes")
    if len(pair) != 2:
        raise Refusal(400, "Comparison hash list length must be exactly 2")
    left, right = (_parsed(known, name, each) for each in pair)
    if is_digest(name):
        return [left == right, {}]
    distance = (int(left, 16) ^ int(right, 16)).bit_count()
    return [distance <= registry()[name].default_threshold, {"distance": distance}]


def _query_of_signal(known: Known, name: str, value: str) -> Query:
    return Query({name: {"value": _parsed(known, name, value)}})


def _parsed(known: Known, name: str, value: str) -> str:
    require_type(name)
    if known.type_ratio(name) == 0:
        raise Refusal(400, f"SignalType {name!r} is not enabled")
    try:
        return parse(name, value)
    except SignalProblem as problem:
        raise Refusal(400, f"invalid signal: {problem}"[:300]) from None


def _drawn(asked: Lookup) -> float | None:
    return None if asked.bypass_coinflip else draw(asked.seed)


def _by_bank(found: Iterable[Match]) -> ByBank:
    banks: ByBank = {}
    for match in found:
        banks.setdefault(match.bank, []).append(_shown(match))
    return banks


def _shown(match: Match) -> dict[str, Any]:
    distance = "-" if is_digest(match.signal_type) else str(match.distance)
    return {"bank_content_id": match.content_id, "distance": distance}
