"""Numbers that many look at are counted once for all of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from time import monotonic
from typing import TypeVar, cast

from sqlalchemy.orm import Session

from hedgerow.store import Database

_SECONDS = 10.0
"""For which numbers count as of now."""

_SHARE = 50
"""Of the time between two counts, what counting may take: one part in so many."""

Result = TypeVar("Result")


class Counted:
    """What was counted, for as long as it counts as of now. Safe to share between threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._counting = threading.Lock()
        self._kept: dict[Hashable, tuple[float, object]] = {}

    def get(self, what: Hashable, count: Callable[[Session], Result]) -> Result:
        """What `count` finds; ten seconds old at most, or fifty times what counting took.

        Args:
            what: names it; there should be few of them, as all are kept.
            count: does it, where it has to be done.
        """
        with self._counting:
            found = self._kept.get(what)
            if found is None or monotonic() >= found[0]:
                began = monotonic()
                with self._database.read() as session:
                    counted = count(session)
                took = monotonic() - began
                self._kept[what] = began + took + max(_SECONDS, _SHARE * took), counted
                return counted
            return cast(Result, found[1])
