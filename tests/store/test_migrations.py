import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

import hedgerow.accounts.models
import hedgerow.banks
import hedgerow.web.models  # noqa: F401 - brings its models
from hedgerow.store import Base, Database, DatabaseOutdated, DatabaseTooNew, open_database, schema
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


def test_without_upgrade_an_old_database_is_refused(path: Path) -> None:
    with pytest.raises(DatabaseOutdated, match="upgrade=True"):
        open_database(f"sqlite:///{path}", upgrade=False)
    open_database(f"sqlite:///{path}").close()
    open_database(f"sqlite:///{path}", upgrade=False).close()


def test_a_newer_database_is_refused(database: Database, path: Path) -> None:
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseTooNew, match="newer"):
        open_database(f"sqlite:///{path}")
    with pytest.raises(DatabaseTooNew, match="newer"):
        database.upgrade()


def test_a_failed_upgrade_leaves_nothing(path: Path) -> None:
    database = Database(make_engine(read_url(f"sqlite:///{path}"), 1))
    with database._connection(database._writer) as connection:
        schema.upgrade(connection)
        connection.rollback()
    assert tables(database) == set()
    database.upgrade()
    assert database.pending() == []
    database.close()


def test_processes_may_upgrade_at_the_same_time(path: Path) -> None:
    code = f"from hedgerow.store import open_database; open_database('sqlite:///{path}')"
    running = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(3)]
    assert [process.wait(60) for process in running] == [0, 0, 0]


def test_an_up_to_date_database_opens_without_alembic(database: Database, path: Path) -> None:
    code = (
        "import sys; from hedgerow.store import open_database; "
        f"open_database('sqlite:///{path}').close(); assert 'alembic' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
