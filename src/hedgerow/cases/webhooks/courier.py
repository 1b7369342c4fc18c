"""The courier: a process that takes events out of the outbox and brings them to platforms.

`python -m hedgerow.cases.webhooks.courier`, started by `watching.Courier`, which writes a plan to
its standard input and keeps that open for as long as it lives. It is made to be killed at any
moment: what it was doing is done again.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from types import FrameType

# Nothing else here: all the rest is costly to load, and until then nobody would see whoever
# started this process end.


def main() -> None:
    """Read the plan, and work until a signal says to end, or whoever started this ends."""
    os.umask(0o077)  # what dbos writes is this user's alone
    parent, plan = sys.stdin.readline(), sys.stdin.readline()
    # Ends it too where whoever started this was killed before it had said all.
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    from hedgerow.lazy import start_swiftly
    from hedgerow.media import die_with

    start_swiftly()
    # Two ways, for each has its hole: a process forked off the parent keeps the pipe open, and the
    # kernel's signal comes only once all this is loaded.
    die_with(int(parent))
    status = _work(plan)
    logging.shutdown()
    os._exit(status)  # threads whose requests still wait for an answer are not waited for


def _end_with_parent() -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os._exit(0)


def _work(plan: str) -> int:
    from sqlalchemy.exc import DBAPIError

    from hedgerow.cases.webhooks.plan import CourierPlan
    from hedgerow.cases.webhooks.saying import steps_to, tell_on_stderr
    from hedgerow.cases.webhooks.standing import run
    from hedgerow.store import StoreProblem

    log = logging.getLogger(__name__)
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    tell_on_stderr()
    try:
        run(CourierPlan.from_json(plan), stopping)
    except StoreProblem as problem:
        log.error("%s", problem)  # a trace tells nothing more about a database
    except DBAPIError as error:
        log.error("the database refused: %s, at %s", error.orig, steps_to(error))
    except Exception as error:  # or Python would wait for dbos's threads
        log.error("it can't go on, at %s", steps_to(error), exc_info=error)
    else:
        return 0
    return 1


if __name__ == "__main__":
    main()
