"""The database: opened once, read and written in short transactions."""

import os
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from hedgerow.store import schema
from hedgerow.store.engine import WRITE, make_engine, read_url
from hedgerow.store.errors import (
    DatabaseBusy,
    DatabaseOutdated,
    DatabaseTooNew,
    DatabaseUnavailable,
)

BUSY_SECONDS = 30.0
"""How long a writer waits for another one before `DatabaseBusy`."""


class Database:
    """One database. Safe to share between threads; each process opens its own.

    Use `open_database`. As a context manager it closes its connections at the end.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writer = engine.execution_options(**{WRITE: True})
        self._reader = engine
        if engine.dialect.name == "postgresql":
            self._reader = engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        _forget_connections_after_fork(engine)

    def __repr__(self) -> str:
        return f"Database({self.engine.url.render_as_string(hide_password=True)!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Give a session that sees one unchanging state of the database and can't write.

        Keep it short: while it is open, SQLite can't shrink its write-ahead log.

        Raises:
            DatabaseUnavailable: the database can't be reached.
        """
        with _plain_errors(), Session(self._reader, autoflush=False) as session:
            session.connection()  # so that it begins, and fails, here
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Give a session that commits at the end of the block, or rolls back on an exception.

        On SQLite there is one writer at a time; others wait for it. A commit that has returned
        is on disk.

        Raises:
            DatabaseBusy: the wait was longer than `busy_seconds`.
            DatabaseUnavailable: the database can't be reached.
        """
        with _plain_errors(), Session(self._writer, expire_on_commit=False) as session:
            session.connection()
            yield session
            session.commit()

    def pending(self) -> list[str]:
        """Return the revisions that `upgrade` would run, oldest first; empty when up to date.

        Raises:
            DatabaseTooNew: the database was made by a newer version of this package.
        """
        with self._connection(self._reader) as connection:
            return schema.pending(connection)

    def upgrade(self) -> None:
        """Bring the tables to this package's version, all in one transaction.

        Processes that upgrade at the same time wait for each other; the second finds nothing
        to do.

        Raises:
            DatabaseTooNew: the database was made by a newer version of this package.
            DatabaseBusy: another writer held the database for too long.
        """
        with self._connection(self._writer) as connection:
            schema.upgrade(connection)

    def downgrade(self, revision: str) -> None:
        """Take the tables back to `revision` ("base" for none at all); what they held is lost."""
        with self._connection(self._writer) as connection:
            schema.downgrade(connection, revision)

    def vacuum(self) -> None:
        """Rewrite the file without any trace of deleted rows, and empty the write-ahead log.

        Deleted rows are overwritten with zeros when they are deleted (`secure_delete`), but
        copies can remain in the unused parts of index pages and in the log until this has run.
        Needs free disk space of about the size of the database, and stops writers meanwhile.
        On PostgreSQL this is the server's own work, and nothing is done here.

        Raises:
            DatabaseBusy: a reader or writer was still at work; the file may be rewritten but the
                log not yet emptied. Run it again.
        """
        if self.engine.dialect.name != "sqlite":
            return
        with _plain_errors():
            connection = self.engine.raw_connection()
            try:
                cursor = connection.cursor()
                cursor.execute("PRAGMA query_only=OFF")
                cursor.execute("VACUUM")
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                busy, *_ = cursor.fetchone() or (0,)
                if busy:
                    msg = "the write-ahead log is in use; vacuum again when readers are done"
                    raise DatabaseBusy(msg)
            finally:
                connection.close()

    def close(self) -> None:
        """Close all connections that aren't in use."""
        self.engine.dispose()

    @contextmanager
    def _connection(self, engine: Engine) -> Iterator[Connection]:
        with _plain_errors(), engine.begin() as connection:
            yield connection


def open_database(
    url: str, *, upgrade: bool = True, busy_seconds: float = BUSY_SECONDS
) -> Database:
    """Open a database, make it when it isn't there, and see that its tables fit this package.

    Args:
        url: `sqlite:///relative/path`, `sqlite:////absolute/path`, or a PostgreSQL URL.
        upgrade: run the pending migrations; otherwise pending ones are an error.
        busy_seconds: how long a writer waits for another one.

    Raises:
        BadDatabaseURL: the URL can't be used.
        DatabaseUnavailable: the database can't be opened.
        DatabaseOutdated: migrations are pending and `upgrade` is false.
        DatabaseTooNew: the database was made by a newer version of this package.
    """
    database = Database(make_engine(read_url(url), busy_seconds))
    try:
        pending = database.pending()
        if pending and not upgrade:
            msg = (
                f"the database is {len(pending)} migration(s) behind this version of hedgerow; "
                "make a copy of it, then open it with upgrade=True"
            )
            raise DatabaseOutdated(msg)
        if pending:
            database.upgrade()
    except BaseException:
        database.close()
        raise
    return database


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Turn the driver's failures to lock and to connect into ours, which say what to do."""
    try:
        yield
    except OperationalError as error:
        text = str(error.orig)
        if "locked" in text or "busy" in text:
            msg = "another process is writing to the database; try again when it is done"
            raise DatabaseBusy(msg) from error
        raise DatabaseUnavailable(_reason(error)) from None
    except DBAPIError as error:
        if "not a database" in str(error.orig) or "malformed" in str(error.orig):
            msg = f"{_reason(error)}; it may be damaged: restore it from a copy"
            raise DatabaseUnavailable(msg) from None
        raise


def _reason(error: DBAPIError) -> str:
    # Servers' connection errors name host and user, never the password; SQLite's name tables.
    return f"the database can't be used: {error.orig}"


def _forget_connections_after_fork(engine: Engine) -> None:
    """A connection used on both sides of a fork corrupts the database; the child opens its own."""
    reference = weakref.ref(engine)

    def forget() -> None:
        if (alive := reference()) is not None:
            alive.dispose(close=False)

    os.register_at_fork(after_in_child=forget)


__all__ = ["BUSY_SECONDS", "Database", "DatabaseTooNew", "open_database"]
