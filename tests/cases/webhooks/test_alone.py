"""One courier at a time for a database."""

import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import text
from tests.cases.webhooks.receivers import wait_until
from tests.postgres import Maker, postgres_only, sqlite_only

from hedgerow.cases.webhooks.alone import place_for
from hedgerow.store import Database, open_database

HOLDING = """
import sys, time
from pathlib import Path
from hedgerow.cases.webhooks.alone import place_for
from hedgerow.store import open_database
with open_database(sys.argv[1]) as database, place_for(database, Path(sys.argv[2])) as place:
    print(place.take(), flush=True)
    time.sleep(600)
"""


def test_one_has_it_until_it_is_killed(
    database_url: str, database: Database, tmp_path: Path
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDING, database_url, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "True\n"
    with place_for(database, tmp_path) as place:
        assert not place.take()
        assert not place.take()
        process.kill()
        process.wait(60)
        process.stdout.close()
        wait_until(place.take)  # the server may notice a moment later
        assert place.take()
        assert place.kept()
        with open_database(database_url) as other, place_for(other, tmp_path) as second:
            assert not second.take()


def test_let_go_of_it_is_anothers(database: Database, tmp_path: Path) -> None:
    for _ in range(3):
        with place_for(database, tmp_path) as place:
            assert place.take()


def test_another_database_has_a_place_of_its_own(make_database_url: Maker, tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "other"]
    with ExitStack() as stack:
        for folder in folders:
            folder.mkdir()
            database = stack.enter_context(open_database(make_database_url()))
            assert stack.enter_context(place_for(database, folder)).take()


@sqlite_only("it is about the file")
def test_its_file_is_this_users_alone(database: Database, tmp_path: Path) -> None:
    with place_for(database, tmp_path):
        assert (tmp_path / "courier.lock").stat().st_mode & 0o777 == 0o600


@postgres_only("a connection that can be lost")
def test_who_lost_the_connection_has_lost_the_place(database: Database, tmp_path: Path) -> None:
    with place_for(database, tmp_path) as place:
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
