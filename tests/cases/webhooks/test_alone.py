"""One courier at a time for a database."""

import subprocess
import sys
from pathlib import Path

import psutil
from tests.postgres import Maker, postgres_only, sqlite_only

from hedgerow.cases.webhooks.alone import place_for
from hedgerow.store import Database, open_database

HOLDING = """
import sys, time
from pathlib import Path
from hedgerow.cases.webhooks.alone import place_for
from hedgerow.store import open_database
with open_database(sys.argv[1]) as database:
    place = place_for(database, Path(sys.argv[2]))
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
    place = place_for(database, tmp_path)
    assert not place.take()
    assert not place.take()
    process.kill()
    process.wait(60)
    process.stdout.close()
    while not place.take():  # the server may notice a moment later
        assert not psutil.pid_exists(process.pid)
    assert place.take()
    assert place.kept()
    with open_database(database_url) as other:
        assert not place_for(other, tmp_path).take()


def test_another_database_has_a_place_of_its_own(make_database_url: Maker, tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    with open_database(make_database_url()) as one, open_database(make_database_url()) as other:
        places = [place_for(one, tmp_path / "one"), place_for(other, tmp_path / "other")]
        assert [place.take() for place in places] == [True, True]


@sqlite_only("it is about the file")
def test_its_file_is_this_users_alone(database: Database, tmp_path: Path) -> None:
    place_for(database, tmp_path)
    assert (tmp_path / "courier.lock").stat().st_mode & 0o777 == 0o600


@postgres_only("a connection that can be lost")
def test_who_lost_the_connection_has_lost_the_place(database: Database, tmp_path: Path) -> None:
    from sqlalchemy import text

    place = place_for(database, tmp_path)
    assert place.take()
    assert place.kept()
    with database.read() as session:
        session.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND "
                "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
        )
    assert not place.kept()
