from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from tests.client.conftest import unused as unused
from tests.web.conftest import photographs as photographs
from tests.web.running import Running, plan_for, running

from hedgerow.client import Client
from hedgerow.signals import sentinel_png


@pytest.fixture(scope="session")
def server(
    tmp_path_factory: pytest.TempPathFactory, photographs: dict[str, bytes]
) -> Iterator[Running]:
    """A service that blocks the astronaut, reviews the coffee and records the cat."""
    with running(plan_for(tmp_path_factory.mktemp("examples"))) as found:
        with Client(found.url, found.keys["all"], timeout=60) as client:
            for name, action in (
                ("astronaut", "block"),
                ("coffee", "review"),
                ("chelsea", "record"),
            ):
                client.create_bank(name, action=action)
                client.add_file(name, photographs[name])
        found.wait_until_fresh()
        yield found


@pytest.fixture
def hedgerow(server: Running) -> Iterator[Client]:
    """What a platform has: a client with a key that can match and nothing else."""
    with Client(server.url, server.keys["match"], timeout=60) as client:
        yield client


@pytest.fixture
def nobody(unused: str) -> Iterator[Client]:
    """A client of a service that isn't there."""
    with Client(unused, "hr_key", retries=0) as client:
        yield client


@pytest.fixture
def uploads(photographs: dict[str, bytes]) -> dict[str, bytes]:
    """An upload for each verdict, edited so that no digest is the same; and the test picture."""
    edited = {name: _smaller(file) for name, file in photographs.items()}
    return {
        "block": edited["astronaut"],
        "review": edited["coffee"],
        "record": edited["chelsea"],
        "clear": _gradient(),
        "unchecked": b"no picture at all",
        "test": sentinel_png(),
    }


def _smaller(file: bytes) -> bytes:
    with Image.open(BytesIO(file)) as opened:
        return _jpeg(opened.resize((200, 150)))


def _gradient() -> bytes:
    return _jpeg(Image.radial_gradient("L").rotate(20).crop((30, 60, 200, 220)).convert("RGB"))


def _jpeg(picture: Image.Image) -> bytes:
    written = BytesIO()
    picture.save(written, "JPEG", quality=85)
    return written.getvalue()


@pytest.fixture
def examples() -> Path:
    """The folder of the examples."""
    return Path(__file__).parents[2] / "examples"
