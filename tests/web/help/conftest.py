from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from tests.postgres import Maker, maker_of
from tests.survivors.conftest import CHEAP
from tests.survivors.making import pictures, ticket
from tests.web.help.visiting import Visitor
from tests.web.running import Running, plan_for, running

from hedgerow.survivors import Limits, Receipt
from hedgerow.web import HelpOptions

MANY = Limits(**CHEAP, cases_an_hour=100_000, notices_a_day=100_000, address_tries=100_000)
"""For a server of many tests, which all come from one address."""

OPTIONS = {
    "enabled": True,
    "organisation": "Example Hotline",
    "contact": "help@example.org",
    "legal_basis": "Because you asked us to.",
}

_numbers = count(1_000)


@pytest.fixture(scope="session", params=["sqlite"])
def make_database_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Maker:
    """Makes databases of SQLite alone, unless a test says `on_both_databases`: what a page does
    there its rooms do, which are tested on both kinds.
    """
    return maker_of(request, tmp_path_factory)


@pytest.fixture(scope="session")
def server(make_database_url: Maker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with the survivors' pages, in all languages, for many tests."""
    home, url = tmp_path_factory.mktemp("help"), make_database_url.lasting()
    plan = plan_for(home, url, help=HelpOptions(**OPTIONS), survivors=MANY)
    with running(plan) as found:
        yield found


@pytest.fixture
def make_help(database_url: str, tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Starts a server of one's own, with other options: `make_help(notices=False)`."""
    with ExitStack() as stack:

        def make(survivors: Limits = MANY, **options: Any) -> Running:
            given = HelpOptions(**OPTIONS | options)
            plan = plan_for(tmp_path, database_url, help=given, survivors=survivors)
            return stack.enter_context(running(plan))

        yield make


@pytest.fixture
def visit() -> Iterator[Callable[..., Visitor]]:
    """Opens a visitor's browser: `visit(server)`."""
    with ExitStack() as closing:

        def opened(at: Running) -> Visitor:
            found = Visitor(at.url)
            closing.callback(found.close)
            return found

        yield opened


@pytest.fixture
def visitor(server: Running, visit: Callable[..., Visitor]) -> Visitor:
    """Somebody with no case."""
    return visit(server)


@pytest.fixture
def protect(server: Running) -> Callable[..., Receipt]:
    """Protects one new picture; gives number and code."""

    def protected(language: str = "en") -> Receipt:
        number = next(_numbers)
        return server.service.survivors.protect(
            pictures(number), ticket=ticket(number), language=language
        )

    return protected


@pytest.fixture
def insider(visitor: Visitor, protect: Callable[..., Receipt]) -> Visitor:
    """Somebody with a case open in their browser."""
    visitor.enter(protect())
    return visitor
