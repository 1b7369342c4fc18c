"""Pictures at the addresses that a notice names: fetched, hashed, and forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from typing import NamedTuple

from hedgerow.fetch import FetchRefused
from hedgerow.matching import banked_signals, query_of
from hedgerow.signals import Signal
from hedgerow.web.console.visit import Visit
from hedgerow.web.problems import Problem

TYPES = frozenset({"sha256", "md5", "pdq", "vpdq"})
"""What is made of each file: the same that a browser makes on the survivors' pages."""


class Fetched(NamedTuple):
    """What became of one address. problem: why there are no signals; "" where there are."""

    url: str
    signals: tuple[Signal, ...] = ()
    problem: str = ""


async def fetched(visit: Visit, urls: Sequence[str]) -> list[Fetched]:
    """What is at each of these addresses, in their order; nothing of it is kept.

    What could not be fetched or looked at says why, and keeps no other from being so.
    """
    limits = visit.limits
    gate = asyncio.Semaphore(limits.notice_fetches)
    until = asyncio.get_running_loop().time() + limits.notice_fetch_seconds

    async def one(url: str) -> Fetched:
        try:
            async with asyncio.timeout_at(until), gate:
                return await _fetched(visit, url)
        except TimeoutError:
            seconds = limits.notice_fetch_seconds
            why = f"all addresses together took longer than {seconds:,} seconds; fetch them again"
            return Fetched(url, problem=why)

    return await asyncio.gather(*(one(each) for each in urls))


async def _fetched(visit: Visit, url: str, types: Collection[str] = TYPES) -> Fetched:
    service = visit.service
    try:
        with service.memory() as memory:
            query = query_of(await service.hash(await service.fetch(url, memory), types))
    except FetchRefused as refused:
        return Fetched(url, problem=refused.message)
    except Problem as problem:  # too much at once
        return Fetched(url, problem=problem.detail)
    if query.refused is not None:
        return Fetched(url, problem=query.refused["message"])
    signals = tuple(banked_signals(query.signals))
    return Fetched(url, signals, "" if signals else "there is nothing in it that can be recognised")
