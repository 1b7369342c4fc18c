from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.photographs import small
from tests.postgres import Maker
from tests.web.running import Running, plan_for, running

_numbers = count(1)


@pytest.fixture(scope="session")
def server(make_database_url: Maker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server for many tests, on each kind of database: use banks of your own."""
    with running(plan_for(tmp_path_factory.mktemp("served"), make_database_url.lasting())) as found:
        yield found


@pytest.fixture
def make_server(database_url: str, tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Starts a server of one's own, with other limits: `make_server(web=Limits(max_batch=5))`."""
    with ExitStack() as stack:

        def make(**changes: Any) -> Running:
            return stack.enter_context(running(plan_for(tmp_path, database_url, **changes)))

        yield make


@pytest.fixture
def client(server: Running) -> Iterator[httpx2.Client]:
    """Speaks to `server` with a key that has all scopes."""
    with server.client() as found:
        yield found


@pytest.fixture
def name() -> str:
    """A name that no bank has yet."""
    return f"bank-{next(_numbers)}"


@pytest.fixture
def bank(client: httpx2.Client, name: str) -> str:
    """The name of an empty bank that blocks."""
    made = client.post("/api/v1/banks", json={"name": name, "action": "block"})
    assert made.status_code == 201, made.text
    return name


@pytest.fixture(scope="session")
def photographs() -> dict[str, bytes]:
    """Three small photographs, as PNG."""
    return small(240, 180)
