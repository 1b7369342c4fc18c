import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from tests.postgres import Server

import hedgerow.accounts.models
import hedgerow.banks
import hedgerow.web.hma.models
import hedgerow.web.models  # noqa: F401 - brings its models
from hedgerow.store import (
    Base,
    Database,
    DatabaseBusy,
    DatabaseOutdated,
    DatabaseTooNew,
    DatabaseUnavailable,
    database_state,
    open_database,
    schema,
)
from hedgerow.store.engine import make_engine, read_url


def tables(database: Database) -> set[str]:
    with database.read() as session:
        return set(inspect(session.connection()).get_table_names())


def test_migrations_equal_the_models(database: Database) -> None:
    with database.read() as session:
        context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrated_tables_have_the_models_checks(database: Database) -> None:
    # compare_metadata doesn't look at CHECK constraints
    with database.read() as session:
        inspector = inspect(session.connection())
        for table in Base.metadata.tables.values():
            made = {one["name"] for one in inspector.get_check_constraints(table.name)}
            modelled = {
                str(one.name)
                for one in table.constraints
                if type(one).__name__ == "CheckConstraint"
            }
            assert made == modelled


def test_head_is_the_newest_script() -> None:
    assert ScriptDirectory.from_config(schema.configuration()).get_heads() == [schema.HEAD]


def test_down_and_up_again(database: Database) -> None:
    made = tables(database)
    assert database.pending() == []
    database.downgrade("base")
    assert tables(database) == {"alembic_version"}
    assert database.pending()[-1] == schema.HEAD
    database.upgrade()
    assert tables(database) == made
    assert database.pending() == []
    database.upgrade()  # nothing to do


def test_without_upgrade_an_old_database_is_refused(database: Database, database_url: str) -> None:
    database.downgrade("0001")
    with pytest.raises(DatabaseOutdated, match="hedgerow db upgrade"):
        open_database(database_url, upgrade=False)
    open_database(database_url, upgrade=True).close()
    open_database(database_url, upgrade=False).close()


@pytest.mark.parametrize("upgrade", [None, True])
def test_an_empty_database_is_set_up_by_itself(
    tmp_path: Path, empty_postgres_url: str, upgrade: bool | None
) -> None:
    for url in (f"sqlite:///{tmp_path}/new.db", empty_postgres_url):
        with pytest.raises(DatabaseOutdated, match="hedgerow db upgrade"):
            open_database(url, upgrade=False)
        state = database_state(url)
        assert (state.revision, state.pending[-1]) == (None, schema.HEAD)
        with open_database(url, upgrade=upgrade) as database:
            assert {"counter", "bank"} <= tables(database)
        state = database_state(url)
        assert (state.revision, state.pending) == (state.newest, ())


def test_who_upgrades_unasked(database: Database, database_url: str) -> None:
    """A file has one user; replicas of an older version may be at work on a server."""
    database.downgrade("0001")
    if database_url.startswith("sqlite"):
        open_database(database_url).close()
        assert database.pending() == []
    else:
        with pytest.raises(DatabaseOutdated, match="hedgerow db upgrade"):
            open_database(database_url)
        assert database.pending()[0] == "0002"


def test_the_state_of_a_missing_file_makes_none(tmp_path: Path) -> None:
    state = database_state(f"sqlite:///{tmp_path}/none.db")
    assert (state.kind, state.revision, state.newest) == ("sqlite", None, schema.HEAD)
    assert list(tmp_path.iterdir()) == []


def test_a_newer_database_is_refused(database: Database, database_url: str) -> None:
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseTooNew, match="newer"):
        open_database(database_url)
    with pytest.raises(DatabaseTooNew, match="newer"):
        database.upgrade()


def test_a_failed_upgrade_leaves_nothing(tmp_path: Path, empty_postgres_url: str) -> None:
    for url in (f"sqlite:///{tmp_path}/new.db", empty_postgres_url):
        with Database(make_engine(read_url(url), 1)) as database:
            with database._connection(database._writer) as connection:
                schema.upgrade(connection)
                connection.rollback()
            assert tables(database) == set()
            database.upgrade()
            assert database.pending() == []


def test_processes_may_upgrade_at_the_same_time(tmp_path: Path, empty_postgres_url: str) -> None:
    code = "import sys; from hedgerow.store import open_database; open_database(sys.argv[1])"
    urls = [f"sqlite:///{tmp_path}/new.db", empty_postgres_url] * 3
    running = [subprocess.Popen([sys.executable, "-c", code, url]) for url in urls]
    assert [process.wait(60) for process in running] == [0] * len(urls)


def test_an_upgrade_waits_for_another(empty_postgres_url: str) -> None:
    with (
        Database(make_engine(read_url(empty_postgres_url), 0.1)) as database,
        database._connection(database._writer) as connection,
    ):
        schema.upgrade(connection)
        with pytest.raises(DatabaseBusy, match="try again"):
            open_database(empty_postgres_url, busy_seconds=0.1)


def test_tables_of_others_are_left_alone(postgres: Server, empty_postgres_url: str) -> None:
    name = str(read_url(empty_postgres_url).database)
    postgres.execute("CREATE TABLE bank (account int)", name)
    with pytest.raises(DatabaseUnavailable, match="a database of its own"):
        open_database(empty_postgres_url)
    assert postgres.execute("SELECT tablename FROM pg_tables WHERE schemaname='public'", name) == [
        ("bank",)
    ]


def test_an_up_to_date_database_opens_without_alembic(
    database: Database, database_url: str
) -> None:
    code = (
        "import sys; from hedgerow.store import open_database; "
        f"open_database({database_url!r}).close(); assert 'alembic' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
