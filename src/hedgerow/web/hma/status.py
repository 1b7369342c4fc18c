"""How it goes: `/status`, `/site-map`, and the state of the indexes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.responses import PlainTextResponse, Response

from hedgerow.banks import changed_at, latest, signal_counts
from hedgerow.matching import is_digest
from hedgerow.signals import single_types
from hedgerow.web.hma.asking import Ask
from hedgerow.web.hma.refusals import json_response, require_type

_NEVER = -1


async def status(ask: Ask) -> Response:
    """GET: whether lookups can be answered."""
    fresh = ask.service.fresh
    if fresh.age is None:
        return PlainTextResponse("INDEX-NOT-LOADED", 503)
    if fresh.problem() is not None:
        return PlainTextResponse("INDEX-STALE", 503)
    return PlainTextResponse("I-AM-ALIVE")


async def live(_ask: Ask) -> Response:
    """GET: that the process answers."""
    return PlainTextResponse("I-AM-ALIVE")


@dataclass(frozen=True)
class _Counted:
    """`banked` and `indexed` signals by type; when the last change of each was, as epoch."""

    banked: Mapping[str, int]
    indexed: Mapping[str, int]
    changed: int
    built_to: int
    behind: bool


async def matcher_index(ask: Ask) -> Response:
    """GET /m/index/status: what is searched, by signal type."""
    names = _asked(ask)
    counted = await _counted(ask)
    told = {}
    for name in names:
        present = counted.indexed.get(name, 0) > 0
        built = counted.built_to if present else _NEVER
        told[name] = {
            "present": present,
            "built_to": built,
            "size": counted.indexed.get(name, 0),
        }
    return json_response(told)


async def curator_index(ask: Ask) -> Response:
    """GET /c/signal_type/index: what is banked and what is searched, by signal type."""
    names = _asked(ask)
    counted = await _counted(ask)
    return json_response(
        {
            name: {
                "db_size": counted.banked.get(name, 0),
                "index_size": counted.indexed.get(name, 0),
                "index_out_of_date": counted.behind,
                "newest_db_item": counted.changed,
                "index_built_to": counted.built_to,
            }
            for name in names
        }
    )


def _asked(ask: Ask) -> Sequence[str]:
    name = ask.query.get("signal_type")
    if name is None:
        return list(single_types())
    require_type(name)
    return [name]


async def _counted(ask: Ask) -> _Counted:
    service = ask.service

    def look() -> _Counted:
        reached = service.fresh.sequence
        indexed = dict(service.fresh.matcher.codes)
        with service.database.read() as session:
            banked = signal_counts(session)
            newest = latest(session)
            times = [changed_at(session, each) for each in (newest, reached)]
        # Digests are searched in the database itself.
        digests = {name: count for name, count in banked.items() if is_digest(name)}
        changed, built = (_NEVER if at is None else int(at.timestamp()) for at in times)
        return _Counted(banked, indexed | digests, changed, built, newest > reached)

    return await ask.read(look)
