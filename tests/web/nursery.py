"""Servers that are born quickly and die at any moment: forks of a process that has loaded all.

Run as `python -m tests.web.nursery DATABASE_URL HOME`. For each line on standard input it forks a
server, which says on standard output "PID PORT" when it listens. Servers are killed by whoever
asked for them.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


class Nursery:
    """The other side of this: asks for servers."""

    def __init__(self, database_url: str, home: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.web.nursery", database_url, str(home)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
        )

    def bear(self) -> tuple[int, str]:
        """The process number and the URL of a new server that listens."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(b"another\n")
        told = self._process.stdout.readline().split()
        assert len(told) == 2, "the server did not start; what it said is above"
        return int(told[0]), f"http://127.0.0.1:{int(told[1])}"

    def close(self) -> None:
        """End; servers that still live are left to whoever asked for them."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(60)


def _bear_for_ever(database_url: str, home: Path) -> None:
    import signal

    import numpy as np
    import psycopg  # noqa: F401 - loaded once, for all that are born
    import sqlalchemy.dialects.postgresql.psycopg  # noqa: F401 - likewise
    import tests.web.running  # noqa: F401 - likewise

    from hedgerow.index import Index

    with Index.open(home / "warm") as index:  # loads the compiled search
        index.add(np.arange(12, dtype=np.uint64).reshape(3, 4), [1, 2, 3])
        index.remove(1)
        index.search(np.zeros(4, np.uint64), 31)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the dead
    for _line in sys.stdin.buffer:
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.close(0)
            _serve(database_url, home)


def _serve(database_url: str, home: Path) -> None:
    import uvicorn
    from tests.web.running import plan_for

    from hedgerow.web import Listening, bind, config_for, create_app

    listening = Listening(port=0)
    plan = plan_for(home, database_url)
    listener = bind(listening, plan.web)

    class Telling(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            os.write(1, f"{os.getpid()} {listener.getsockname()[1]}\n".encode())

    config = config_for(lambda: create_app(plan), listening, plan.web)
    try:
        Telling(config).run([listener])
    finally:
        os.write(1, b"ended\n")  # read by nobody, unless it has ended before it began
        os._exit(1)


if __name__ == "__main__":
    _bear_for_ever(sys.argv[1], Path(sys.argv[2]))
