"""Questions from many callers, compared together: bounded, and fair between small and large."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Self

from hedgerow.matching.forms import number_of_codes
from hedgerow.matching.limits import LiveLimits
from hedgerow.matching.records import Answer, Query

_log = logging.getLogger(__name__)

Compare = Callable[[Sequence[Query], Collection[str] | None], list[Answer]]
Deliver = Callable[[list[Answer] | Exception], object]
"""Given the answers, or why there are none; in the thread that compares, so it must be quick."""
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
    deliver: Deliver
    codes: int
    since: float
    room: int
    """Matches that its answers can still give."""
    answers: list[Answer] = field(default_factory=list)


_Part = tuple[_Job, Sequence[Query], int]
"""A job, the queries of it that are compared now, and how many hashes these have."""


class Turns:
    """One thread that compares, and a bounded queue in front of it; use it as a context manager.

    Each turn takes up to `turn_codes` hashes from the questions that wait, and a question that
    isn't done by then goes to the end of the queue: ten thousand hashes don't hold up one.
    """

    def __init__(self, compare: Compare, limits: LiveLimits, told: Told | None = None) -> None:
        self._compare = compare
        self._limits = limits
        self._told = told
        # A queue in C: a condition variable costs as much as the rest of the way.
        self._arriving: SimpleQueue[_Job | None] = SimpleQueue()
        self._jobs: deque[_Job] = deque()
        self._queued = 0
        self._ending = False
        self._counting = threading.Lock()
        self._comparing_since: float | None = None
        self._thread = threading.Thread(target=self._work, name="hedgerow-compare", daemon=True)
        self._thread.start()

    @property
    def queued(self) -> int:
        """Hashes that wait to be compared."""
        return self._queued

    def submit(
        self, queries: Sequence[Query], banks: Collection[str] | None, deliver: Deliver
    ) -> None:
        """Queue one question; `deliver` gets an answer for each query, in order.

        The answers of a long question can be of different sequences. `deliver` gets what comparing
        raises, and Overloaded where it waited for longer than `max_wait_seconds`.

        Raises:
            Overloaded: `max_queued_codes` would wait with this one and others, or the queue is
                closed. By itself a question is never too long.
        """
        codes = sum(map(_codes, queries))
        asked = None if banks is None else frozenset(banks)
        room = self._limits.max_matches_at_once
        job = _Job(queries, asked, deliver, codes, time.monotonic(), room)
        with self._counting:
            queued = self._queued + codes if self._queued else 0
            if self._ending or queued > self._limits.max_queued_codes:
                raise Overloaded
            self._queued += codes
            self._arriving.put(job)

    def problem(self) -> str | None:
        """Why nothing is compared, for a person; None where it is."""
        if not self._thread.is_alive():
            return "the thread that compares has ended; start the service anew"
        since = self._comparing_since
        if since is None or time.monotonic() - since <= self._limits.max_wait_seconds:
            return None
        return f"comparing has not come to an end for {time.monotonic() - since:.0f} s"

    def _work(self) -> None:
        while self._gather():
            turn = self._next_turn()
            if turn:
                self._comparing_since = time.monotonic()
                self._answer(turn)
                self._comparing_since = None

    def _gather(self) -> bool:
        """Take in what has arrived, waiting where there is nothing to do; False at the end."""
        try:
            while True:
                job = self._arriving.get(block=not self._jobs)
                if job is None:
                    if not self._jobs:
                        return False
                    self._arriving.put(None)
                    return True
                self._jobs.append(job)
        except Empty:
            return True

    def _next_turn(self) -> list[_Part]:
        """What is compared in one go: from each job in its turn, all with the same banks."""
        banks = self._jobs[0].banks
        room = self._limits.turn_codes
        turn: list[_Part] = []
        while self._jobs and room > 0 and self._jobs[0].banks == banks:
            job = self._jobs.popleft()
            if self._is_late(job):
                continue
            part, codes = _next_part(job, room)
            room -= codes
            turn.append((job, part, codes))
        self._forget(sum(codes for _job, _part, codes in turn))
        return turn

    def _is_late(self, job: _Job) -> bool:
        if job.answers:
            return False
        waited = time.monotonic() - job.since
        self._tell("queue", waited)
        if waited <= self._limits.max_wait_seconds:
            return False
        self._forget(job.codes)
        _deliver(job, Overloaded())
        return True

    def _answer(self, turn: list[_Part]) -> None:
        began = time.monotonic()
        queries = [query for _job, part, _codes in turn for query in part]
        try:
            answers = self._compare(queries, turn[0][0].banks)
        except Exception as problem:  # noqa: BLE001  # not lost: who waits for it is told
            self._fail(turn, problem)
            return
        self._tell("compare", time.monotonic() - began)
        start = 0
        for job, part, codes in turn:
            _take(job, answers[start : start + len(part)])
            job.codes -= codes
            start += len(part)
            if len(job.answers) == len(job.queries):
                _deliver(job, job.answers)
            else:
                self._jobs.append(job)

    def _fail(self, turn: list[_Part], problem: Exception) -> None:
        """Tell of a failure the one whose it is, so that nobody else's question fails with it."""
        if len(turn) > 1:
            for one in turn:
                self._answer([one])
            return
        job, _part, codes = turn[0]
        self._forget(job.codes - codes)
        _deliver(job, problem)

    def _tell(self, stage: str, seconds: float) -> None:
        try:
            if self._told is not None:
                self._told(stage, seconds)
        except Exception:  # noqa: BLE001  # logged; measuring is no reason to stop comparing
            _log.exception("a measurement could not be noted")

    def _forget(self, codes: int) -> None:
        with self._counting:
            self._queued -= codes

    def close(self) -> None:
        """Take no more, answer what was taken, and end."""
        with self._counting:
            self._ending = True
            self._arriving.put(None)
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _take(job: _Job, answers: Sequence[Answer]) -> None:
    """Add answers to a job, with no more evidence than there is room for, but some for each."""
    for answer in answers:
        kept = answer if answer.evidence <= job.room else answer.shortened(max(1, job.room))
        job.room -= kept.evidence
        job.answers.append(kept)


def _deliver(job: _Job, found: list[Answer] | Exception) -> None:
    try:
        job.deliver(found)
    except Exception:  # noqa: BLE001  # logged; a fault of one caller stops nobody else
        _log.exception("an answer could not be delivered")


def _next_part(job: _Job, room: int) -> tuple[Sequence[Query], int]:
    """The next queries of a job, as many as have at most `room` hashes or one, and their hashes."""
    if job.codes <= room:
        return job.queries[len(job.answers) :], job.codes
    part: list[Query] = []
    codes = 0
    for query in job.queries[len(job.answers) :]:
        if codes >= room:
            break
        part.append(query)
        codes += _codes(query)
    return part, codes


def _codes(query: Query) -> int:
    """How many hashes are compared for an upload, at most."""
    return sum(number_of_codes(signal) for signal in query.signals.values())
