"""The SQLAlchemy engine, and what has to be said to SQLite before it can be trusted."""

import os
import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from hedgerow.store.errors import BadDatabaseURL, DatabaseUnavailable

WRITE = "hedgerow_write"
"""Execution option that marks a transaction as one that writes."""

CACHE_KIB = 65_536
"""Page cache of each SQLite connection, KiB: keeps the inner pages of the indexes of 10M rows."""

_OLDEST_SQLITE = (3, 35, 0)  # the first with RETURNING
_DIALECTS = ("sqlite", "postgresql")


def read_url(text: str) -> URL:
    """Parse and check a database URL.

    Raises:
        BadDatabaseURL: it can't be parsed, or isn't for a file of SQLite or for PostgreSQL. The
            message doesn't repeat the URL, which may hold a password.
    """
    try:
        url = make_url(text)
        dialect = url.get_backend_name()
    except (ArgumentError, NoSuchModuleError, ValueError):
        # "from None": the original message may quote the URL
        msg = "the database URL can't be read; write it like sqlite:////srv/hedgerow/hedgerow.db"
        raise BadDatabaseURL(msg) from None
    if dialect not in _DIALECTS:
        msg = f"databases of kind {dialect!r} are not supported; use sqlite or postgresql"
        raise BadDatabaseURL(msg)
    if dialect == "sqlite" and url.database in (None, "", ":memory:"):
        msg = (
            "a database in memory is lost with its process and seen by no other; "
            "name a file, like sqlite:////srv/hedgerow/hedgerow.db"
        )
        raise BadDatabaseURL(msg)
    return url


def make_engine(url: URL, busy_seconds: float) -> Engine:
    """Make the engine for a checked URL; nothing is opened yet except that SQLite's file is made.

    Args:
        url: from `read_url`.
        busy_seconds: how long a writer waits for another one.

    Raises:
        BadDatabaseURL: the driver the URL asks for isn't installed.
        DatabaseUnavailable: SQLite is too old, or its file can't be made.
    """
    if url.get_backend_name() == "sqlite":
        if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
            msg = f"SQLite {sqlite3.sqlite_version} is too old; version 3.35 or newer is needed"
            raise DatabaseUnavailable(msg)
        _make_private_file(Path(str(url.database)))
    try:
        # hide_parameters: an error message must not carry the hash or the note it was about
        engine = create_engine(
            url,
            hide_parameters=True,
            connect_args={"timeout": busy_seconds} if url.get_backend_name() == "sqlite" else {},
        )
    except (ModuleNotFoundError, NoSuchModuleError):
        msg = f"the driver for {url.drivername} is not installed; install it or name another"
        raise BadDatabaseURL(msg) from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
    return engine


def _make_private_file(path: Path) -> None:
    """Make the file for its owner only; SQLite gives its -wal and -shm files the same mode."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        msg = (
            f"the database file {path} can't be opened: {error.strerror}; "
            "check that its folder exists and that you may write there"
        )
        raise DatabaseUnavailable(msg) from error


def _prepare(connection: Any, _record: object) -> None:
    # The driver's own transaction handling begins late and never with IMMEDIATE: we begin.
    connection.isolation_level = None
    _switch_to_wal(connection)
    # With WAL, NORMAL already survives a killed process; FULL also survives a lost power supply.
    # A withdrawal that was answered "done" must never come back.
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    # Deleted rows are overwritten with zeros, not just unlinked.
    connection.execute("PRAGMA secure_delete=ON")
    connection.execute(f"PRAGMA cache_size=-{CACHE_KIB}")


def _switch_to_wal(connection: Any) -> None:
    """Turn write-ahead logging on, for good; waits by itself as SQLite doesn't wait here."""
    for attempt in range(100):
        try:
            mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or attempt == 99:
                raise
            time.sleep(0.05)
            continue
        if mode.lower() != "wal":
            msg = "the database file can't use write-ahead logging; move it to a local disk"
            raise DatabaseUnavailable(msg)
        return


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITE, False)
    # A writer takes its lock at once: one that first reads and then writes could only fail when
    # another wrote in between. A reader that tries to write fails in every run, not in a rare one.
    connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
