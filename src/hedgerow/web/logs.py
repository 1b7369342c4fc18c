"""Logs as JSON lines on standard error, without what nobody but the database should hold.

Hashes, addresses, URLs and whatever stands in quotes are taken out of every line, those of
libraries too, unless `details` says otherwise; of an exception only its kind and its places in the
code are told.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import structlog
from pydantic_core import to_json
from structlog.typing import EventDict, Processor, WrappedLogger

from hedgerow.web.limits import Logging

_SECRET = re.compile(
    r"[a-z][a-z0-9+.-]*://\S+"  # URLs
    r"|\bhr_[\w-]+"  # API keys
    r"|\b[0-9a-fA-F]{16,}\b"  # hashes
    r"|\b\d{1,3}(?:\.\d{1,3}){3}\b|\[?(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}\]?"  # addresses
    r"|'[^']*'|\"[^\"]*\"|“[^”]*”"  # names
)
_OWN = frozenset({"time", "level", "logger", "request", "route", "method"})


def request_lines() -> Callable[[Mapping[str, object]], None]:
    """What writes the line of a request, by a shorter way: all in it is ours, and it is paid for
    each upload.
    """
    # Without a buffer of its own: a line is written whole, by whichever process.
    stderr = open(2, "wb", buffering=0, closefd=False)  # noqa: SIM115  # as long as the process

    def write(told: Mapping[str, object]) -> None:
        line = {**told, "event": "request", "level": "info", "time": datetime.now(UTC)}
        stderr.write(to_json(line) + b"\n")

    return write


def configure(logging_: Logging) -> None:
    """Send all that this process logs, by whatever library, through here."""
    private: list[Processor] = [] if logging_.details else [_scrubbed]
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        structlog.processors.format_exc_info if logging_.details else _exception_without_words,
        *private,
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging_.level.upper())
    # They tell of each connection and request what ours tells better.
    logging.getLogger("uvicorn.access").disabled = True
    for chatty in ("httpx2", "httpcore2", "uvicorn.error"):
        logging.getLogger(chatty).setLevel(max(root.level, logging.WARNING))


def _exception_without_words(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """The kind of an exception and its places in the code; its message may quote anything."""
    found = event.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    error = found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)
        event["exception"] = type(error).__qualname__
        event["at"] = [f"{each.name} {each.lineno}" for each in frames]
    return event


def _scrubbed(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    for name, value in event.items():
        if isinstance(value, str) and name not in _OWN:
            event[name] = _SECRET.sub("…", value)
    return event
