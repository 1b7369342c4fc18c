"""What has to be said to SQLite before it can be trusted."""

import os
import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, event

from hedgerow.store.errors import DatabaseUnavailable

WRITE = "hedgerow_write"
"""Execution option that marks a transaction as one that writes."""

WAIT = "hedgerow_wait_seconds"
"""Execution option: how long this transaction waits for another writer."""

CACHE_KIB = 65_536
"""Page cache of each SQLite connection, KiB: keeps the inner pages of the indexes of 10M rows."""

_OLDEST = (3, 35, 0)  # the first with RETURNING


def file_of(url: URL) -> Path:
    """Return the path of a SQLite URL's file."""
    return Path(str(url.database))


def check_version() -> None:
    """Raise DatabaseUnavailable where SQLite is too old."""
    if sqlite3.sqlite_version_info < _OLDEST:
        msg = f"SQLite {sqlite3.sqlite_version} is too old; version 3.35 or newer is needed"
        raise DatabaseUnavailable(msg)


def make_private_file(path: Path) -> None:
    """Make the file for its owner only; SQLite gives its -wal and -shm files the same mode."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        msg = (
            f"the database file {path} can't be opened: {error.strerror}; "
            "check that its folder exists and that you may write there"
        )
        raise DatabaseUnavailable(msg) from error


def listen(engine: Engine, busy_seconds: float) -> None:
    """Have every connection prepared, and every transaction begun as it has to be."""

    def begin(connection: Connection) -> None:
        wait = connection.get_execution_options().get(WAIT, busy_seconds)
        if connection.info.get(WAIT, busy_seconds) != wait:  # as the transaction before left it
            connection.exec_driver_sql(f"PRAGMA busy_timeout={round(1000 * wait)}")
            connection.info[WAIT] = wait
        _begin(connection)

    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", begin)


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
