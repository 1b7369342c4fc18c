from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from tests.postgres import Maker, maker_of
from tests.web.console.browsing import Browser
from tests.web.console.desks import Desk, staffed
from tests.web.running import plan_for, running


@pytest.fixture(scope="session", params=["sqlite"])
def make_database_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Maker:
    """Makes databases of SQLite alone, unless a test says `on_both_databases`.

    What a page does in the database its rooms do, which are tested on both kinds; and `test_pages`
    asks for every page on both.
    """
    return maker_of(request, tmp_path_factory)


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
