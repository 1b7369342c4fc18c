"""The turnstile in front of what hashes passwords: each takes a core and much memory, on purpose.

Without it, whoever sends many wrong passwords would keep the threads that changes need, and the
memory that uploads need.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar
from weakref import WeakKeyDictionary

from hedgerow.web.console.visit import Visit
from hedgerow.web.problems import overloaded
from hedgerow.web.service import Service

Result = TypeVar("Result")


class _Turnstile:
    """Lets so many through at a time, and so many wait."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._most = at_once + waiting
        self.inside = 0

    async def through(self, visit: Visit, call: Callable[[], Result]) -> Result:
        if self.inside >= self._most:
            words = "many people sign in at this moment; try again in a little while"
            raise overloaded(words, visit.service.limits.retry_seconds)
        self.inside += 1
        try:
            async with self._places:
                return await visit.write(call)
        finally:
            self.inside -= 1


_TURNSTILES: WeakKeyDictionary[Service, _Turnstile] = WeakKeyDictionary()


async def hashing(visit: Visit, call: Callable[[], Result]) -> Result:
    """What `call` returns, which hashes a password. Raises Problem where too many wait."""
    limits = visit.service.accounts.limits
    turnstile = _TURNSTILES.get(visit.service)
    if turnstile is None:
        turnstile = _Turnstile(limits.hashes_at_once, limits.hashes_waiting)
        _TURNSTILES[visit.service] = turnstile
    return await turnstile.through(visit, call)
