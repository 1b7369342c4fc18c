"""`hedgerow serve` as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import httpx2
from tests.loopback import NO_TLS

COMMAND = Path(sys.executable).parent / "hedgerow"
PATIENCE = 120


class Serving:
    """A service in its own home, started by its command."""

    def __init__(self, home: Path, *options: str, **settings: str) -> None:
        self.home = home
        self.log = home.parent / f"{home.name}.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [COMMAND, "serve", "--port", "0", "--json", "--home", home, *options],
                env={**os.environ, **settings},
                stdout=subprocess.PIPE,
                stderr=log,
                bufsize=0,
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.log.read_text()
        told = json.loads(line)
        self.url: str = told["url"]
        self.key: str = told.get("key", "")
        self.help: str = told.get("help", "")

    def client(self, key: str | None = None) -> httpx2.Client:
        headers = {"Authorization": f"Bearer {key or self.key or 'none'}"}
        return httpx2.Client(
            base_url=self.url, headers=headers, timeout=60, trust_env=False, verify=NO_TLS
        )

    def wait_until_ready(self) -> None:
        until = time.monotonic() + PATIENCE
        with self.client() as client:
            while client.get("/health/ready").status_code != 200:
                assert time.monotonic() < until
                time.sleep(0.02)

    def end(self) -> None:
        """Kill it, if it still lives."""
        assert self.process.stdout is not None
        self.process.kill()
        self.process.wait(60)
        self.process.stdout.close()
