"""Keeps the keys of a running service fresh, whatever else is slow or broken."""

from __future__ import annotations

import logging
import threading
import time
from types import TracebackType
from typing import Self

from hedgerow.accounts import KeyRing
from hedgerow.store import StoreProblem

USES_SECONDS = 60.0
"""Between two times that the last uses of the keys are written."""

_log = logging.getLogger(__name__)


class KeyKeeper:
    """Reads the keys anew every `poll_seconds`, in a thread of its own. A context manager."""

    def __init__(self, ring: KeyRing, poll_seconds: float) -> None:
        self._ring = ring
        self._poll_seconds = poll_seconds
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="hedgerow-keys", daemon=True)
        self._thread.start()

    def _keep(self) -> None:
        uses_due = time.monotonic() + USES_SECONDS
        while not self._ending.wait(self._poll_seconds):
            try:
                self._ring.refresh()
                if time.monotonic() > uses_due:
                    uses_due = time.monotonic() + USES_SECONDS
                    self._ring.flush()
            except StoreProblem as problem:
                # Tried again in a moment; uses stay in memory until they are written.
                _log.warning("the keys can't be read or their uses written: %s", problem)

    def close(self) -> None:
        """Stop, and write when each key was last used."""
        self._ending.set()
        self._thread.join()
        try:
            self._ring.flush()
        except StoreProblem as problem:
            _log.warning("when keys were last used could not be written: %s", problem)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()
