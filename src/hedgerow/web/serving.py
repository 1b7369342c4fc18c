"""Running the application: sockets, processes, signals."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from types import FrameType

import uvicorn
from fastapi import FastAPI
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from hedgerow.web.limits import Limits
from hedgerow.web.listening import BadListening, Listening, check
from hedgerow.web.protocol import Protocol

BACKLOG = 1024
"""Connections that the system keeps waiting until a process takes them."""

KEEP_ALIVE_SECONDS = 30
"""That an idle connection stays open for another request."""


def bind(listening: Listening) -> socket.socket:
    """Take the address; connections wait from now on.

    Raises:
        BadListening: it would not be safe, or the address can't be had.
    """
    check(listening)
    family = socket.AF_INET6 if ":" in listening.host else socket.AF_INET
    try:
        taken = socket.create_server(
            (listening.host, listening.port), family=family, backlog=BACKLOG
        )
    except (OSError, OverflowError) as problem:
        msg = (
            f"can't listen on {listening.host}, port {listening.port}: {problem}; choose another "
            "--host or --port"
        )
        raise BadListening(msg) from problem
    # Connections inherit it. Without, the second packet of an answer waits 40 ms for the client.
    taken.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return taken


def url_of(taken: socket.socket, listening: Listening) -> str:
    """The URL of a taken address."""
    host, port = taken.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return f"{listening.scheme}://{shown}:{port}"


def config_for(
    application: Callable[[], FastAPI] | str, listening: Listening, limits: Limits
) -> uvicorn.Config:
    """How uvicorn is to run.

    application: makes the application; "package.module:name" of such a function where there is
    more than one process, as each imports it anew.
    """
    return uvicorn.Config(
        application,
        factory=True,
        workers=listening.workers,
        http=Protocol,
        ws="none",
        loop="uvloop",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=round(limits.shutdown_seconds),
        ssl_certfile=listening.tls_certificate or None,
        ssl_keyfile=listening.tls_key or None,
    )


class _Server(uvicorn.Server):
    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End at once where a second signal comes, whichever it is."""
        self.force_exit = self.force_exit or self.should_exit
        super().handle_exit(sig, frame)


def run(config: uvicorn.Config, taken: socket.socket) -> bool:
    """Serve until a signal says to end; returns whether it could start.

    After SIGTERM or SIGINT what was taken is answered, within `shutdown_seconds`; a second signal
    ends it at once.
    """
    if config.workers > 1:
        supervisor = Multiprocess(config, [taken])
        supervisor.run()
        return all(process.exitcode != STARTUP_FAILURE for process in supervisor.processes)
    # The server raises the signals again that have ended it, and this is an orderly end.
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda _number, _frame: None)
    server = _Server(config)
    server.run([taken])
    return server.started
