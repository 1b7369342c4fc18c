"""Opening a database, and seeing that its tables fit this package."""

from dataclasses import dataclass

from hedgerow.store import schema, sqlite
from hedgerow.store.database import BUSY_SECONDS, Database
from hedgerow.store.engine import CONNECTIONS, make_engine, read_url, shown
from hedgerow.store.errors import DatabaseOutdated


@dataclass(frozen=True)
class DatabaseState:
    """How a database stands to this package.

    Attributes:
        kind: "sqlite" or "postgresql".
        url: where it is, without a password.
        revision: what its tables are at; None where there are none yet.
        newest: what this package brings them to.
        pending: the revisions in between, oldest first.
    """

    kind: str
    url: str
    revision: str | None
    newest: str
    pending: tuple[str, ...]


def open_database(
    url: str,
    *,
    upgrade: bool | None = None,
    busy_seconds: float = BUSY_SECONDS,
    connections: int = CONNECTIONS,
) -> Database:
    """Open a database, make it when it isn't there, and see that its tables fit this package.

    Args:
        url: `sqlite:///relative/path`, `sqlite:////absolute/path`, or
            `postgresql://user:password@host/database`.
        upgrade: true: run the pending migrations; false: pending ones are an error. When not
            given, a file of SQLite is brought up to date, a database of PostgreSQL only when it
            has no tables yet: other processes may still be at work with the old ones.
        busy_seconds: how long a writer waits for another one.
        connections: most connections of this process at a time.

    Raises:
        BadDatabaseURL: the URL can't be used.
        DatabaseUnavailable: the database can't be opened.
        DatabaseOutdated: migrations are pending and are not to be run.
        DatabaseTooNew: the database was made by a newer version of this package.
    """
    database = Database(make_engine(read_url(url), busy_seconds, connections))
    try:
        present, pending = database.standing()
        if pending:
            if upgrade is None:
                upgrade = present is None or database.engine.dialect.name == "sqlite"
            if not upgrade:
                raise _outdated(pending)
            database.upgrade()
    except BaseException:
        database.close()
        raise
    return database


def database_state(url: str, *, busy_seconds: float = BUSY_SECONDS) -> DatabaseState:
    """Tell how a database stands to this package, and change nothing: no file is made either.

    Raises:
        BadDatabaseURL: the URL can't be used.
        DatabaseUnavailable: the database can't be opened.
        DatabaseTooNew: the database was made by a newer version of this package.
    """
    read = read_url(url)
    kind = read.get_backend_name()
    if kind == "sqlite" and not sqlite.file_of(read).exists():
        return DatabaseState(kind, shown(read), None, schema.HEAD, tuple(schema.known()))
    with Database(make_engine(read, busy_seconds, 1)) as database:
        present, pending = database.standing()
        return DatabaseState(kind, shown(read), present, schema.HEAD, tuple(pending))


def _outdated(pending: list[str]) -> DatabaseOutdated:
    return DatabaseOutdated(
        f"the database is {len(pending)} migration(s) behind this version of hedgerow; "
        "make a backup, stop what still runs an older version, then run: hedgerow db upgrade"
    )
