"""One courier at a time for a database: the others stand by, and take over when it is gone."""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from hedgerow.store import BadDatabaseURL, Database, DatabaseUnavailable

_COURIER_LOCK = 0x6865646765726F78  # of PostgreSQL's advisory locks; `store` has the number before

_log = logging.getLogger(__name__)


class Place(Protocol):
    """The one place of a courier. It is free again when its process ends, however it does."""

    def take(self) -> bool:
        """Whether it could be had, or is had already."""

    def kept(self) -> bool:
        """Whether it is still had."""


@contextmanager
def place_for(database: Database) -> Iterator[Place]:
    """The place of this database's courier; who has it lets go of it at the end of the block.

    Raises:
        BadDatabaseURL: the database is in no file, so that no other process could see it.
        OSError: the file of the lock can't be made.
    """
    if database.engine.dialect.name == "postgresql":
        place: _OnServer | _OnMachine = _OnServer(database)
    else:
        place = _OnMachine(lock_file_of(database))
    try:
        yield place
    finally:
        place.release()


def lock_file_of(database: Database) -> Path:
    """The file whose lock is the place, where the database is SQLite.

    It lies beside the database's own, so that all who open that one find it, wherever their home
    folder is and by whatever path they came. Raises BadDatabaseURL as `place_for`.
    """
    with database.read() as session:
        # SQLite's own word: a URL can name its file in more ways than one.
        query = text("SELECT file FROM pragma_database_list WHERE name = 'main'")
        name = session.execute(query).scalar_one()
    if not name:
        raise BadDatabaseURL("no courier can share a database in memory; name a file in the URL")
    path = Path(name).resolve()
    # Not a lock on the database's file: closing it would let go of SQLite's own locks.
    return path.with_name(f"{path.name}.courier")


class _OnMachine:
    """A lock on a file. SQLite is for one machine."""

    def __init__(self, path: Path) -> None:
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as problem:
            raise DatabaseUnavailable(
                f"{path} can't be opened ({problem.strerror}): it has to belong to the user who "
                "runs the service, as the database does"
            ) from problem

    def take(self) -> bool:
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def kept(self) -> bool:
        return True

    def release(self) -> None:
        os.close(self._descriptor)


class _OnServer:
    """A lock of PostgreSQL, which the server takes back when the connection is lost."""

    def __init__(self, database: Database) -> None:
        self._engine = database.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._connection: Connection | None = None
        self._away = False

    def take(self) -> bool:
        if self._connection is not None:
            return True
        try:
            self._connection = self._asked()
        except DBAPIError as error:
            if not self._away:  # once, not each time that it is asked
                _log.warning("the database can't be reached (%s)", type(error).__name__)
            self._away = True
            return False
        self._away = False
        return self._connection is not None

    def _asked(self) -> Connection | None:
        connection = self._engine.connect()
        try:
            query = text(f"SELECT pg_try_advisory_lock({_COURIER_LOCK})")
            if connection.execute(query).scalar():
                return connection
        except BaseException:
            connection.invalidate()  # it may have the lock, and mustn't go back into the pool
            raise
        connection.close()
        return None

    def kept(self) -> bool:
        assert self._connection is not None
        try:
            self._connection.execute(text("SELECT 1"))
        except DBAPIError:
            return False
        return True

    def release(self) -> None:
        if self._connection is not None:
            # Not back into the pool: the lock would go with it.
            self._connection.invalidate()
            self._connection.close()
