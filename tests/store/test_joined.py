"""A write within a write of the same thread is part of it."""

import threading

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hedgerow.store import Counter, Database, allocate


def put(session: Session, name: str) -> None:
    session.execute(insert(Counter).values(name=name, value=1))


class Wrong(Exception):
    """What goes wrong in the middle."""


def fail(session: Session, name: str) -> None:
    put(session, name)
    raise Wrong


def names(database: Database) -> list[str]:
    with database.read() as session:
        return sorted(session.execute(select(Counter.name)).scalars())


def elsewhere(database: Database) -> list[str]:
    """What another thread sees: only what is committed."""
    seen: list[str] = []
    thread = threading.Thread(target=lambda: seen.extend(names(database)))
    thread.start()
    thread.join(60)
    return seen


def test_inner_writes_are_committed_with_the_outer_one(database: Database) -> None:
    with database.write() as outer:
        put(outer, "outer")
        with database.write() as inner:
            assert inner is outer
            put(inner, "inner")
        assert names(database) == ["inner", "outer"]
        assert elsewhere(database) == []
    assert names(database) == elsewhere(database) == ["inner", "outer"]


def test_inner_writes_are_undone_with_the_outer_one(database: Database) -> None:
    def outer() -> None:
        with database.write() as session:
            with database.write() as inner:
                put(inner, "inner")
            fail(session, "outer")

    with pytest.raises(Wrong):
        outer()
    assert names(database) == []
    with database.write() as session:  # a new one, not what is left of that
        put(session, "later")
    assert elsewhere(database) == ["later"]


def test_what_fails_inside_is_undone_and_the_outer_one_goes_on(database: Database) -> None:
    with database.write() as outer:
        put(outer, "outer")
        with pytest.raises(Wrong), database.write() as inner:
            fail(inner, "lost")
        with pytest.raises(IntegrityError), database.write() as inner:
            inner.execute(insert(Counter), [{"name": n, "value": 1} for n in ("lost", "outer")])
        with database.write() as inner:
            put(inner, "kept")
    assert names(database) == ["kept", "outer"]


def test_numbers_of_what_was_undone_inside_come_again(database: Database) -> None:
    with database.write() as outer:
        assert allocate(outer, "n") == 1
        lost = []
        with pytest.raises(Wrong), database.write() as inner:
            fail(inner, str(lost.append(allocate(inner, "n"))))
        assert lost == [2]
        with database.write() as inner:
            assert allocate(inner, "n") == 2
    with database.write() as session:
        assert allocate(session, "n") == 3


def test_other_threads_have_writes_of_their_own(database: Database) -> None:
    begun, finished = threading.Event(), threading.Event()

    def other() -> None:
        begun.set()
        with database.write() as session:
            put(session, "other")
        finished.set()

    thread = threading.Thread(target=other)

    def ours() -> None:
        with database.write() as session:
            thread.start()
            assert begun.wait(60)
            if database.engine.dialect.name == "postgresql":
                assert finished.wait(60)  # it doesn't wait for ours
            fail(session, "lost")

    with pytest.raises(Wrong):
        ours()
    thread.join(60)
    assert names(database) == ["other"]


def test_a_read_around_a_write_keeps_its_own_state(database: Database) -> None:
    with database.read() as reading:
        assert reading.execute(select(Counter)).all() == []
        with database.write() as session:
            assert session is not reading
            put(session, "new")
        assert reading.execute(select(Counter)).all() == []
    assert names(database) == ["new"]
