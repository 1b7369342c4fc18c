"""Running the application: sockets, processes, signals."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import ceil
from time import sleep
from types import FrameType

import uvicorn
from fastapi import FastAPI
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from hedgerow.web.limits import Limits
from hedgerow.web.listening import BadListening, Listening, check
from hedgerow.web.protocol import Protocol

_LOOK_SECONDS = 0.05
"""Between two looks at whether the processes have ended."""

_log = logging.getLogger(__name__)


def bind(listening: Listening, limits: Limits) -> socket.socket:
    """Take the address; connections wait from now on.

    Raises:
        BadListening: it would not be safe, or the address can't be had.
    """
    check(listening)
    family = socket.AF_INET6 if ":" in listening.host else socket.AF_INET
    try:
        taken = socket.create_server(
            (listening.host, listening.port), family=family, backlog=limits.backlog
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
        backlog=limits.backlog,
        timeout_keep_alive=limits.keep_alive_seconds,
        timeout_graceful_shutdown=ceil(limits.shutdown_seconds),
        ssl_certfile=listening.tls_certificate or None,
        ssl_keyfile=listening.tls_key or None,
    )


class _Server(uvicorn.Server):
    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End at once where a second signal comes, whichever it is."""
        if self.should_exit:
            _end_as_it_is()
        super().handle_exit(sig, frame)


class _Supervisor(Multiprocess):
    def join_all(self) -> None:
        """Wait for all to end; at once where a second signal comes."""
        while any(each.process.is_alive() for each in self.processes):
            if self.signal_queue:
                for each in self.processes:
                    each.kill()
                _end_as_it_is()
            sleep(_LOOK_SECONDS)


@contextmanager
def end_within(seconds: float) -> Iterator[None]:
    """End the process as it is where what is done inside takes longer.

    Nothing is lost by that which was answered: databases and indexes are made for being killed.
    """
    timer = threading.Timer(seconds, _give_up, (seconds,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _give_up(seconds: float) -> None:
    _log.error("what was begun is not done after %g s: the service ends as it is", seconds)
    _end_as_it_is()


def _end_as_it_is() -> None:
    os._exit(1)


def run(config: uvicorn.Config, taken: socket.socket) -> bool:
    """Serve until a signal says to end; returns whether it could start.

    After SIGTERM or SIGINT what was taken is answered, within `shutdown_seconds`; a second signal
    ends it at once.
    """
    if config.workers > 1:
        supervisor = _Supervisor(config, [taken])
        supervisor.run()
        return all(process.exitcode != STARTUP_FAILURE for process in supervisor.processes)
    # The server raises the signals again that have ended it, and this is an orderly end.
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda _number, _frame: None)
    server = _Server(config)
    server.run([taken])
    return server.started
