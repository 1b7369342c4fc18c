"""A real PostgreSQL server for the tests, and the fixtures that give each test its database.

Tests that ask for `database_url` or `make_database_url` run twice: on SQLite and on PostgreSQL.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import psutil
import psycopg
import pytest
from psycopg import sql

from hedgerow.store import open_database, schema

PASSWORD = "hunter2"
TEMPLATE = "migrated"
VERSION = "alembic_version"
VERSIONS = (VERSION, "dbos_migrations")
COURIERS = "dbos"
"""The schema where a courier keeps what it has to do."""
START_SECONDS = 60
IN_USE = "pre-existing shared memory block"
"""What a server says whose killed predecessor's memory the system hasn't taken back yet."""

# Nothing is lost by it but what a crash of the whole machine would take, and no test reads what
# such a crash left; it saves most of the time that making a database takes.
CARELESS = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "autovacuum=off")


def programs() -> Path | None:
    """The folder of PostgreSQL's programs: the newest of Debian's, or that of the PATH."""
    debians = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(debians, key=lambda path: int(path.parts[-3]), default=None)
    found = newest or shutil.which("initdb")
    return None if found is None else Path(found).resolve().parent


def require_programs() -> Path:
    """As `programs`; the test is skipped where there are none."""
    found = programs()
    if found is None:
        pytest.skip("no PostgreSQL: apt-get install --no-install-recommends postgresql")
    return found


def tables_of(connection: psycopg.Connection, within: str = "public") -> list[str]:
    """The tables of a schema, but for that of its version."""
    asked = "SELECT tablename FROM pg_tables WHERE schemaname = %s AND tablename <> ALL(%s)"
    found = connection.execute(asked, [within, list(VERSIONS)])
    return sorted(name for (name,) in found)


class Server:
    """A server of our own, in a folder of its own, on a socket there. Not yet started."""

    def __init__(self, settings: tuple[str, ...] = ()) -> None:
        self.programs = require_programs()
        self.settings = settings
        # In the system's own folder, as a socket's path may have 107 characters only.
        self.folder = Path(tempfile.mkdtemp(prefix="hedgerow-pg-"))
        self.tables: list[str] = []  # of the migrated database
        self.process: subprocess.Popen[bytes] | None = None
        # PostgreSQL refuses to run as root.
        self.user = "postgres" if os.getuid() == 0 else None
        if self.user is not None:
            os.chown(self.folder, pwd.getpwnam(self.user).pw_uid, -1)
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)  # in a folder that is closed to others
        self._run(
            "initdb",
            "--pgdata=data",
            "--username=hedgerow",
            "--pwfile=password",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        )

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self.programs / program, *arguments],
            cwd=self.folder,
            user=self.user,
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
            check=False,  # what it said is told with the failure
        )
        assert done.returncode == 0, done.stderr

    def start(self) -> None:
        """Start it, and wait until it answers."""
        until = time.monotonic() + START_SECONDS
        self._launch()
        while True:
            try:
                self.execute("SELECT 1")
            except psycopg.OperationalError:
                log_so_far = (self.folder / "log").read_text(errors="replace")
                assert time.monotonic() < until, log_so_far
                if self.process.poll() is not None:
                    assert IN_USE in log_so_far[-500:], log_so_far
                    self._launch()
                time.sleep(0.02)
            else:
                return

    def _launch(self) -> None:
        words = [f"--{each}" for each in ("listen_addresses=", *self.settings)]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [self.programs / "postgres", "-D", "data", "-k", self.folder, *words],
                cwd=self.folder,
                user=self.user,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def kill(self) -> None:
        """Kill all of it at once, as the system does when memory runs out."""
        assert self.process is not None
        parent = psutil.Process(self.process.pid)
        parent.suspend()  # it would start its children again
        family = [*parent.children(recursive=True), parent]
        for each in family:
            with suppress(psutil.NoSuchProcess):
                each.send_signal(signal.SIGKILL)
        psutil.wait_procs(family, timeout=START_SECONDS)
        self.process.wait(START_SECONDS)

    def remove(self) -> None:
        """Stop it, and leave nothing of it."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(START_SECONDS)
        shutil.rmtree(self.folder)

    def url(self, name: str) -> str:
        """The URL of one of its databases."""
        return f"postgresql://hedgerow:{PASSWORD}@/{name}?host={self.folder}"

    def connect(self, name: str) -> psycopg.Connection:
        """Connect to one of its databases, outside of any transaction."""
        return psycopg.connect(self.url(name), autocommit=True, options="-c lock_timeout=10s")

    def execute(self, statement: str | sql.Composable, name: str = "postgres") -> list[tuple]:
        """Run a statement; return its rows, if any."""
        with self.connect(name) as connection:
            done = connection.execute(statement)
            return done.fetchall() if done.description else []

    def make(self, name: str, template: str = "template0") -> str:
        """Make a database; return its URL."""
        self.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        return self.url(name)

    def wait_for_waiting(self, name: str) -> None:
        """Wait until a transaction in one of its databases waits for another's lock."""
        waiting = sql.SQL(
            "SELECT 1 FROM pg_stat_activity WHERE datname = {} AND wait_event_type = 'Lock'"
        ).format(name)
        until = time.monotonic() + START_SECONDS
        while not self.execute(waiting):
            assert time.monotonic() < until, "nobody waits"
            time.sleep(0.01)

    def drop(self, name: str) -> None:
        """Delete a database, also when somebody is connected."""
        self.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A server for all tests, with an empty migrated database to copy."""
    server = Server(CARELESS)
    try:
        server.start()
        open_database(server.make(TEMPLATE)).close()
        with server.connect(TEMPLATE) as connection:
            server.tables = tables_of(connection)
        yield server
    finally:
        server.remove()


@pytest.fixture
def empty_postgres_url(postgres: Server) -> Iterator[str]:
    """The URL of a database of PostgreSQL without any tables."""
    name = f"empty_{time.time_ns()}"
    yield postgres.make(name)
    postgres.drop(name)


class Maker:
    """Makes empty databases with all tables; returns their URLs."""

    def __call__(self) -> str:
        """Make one that no other call gives in the same test."""
        raise NotImplementedError

    def again(self) -> str:
        """As a call, but it may be the last one, emptied: for the examples of a property."""
        raise NotImplementedError

    def lasting(self) -> str:
        """As a call, for a fixture that lasts for more than one test."""
        raise NotImplementedError


class SQLiteMaker(Maker):
    """Copies of a file that was migrated once: all migrations take a third of a second each time.

    Tests of the store itself begin without a file, as everybody does.
    """

    def __init__(self, folders: pytest.TempPathFactory) -> None:
        self.folders = folders
        self.template: Path | None = None

    def __call__(self) -> str:
        path = self.folders.mktemp("home") / "hedgerow.db"
        if not os.environ["PYTEST_CURRENT_TEST"].startswith("tests/store/"):
            shutil.copyfile(self.migrated(), path)
            path.chmod(0o600)
        return f"sqlite:///{path}"

    def migrated(self) -> Path:
        """The file that is copied."""
        if self.template is None:
            path = self.folders.mktemp("template") / "hedgerow.db"
            open_database(f"sqlite:///{path}").close()
            assert [each.name for each in path.parent.iterdir()] == [path.name]
            self.template = path
        return self.template

    again = lasting = __call__


class PostgresMaker(Maker):
    """Databases of tests that are over are emptied and used again: that takes a quarter."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.numbers = count(1)
        self.free: list[str] = []
        self.given: list[str] = []
        self.test = ""

    def __call__(self) -> str:
        test = os.environ["PYTEST_CURRENT_TEST"].rpartition(" ")[0]
        if test != self.test:
            self.test = test
            self.free += self.given
            self.given = []
        while self.free:
            name = self.free.pop()
            if self.emptied(name):
                break
            self.server.drop(name)
        else:
            name = f"test_{next(self.numbers)}"
            self.server.make(name, TEMPLATE)
        self.given.append(name)
        return self.server.url(name)

    def again(self) -> str:
        if self.given:
            self.free.append(self.given.pop())
        return self()

    def lasting(self) -> str:
        url = self()
        self.given.pop()
        return url

    def emptied(self, name: str) -> bool:
        """Whether the database is as new now; some tests change more than rows."""
        with self.server.connect(name) as connection:
            tables = tables_of(connection)
            if tables != self.server.tables:
                return False
            version = connection.execute(f"SELECT version_num FROM {VERSION}").fetchall()
            if version != [(schema.HEAD,)]:
                return False
            # Most tests fill a few of the tables; emptying all takes longer than the test.
            some = sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})")
            wanted = [("public", each) for each in tables]
            wanted += [(COURIERS, each) for each in tables_of(connection, COURIERS)]
            asked = [
                some.format(number, sql.Identifier(*each)) for number, each in enumerate(wanted)
            ]
            filled = connection.execute(sql.SQL(" UNION ALL ").join(asked)).fetchall()
            if filled:
                # Quicker than TRUNCATE, which makes a new file for each table and each index.
                delete = sql.SQL("DELETE FROM {}")
                emptied = [delete.format(sql.Identifier(*wanted[each])) for (each,) in filled]
                connection.execute("SET session_replication_role = replica")  # in any order
                connection.execute(sql.SQL("; ").join(emptied))
            return True


