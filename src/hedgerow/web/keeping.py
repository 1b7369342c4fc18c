"""What a running service does again and again, whatever else is slow or broken."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

from hedgerow.store import SERVICE, StoreProblem, acting

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Chore:
    """One thing to do.

    call: does it. seconds: between two times. otherwise: what to log where it fails. at_end:
    whether it is done once more when the service ends.
    """

    call: Callable[[], object]
    seconds: float
    otherwise: str
    at_end: bool = False


class Keeper:
    """Does its chores until it is closed. A context manager.

    Each in a thread of its own: a key that is revoked is to be good for nothing even where a
    change of the database waits for another.
    """

    def __init__(self, chores: Sequence[Chore]) -> None:
        self._chores = chores
        self._ending = threading.Event()
        self._threads = [
            threading.Thread(target=self._repeat, args=(each,), name="hedgerow-chore", daemon=True)
            for each in chores
        ]
        for thread in self._threads:
            thread.start()

    def _repeat(self, chore: Chore) -> None:
        while not self._ending.wait(chore.seconds):
            _attempt(chore)

    def close(self) -> None:
        """Stop, and do once more what is to be done at the end."""
        self._ending.set()
        for thread in self._threads:
            thread.join()
        for chore in self._chores:
            if chore.at_end:
                _attempt(chore)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _attempt(chore: Chore) -> None:
    try:
        with acting(SERVICE):
            chore.call()
    except Exception as problem:  # noqa: BLE001  # logged, and tried again in a moment
        _log.warning(
            "%s: %s", chore.otherwise, problem, exc_info=not isinstance(problem, StoreProblem)
        )
