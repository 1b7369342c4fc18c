"""The database: opened once, read and written in short transactions."""

import os
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from hedgerow.store import schema
from hedgerow.store.engine import shown
from hedgerow.store.errors import DatabaseBusy
from hedgerow.store.failures import plain_errors
from hedgerow.store.sqlite import WAIT, WRITE

BUSY_SECONDS = 30.0
"""How long a writer waits for another one before `DatabaseBusy`."""


class _Own(threading.local):
    """What a thread has of its own: the session it writes in, if any."""

    session: Session | None = None


class Database:
    """One database. Safe to share between threads; each process opens its own.

    Use `open_database`. As a context manager it closes its connections at the end.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._own = _Own()
        self._writer = engine.execution_options(**{WRITE: True})
        self._reader = engine
        if engine.dialect.name == "postgresql":
            self._reader = engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        _forget_connections_after_fork(engine)

    def __repr__(self) -> str:
        return f"Database({shown(self.engine.url)!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Give a session that sees one unchanging state of the database and can't write.

        Keep it short: while it is open, SQLite can't shrink its write-ahead log, nor PostgreSQL
        clean up. Inside a `write` of the same thread it is that one's session, and sees what was
        written in it.

        Raises:
            DatabaseBusy: no connection came free within `busy_seconds`.
            DatabaseUnavailable: the database can't be reached.
        """
        if self._own.session is not None:
            with plain_errors():
                yield self._own.session
            return
        with plain_errors(), Session(self._reader, autoflush=False) as session:
            session.connection()  # so that it begins, and fails, here
            yield session

    @contextmanager
    def write(self, *, wait_seconds: float | None = None) -> Iterator[Session]:
        """Give a session that commits at the end of the block, or rolls back on an exception.

        On SQLite there is one writer at a time; others wait for it. A commit that has returned
        is on disk.

        Inside another `write` of the same thread it joins that one: what it does is undone on an
        exception, and otherwise committed with the outer one, or undone with it. Leave a block
        in the thread that entered it.

        Args:
            wait_seconds: for another writer, instead of `busy_seconds`: for what can be left out.

        Raises:
            DatabaseBusy: the wait was longer than that, or others were in the way.
            DatabaseUnavailable: the database can't be reached. Lost at the very end, it may have
                committed nevertheless.
        """
        if self._own.session is not None:
            with plain_errors(), self._own.session.begin_nested():
                yield self._own.session
            return
        writer = self._writer
        if wait_seconds is not None:
            writer = writer.execution_options(**{WAIT: wait_seconds})
        with plain_errors(), Session(writer, expire_on_commit=False) as session:
            session.connection()
            self._own.session = session
            try:
                yield session
                session.commit()
            finally:
                self._own.session = None

    def pending(self) -> list[str]:
        """Return the revisions that `upgrade` would run, oldest first; empty when up to date.

        Raises:
            DatabaseTooNew: the database was made by a newer version of this package.
        """
        with self._connection(self._reader) as connection:
            return schema.pending(connection)

    def standing(self) -> tuple[str | None, list[str]]:
        """Return the revision the tables are at, None where there are none, and what is pending.

        Both are of one moment. Raises as `pending`.
        """
        with self._connection(self._reader) as connection:
            return schema.revision(connection), schema.pending(connection)

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
        with plain_errors():
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
        with plain_errors(), engine.begin() as connection:
            yield connection


def _forget_connections_after_fork(engine: Engine) -> None:
    """A connection used on both sides of a fork corrupts the database; the child opens its own."""
    reference = weakref.ref(engine)

    def forget() -> None:
        if (alive := reference()) is not None:
            alive.dispose(close=False)

    os.register_at_fork(after_in_child=forget)
