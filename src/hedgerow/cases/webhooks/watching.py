"""`Courier`: starts the courier, starts it again when it ends, ends it with the service."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import Self

from hedgerow.cases.webhooks.plan import CourierPlan

_FIRST_SECONDS = 0.5
_MOST_SECONDS = 30.0
_CALM_SECONDS = 60.0
"""A courier that lived that long is started again at once."""

_MORE_SECONDS = 3.0
"""To end in, beside what it gives attempts under way."""

_log = logging.getLogger(__name__)


class Courier:
    """A courier in a process of its own. A context manager: started inside, ended with it.

    Several may run for one database, in several processes or on several machines: one of them
    works, the others stand by. It ends with the process that started it, however that ends.
    """

    def __init__(self, plan: CourierPlan) -> None:
        self._plan = plan
        self._stopping = threading.Event()
        self._process: subprocess.Popen[str] | None = None
        self._starting = threading.Lock()
        self.starts = 0
        # The kernel ends it with the thread that started it, so one thread does for all its life.
        self._thread = threading.Thread(target=self._watch, name="courier", daemon=True)

    @property
    def pid(self) -> int | None:
        """The number of its process; None while there is none."""
        process = self._process
        return None if process is None or process.poll() is not None else process.pid

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        with self._starting:
            process = self._process
        if process is not None:
            process.terminate()
        self._thread.join(self._plan.limits.stop_seconds + _MORE_SECONDS)
        if process is not None and process.poll() is None:
            process.kill()
        self._thread.join()

    def _watch(self) -> None:
        wait = _FIRST_SECONDS
        while True:
            began = time.monotonic()
            try:
                ended = self._live()
            except Exception as problem:  # noqa: BLE001  # nobody else would start it again
                ended = f"could not be started or heard ({problem})"
            if ended is None:
                return
            calm = time.monotonic() - began > _CALM_SECONDS
            wait = _FIRST_SECONDS if calm else min(wait * 2, _MOST_SECONDS)
            _log.error("the courier %s; it is started again in %g s", ended, wait)
            if self._stopping.wait(wait):
                return

    def _live(self) -> str | None:
        """Start it, and log what it says until it ends; how it ended, None where it should."""
        with self._starting:
            if self._stopping.is_set():
                return None
            process = self._process = start(self._plan)
            self.starts += 1
        with process:  # at whose end the pipe is closed, by which it ends too
            self._hear(process)
        return None if self._stopping.is_set() else f"ended ({process.returncode})"

    def _hear(self, process: subprocess.Popen[str]) -> None:
        """Log what it says, until it ends."""
        assert process.stderr is not None
        with process.stderr as lines:
            for line in lines:
                name, _, text = line.rstrip().partition(" ")
                level = logging.getLevelNamesMapping().get(name)
                if level is None:
                    level, text = logging.ERROR, line.rstrip()
                _log.log(level, "courier: %s", text)


def start(plan: CourierPlan) -> subprocess.Popen[str]:
    """Start a courier.

    It ends with the thread that calls this, and when its standard input is closed: nobody but this
    process has that open, so it is at the latest when this process ends, however that comes about.

    Raises OSError: there is no memory, or another thing that a process needs.
    """
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "hedgerow.cases.webhooks.courier"],
        # What dbos would take from there could send what it knows elsewhere.
        env={name: value for name, value in os.environ.items() if not name.startswith("DBOS")},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,  # Ctrl-C is for the service, which ends this one
    )
    assert process.stdin is not None
    # By a pipe: others can read the arguments and, as the same user, the environment.
    # Past Python's buffer, which would try again, and fail, when it is closed.
    rest = f"{os.getpid()}\n{plan.to_json()}\n".encode()
    with suppress(BrokenPipeError):
        while rest:
            rest = rest[os.write(process.stdin.fileno(), rest) :]
    return process
