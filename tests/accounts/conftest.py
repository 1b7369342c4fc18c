from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from hedgerow.accounts import Accounts, Keys, Limits, OpenIDOptions, Person
from hedgerow.store import Database, Vault, now, open_database, read_url

QUICK = Limits(argon2_memory_kib=19_456, argon2_time=2, argon2_parallelism=1)
"""Passwords are hashed as weakly as may be: a test waits for many."""

PASSWORD = "rain on the garden wall"


class Clock:
    """A clock that a test moves on."""

    def __init__(self) -> None:
        self.at = now().replace(microsecond=0)

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **how_long: float) -> None:
        self.at += timedelta(**how_long)


class Staff:
    """Makes people with accounts."""

    def __init__(self, accounts: Accounts) -> None:
        self.accounts = accounts

    def __call__(self, login: str = "ada", *roles: str, password: str = PASSWORD) -> Person:
        """Somebody who is active; an administrator unless roles are given."""
        name = login.partition("@")[0].title()
        _, token = self.accounts.people.invite(login, name, roles or ["administrator"])
        return self.accounts.people.accept(token, password)


@pytest.fixture
def path(database_url: str) -> Path:
    """Of SQLite's file; its folder holds nothing else."""
    return Path(str(read_url(database_url).database))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with open_database(database_url) as opened:
        yield opened


@pytest.fixture
def keys(database: Database) -> Keys:
    return Keys(database)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "vault.key")


@pytest.fixture
def make_accounts(database: Database, vault: Vault, clock: Clock) -> Callable[..., Accounts]:
    """Makes the room anew, as another process or another configuration has it."""

    def made(limits: Limits = QUICK, openid: OpenIDOptions | None = None) -> Accounts:
        return Accounts(database, vault, limits, openid or OpenIDOptions(), clock=clock)

    return made


@pytest.fixture
def accounts(make_accounts: Callable[..., Accounts]) -> Accounts:
    return make_accounts()


@pytest.fixture
def staff(accounts: Accounts) -> Staff:
    return Staff(accounts)


@pytest.fixture
def lines(database: Database) -> Callable[[], list[tuple[str, str, str]]]:
    """Reads the log: actor, action and subject of each line."""

    def read() -> list[tuple[str, str, str]]:
        query = "SELECT actor, actor_number, action, subject FROM audit_entry ORDER BY number"
        with database.read() as session:
            return [
                (f"{actor} {number}" if number else actor, action, subject)
                for actor, number, action, subject in session.execute(text(query))
            ]

    return read
