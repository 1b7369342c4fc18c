"""A platform's server that takes webhooks: on loopback, keeping what it is sent."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from standardwebhooks.webhooks import Webhook

PATIENCE = 60


@dataclass
class Receiver:
    """What came in, as it came: headers and body."""

    url: str
    messages: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def verified(self, secret: str, event: str) -> dict[str, Any]:
        """The first message of an event, whose signature an independent library has verified."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            for headers, body in list(self.messages):
                told: dict[str, Any] = Webhook(secret).verify(body, headers)
                if told["type"] == event:
                    return told
            time.sleep(0.05)
        raise AssertionError(f"no {event} came: {len(self.messages)} messages did")


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver, until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            found.messages.append((headers, body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_given: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    found = Receiver(f"http://127.0.0.1:{server.server_port}/hook")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
