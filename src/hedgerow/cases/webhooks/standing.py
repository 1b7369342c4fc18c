"""Standing by until the courier's place is free, and working for as long as it is had."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from hedgerow.cases.webhooks.alone import Place, place_for
from hedgerow.cases.webhooks.plan import CourierPlan
from hedgerow.store import SERVICE, acting, open_database

_STAND_BY_SECONDS = 2.0
_LOOK_SECONDS = 1.0

_log = logging.getLogger(__name__)


def run(plan: CourierPlan, stopping: threading.Event) -> None:
    """Stand by until the place is free, and work until told to stop.

    The process ends at once when the place is lost.

    Raises:
        StoreProblem: the database can't be used.
        DBAPIError: it refused what dbos asked of it.
    """
    with (
        acting(SERVICE),
        open_database(plan.database_url, busy_seconds=plan.busy_seconds) as database,
        place_for(database) as place,
    ):
        while not place.take():
            if stopping.wait(_STAND_BY_SECONDS):
                return
        # What it needs is costly to load, and dbos begins where it is made.
        from hedgerow.cases.webhooks.working import Work

        with _kept(place), Work(plan, database, stopping) as work:
            work.run()


@contextmanager
def _kept(place: Place) -> Iterator[None]:
    """End the process when another courier may have the place.

    By a thread of its own: while the database is away dbos waits for it, for up to a minute after
    it is back, and would go on beside a courier that took the place meanwhile.
    """
    over = threading.Event()

    def look() -> None:
        while place.kept():
            if over.wait(_LOOK_SECONDS):
                return
        _log.warning("the connection that keeps this courier's place was lost")
        logging.shutdown()
        os._exit(1)

    looking = threading.Thread(target=look, name="place", daemon=True)
    looking.start()
    try:
        yield
    finally:
        over.set()
        looking.join()
