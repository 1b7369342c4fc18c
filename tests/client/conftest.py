import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from tests.client.both import Answering, Face, Transport
from tests.web.running import Running, plan_for, running

from hedgerow.client import AsyncClient, Client

Maker = Callable[..., tuple[Face, Transport]]


@pytest.fixture(params=[Client, AsyncClient])
def kind(request: pytest.FixtureRequest) -> Any:
    """Each kind of client in turn."""
    return request.param


@pytest.fixture
def offline(kind: Any) -> Iterator[Maker]:
    """Makes a client whose requests are answered by a function; and the network to look at."""
    with ExitStack() as stack:

        def make(answering: Answering, **options: Any) -> tuple[Face, Transport]:
            transport = Transport(answering)
            client = kind("https://here.example.org/", "hr_key", transport=transport, **options)
            face = Face(client)
            stack.callback(face.end)
            return face, transport

        yield make


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A real server; use banks of your own."""
    with running(plan_for(tmp_path_factory.mktemp("asked"))) as found:
        yield found


@pytest.fixture
def client(kind: Any, server: Running) -> Iterator[Face]:
    """Speaks to `server` with a key that has all scopes."""
    face = Face(kind(server.url, server.keys["all"], timeout=60))
    yield face
    face.end()


@pytest.fixture
def nowhere(kind: Any, unused: str) -> Iterator[Face]:
    """Speaks to nobody."""
    face = Face(kind(unused, "hr_key", retries=1))
    yield face
    face.end()


@pytest.fixture
def unused() -> str:
    """The address of a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"
