"""The courier: a process that takes events out of the outbox and brings them to platforms.

`python -m hedgerow.cases.webhooks.courier`, started by `watching.Courier`, which writes a plan to
its standard input. It is made to be killed at any moment: what it was doing is done again.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from types import FrameType

from hedgerow.cases.webhooks.alone import place_for
from hedgerow.cases.webhooks.plan import CourierPlan
from hedgerow.media import die_with
from hedgerow.store import SERVICE, StoreProblem, acting, open_database

_STAND_BY_SECONDS = 2.0

_log = logging.getLogger(__name__)


def main() -> None:
    """Read the plan, and work until a signal says to end."""
    os.umask(0o077)  # what dbos writes is this user's alone
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    tell_on_stderr()
    parent, plan = sys.stdin.readline(), sys.stdin.readline()
    die_with(int(parent))
    status = 0
    try:
        run(CourierPlan.from_json(plan), stopping)
    except StoreProblem as problem:
        _log.error("%s", problem)  # a trace tells nothing more about a database
        status = 1
    logging.shutdown()
    os._exit(status)  # threads whose requests still wait for an answer are not waited for


def run(plan: CourierPlan, stopping: threading.Event) -> None:
    """Stand by until the place is free, and work until told to stop."""
    with (
        acting(SERVICE),
        open_database(plan.database_url, busy_seconds=plan.busy_seconds) as database,
        place_for(database, plan.folder) as place,
    ):
        while not place.take():
            if stopping.wait(_STAND_BY_SECONDS):
                return
        # What it needs is costly to load, and dbos begins where it is made.
        from hedgerow.cases.webhooks.working import Work

        with Work(plan, database, stopping) as work:
            work.run(place)


class _Line(logging.Formatter):
    """A level and one line of text: of an exception its kind alone, since others may quote."""

    def format(self, record: logging.LogRecord) -> str:
        text = " ".join(record.getMessage().split())
        kind = record.exc_info and record.exc_info[0]
        return f"{record.levelname} {text}" + (f" ({kind.__name__})" if kind else "")


def tell_on_stderr() -> None:
    """Send all lines of the log to whoever started this process, dbos's too."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Line())
    logging.basicConfig(handlers=[handler], level=logging.INFO)
    for chatty in ("httpx2", "httpcore2", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    # With a handler of its own dbos makes none.
    dbos = logging.getLogger("dbos")
    dbos.propagate = False
    dbos.addHandler(handler)


if __name__ == "__main__":
    main()
