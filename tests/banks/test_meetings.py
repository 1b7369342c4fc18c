"""Changes that meet: on PostgreSQL several write at a time, and wait where they have to."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from tests.banks.meeting import outcome, stopped_before_commit
from tests.banks.test_feed import banked, pdq, replay
from tests.postgres import Server, postgres_only

from hedgerow.banks import (
    Added,
    BankExists,
    Banks,
    NoSuchBank,
    NoSuchImport,
    staging,
)
from hedgerow.banks.checks import Draft
from hedgerow.banks.parts import Payloads
from hedgerow.store import Database

pytestmark = postgres_only("SQLite has one writer at a time: nobody meets")
TABLES = ("bank", "import", "content", "content_signal")


@pytest.fixture
def meet(postgres: Server, database: Database) -> Callable[..., tuple[object, object]]:
    """Stops the first before its commit, lets the second run until it waits, lets both end."""

    def meeting(first: Callable[[], object], second: Callable[[], object]) -> tuple[object, object]:
        with ThreadPoolExecutor(1) as pool, stopped_before_commit(database, first) as commit:
            other = pool.submit(second)
            postgres.wait_for_waiting(str(database.engine.url.database))
            return commit(), outcome(other)

    return meeting


@pytest.fixture
def stage(banks: Banks, database: Database) -> Callable[[], staging.Place]:
    """Stages one row of an import that was begun."""
    number, _ = staging.begin(database, "known", "list.txt", "f" * 64)
    place = staging.place(database, number)
    draft = Draft(tuple(pdq(7)[::-1]))  # in the order of their types
    return lambda: staging.store(database, number, place, [draft], Payloads(None), 0, 65, 1)


def rows(database: Database) -> list[int]:
    with database.read() as session:
        return [
            session.execute(text(f"SELECT count(*) FROM {each}")).scalar_one() for each in TABLES
        ]


def test_a_bank_is_deleted_with_what_was_just_staged(
    banks: Banks, database: Database, meet: Callable[..., object], stage: Callable[[], object]
) -> None:
    assert meet(stage, lambda: banks.delete("known")) == (staging.Place(65, 1, 1), None)
    assert rows(database) == [0, 0, 0, 0]
    with pytest.raises(NoSuchImport, match="bank deleted"):
        stage()


def test_what_is_staged_into_a_bank_that_vanishes_is_told(
    banks: Banks, database: Database, meet: Callable[..., tuple], stage: Callable[[], object]
) -> None:
    deleted, staged = meet(lambda: banks.delete("known"), stage)
    assert deleted is None
    assert isinstance(staged, NoSuchImport)
    assert rows(database) == [0, 0, 0, 0]


@pytest.mark.parametrize(
    "late",
    [
        lambda banks: banks.add_content("known", pdq(1)),
        lambda banks: banks.remove_by_signal("known", "pdq", "0" * 64),
        lambda banks: banks.update("known", description="new"),
        lambda banks: banks.delete("known"),
        lambda banks: staging.begin(banks.database, "known", "list.txt", "f" * 64),
    ],
)
def test_a_bank_that_vanishes_is_missed_by_name(
    banks: Banks, database: Database, meet: Callable[..., tuple], late: Callable[[Banks], object]
) -> None:
    _, told = meet(lambda: banks.delete("known"), lambda: late(banks))
    assert isinstance(told, NoSuchBank)
    assert rows(database) == [0, 0, 0, 0]


def test_a_name_is_given_once(banks: Banks, meet: Callable[..., tuple]) -> None:
    _, told = meet(lambda: banks.create("new"), lambda: banks.create("new"))
    assert isinstance(told, BankExists)
    assert [bank.name for bank in banks.list()] == ["known", "new"]


def test_a_content_is_banked_once(banks: Banks, meet: Callable[..., tuple]) -> None:
    one, other = meet(*[lambda: banks.add_content("known", pdq(1))] * 2)
    assert one == Added(other.content, created=True)
    assert not other.created
    assert banks.list_content("known") == [one.content]


def test_the_same_import_is_begun_once(
    banks: Banks, database: Database, meet: Callable[..., tuple]
) -> None:
    begin = lambda: staging.begin(database, "known", "list.txt", "f" * 64)  # noqa: E731  # twice below
    assert meet(begin, begin) == ((1, False), (1, True))
    assert len(banks.get("known").unfinished) == 1


def test_the_same_batch_is_staged_once(
    banks: Banks, database: Database, meet: Callable[..., tuple], stage: Callable[[], object]
) -> None:
    first, second = meet(stage, stage)
    assert first == staging.Place(65, 1, 1)
    assert "another process" in str(second)
    assert rows(database) == [1, 1, 1, 2]


def test_what_is_withdrawn_while_an_import_ends_does_not_come_back(
    banks: Banks, database: Database, meet: Callable[..., tuple], stage: Callable[[], object]
) -> None:
    stage()
    [unfinished] = banks.get("known").unfinished
    record, removed = meet(
        lambda: staging.publish(database, unfinished.id),
        lambda: banks.remove_by_signal("known", "pdq", f"{7:064x}"),
    )
    assert record.added == len(removed) == 1
    assert banked(banks) == replay(database) == {}


def test_what_is_withdrawn_before_an_import_ends_is_not_in_it(
    banks: Banks, database: Database, meet: Callable[..., tuple], stage: Callable[[], object]
) -> None:
    stage()
    [unfinished] = banks.get("known").unfinished
    removed, record = meet(
        lambda: banks.remove_by_signal("known", "pdq", f"{7:064x}"),
        lambda: staging.publish(database, unfinished.id),
    )
    assert (removed, record.added) == ([], 0)
    assert rows(database) == [1, 1, 0, 0]


def test_what_is_banked_while_an_import_ends_is_there_once(
    banks: Banks, database: Database, meet: Callable[..., tuple], stage: Callable[[], object]
) -> None:
    stage()
    [unfinished] = banks.get("known").unfinished
    added, record = meet(
        lambda: banks.add_content("known", pdq(7)),
        lambda: staging.publish(database, unfinished.id),
    )
    assert (added.created, record.added, record.duplicates) == (True, 0, 1)
    assert banks.list_content("known") == [added.content]
    assert banked(banks) == replay(database)


def test_an_import_is_abandoned_while_its_contents_are_withdrawn(
    banks: Banks, database: Database, meet: Callable[..., tuple], stage: Callable[[], object]
) -> None:
    stage()
    [unfinished] = banks.get("known").unfinished
    assert meet(
        lambda: banks.remove_by_signal("known", "pdq", f"{7:064x}"),
        lambda: banks.abandon(unfinished.id),
    ) == ([], None)
    assert rows(database) == [1, 1, 0, 0]


def test_staging_does_not_wait_for_a_change_of_its_bank(
    banks: Banks, database: Database, stage: Callable[[], object]
) -> None:
    with stopped_before_commit(
        database, lambda: banks.update("known", description="new")
    ) as commit:
        assert stage() == staging.Place(65, 1, 1)
        commit()
    assert banks.get("known").description == "new"
