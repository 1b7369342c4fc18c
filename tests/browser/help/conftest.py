from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.postgres import Maker
from tests.survivors.conftest import CHEAP
from tests.web.running import Running, plan_for, running

from hedgerow.survivors import Limits
from hedgerow.web import HelpOptions

EXIT = "http://exit.invalid/weather"
"""Where the exit leads; tests answer for it."""

OPTIONS = HelpOptions(enabled=True, organisation="Example Hotline", exit_url=EXIT)


@pytest.fixture(scope="module")
def server(make_database_url: Maker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with the survivors' pages switched on, in all languages, on each database."""
    home, url = tmp_path_factory.mktemp("help"), make_database_url.lasting()
    with running(plan_for(home, url, help=OPTIONS, survivors=Limits(**CHEAP))) as found:
        yield found


@pytest.fixture
def photograph(photographs: dict[str, bytes], tmp_path: Path) -> Path:
    """A photograph in a file whose name tells something."""
    path = tmp_path / "rosa-at-the-beach.png"
    path.write_bytes(photographs["astronaut"])
    return path
