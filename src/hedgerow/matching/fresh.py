"""A matcher that follows the banks by itself, for a service that runs for months."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Sequence
from typing import Self

from hedgerow.index import IndexProblem
from hedgerow.matching.limits import LiveLimits
from hedgerow.matching.matcher import Matcher
from hedgerow.matching.records import Answer, Query, Verdict
from hedgerow.store import StoreProblem

_EXPECTED = (StoreProblem, IndexProblem, OSError)

_log = logging.getLogger(__name__)


class Fresh:
    """Looks at the banks' feed every `poll_seconds`, in a thread of its own.

    Answers without asking the database what is new, and never calls an upload clear where the
    last look was too long ago. Safe for several threads; use it as a context manager.
    """

    def __init__(
        self, matcher: Matcher, limits: LiveLimits, also: Callable[[], object] | None = None
    ) -> None:
        """`also` is called with each look, for what else is to be kept fresh."""
        self.matcher = matcher
        self._limits = limits
        self._also = also or (lambda: None)
        self._looked_at: float | None = None
        self._sequence = 0
        self._fault = "the index is being made ready"
        self._owed = 0
        self._settled = 0
        self._counting = threading.Lock()
        self._quiet_since = time.monotonic()
        self._looking = threading.Lock()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="hedgerow-follow", daemon=True)
        self._thread.start()

    @property
    def sequence(self) -> int:
        """The state of the banks that is compared with: the number of their last change."""
        return self._sequence

    @property
    def age(self) -> float | None:
        """Seconds since the last look at the banks; None before the first one."""
        return None if self._looked_at is None else time.monotonic() - self._looked_at

    def problem(self) -> str | None:
        """Why uploads can't be called clear now, for a person; None where they can."""
        age = self.age
        if age is None:
            return self._fault
        if self._settled < self._owed:
            return f"a change of the banks is not taken in yet: {self._fault}"
        if age > self._limits.stale_seconds:
            return f"the banks were last looked at {age:.0f} s ago: {self._fault}"
        return None

    def refresh(self) -> int:
        """Take in the banks' changes now; returns the sequence reached.

        Raises StoreProblem, IndexProblem, OSError.
        """
        # One at a time: an older look that ends later must not put back what a newer one found.
        with self._looking:
            return self._look()

    def _look(self) -> int:
        at, owed = time.monotonic(), self._owed
        sequence = self.matcher.refresh()
        self._looked_at = max(at, self._looked_at or at)
        self._settled = max(owed, self._settled)
        if sequence != self._sequence:
            # It may be a lower number, too: of a database that was put back from a copy.
            self._sequence = sequence
            self._quiet_since = at
        self._fault = "looking at them takes too long"
        return sequence

    def follow(self) -> None:
        """Take in a change that was just made here; waits for that, but not for ever.

        Where it isn't possible, nothing is called clear until it was: whoever made the change is
        about to be told that it counts.
        """
        if self._looked_at is None:
            self._owe()  # the first look may have begun before the change
            return
        if not self._looking.acquire(timeout=self._limits.max_wait_seconds):
            self._owe()
            _log.warning("a change is done, but another look at the banks takes long")
            return
        try:
            self._look()
        except Exception as problem:  # noqa: BLE001  # the change is done, whatever this is
            self._owe()
            expected = isinstance(problem, _EXPECTED)
            _log.warning(
                "a change is done, but can't be followed yet: %s", problem, exc_info=not expected
            )
        finally:
            self._looking.release()

    def _owe(self) -> None:
        with self._counting:
            self._owed += 1

    def compare(
        self, queries: Sequence[Query], banks: Collection[str] | None = None
    ) -> list[Answer]:
        """`Matcher.compare`; unchecked, with the reason, where that is not possible.

        Raises NoSuchBank.
        """
        if self._looked_at is None:
            return [_unchecked(query, self._fault) for query in queries]
        try:
            answers = self.matcher.compare(queries, banks)
        except _EXPECTED as failed:
            _log.warning("uploads could not be compared: %s", failed)
            return [_unchecked(query, str(failed)) for query in queries]
        why = self.problem()
        if why is None:
            return answers
        return [
            _unchecked(query, why) if answer.verdict is Verdict.CLEAR else answer
            for query, answer in zip(queries, answers, strict=True)
        ]

    def _follow(self) -> None:
        ready = False
        while not self._ending.is_set():
            try:
                self.refresh() if ready else self._prepare()
                ready = True
                self._also()
                self._compact()
            except Exception as problem:  # noqa: BLE001  # `problem` tells of it; it is tried again
                expected = isinstance(problem, _EXPECTED)
                self._fault = str(problem) if expected else f"a fault of ours, {problem!r}"
                _log.warning("the banks can't be followed: %s", problem, exc_info=not expected)
            self._ending.wait(self._limits.poll_seconds)

    def _compact(self) -> None:
        now = time.monotonic()
        if now - self._quiet_since > self._limits.quiet_seconds:
            self._quiet_since = now
            self.matcher.compact()

    def _prepare(self) -> None:
        self.matcher.prepare(self._ending.is_set)
        self.refresh()

    def close(self) -> None:
        """Stop following; the matcher stays open."""
        self._ending.set()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _unchecked(query: Query, why: str) -> Answer:
    error = {"code": "banks_unavailable", "message": f"it was not compared with the banks: {why}"}
    return Answer(Verdict.UNCHECKED, 0, error=error, signals=query.signals)
