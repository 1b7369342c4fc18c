"""What only a server does: it is away, it is full, it takes another's lock."""

import os
import socket
import threading
from typing import Any, cast

import pytest
from psycopg import sql
from sqlalchemy import Table, select, text
from tests.postgres import Server, postgres_only

from hedgerow.store import (
    BadDatabaseURL,
    Counter,
    Database,
    DatabaseBusy,
    DatabaseUnavailable,
    allocate,
    insert_rows,
    open_database,
    read_url,
)

pytestmark = pytest.mark.usefixtures("postgres")
on_postgres = postgres_only("is about a server")
TABLE = cast(Table, Counter.__table__)


@on_postgres
def test_every_connection_is_prepared(database_url: str) -> None:
    with open_database(database_url, busy_seconds=0.25) as database, database.read() as session:

        def told(name: str) -> object:
            return session.execute(text(f"SHOW {name}")).scalar_one()

        assert (told("lock_timeout"), told("client_encoding")) == ("250ms", "UTF8")
        assert told("transaction_isolation") == "repeatable read"
        assert told("transaction_read_only") == "on"
        assert told("application_name") == "hedgerow"


@on_postgres
def test_a_server_that_vanishes_is_noticed_and_the_url_goes_before(database_url: str) -> None:
    def parameters(url: str) -> dict[str, str]:
        with open_database(url) as database, database.read() as session:
            driver: Any = session.connection().connection.driver_connection
            found: dict[str, str] = driver.info.get_parameters()
            return found

    joint = "&" if "?" in database_url else "?"
    usual = parameters(database_url)
    chosen = parameters(f"{database_url}{joint}keepalives_idle=7&client_encoding=latin1")
    assert (usual["tcp_user_timeout"], usual["keepalives_idle"]) == ("25000", "10")
    assert (chosen["tcp_user_timeout"], chosen["keepalives_idle"]) == ("25000", "7")
    assert chosen["client_encoding"] == "utf8"


def test_a_server_that_is_not_there_is_named_and_no_password() -> None:
    with socket.socket() as taken:  # and not listened on
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(DatabaseUnavailable, match=f"{port} failed: Connection refused") as told:
            open_database(f"postgresql://user:hunter2@127.0.0.1:{port}/db")
    assert "hunter2" not in str(told.value)
    assert "\n" not in str(told.value)


def test_a_server_that_never_answers_is_given_up(postgres: Server) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(DatabaseUnavailable, match="timeout"):
            open_database(f"postgresql://user@127.0.0.1:{port}/db?connect_timeout=1")


@pytest.mark.parametrize(
    ("change", "kind", "message"),
    [
        ({"database": "missing"}, DatabaseUnavailable, '"missing" does not exist'),
        ({"username": "nobody"}, DatabaseUnavailable, "authentication failed"),
        ({"password": "wrong"}, DatabaseUnavailable, "authentication failed"),
    ],
)
@on_postgres
def test_who_is_not_let_in_is_told(
    database_url: str, change: dict[str, str], kind: type[Exception], message: str
) -> None:
    url = read_url(database_url).set(**change)  # type: ignore[arg-type]  # the names are known
    with pytest.raises(kind, match=message) as told:
        open_database(url.render_as_string(hide_password=False))
    assert "hunter2" not in str(told.value)


@on_postgres
def test_a_misspelled_option_is_named(database_url: str) -> None:
    with pytest.raises(BadDatabaseURL, match="smelly"):
        open_database(database_url + "&smelly=1")


@on_postgres
def test_a_role_without_rights_is_told_what_it_needs(postgres: Server, database: Database) -> None:
    url = database.engine.url.set(username="stranger")
    postgres.execute(sql.SQL("CREATE ROLE stranger LOGIN PASSWORD {}").format(url.password))
    with pytest.raises(DatabaseUnavailable, match=r"docs/store\.md"):
        open_database(url.render_as_string(hide_password=False))


def test_a_database_of_another_encoding_is_refused(postgres: Server) -> None:
    postgres.execute(
        "CREATE DATABASE ascii TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'", "postgres"
    )
    with pytest.raises(DatabaseUnavailable, match="encoding=UTF8"):
        open_database(postgres.url("ascii"))


@on_postgres
def test_connections_are_bounded(database_url: str) -> None:
    with (
        open_database(database_url, connections=2, busy_seconds=0.1) as database,
        database.read(),
        database.read(),
    ):
        with pytest.raises(DatabaseBusy, match="HEDGEROW_DATABASE_CONNECTIONS"), database.read():
            pass
        assert database.engine.pool.checkedout() == 2  # type: ignore[attr-defined]  # QueuePool's


@on_postgres
def test_a_deadlock_is_told_as_busy(database: Database) -> None:
    """The server ends one of two that wait for each other; neither hangs."""
    with database.write() as session:
        for name in ("one", "two"):
            allocate(session, name)
    both = threading.Barrier(2)
    failed: list[DatabaseBusy] = []

    def take(first: str, second: str) -> None:
        try:
            with database.write() as session:
                allocate(session, first)
                both.wait(60)
                allocate(session, second)
        except DatabaseBusy as busy:
            failed.append(busy)

    threads = [
        threading.Thread(target=take, args=names) for names in (("one", "two"), ("two", "one"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(failed) == 1
    assert "try again" in str(failed[0])


@on_postgres
def test_who_waited_too_long_inside_goes_on_outside(database: Database, database_url: str) -> None:
    """The server ends what was begun inside, and nothing else."""
    with (
        open_database(database_url, busy_seconds=0.1) as other,
        database.write() as session,
        other.write() as outer,
    ):
        allocate(session, "taken")
        assert allocate(outer, "free") == 1
        with pytest.raises(DatabaseBusy), other.write() as inner:
            allocate(inner, "taken")
        assert allocate(outer, "free") == 2


@on_postgres
def test_connections_that_were_cut_are_made_again(postgres: Server, database: Database) -> None:
    name = str(database.engine.url.database)
    cut = sql.SQL("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}")

    def cut_off() -> None:
        with database.write() as session:
            allocate(session, "lost")
            assert postgres.execute(cut.format(name)) == [(True,)]
            allocate(session, "lost")

    with pytest.raises(DatabaseUnavailable, match="terminating connection"):
        cut_off()
    with database.write() as session:
        assert allocate(session, "lost") == 1
    postgres.execute(cut.format(name))  # the one that lies in the pool
    with database.read() as session:
        assert session.execute(select(Counter.value)).scalar_one() == 1


@on_postgres
def test_a_connection_cut_while_rows_are_copied(postgres: Server, database: Database) -> None:
    def cut_off() -> None:
        with database.write() as session:
            pid = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
            postgres.execute(sql.SQL("SELECT pg_terminate_backend({}, 60000)").format(pid))
            insert_rows(session, TABLE, [("x", 1)])

    with pytest.raises(DatabaseUnavailable, match="can't be used"):
        cut_off()
    with database.write() as session:
        insert_rows(session, TABLE, [("x", 1)])
    with database.read() as session:
        assert session.execute(select(Counter.name)).scalars().all() == ["x"]


@on_postgres
def test_a_fork_uses_connections_of_its_own(database: Database) -> None:
    with database.read() as session:
        parents = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with database.read() as session:
            own = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
        os.write(writing, str(own).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as stream:
        childs = int(stream.read())
    os.waitpid(child, 0)
    assert childs != parents
    with database.read() as session:
        assert session.execute(text("SELECT pg_backend_pid()")).scalar_one() == parents
