import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from tests.postgres import Maker

from hedgerow.store import Counter, Database, DatabaseBusy, allocate, hold, open_database


def test_numbers_begin_at_one_and_follow(database: Database) -> None:
    with database.write() as session:
        assert allocate(session, "a") == 1
        assert allocate(session, "a", 10) == 2
        assert allocate(session, "b") == 1
    with database.write() as session:
        assert allocate(session, "a") == 12


def test_rolled_back_numbers_come_again(database: Database) -> None:
    with database.write() as session:
        allocate(session, "a", 5)
        session.rollback()
    with database.write() as session:
        assert allocate(session, "a") == 1


@pytest.mark.parametrize("n", [0, -1])
def test_none_can_not_be_allocated(database: Database, n: int) -> None:
    with pytest.raises(ValueError, match="cannot allocate"), database.write() as session:
        allocate(session, "a", n)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(1, 1000), min_size=1, max_size=20))
def test_ranges_never_overlap(make_database_url: Maker, sizes: list[int]) -> None:
    with open_database(make_database_url.again()) as database, database.write() as session:
        starts = [allocate(session, "a", size) for size in sizes]
        assert session.execute(select(Counter.value)).scalar_one() == sum(sizes)
    assert starts == [1 + sum(sizes[:i]) for i in range(len(sizes))]


def test_threads_wait_for_each_other(database: Database) -> None:
    taken: list[int] = []

    def work() -> None:
        for _ in range(20):
            with database.write() as session:
                first = allocate(session, "a", 3)
                taken.append(first)  # in the order of the commits: the next waits for ours

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken == list(range(1, 240, 3))


def test_the_first_use_of_a_counter_may_be_at_the_same_time(database: Database) -> None:
    """Both find no row. On SQLite the second isn't let in; on PostgreSQL it waits for the row."""
    taken: list[int] = []
    entered = threading.Event()

    def second() -> None:
        entered.set()
        with database.write() as session:
            taken.append(allocate(session, "new"))

    thread = threading.Thread(target=second)
    with database.write() as session:
        first = allocate(session, "new")
        thread.start()
        assert entered.wait(60)
        assert taken == []
    thread.join(60)
    assert [first, *taken] == [1, 2]


def test_a_counter_that_is_held_stays_as_it_is(database: Database, database_url: str) -> None:
    with database.write() as session:
        hold(session, "a")  # never used: nothing to hold, and no number either
        assert allocate(session, "a") == 1
    with open_database(database_url, busy_seconds=0.1) as other, database.write() as session:
        hold(session, "a")
        with pytest.raises(DatabaseBusy), other.write() as waiting:
            allocate(waiting, "a")
        assert allocate(session, "a") == 2
