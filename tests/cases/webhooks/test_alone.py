"""One courier at a time for a database."""

import re
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import Mock

import pytest
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import OperationalError
from tests.cases.webhooks.receivers import wait_until
from tests.postgres import Maker, postgres_only, sqlite_only

from hedgerow.cases.webhooks.alone import lock_file_of, place_for
from hedgerow.store import BadDatabaseURL, Database, DatabaseUnavailable, open_database

HOLDING = """
import sys, time
from hedgerow.cases.webhooks.alone import place_for
from hedgerow.store import open_database
with open_database(sys.argv[1]) as database, place_for(database) as place:
    print(place.take(), flush=True)
    time.sleep(600)
"""


def test_one_has_it_until_it_is_killed(database_url: str, database: Database) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDING, database_url],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "True\n"
    with place_for(database) as place:
        assert not place.take()
        assert not place.take()
        process.kill()
        process.wait(60)
        process.stdout.close()
        wait_until(place.take)  # the server may notice a moment later
        assert place.take()
        assert place.kept()
        with open_database(database_url) as other, place_for(other) as second:
            assert not second.take()


def test_let_go_of_it_is_anothers(database: Database) -> None:
    for _ in range(3):
        with place_for(database) as place:
            assert place.take()


def test_another_database_has_a_place_of_its_own(make_database_url: Maker) -> None:
    with ExitStack() as stack:
        for _ in range(2):
            database = stack.enter_context(open_database(make_database_url()))
            assert stack.enter_context(place_for(database)).take()


@sqlite_only("it is about the file")
def test_its_file_is_this_users_alone(database: Database) -> None:
    with place_for(database):
        assert lock_file_of(database).stat().st_mode & 0o777 == 0o600


@sqlite_only("it is about the file")
def test_it_is_the_same_by_whatever_path_the_database_is_found(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Path(database_url.removeprefix("sqlite:///"))
    (tmp_path / "linked").symlink_to(path.parent)
    (tmp_path / "other.db").symlink_to(path)
    monkeypatch.chdir(path.parent)
    with place_for(database) as place:
        assert place.take()
        for way in (f"{tmp_path}/linked/{path.name}", f"{tmp_path}/other.db", path.name):
            with open_database(f"sqlite:///{way}") as other, place_for(other) as second:
                assert not second.take()


def test_a_database_that_nobody_else_can_open_has_none() -> None:
    memory = Database(create_engine("sqlite://"))
    with pytest.raises(BadDatabaseURL, match="in memory"), place_for(memory):
        pass


@sqlite_only("it is about the file")
def test_a_file_that_can_not_be_opened_is_named(database: Database) -> None:
    file = lock_file_of(database)
    file.mkdir()  # as little to be opened as another user's
    with pytest.raises(DatabaseUnavailable, match=re.escape(str(file))), place_for(database):
        pass


@postgres_only("a server that can be away")
def test_a_server_that_is_away_is_told_of_once(
    database: Database, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with place_for(database) as place:
        with monkeypatch.context() as patched:
            lost = OperationalError("SELECT", None, Exception("away"))
            patched.setattr(Engine, "connect", Mock(side_effect=lost))
            assert not place.take()
            assert not place.take()
        assert caplog.text.count("can't be reached") == 1
        assert place.take()


@postgres_only("a connection that can be lost")
def test_a_connection_that_is_lost_as_it_is_taken_is_no_place(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = OperationalError("SELECT", None, Exception("lost"))
    with place_for(database) as place:
        with monkeypatch.context() as patched:
            patched.setattr(Connection, "execute", Mock(side_effect=lost))
            assert not place.take()
        assert place.take()


@postgres_only("a connection that can be lost")
def test_who_lost_the_connection_has_lost_the_place(database: Database) -> None:
    with place_for(database) as place:
        assert place.take()
        assert place.kept()
        with database.read() as session:
            session.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
                    " AND database ="
                    " (SELECT oid FROM pg_database WHERE datname = current_database())"
                )
            )
        assert not place.kept()