@pytest.fixture(scope="session")
def postgres_maker(postgres: Server) -> Maker:
    """One for all tests, in whatever order they come: it knows the names that are taken."""
    return PostgresMaker(postgres)


def maker_of(request: pytest.FixtureRequest, folders: pytest.TempPathFactory) -> Maker:
    """What makes databases of the kind that a fixture's parameter names."""
    if request.param == "sqlite":
        return SQLiteMaker(folders)
    maker: Maker = request.getfixturevalue("postgres_maker")
    return maker


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def make_database_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Maker:
    """Makes databases of each of the kinds."""
    return maker_of(request, tmp_path_factory)


@pytest.fixture
def database_url(make_database_url: Maker) -> str:
    """The URL of an empty database."""
    return make_database_url()


def on(*kinds: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("make_database_url", kinds, indirect=True, scope="session")


on_both_databases = on("sqlite", "postgresql")
"""Marks a test in a folder whose tests run on SQLite alone unless they say this."""


def sqlite_only(_why: str) -> pytest.MarkDecorator:
    """Mark a test of what PostgreSQL hasn't: a file, its bytes, its ways of locking.

    Or a long one of something else, in which the database only happens to be.
    """
    return on("sqlite")


def postgres_only(_why: str) -> pytest.MarkDecorator:
    """Mark a test of what SQLite hasn't: two that write at a time, a server that can die."""
    return on("postgresql")
