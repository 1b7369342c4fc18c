from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from tests.postgres import Maker
from tests.web.console.browsing import Browser
from tests.web.console.desks import Desk, staffed
from tests.web.running import plan_for, running


@pytest.fixture(scope="session")
def desk(make_database_url: Maker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A server for many tests, on each kind of database, with somebody in each role."""
    home = tmp_path_factory.mktemp("desk")
    with running(plan_for(home, make_database_url.lasting())) as found:
        yield staffed(found)


@pytest.fixture
def make_desk(database_url: str, tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """Starts a server of one's own, with other limits: `make_desk(web=Limits(max_requests=1))`."""
    with ExitStack() as stack:

        def make(**changes: Any) -> Desk:
            return staffed(
                stack.enter_context(running(plan_for(tmp_path, database_url, **changes)))
            )

        yield make


@pytest.fixture
def browser(desk: Desk) -> Iterator[Callable[[str | None], Browser]]:
    """Opens somebody's browser: `browser("lead")`, signed in; `browser(None)`, nobody's."""
    with ExitStack() as closing:

        def opened(name: str | None) -> Browser:
            found = Browser(desk.url, desk.session(name) if name else "")
            closing.callback(found.close)
            return found

        yield opened
