from collections.abc import Iterator, Mapping
from itertools import count

import httpx2
import pytest
from tests.loopback import NO_TLS
from tests.web.hma.speaking import HmaClient, Web
from tests.web.running import Running

_numbers = count(1)


@pytest.fixture(scope="session")
def http() -> Iterator[httpx2.Client]:
    """A client without headers; making one takes longer than most tests."""
    with httpx2.Client(timeout=60, trust_env=False, verify=NO_TLS) as found:
        yield found


@pytest.fixture
def hma(server: Running, http: httpx2.Client) -> HmaClient:
    """Speaks to `server` with a key that has all scopes, in the path."""
    return HmaClient(f"{server.url}/hma/k/{server.keys['all']}/", http)


@pytest.fixture
def name() -> str:
    """A name that no bank has yet."""
    return f"COOP_TEST_{next(_numbers)}"


@pytest.fixture
def bank(hma: HmaClient, name: str) -> str:
    """An empty bank."""
    return hma.bank(name)


@pytest.fixture
def web(server: Running, photographs: Mapping[str, bytes], monkeypatch: pytest.MonkeyPatch) -> Web:
    """The photographs under https://pictures.example/<name>.png."""
    made = Web({f"https://pictures.example/{name}.png": file for name, file in photographs.items()})
    monkeypatch.setattr(server.service, "fetcher", made)
    return made
