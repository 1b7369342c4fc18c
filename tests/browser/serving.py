"""`hedgerow serve` as whoever installs it runs it: a process with its home, link and key."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

COMMAND = Path(sys.executable).parent / "hedgerow"
PATIENCE = 120


@dataclass
class Served:
    """A service that runs.

    url: where it answers API calls. console: where browsers go; passkeys want a name, not a number.
    key: an API key with all scopes. set_up: the link for the first person. said: what the process
    has written to its streams so far.
    """

    home: Path
    url: str
    console: str
    key: str
    set_up: str
    settings: Mapping[str, str]
    said: list[str] = field(default_factory=list)

    @property
    def log(self) -> str:
        """All that it has written."""
        return "".join(self.said)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@contextmanager
def served(home: Path, settings: Mapping[str, str]) -> Iterator[Served]:
    """Serve until the end of the block; it ends in order, or the block fails."""
    port = _free_port()
    public = f"http://localhost:{port}"
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("HEDGEROW_")
    } | {
        "HEDGEROW_HOME": str(home),
        "HEDGEROW_SERVICE__PUBLIC_URL": public,
        "HEDGEROW_WEBHOOKS__POLL_SECONDS": "0.05",
        "HEDGEROW_JOBS": "1",
        **settings,
    }
    process = subprocess.Popen(
        [COMMAND, "serve", "--port", str(port), "--json"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    told = json.loads(process.stdout.readline() or "{}")
    assert told, process.communicate(timeout=PATIENCE)[1]
    found = Served(home, told["url"], f"{public}/console", told["key"], told["set_up"], settings)
    reader = threading.Thread(target=_collect, args=(process.stderr, found.said))
    reader.start()
    try:
        yield found
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(PATIENCE)
        reader.join()
        process.stdout.close()
        assert process.stderr is not None
        process.stderr.close()
    assert code == 0, found.log


def _collect(stream: object, said: list[str]) -> None:
    said.extend(stream)  # type: ignore[arg-type]  # it is a pipe of text
