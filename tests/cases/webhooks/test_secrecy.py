"""Secrets at rest, and while one takes over from another."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cases.webhooks.conftest import Clock
from tests.postgres import sqlite_only

from hedgerow.cases.webhooks import BadWebhook, WebhookLimits, Webhooks, secrecy, signing
from hedgerow.cases.webhooks.models import EndpointRow
from hedgerow.cases.webhooks.taking import tidy
from hedgerow.store import Database, Vault, VaultProblem, forget_mark

URL = "https://example.org/hedgerow"
HOURS = 24


@pytest.fixture
def webhooks(database: Database, vault: Vault, clock: Clock) -> Webhooks:
    return Webhooks(database, vault, WebhookLimits(rotation_hours=HOURS), clock)


@pytest.fixture
def signing_now(database: Database, vault: Vault, clock: Clock) -> Callable[[int], list[str]]:
    """The secrets that sign for an endpoint at this time, as people see them."""

    def found(endpoint_id: int) -> list[str]:
        with database.read() as session:
            row = session.get_one(EndpointRow, endpoint_id)
            return [signing.shown(each) for each in secrecy.keys(session, vault, row, clock())]

    return found


def test_both_sign_until_the_time_is_over(
    webhooks: Webhooks, clock: Clock, signing_now: Callable[[int], list[str]]
) -> None:
    made, first = webhooks.create(URL, ["case.opened"])
    assert signing_now(made.id) == [first]
    second = webhooks.rotate(made.id)
    assert signing_now(made.id) == [second, first]
    assert webhooks.get(made.id).old_until is not None
    clock.pass_(HOURS * 3600 - 1)
    assert signing_now(made.id) == [second, first]
    clock.pass_(1)
    assert signing_now(made.id) == [second]
    assert webhooks.get(made.id).old_until is None
    assert len({first, second, webhooks.rotate(made.id)}) == 3


def test_no_second_change_ends_the_first_one_early(
    webhooks: Webhooks, clock: Clock, signing_now: Callable[[int], list[str]]
) -> None:
    made, first = webhooks.create(URL, ["case.opened"])
    second = webhooks.rotate(made.id)
    with pytest.raises(BadWebhook, match="2026-03-02 12:00 UTC"):
        webhooks.rotate(made.id)
    assert signing_now(made.id) == [second, first]
    clock.pass_(HOURS * 3600)
    assert signing_now(made.id)[0] == second
    third = webhooks.rotate(made.id)
    assert signing_now(made.id) == [third, second]


def test_a_secret_that_became_known_is_good_for_nothing_at_once(
    webhooks: Webhooks, signing_now: Callable[[int], list[str]]
) -> None:
    made, _first = webhooks.create(URL, ["case.opened"])
    webhooks.rotate(made.id)
    third = webhooks.rotate(made.id, at_once=True)
    assert signing_now(made.id) == [third]


def test_what_signs_no_more_is_deleted(
    webhooks: Webhooks, database: Database, clock: Clock
) -> None:
    made, _ = webhooks.create(URL, ["case.opened"])
    webhooks.rotate(made.id)
    for seconds, there in ((HOURS * 3600 - 1, True), (1, False)):
        clock.pass_(seconds)
        tidy(database, clock(), 30)
        with database.read() as session:
            assert (session.get_one(EndpointRow, made.id).old_secret is not None) == there


def test_a_sealed_secret_opens_in_its_own_place_alone(
    webhooks: Webhooks, database: Database, vault: Vault, clock: Clock
) -> None:
    one, other = (webhooks.create(URL, ["case.opened"])[0].id for _ in range(2))
    with database.write() as session:
        rows = [session.get_one(EndpointRow, each) for each in (one, other)]
        rows[0].secret, rows[1].secret = rows[1].secret, rows[0].secret
    with database.read() as session, pytest.raises(VaultProblem, match=f"webhook {one}"):
        secrecy.keys(session, vault, session.get_one(EndpointRow, one), clock())


def test_after_a_key_was_lost_a_new_secret_signs_alone(
    webhooks: Webhooks, database: Database, vault: Vault, clock: Clock
) -> None:
    made, _ = webhooks.create(URL, ["case.opened"])
    with database.write() as session:
        forget_mark(session)
    vault.path.unlink()
    anew = Vault(vault.path)
    second = Webhooks(database, anew, webhooks.limits, clock).rotate(made.id)
    with database.read() as session:
        found = secrecy.keys(session, anew, session.get_one(EndpointRow, made.id), clock())
    assert [signing.shown(each) for each in found] == [second]


def test_a_stolen_database_holds_no_secret(
    webhooks: Webhooks, database: Database, vault: Vault, signing_now: Callable[[int], list[str]]
) -> None:
    made, first = webhooks.create(URL, ["case.opened"], "findable")
    second = webhooks.rotate(made.id)
    assert signing_now(made.id) == [second, first]
    everything = _bytes_of(database)
    assert b"findable" in everything
    for secret in (first, second):
        text = secret.removeprefix("whsec_")
        plain = signing.base64.b64decode(text)
        assert plain not in everything
        assert plain.hex().encode() not in everything
        assert text.encode() not in everything
    assert vault.path.read_bytes().strip() not in everything


def _bytes_of(database: Database) -> bytes:
    """All bytes of SQLite's files; all values of PostgreSQL's tables, as it writes them out."""
    url = database.engine.url
    if url.get_backend_name() == "sqlite":
        folder = Path(str(url.database)).parent
        return b"".join(path.read_bytes() for path in folder.glob("hedgerow.db*"))
    import psycopg

    with psycopg.connect(url.set(drivername="postgresql").render_as_string(False)) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        found = []
        for (name,) in tables.fetchall():
            with connection.cursor().copy(f'COPY "{name}" TO STDOUT') as copy:
                # Bytes stand there as \\x and hexadecimal digits.
                found += [bytes(row) for row in copy]
    return b"".join(found)


@sqlite_only("it is about the key file")
def test_without_the_key_nothing_is_made(
    webhooks: Webhooks, database: Database, vault: Vault
) -> None:
    webhooks.create(URL, ["case.opened"])
    vault.path.unlink()
    other = Webhooks(database, Vault(vault.path))
    with pytest.raises(VaultProblem):
        other.create(URL, ["case.opened"])
    with pytest.raises(VaultProblem):
        other.rotate(1)
    assert not vault.path.exists()
    assert len(other.list()) == 1
    assert other.get(1).rotated_at is None
