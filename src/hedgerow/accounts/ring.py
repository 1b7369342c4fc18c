"""The keys of a running service, in memory: no request waits for the database to be let in."""

import threading
from collections.abc import Mapping
from datetime import datetime

from hedgerow.accounts.keys import Keys, digest_of
from hedgerow.accounts.records import ApiKey
from hedgerow.store import now


class KeyRing:
    """Finds the key that a request carries. Safe to share between threads.

    Args:
        keys: of the database; read by `refresh` alone.
    """

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._known: Mapping[bytes, ApiKey] = {}
        self._uses: dict[int, datetime] = {}
        self._noting = threading.Lock()
        self._reading = threading.Lock()

    def refresh(self) -> None:
        """Read the keys anew: what was revoked anywhere is good for nothing from now on."""
        # One at a time: what another thread began to read earlier must not replace this.
        with self._reading:
            self._known = self._keys.active()

    def find(self, key: str) -> ApiKey | None:
        """The key, if it is one and not revoked; notes that it was used.

        A dictionary of digests gives nothing away by the time it takes: who times it learns
        about the SHA-256 of a guess, not about a key.
        """
        found = self._known.get(digest_of(key))
        if found is not None:
            with self._noting:
                self._uses[found.id] = now()
        return found

    def flush(self) -> None:
        """Write when each key was last used, since the last time this was done."""
        with self._noting:
            uses, self._uses = self._uses, {}
        try:
            self._keys.note_uses(uses)
        except BaseException:
            with self._noting:
                self._uses = uses | self._uses
            raise
