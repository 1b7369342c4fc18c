import sqlite3
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError
from tests.postgres import sqlite_only

from hedgerow.store import (
    BadDatabaseURL,
    Counter,
    Database,
    DatabaseBusy,
    DatabaseUnavailable,
    StoreProblem,
    allocate,
    insert_rows,
    open_database,
    read_url,
    shown,
)
from hedgerow.store.engine import make_engine


def pragma(database: Database, name: str) -> object:
    with database.read() as session:
        return session.execute(text(f"PRAGMA {name}")).scalar_one()


@sqlite_only("PostgreSQL has no such switches")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),  # FULL: an acknowledged commit outlives a power cut
        ("foreign_keys", 1),
        ("secure_delete", 1),
        ("busy_timeout", 30_000),
    ],
)
def test_every_connection_is_prepared(database: Database, name: str, value: object) -> None:
    assert pragma(database, name) == value


@sqlite_only("looks at its files")
def test_file_is_its_owners_alone(database: Database, path: Path) -> None:
    with database.write() as session:
        session.execute(insert(Counter).values(name="x", value=1))
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name


def test_write_commits_and_rolls_back(database: Database) -> None:
    with database.write() as session:
        session.execute(insert(Counter).values(name="kept", value=1))
    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(insert(Counter), [{"name": name, "value": 1} for name in ("lost", "kept")])
    with database.read() as session:
        assert session.execute(select(Counter.name)).scalars().all() == ["kept"]


def test_read_can_not_write(database: Database) -> None:
    with pytest.raises(DatabaseUnavailable, match=r"read-?only"), database.read() as session:
        session.execute(insert(Counter).values(name="x", value=1))
    with database.write() as session:  # the same connection writes again
        session.execute(insert(Counter).values(name="x", value=1))


def test_read_sees_one_state(database: Database) -> None:
    with database.read() as session:
        assert session.execute(select(Counter)).all() == []
        with database.write() as writing:
            writing.execute(insert(Counter).values(name="x", value=1))
        assert session.execute(select(Counter)).all() == []
    with database.read() as session:
        assert len(session.execute(select(Counter)).all()) == 1


def test_second_writer_gives_up_after_its_wait(database: Database, database_url: str) -> None:
    with open_database(database_url, busy_seconds=0.1) as other, database.write() as session:
        allocate(session, "a")
        with pytest.raises(DatabaseBusy, match="try again"), other.write() as waiting:
            allocate(waiting, "a")


def test_a_change_that_can_be_left_out_waits_as_briefly_as_it_says(
    database: Database, database_url: str
) -> None:
    def take() -> int:
        with other.write() as session:
            return allocate(session, "a")

    with open_database(database_url, connections=1) as other, ThreadPoolExecutor(1) as pool:
        with other.write(wait_seconds=0.1) as brief:
            allocate(brief, "b")
        with database.write() as session:
            first = allocate(session, "a")
            began = time.monotonic()
            with pytest.raises(DatabaseBusy), other.write(wait_seconds=0.1) as brief:
                allocate(brief, "a")
            assert time.monotonic() - began < 10
            # The same connection waits again as long as it did before.
            taken = pool.submit(take)
            time.sleep(0.5)
            assert not taken.done()
        assert taken.result(60) == first + 1


def test_errors_do_not_tell_the_values(database: Database) -> None:
    with database.write() as session:
        session.execute(insert(Counter).values(name="private-note", value=1))
    for write in (
        lambda session: session.execute(insert(Counter).values(name="private-note", value=1)),
        lambda session: insert_rows(session, Counter.__table__, [("private-note", 1)]),
    ):
        with pytest.raises(IntegrityError) as caught, database.write() as session:
            write(session)
        told: BaseException | None = caught.value
        while told is not None:
            assert "private-note" not in str(told)
            told = told.__cause__ or told.__context__


@pytest.mark.parametrize(
    "url",
    [
        "postgresql//user:hunter2@host/db",
        "mysql://user:hunter2@host/db",
        "nonsense://user:hunter2@host",
        "postgresql+nodriver://user:hunter2@host/db",
        "postgresql+psycopg2://user:hunter2@host/db",
        "sqlite://",
        "sqlite:///:memory:",
        "",
    ],
)
def test_bad_urls_are_refused_without_their_password(url: str) -> None:
    with pytest.raises(BadDatabaseURL) as caught:
        open_database(url)
    assert "hunter2" not in str(caught.value)


def test_repr_tells_where_it_is(database: Database) -> None:
    assert str(database.engine.url.database) in repr(database)
    assert "hunter2" not in repr(database)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://user:hunter2@host:5433/db?sslmode=require",
        "postgres://user@host:5433/db?password=hunter2&sslmode=require&sslpassword=hunter2",
    ],
)
def test_urls_are_shown_without_passwords(url: str) -> None:
    read = read_url(url)
    assert read.drivername == "postgresql+psycopg"
    assert shown(read) == "postgresql://user@host:5433/db?sslmode=require"
    assert "hunter2" not in repr(Database(make_engine(read, 1)))


def test_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable, match="check that its folder exists"):
        open_database(f"sqlite:///{tmp_path}/missing/hedgerow.db")


@sqlite_only("is about its file")
def test_what_is_no_database_is_refused_and_kept(path: Path) -> None:
    path.write_bytes(b"this is something else, and of some length" * 100)
    before = path.read_bytes()
    with pytest.raises(DatabaseUnavailable, match="not a database"):
        open_database(f"sqlite:///{path}")
    assert path.read_bytes() == before


def test_no_connections_are_not_taken_for_any_number(database_url: str) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        open_database(database_url, connections=0)


def test_all_errors_are_store_problems() -> None:
    for error in (BadDatabaseURL, DatabaseBusy, DatabaseUnavailable):
        assert issubclass(error, StoreProblem)


@sqlite_only("looks at the bytes of its files")
def test_vacuum_leaves_no_trace_in_any_file(database: Database, path: Path) -> None:
    secrets = [f"secret-{number:06d}-{'x' * 40}" for number in range(2000)]
    with database.write() as session:
        session.execute(insert(Counter), [{"name": name, "value": 1} for name in secrets])
    with database.write() as session:
        session.execute(text("DELETE FROM counter WHERE name LIKE 'secret-%'"))
    database.vacuum()
    files = list(path.parent.iterdir())
    assert path in files
    for file in files:
        assert b"secret-" not in file.read_bytes(), file.name


@sqlite_only("PostgreSQL cleans up by itself")
def test_vacuum_waits_for_nobody_but_says_so(path: Path) -> None:
    with (
        open_database(f"sqlite:///{path}", busy_seconds=0.1) as database,
        database.read() as reading,
    ):
        assert reading.execute(select(Counter)).all() == []
        with database.write() as session:
            session.execute(insert(Counter).values(name="x", value=1))
        with pytest.raises(DatabaseBusy, match="vacuum again"):
            database.vacuum()


@sqlite_only("opens its file")
def test_a_commit_is_in_the_file_at_once(database: Database, path: Path) -> None:
    with database.write() as session:
        session.execute(insert(Counter).values(name="x", value=7))
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT value FROM counter").fetchall() == [(7,)]
    other.close()
