"""A worker process: it keeps a decoding process alive and tells the caller when one dies.

Started as `python -P -m hedgerow.media.worker DESCRIPTOR PARENT`. It imports everything once,
then forks; the child does the files (see `child`). When the child dies a new one is forked, which
takes milliseconds where a new start would take half a second.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import socket
import sys
from typing import Any

from hedgerow.media import child, kernel, wire
from hedgerow.media.limits import Limits

_MAX_SETUP = 256 * 2**10


def main() -> None:
    """Keep a decoding process alive until the caller goes."""
    descriptor, parent = map(int, sys.argv[1:])
    kernel.die_with(parent)
    _reset_signals()
    with socket.socket(fileno=descriptor) as link:
        setup = json.loads(link.recv(_MAX_SETUP))
        # Last, so that nothing of the caller's shadows what this process needs.
        sys.path += [entry for entry in setup["path"] if entry not in sys.path]
        limits = Limits(**setup["limits"])
        function = _resolve(setup["function"])
        for decoder in ("jpeg", "pillow"):
            importlib.import_module(f"hedgerow.media.{decoder}")
        gc.collect()
        gc.freeze()  # what is there now is shared with every child: don't touch its pages
        keep(link, child.Child(link, function, setup["options"], limits))


def keep(link: socket.socket, work: child.Child) -> None:
    """Fork a child, wait for its death, tell of it, again; return when the caller is gone."""
    keeper = os.getpid()
    link.send(wire.HEADER.pack(wire.READY, 0, 0))
    while True:
        pid = os.fork()
        if pid == 0:
            child.run(work, keeper)
        _, status = os.waitpid(pid, 0)
        job = work.take_job()
        # Only between two jobs: a task that exits with the same number is a death like others.
        if job == 0 and os.waitstatus_to_exitcode(status) == wire.CALLER_GONE:
            return
        death = wire.HEADER.pack(wire.DIED, work.generation, job)
        try:
            link.send(death + wire.DEATH.pack(status))
        except OSError:  # the caller is gone
            return
        work.next_generation()


def _reset_signals() -> None:
    # A caller may have ignored or blocked signals, and both are inherited; the timer needs its own.
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    for number in (signal.SIGALRM, signal.SIGCHLD, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the caller, which closes us


def _resolve(name: str) -> Any:
    module, _, attribute = name.partition(":")
    return getattr(importlib.import_module(module), attribute)


if __name__ == "__main__":
    main()
