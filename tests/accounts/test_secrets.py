"""What a stolen database yields: nothing that opens anything. The bytes are looked at."""

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.accounts.authenticator import Authenticator
from tests.accounts.conftest import PASSWORD, QUICK, Clock
from tests.accounts.test_codes import code_of
from tests.postgres import tables_of

from hedgerow.accounts import Accounts, SignInRefused, Site, Stage
from hedgerow.store import Database, read_url

SITE = Site("localhost", "http://localhost:8080")


@pytest.fixture
def everything(database_url: str, database: Database) -> Callable[[], bytes]:
    """All that the database holds: SQLite's files to the last byte, PostgreSQL's rows as bytes."""

    def read() -> bytes:
        url = read_url(database_url)
        if url.get_backend_name() == "sqlite":
            folder = Path(str(url.database)).parent
            return b"".join(each.read_bytes() for each in sorted(folder.iterdir()))
        import psycopg

        with psycopg.connect(database_url, autocommit=True) as connection:
            rows = (
                connection.execute(f'SELECT * FROM "{table}"', binary=True).fetchall()
                for table in tables_of(connection)
            )
            return b"\n".join(_bytes(cell) for table in rows for row in table for cell in row)

    return read


def _bytes(cell: object) -> bytes:
    return bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode()


def pieces(secret: str, length: int = 10) -> list[bytes]:
    """Every stretch of a secret that is long enough not to be there by chance."""
    data = secret.encode()
    return [data[at : at + length] for at in range(len(data) - length + 1)]


def test_no_password_token_or_secret_is_in_a_byte_of_the_database(
    accounts: Accounts, clock: Clock, everything: Callable[[], bytes]
) -> None:
    setup = accounts.people.setup_link_token()
    assert setup is not None
    ada = accounts.people.accept(setup, PASSWORD, login="ada@example.org", name="Ada")
    _, link = accounts.people.invite("bob", "Bob", ["lead"])
    waiting = accounts.codes.begin(ada.id).secret
    accounts.codes.confirm(ada.id, code_of(waiting, clock))
    other = accounts.codes.begin(ada.id).secret  # not confirmed yet
    asked = accounts.passkeys.begin_registration(ada.id, SITE)
    made = Authenticator(origin=SITE.origin).make(asked.options)
    accounts.passkeys.complete_registration(ada.id, SITE, asked.state, made, "key")
    first = accounts.sessions.create(ada.id, Stage.SECOND_FACTOR)
    second = accounts.sessions.promote(first)
    assert second is not None
    with pytest.raises(SignInRefused):
        accounts.passwords.check("ada@example.org", "a wrong one, but nearly right")
    new = "frost on the garden gate"
    accounts.passwords.change(ada.id, PASSWORD, new)
    kept = everything()
    # What is kept of them is found, so they would be.
    assert b"ada@example.org" in kept
    assert hashlib.sha256(link.encode()).digest() in kept
    secrets = {
        "password": PASSWORD, "new password": new, "wrong password": "a wrong one, but nearly",
        "set-up link": setup.removeprefix("hr_link_"), "link": link.removeprefix("hr_link_"),
        "session": first, "later session": second, "code's secret": waiting, "new secret": other,
    }  # fmt: skip
    for what, secret in secrets.items():
        assert not [each for each in pieces(secret) if each in kept], what
    for secret in (waiting, other):
        assert base64.b32decode(secret) not in kept
    # Nor the hash, which guesses could be tried on.
    assert b"argon2" not in kept


def test_what_is_sealed_differs_though_it_is_the_same(
    accounts: Accounts, database: Database
) -> None:
    """Two people with one password aren't seen to have it."""
    for login in ("ada", "bob"):
        _, token = accounts.people.invite(login, "x", ["lead"])
        accounts.people.accept(token, PASSWORD)
    with database.read() as session:
        sealed = session.execute(text("SELECT password FROM person")).scalars().all()
    assert len({bytes(each) for each in sealed}) == 2


def test_the_log_holds_no_login_name_or_secret(
    accounts: Accounts, database: Database, clock: Clock
) -> None:
    ada, token = accounts.people.invite("ada@example.org", "Ada Lovelace", ["administrator"])
    accounts.people.accept(token, PASSWORD)
    secret = accounts.codes.begin(ada.id).secret
    accounts.codes.confirm(ada.id, code_of(secret, clock))
    for _ in range(QUICK.lock_after):
        with pytest.raises(SignInRefused):
            accounts.passwords.check("ada@example.org", "wrong")
    session_token = accounts.sessions.create(ada.id, Stage.FULL)
    accounts.people.rename(ada.id, "Ada King")
    with database.read() as session:
        rows = session.execute(text("SELECT action, subject, why, details FROM audit_entry")).all()
    told = repr(rows)
    assert "person:1" in told
    for private in ("ada@", "Lovelace", "King", token, secret, session_token, PASSWORD):
        assert private not in told
