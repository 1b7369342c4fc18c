"""Keeps the keys of a running service fresh, whatever else is slow or broken."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Self

from hedgerow.accounts import KeyRing
from hedgerow.store import StoreProblem

_log = logging.getLogger(__name__)


class KeyKeeper:
    """Reads the keys anew, and writes when they were last used. A context manager.

    Each in a thread of its own: a key that is revoked is to be good for nothing even where a
    change of the database waits for another.
    """

    def __init__(self, ring: KeyRing, poll_seconds: float, uses_seconds: float) -> None:
        self._ring = ring
        self._ending = threading.Event()
        self._threads = [
            threading.Thread(target=self._repeat, args=given, name="hedgerow-keys", daemon=True)
            for given in (
                (ring.refresh, poll_seconds, "the keys can't be read"),
                (ring.flush, uses_seconds, "when keys were last used can't be written"),
            )
        ]
        for thread in self._threads:
            thread.start()

    def _repeat(self, call: Callable[[], None], seconds: float, otherwise: str) -> None:
        while not self._ending.wait(seconds):
            _attempt(call, otherwise)

    def close(self) -> None:
        """Stop, and write when each key was last used."""
        self._ending.set()
        for thread in self._threads:
            thread.join()
        _attempt(self._ring.flush, "when keys were last used could not be written")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _attempt(call: Callable[[], None], otherwise: str) -> None:
    try:
        call()
    except Exception as problem:  # noqa: BLE001  # logged, and tried again in a moment
        _log.warning("%s: %s", otherwise, problem, exc_info=not isinstance(problem, StoreProblem))
