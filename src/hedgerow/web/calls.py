"""Calls of rooms that wait for the database or the disk: in threads, and never too many.

The event loop does nothing that waits. Changes have threads of their own, so that a database that
is held by another writer can't keep reads from being answered; so have imports, which take minutes,
uploads that become cases, whose files may go to a place that is slow, and what asks other services.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, Self, TypeVar

from hedgerow.web.limits import Limits
from hedgerow.web.problems import Problem, overloaded

Result = TypeVar("Result")

_WAITING_OUTSIDE = 4
"""For each thread that asks other services, the calls that wait for it at most."""


class Calls:
    """The threads of one service. A context manager; at its end, what was taken is done,
    and imports stop where they are: they go on when they are sent again."""

    def __init__(self, limits: Limits) -> None:
        queued, retry = limits.max_queued_calls, limits.retry_seconds
        self._reads = _Line("read", limits.max_calls, queued, retry)
        self._checks = _Line("check", 1, queued, retry)
        self._writes = _Line("write", limits.max_writes, queued, retry)
        self._intakes = _Line("case", limits.max_intakes, queued, retry)
        outside = limits.max_outside_calls
        self._outside = _Line("outside call", outside, _WAITING_OUTSIDE * outside, retry)
        self._imports = _Line("import", limits.max_imports, 0, retry)

    async def read(self, call: Callable[[], Result]) -> Result:
        """What `call` returns, which only reads. Raises Problem where too many calls wait."""
        return await asyncio.wrap_future(self._reads.submit(call))

    async def read_on(self, call: Callable[[], Result]) -> Result:
        """As `read`, for the next piece of an answer that has begun: it waits as long as needed."""
        return await asyncio.wrap_future(self._reads.submit(call, bounded=False))

    async def check(self, call: Callable[[], Result]) -> Result:
        """As `read`, for whoever asks how the service is: however many reads wait."""
        return await asyncio.wrap_future(self._checks.submit(call))

    async def write(self, call: Callable[[], Result]) -> Result:
        """What `call` returns, which changes something. Raises Problem where too many wait."""
        return await asyncio.wrap_future(self._writes.submit(call))

    async def take_in(self, call: Callable[[], Result]) -> Result:
        """As `write`, for an upload that becomes a case: no other change waits for its file."""
        return await asyncio.wrap_future(self._intakes.submit(call))

    async def call_outside(self, call: Callable[[], Result]) -> Result:
        """As `write`, for what asks another service first: no change waits for its answer."""
        return await asyncio.wrap_future(self._outside.submit(call))

    @property
    def imports(self) -> int:
        """Lists that are being taken in."""
        return self._imports.inside

    def importing(self) -> Import:
        """A place for one import, from its first byte on. Raises Problem where none is free."""
        return Import(self._imports)

    def close(self) -> None:
        """Take no more, and do what was taken; imports stop where they are."""
        lines = (self._imports, self._reads, self._checks, self._intakes, self._outside)
        for line in (*lines, self._writes):
            line.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Import:
    """A place for one import: taken while the list arrives, and until it is done."""

    def __init__(self, line: _Line) -> None:
        self._line = line

    def __enter__(self) -> Self:
        self._line.enter()
        return self

    def __exit__(self, *_: object) -> None:
        self._line.leave()

    def told(self, _done: int, _total: int | None) -> None:
        """Called by what imports, with each portion. Raises Problem where the service is ending."""
        if self._line.ending:
            raise self._line.refusal("the service is ending; send the same list again to go on")

    async def run(self, call: Callable[[], Result], ended: Callable[[], object]) -> Result:
        """What `call` returns; it goes on where nobody waits for it any more.

        `ended` is called when it has ended, however it did, or can't begin.
        """
        try:
            future = self._line.start(call)
        except Problem:
            ended()
            raise
        future.add_done_callback(lambda _future: ended())
        return await asyncio.wrap_future(future)


class _Line:
    """Some threads, and a bounded queue in front of them; `inside` counts what is in both."""

    def __init__(self, name: str, threads: int, queued: int, retry_seconds: int) -> None:
        self._name = name
        self._most = threads + queued
        self._retry_seconds = retry_seconds
        self.inside = 0
        self.ending = False
        self._counting = threading.Lock()
        self._pool = ThreadPoolExecutor(threads, f"hedgerow-{name}")

    def enter(self, *, bounded: bool = True) -> None:
        """Count one in; raises Problem where the line is full."""
        with self._counting:
            if bounded and self.inside >= self._most:
                raise self.refusal(f"too many {self._name}s at once")
            self.inside += 1

    def leave(self) -> None:
        """Count one out."""
        with self._counting:
            self.inside -= 1

    def submit(self, call: Callable[[], Result], *, bounded: bool = True) -> Future[Result]:
        """Queue a call; it is counted until it has ended, whoever still waits for it."""
        self.enter(bounded=bounded)
        try:
            future = self.start(call)
        except Problem:
            self.leave()
            raise
        future.add_done_callback(self._left)
        return future

    def start(self, call: Callable[[], Result]) -> Future[Result]:
        """Queue a call that is counted already; raises Problem where the service is ending."""
        try:
            # With who acts, for the log.
            return self._pool.submit(copy_context().run, call)
        except RuntimeError:  # what a closed pool raises
            raise self.refusal("the service is ending") from None

    def refusal(self, message: str) -> Problem:
        """The problem that tells to try again."""
        return overloaded(message, self._retry_seconds)

    def _left(self, _future: Future[Any]) -> None:
        self.leave()

    def close(self) -> None:
        """Do what was taken, and end the threads."""
        self.ending = True
        self._pool.shutdown(wait=True)
