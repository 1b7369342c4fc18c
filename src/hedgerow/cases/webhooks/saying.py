"""What a courier says to whoever started it: lines that quote nothing, and not too many."""

from __future__ import annotations

import logging
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

_MAX_LINE = 500
_SPARE_SECONDS = 60.0
_STEPS = 6


class _Line(logging.Formatter):
    """A level and one line of text: of an exception its kind alone, since others may quote."""

    def format(self, record: logging.LogRecord) -> str:
        text = " ".join(record.getMessage().split())[:_MAX_LINE]
        kind = record.exc_info and record.exc_info[0]
        return f"{record.levelname} {text}" + (f" ({kind.__name__})" if kind else "")


class Sparing(logging.Filter):
    """Lets each place in the code say something once a minute, and tells how often it wanted to.

    While a database is away, each thread of dbos tells of each of its tries.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._until: dict[tuple[str, int], float] = {}
        self._more: dict[tuple[str, int], int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is said."""
        place, at = (record.pathname, record.lineno), self._clock()
        if at < self._until.get(place, at):
            self._more[place] = self._more.get(place, 0) + 1
            return False
        self._until[place] = at + _SPARE_SECONDS
        if more := self._more.pop(place, 0):
            record.msg = f"(and {more} more like it before) {record.getMessage()}"
            record.args = None
        return True


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
    dbos.addFilter(Sparing())
    dbos.addHandler(handler)


def steps_to(error: BaseException) -> str:
    """The last places in the code on the way to an exception, which tell nothing of its values."""
    steps = traceback.extract_tb(error.__traceback__)[-_STEPS:]
    return " > ".join(f"{Path(each.filename).name}:{each.lineno}" for each in steps)
