"""Waiting for a time at most, at no price where there is nothing to wait for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Generator
from types import coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


async def within(seconds: float, work: Awaitable[Result]) -> Result:
    """What `work` returns; raises TimeoutError where that takes longer.

    Most bytes are there when they are asked for, and are taken as soon as they are sent: a timer
    is started only when `work` begins to wait.
    """
    steps = work.__await__()
    try:
        first = next(steps)
    except StopIteration as done:
        result: Result = done.value
        return result
    async with asyncio.timeout(seconds):
        return await _resumed(first, steps)


@coroutine
def _resumed(first: Any, steps: Generator[Any, Any, Result]) -> Generator[Any, Any, Result]:
    """Go on with what waits for `first`."""
    try:
        yield first
    except BaseException as error:  # noqa: BLE001  # it is theirs: the end of waiting, mostly
        try:
            first = steps.throw(error)
        except StopIteration as done:
            result: Result = done.value
            return result
        return (yield from _resumed(first, steps))
    return (yield from steps)
