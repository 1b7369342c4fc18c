"""Questions from many callers, compared together: bounded, and fair between small and large."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from hedgerow.matching.limits import LiveLimits
from hedgerow.matching.records import Answer, Query

Compare = Callable[[Sequence[Query], Collection[str] | None], list[Answer]]
Told = Callable[[str, float], object]
"""Told of each stage ("queue", "compare") and its seconds."""


class Overloaded(Exception):
    """More waits to be compared than the limits allow."""

    def __init__(self) -> None:
        super().__init__("too much waits to be compared; try again in a second")


@dataclass(eq=False)
class _Job:
    queries: Sequence[Query]
    banks: frozenset[str] | None
    since: float
    answers: list[Answer] = field(default_factory=list)
    future: Future[list[Answer]] = field(default_factory=Future)


_Part = tuple[_Job, Sequence[Query]]


class Turns:
    """One thread that compares, and a bounded queue in front of it; use it as a context manager.

    Each turn takes up to `turn_codes` hashes from the questions that wait, and a question that
    isn't done by then goes to the end of the queue: ten thousand hashes don't hold up one.
    """

    def __init__(self, compare: Compare, limits: LiveLimits, told: Told | None = None) -> None:
        self._compare = compare
        self._limits = limits
        self._told = told or (lambda _stage, _seconds: None)
        self._jobs: deque[_Job] = deque()
        self._queued = 0
        self._ending = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="hedgerow-compare", daemon=True)
        self._thread.start()

    @property
    def queued(self) -> int:
        """Hashes that wait to be compared."""
        return self._queued

    def submit(
        self, queries: Sequence[Query], banks: Collection[str] | None = None
    ) -> Future[list[Answer]]:
        """Queue one question; the future gives an answer for each query, in order.

        The answers of a long question can be of different sequences. The future fails with what
        comparing raises, and with Overloaded where it waited for longer than `max_wait_seconds`.

        Raises:
            Overloaded: `max_queued_codes` wait already, or the queue is closed.
        """
        codes = sum(map(_codes, queries))
        asked = None if banks is None else frozenset(banks)
        job = _Job(queries, asked, time.monotonic())
        with self._changed:
            if self._ending or self._queued + codes > self._limits.max_queued_codes:
                raise Overloaded
            self._queued += codes
            self._jobs.append(job)
            self._changed.notify()
        return job.future

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._jobs or self._ending)
                if not self._jobs:
                    return
                turn = self._next_turn()
            if turn:
                self._answer(turn)

    def _next_turn(self) -> list[_Part]:
        """What is compared in one go: from each job in its turn, all with the same banks."""
        banks = self._jobs[0].banks
        room = self._limits.turn_codes
        turn: list[_Part] = []
        while self._jobs and room > 0 and self._jobs[0].banks == banks:
            job = self._jobs.popleft()
            if not self._is_wanted(job):
                self._queued -= sum(map(_codes, job.queries[len(job.answers) :]))
                continue
            part: list[Query] = []
            for query in job.queries[len(job.answers) :]:
                if room <= 0:
                    break
                part.append(query)
                room -= _codes(query)
            self._queued -= sum(map(_codes, part))
            turn.append((job, part))
        return turn

    def _is_wanted(self, job: _Job) -> bool:
        """Whether somebody still waits for it; one that begins can't be cancelled from then on."""
        if job.answers:
            return True
        if not job.future.set_running_or_notify_cancel():
            return False
        waited = time.monotonic() - job.since
        self._told("queue", waited)
        if waited > self._limits.max_wait_seconds:
            job.future.set_exception(Overloaded())
            return False
        return True

    def _answer(self, turn: list[_Part]) -> None:
        began = time.monotonic()
        queries = [query for _job, part in turn for query in part]
        try:
            answers = self._compare(queries, turn[0][0].banks)
        except Exception as problem:  # noqa: BLE001  # not lost: who waits for it is told
            self._fail(turn, problem)
            return
        self._told("compare", time.monotonic() - began)
        start = 0
        for job, part in turn:
            job.answers += answers[start : start + len(part)]
            start += len(part)
            if len(job.answers) == len(job.queries):
                job.future.set_result(job.answers)
            else:
                with self._changed:
                    self._jobs.append(job)

    def _fail(self, turn: list[_Part], problem: Exception) -> None:
        """Tell of a failure the one whose it is, so that nobody else's question fails with it."""
        if len(turn) > 1:
            for one in turn:
                self._answer([one])
            return
        job, part = turn[0]
        with self._changed:
            self._queued -= sum(map(_codes, job.queries[len(job.answers) + len(part) :]))
        job.future.set_exception(problem)

    def close(self) -> None:
        """Take no more, answer what was taken, and end."""
        with self._changed:
            self._ending = True
            self._changed.notify()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()


def _codes(query: Query) -> int:
    """How many hashes are compared for an upload, at most."""
    return sum(1 + len(signal.get("variants", ())) for signal in query.signals.values())
