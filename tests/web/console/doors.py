"""A server where people come in: its name is set, and it knows an OpenID provider."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

import pyotp
import pytest
from sqlalchemy import update
from tests.accounts import provider as providers
from tests.accounts.provider import CLIENT, SECRET, Provider
from tests.postgres import Maker
from tests.web.console.browsing import Browser
from tests.web.console.desks import Desk
from tests.web.running import Running, plan_for, running

from hedgerow.accounts import Limits, OpenIDOptions, Person, Role, Stage
from hedgerow.accounts.models import SessionRow
from hedgerow.store import now
from hedgerow.web.console.cookies import SESSION
from hedgerow.web.limits import Options
from hedgerow.web.service import Service

QUICK = Limits(argon2_memory_kib=19_456, argon2_time=2, argon2_parallelism=1)
PUBLIC = "https://hedgerow.example.org"
PASSWORD = "rain on the garden wall"


_NUMBERS = count(1)


@dataclass
class Door:
    """A server, its provider, and ways to come in."""

    running: Running
    provider: Provider
    opened: list[Browser] = field(default_factory=list)

    @property
    def service(self) -> Service:
        return self.running.service

    def browser(self, session: str = "") -> Browser:
        """A browser, which is closed at the end of the test."""
        self.opened.append(Browser(self.running.url, session))
        return self.opened[-1]

    def invited(self, *roles: str) -> tuple[Person, str]:
        """Somebody new, and the token of their link."""
        login = f"p{next(_NUMBERS)}@example.org"
        return self.service.people.invite(login, "Somebody New", roles or [Role.MODERATOR])

    def somebody(self, *roles: str) -> Person:
        """Somebody new with a password and no second factor."""
        _, token = self.invited(*roles)
        return self.service.people.accept(token, PASSWORD)

    def with_app(self, *roles: str) -> tuple[Person, pyotp.TOTP]:
        """Somebody new with a password and an app, whose next code is still good."""
        person = self.somebody(*roles)
        secret = self.service.accounts.codes.begin(person.id).secret
        app = pyotp.TOTP(secret)
        # The step before: the present one's code is for the test.
        self.service.accounts.codes.confirm(person.id, app.at(_now(), counter_offset=-1))
        return self.service.people.get(person.id), app

    def signed_in(self, person: Person, stage: Stage = Stage.FULL) -> Browser:
        return self.browser(self.service.sessions.create(person.id, stage, "tests"))


def _now() -> int:
    import time

    return int(time.time())


def long_ago(desk: Door | Desk, browser: Browser) -> None:
    """Let this browser have signed in 16 minutes ago."""
    found = desk.service.sessions.find(browser.cookies[SESSION])
    assert found is not None
    early = update(SessionRow).where(SessionRow.id == found.id)
    with desk.service.database.write() as session:
        session.execute(early.values(created_at=now() - timedelta(minutes=16)))


def problem_on(page: str) -> str:
    """What a page says is wrong."""
    found = re.search(r'<p class="notice bad" role="alert">.*?<span>(.*?)</span>', page, re.DOTALL)
    assert found, page
    return found[1]


@pytest.fixture(scope="session")
def house(make_database_url: Maker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    home = tmp_path_factory.mktemp("door")
    secret = home / "client-secret"
    secret.write_text(SECRET)
    with providers.running() as provider:
        openid = OpenIDOptions(
            issuer=provider.issuer,
            client_id=CLIENT,
            client_secret_file=str(secret),
            name="Example Work",
        )
        plan = plan_for(
            home,
            make_database_url.lasting(),
            accounts=QUICK,
            openid=openid,
            options=Options(public_url=PUBLIC),
        )
        with running(plan) as found:
            yield Door(found, provider)


@pytest.fixture
def door(house: Door) -> Iterator[Door]:
    """The server of many tests; the provider is honest again."""
    house.provider.be_honest()
    yield house
    while house.opened:
        house.opened.pop().close()
