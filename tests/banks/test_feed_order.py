"""Who has seen a number of the feed never finds that a smaller one came in later.

The checker is shown to catch that: run against numbers of a PostgreSQL sequence, which don't keep
the order of the commits, it reports it.
"""

import multiprocessing
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from tests.banks.meeting import stopped_before_commit
from tests.banks.test_feed import banked, pdq
from tests.postgres import Server, postgres_only

from hedgerow.banks import Banks, Limits, SignalFeed, changes, contents, counting, service
from hedgerow.banks.models import ChangeRow
from hedgerow.index import Catalogue, codes_from_hex, codes_to_hex
from hedgerow.store import Database, open_database

WRITERS = 3
CHANGES = 25  # of each writer, and as many withdrawals, and an import


class Order:
    """Looks at the feed again and again, and notes each number that came in too late."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.seen: set[int] = set()
        self.late: list[int] = []

    def look(self) -> None:
        with self.database.read() as session:
            told = set(session.execute(select(ChangeRow.sequence)).scalars())
        highest = max(self.seen, default=0)
        self.late += sorted(number for number in told - self.seen if number < highest)
        self.seen |= told


def held(catalogue: Catalogue) -> dict[int, str]:
    """What an index holds, by key."""
    hits = catalogue.search(codes_from_hex(["0" * 64]), 256)
    return dict(zip(hits.key.tolist(), codes_to_hex(hits.code), strict=True))


def write(url: str, base: int, folder: Path) -> None:
    """One writer, in a process of its own."""
    with open_database(url) as database:
        banks = Banks(database, Limits(batch_rows=10))
        for number in range(base, base + CHANGES):
            content = banks.add_content("known", pdq(number)).content
            if number % 2:
                banks.remove_content("known", content.id)
            else:
                banks.update("known", description=str(number))
        file = folder / f"{base}.txt"
        file.write_text("".join(f"{base + 500 + number:064x}\n" for number in range(30)))
        banks.import_file("known", file)


def test_no_number_comes_in_late(
    banks: Banks, database: Database, database_url: str, tmp_path: Path
) -> None:
    order = Order(database)
    context = multiprocessing.get_context("spawn")
    running = [
        context.Process(target=write, args=(database_url, 1000 * base, tmp_path))
        for base in range(1, WRITERS + 1)
    ]
    for process in running:
        process.start()
    with Catalogue(tmp_path / "index", SignalFeed(database, "pdq"), seal_at=20) as catalogue:
        while any(process.is_alive() for process in running):
            order.look()
            catalogue.follow()
        for process in running:
            process.join()
        assert [process.exitcode for process in running] == [0] * WRITERS
        order.look()
        catalogue.follow()
        assert order.late == []
        # The bank that was there, and what each writer did.
        assert len(order.seen) == 1 + WRITERS * (2 * CHANGES + 1)
        assert held(catalogue) == banked(banks)
        assert len(held(catalogue)) == WRITERS * ((CHANGES + 1) // 2 + 30)


def from_a_sequence(session: Session, name: str, n: int = 1) -> int:
    """Numbers as a sequence gives them: at once, to whoever asks. The fault to be caught."""
    assert n == 1
    number: int = session.execute(text(f"SELECT nextval('wrong_{name}')")).scalar_one()
    return number


@pytest.fixture
def wrong(monkeypatch: pytest.MonkeyPatch, banks: Banks, database: Database) -> Iterator[None]:
    """The room with the wrong way of numbering."""
    with database.write() as session:
        for name in (changes.SEQUENCE, changes.CONTENT):
            session.execute(text(f"CREATE SEQUENCE wrong_{name} START 100"))
    monkeypatch.setattr(changes, "allocate", from_a_sequence)
    monkeypatch.setattr(contents, "allocate", from_a_sequence)
    monkeypatch.setattr(changes, "hold", lambda *_: None)
    # These rows are locked until the commit, too, and would hide the fault.
    monkeypatch.setattr(counting, "count_in", lambda *_: None)
    # And so is the log's counter.
    monkeypatch.setattr(service, "record", lambda *_, **__: None)
    yield
    banks.delete("known")  # which was not counted


@postgres_only("SQLite has one writer at a time, whatever the numbers")
@pytest.mark.usefixtures("wrong")
def test_the_checker_catches_numbers_in_another_order_than_commits(
    banks: Banks, database: Database, tmp_path: Path
) -> None:
    order = Order(database)
    with Catalogue(tmp_path / "index", SignalFeed(database, "pdq")) as catalogue:
        with stopped_before_commit(database, lambda: banks.add_content("known", pdq(1))) as commit:
            banks.add_content("known", pdq(2))  # with a higher number, and committed
            order.look()
            catalogue.follow()
            commit()
        order.look()
        catalogue.follow()
        assert order.late == [100]
        # And this is what it would do: a banked hash that is never found.
        assert len(banked(banks)) == 2
        assert list(held(catalogue).values()) == [f"{2:064x}"]


@postgres_only("SQLite has one writer at a time, whatever the numbers")
def test_the_same_moments_with_the_counter(
    banks: Banks, database: Database, postgres: Server, tmp_path: Path
) -> None:
    """The second waits for the first: so its number, too, is in the order of the commits."""
    order = Order(database)
    second = threading.Thread(target=banks.add_content, args=("known", pdq(2)))
    with Catalogue(tmp_path / "index", SignalFeed(database, "pdq")) as catalogue:
        with stopped_before_commit(database, lambda: banks.add_content("known", pdq(1))) as commit:
            second.start()
            postgres.wait_for_waiting(str(database.engine.url.database))
            order.look()
            catalogue.follow()
            commit()
            second.join(60)
        order.look()
        catalogue.follow()
        assert order.late == []
        assert sorted(held(catalogue).values()) == [f"{1:064x}", f"{2:064x}"]
        assert held(catalogue) == banked(banks)
