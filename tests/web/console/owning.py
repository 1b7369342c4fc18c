"""A server where the survivors' pages are on, and companions look at submissions first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from tests.postgres import Maker
from tests.survivors.conftest import CHEAP
from tests.web.console.browsing import Browser
from tests.web.console.desks import Desk, staffed
from tests.web.running import plan_for, running

from hedgerow.accounts import Role, Stage
from hedgerow.survivors import Limits
from hedgerow.web import ConsoleLimits, HelpOptions


@dataclass
class Hotline:
    """The server, with a second companion; browsers that are opened are closed after each test."""

    desk: Desk
    second: int
    opened: list[Browser] = field(default_factory=list)

    def browser(self, name: str = "companion") -> Browser:
        """Somebody's browser; "second" is the other companion's."""
        sessions = self.desk.service.sessions
        number = self.second if name == "second" else self.desk.people[name]
        self.opened.append(Browser(self.desk.url, sessions.create(number, Stage.FULL)))
        return self.opened[-1]

    def actions(self, case_id: int) -> list[str]:
        """What the log says of a case, oldest first."""
        entries = self.desk.service.audit.entries(None, 500)
        return [each.action for each in reversed(entries) if each.subject == f"own:{case_id}"]


@pytest.fixture(scope="module")
def open_hotline(
    make_database_url: Maker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hotline]:
    plan = plan_for(
        tmp_path_factory.mktemp("hotline"),
        make_database_url.lasting(),
        survivors=Limits(goes_to="hotline", **CHEAP),
        help=HelpOptions(enabled=True, languages=("en",)),
        console=ConsoleLimits(page_rows=5, notice_fetch_seconds=5),
    )
    with running(plan) as found:
        desk = staffed(found)
        people = desk.service.people
        second, token = people.invite("second@example.org", "Second", [Role.COMPANION])
        people.accept(token, "seven quiet hedges stand")
        yield Hotline(desk, second.id)


@pytest.fixture
def hotline(open_hotline: Hotline) -> Iterator[Hotline]:
    yield open_hotline
    while open_hotline.opened:
        open_hotline.opened.pop().close()
