"""One courier at a time for a database: the others stand by, and take over when it is gone."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from hedgerow.store import Database

_COURIER_LOCK = 0x6865646765726F78  # of PostgreSQL's advisory locks; `store` has the number before


class Place(Protocol):
    """The one place of a courier. It is free again when its process ends, however it does."""

    def take(self) -> bool:
        """Whether it could be had, or is had already."""

    def kept(self) -> bool:
        """Whether it is still had."""


def place_for(database: Database, folder: Path) -> Place:
    """The place of this database's courier."""
    if database.engine.dialect.name == "postgresql":
        return _OnServer(database)
    return _OnMachine(folder / "courier.lock")


class _OnMachine:
    """A lock on a file. SQLite is for one machine."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def take(self) -> bool:
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def kept(self) -> bool:
        return True


class _OnServer:
    """A lock of PostgreSQL, which the server takes back when the connection is lost."""

    def __init__(self, database: Database) -> None:
        self._engine = database.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._connection: Connection | None = None

    def take(self) -> bool:
        if self._connection is not None:
            return True
        connection = self._engine.connect()
        query = text(f"SELECT pg_try_advisory_lock({_COURIER_LOCK})")
        if connection.execute(query).scalar():
            self._connection = connection
            return True
        connection.close()
        return False

    def kept(self) -> bool:
        assert self._connection is not None
        try:
            self._connection.execute(text("SELECT 1"))
        except DBAPIError:
            return False
        return True
