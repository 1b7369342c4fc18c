"""Real servers on the loopback that events are sent to, and their bad days."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PATIENCE = 60


@dataclass(frozen=True)
class Got:
    """One request, whole. headers: by their names in small letters."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def message_id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def data(self) -> dict[str, object]:
        return json.loads(self.body)["data"]


@dataclass(frozen=True)
class Reply:
    """What is answered. way: "whole", or how it goes wrong."""

    status: int = 204
    headers: tuple[tuple[str, str], ...] = ()
    way: str = "whole"
    delay: float = 0.0


class Receiver(ThreadingHTTPServer):
    """Keeps what it got; gives the replies that were put in line, then 204."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Taking)
        self.got: list[Got] = []
        self.cut = 0
        self.replies: deque[Reply] = deque()
        self.always: Reply = Reply()
        self.ending = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/events"

    def handle_error(self, *_: object) -> None:
        """Whoever sends may hang up, as a killed courier does."""

    def wait_for(self, number: int) -> list[Got]:
        """The first requests, once there are that many."""
        wait_until(lambda: len(self.got) >= number, lambda: f"{len(self.got)} of {number} came")
        return self.got[:number]


class _Taking(BaseHTTPRequestHandler):
    server: Receiver
    timeout = PATIENCE

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(length)
        if len(body) < length:  # whoever sent it was killed
            self.server.cut += 1
            self.close_connection = True
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.got.append(Got(self.path, headers, body))
        try:
            reply = self.server.replies.popleft()
        except IndexError:
            reply = self.server.always
        self.server.ending.wait(reply.delay)
        with suppress(ConnectionError):
            getattr(self, f"_{reply.way}")(reply)

    def do_GET(self) -> None:
        self.do_POST()

    def _whole(self, reply: Reply) -> None:
        self._head(reply)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _huge(self, reply: Reply) -> None:
        """A body that has no end."""
        self._head(reply)
        self.end_headers()
        while not self.server.ending.is_set():
            self.wfile.write(bytes(65_536))

    def _drip(self, _reply: Reply) -> None:
        """Headers that have no end, a byte at a time."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nx-slow: ")
        while not self.server.ending.wait(0.05):
            self.wfile.write(b"x")

    def _nothing(self, _reply: Reply) -> None:
        self.connection.shutdown(socket.SHUT_RDWR)

    def _garbage(self, _reply: Reply) -> None:
        self.wfile.write(b"this is not HTTP\r\n\r\n")

    def _head(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers:
            self.send_header(name, value)
        self.send_header("Connection", "close")
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def receiving(port: int = 0) -> Iterator[Receiver]:
    """A receiver that runs; `port`: one that was had before, or any."""
    with Receiver(port) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.ending.set()
            server.shutdown()
            thread.join()


def wait_until(
    there: Callable[[], object], why: Callable[[], str] = lambda: "it didn't come about"
) -> None:
    """Wait until something is so."""
    until = time.monotonic() + PATIENCE
    while not there():
        assert time.monotonic() < until, why()
        time.sleep(0.01)
