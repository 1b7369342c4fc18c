"""The whole server is killed during writes: what was acknowledged is there when it is back."""

import threading
from collections.abc import Iterator
from typing import cast

import pytest
from sqlalchemy import Table, select
from tests.postgres import Server

from hedgerow.store import (
    Counter,
    Database,
    DatabaseUnavailable,
    allocate,
    insert_rows,
    open_database,
)

TABLE = cast(Table, Counter.__table__)
KILLS = 3
WRITERS = 3
ACKNOWLEDGED = 40  # before each kill


@pytest.fixture
def durable() -> Iterator[Server]:
    """A server of the test's own, as careful as PostgreSQL is unless told otherwise."""
    server = Server()
    try:
        server.start()
        yield server
    finally:
        server.remove()


def rows(database: Database) -> dict[str, int]:
    with database.read() as session:
        return {row.name: row.value for row in session.execute(select(Counter.name, Counter.value))}


def test_what_was_acknowledged_outlives_the_server(durable: Server) -> None:
    with open_database(durable.make("kept"), busy_seconds=20) as database:
        acknowledged: dict[str, int] = {}
        for _ in range(KILLS):
            failures = write_until_killed(database, durable, acknowledged)
            assert len(failures) == WRITERS
            durable.start()
            found = rows(database)  # by the same object, over new connections
            assert found.items() >= acknowledged.items()
            # No number twice and none left out, though a last commit may not have been answered.
            numbers = sorted(value for name, value in found.items() if name != "change")
            assert numbers == list(range(1, len(numbers) + 1))
            assert found["change"] == len(numbers)
            acknowledged = {name: value for name, value in found.items() if name != "change"}
        assert len(acknowledged) >= KILLS * ACKNOWLEDGED


def write_until_killed(
    database: Database, server: Server, acknowledged: dict[str, int]
) -> list[DatabaseUnavailable]:
    """Write from several threads, kill the server amid that, and return how each was told."""
    enough = threading.Event()
    failures: list[DatabaseUnavailable] = []
    aim = len(acknowledged) + ACKNOWLEDGED

    def write() -> None:
        try:
            while True:
                with database.write() as session:
                    number = allocate(session, "change")
                    insert_rows(session, TABLE, [(f"row {number}", number)])
                acknowledged[f"row {number}"] = number
                if len(acknowledged) >= aim:
                    enough.set()
        except DatabaseUnavailable as failure:
            failures.append(failure)

    threads = [threading.Thread(target=write) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    assert enough.wait(120)
    server.kill()
    for thread in threads:
        thread.join(120)
    return failures
