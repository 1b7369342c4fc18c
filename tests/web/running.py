"""A real server in a thread of the tests' process: uvicorn on a port of the loopback."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import uvicorn
from fastapi import FastAPI
from tests.loopback import NO_TLS

from hedgerow.accounts import Scope
from hedgerow.web import Listening, Logging, bind, config_for, create_app
from hedgerow.web.service import Plan, Service

START_SECONDS = 120
"""The very first start on a machine compiles the search."""


@dataclass
class Running:
    """A server that runs, and how to speak to it.

    `keys`: an API key for each scope by its name, and "all" with all of them.
    """

    plan: Plan
    app: FastAPI
    url: str
    keys: Mapping[str, str]

    @property
    def service(self) -> Service:
        """What the server works with; for looking inside."""
        service: Service = self.app.state.service
        return service

    def client(self, key: str | None = "all", **options: Any) -> httpx2.Client:
        """A client whose requests carry one of `keys`; none for None."""
        headers = {} if key is None else {"Authorization": f"Bearer {self.keys[key]}"}
        return httpx2.Client(
            base_url=self.url,
            headers=headers,
            timeout=60,
            trust_env=False,
            verify=NO_TLS,
            **options,
        )

    def wait_until_fresh(self) -> None:
        """Until uploads can be called clear."""
        self.wait_until(lambda: self.service.fresh.problem() is None)

    def wait_until(self, true: Callable[[], bool]) -> None:
        """Until something is true that nobody tells of."""
        until = time.monotonic() + START_SECONDS
        while not true():
            assert time.monotonic() < until, self.service.fresh.problem()
            time.sleep(0.005)


class _Server(uvicorn.Server):
    """Tells when it listens, and when it could not."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.decided = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        finally:
            self.decided.set()


def plan_for(home: Path, database_url: str | None = None, **changes: Any) -> Plan:
    """A plan for a server in a folder, as small as can be; `changes` are fields of it."""
    return Plan(
        **{
            "database_url": database_url or f"sqlite:///{home}/hedgerow.db",
            "index_folder": home / "index",
            "incoming": home / "incoming",
            "vault_key": home / "vault.key",
            "sealed_folder": home / "sealed",
            "jobs": 1,
            "log": Logging(requests=False),  # the last line would come after the end of its test
        }
        | changes
    )


@contextmanager
def running(plan: Plan) -> Iterator[Running]:
    """Run a server until the end of the block; it is fresh when the block begins."""
    plan.index_folder.parent.mkdir(parents=True, exist_ok=True)
    app = create_app(plan)
    listening = Listening(port=0)
    server = _Server(config_for(lambda: app, listening, plan.web))
    listener = bind(listening, plan.web)
    thread = threading.Thread(target=_run, args=(server, [listener]), name="server")
    thread.start()
    try:
        assert server.decided.wait(START_SECONDS), "the server does not start"
        assert server.started, "the server could not start; its log says why"
        service: Service = app.state.service
        given: dict[str, Sequence[Scope]] = {str(scope): [scope] for scope in Scope}
        keys = {
            name: service.keys.create(f"tests {name}", scopes)[1]
            for name, scopes in {**given, "all": list(Scope)}.items()
        }
        service.ring.refresh()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        found = Running(plan, app, url, keys)
        found.wait_until_fresh()
        yield found
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def _run(server: _Server, sockets: list[socket.socket]) -> None:
    asyncio.run(server.serve(sockets))
