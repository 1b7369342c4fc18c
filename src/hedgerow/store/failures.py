"""Turning the drivers' failures into ours, which say what to do and repeat no value."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from hedgerow.store.errors import BadDatabaseURL, DatabaseBusy, DatabaseUnavailable, StoreProblem

# PostgreSQL's names for them: its manual, "PostgreSQL Error Codes".
_BUSY = frozenset(
    {
        "40001",  # serialization_failure
        "40P01",  # deadlock_detected
        "55P03",  # lock_not_available: lock_timeout is over
    }
)
_NEXT = {
    "25006": "a reading session can't write, and neither can a standby server",
    "42501": "let the role own its database, as docs/store.md says",
    "42P07": "tables of another program are there: give Hedgerow a database of its own",
    "53300": "raise max_connections of the server, or lower HEDGEROW_DATABASE_CONNECTIONS",
}


@contextmanager
def plain_errors() -> Iterator[None]:
    """Raise StoreProblem for what went wrong with the database itself.

    What a statement did wrong (a broken constraint, a mistake of ours) is raised as it is.
    """
    try:
        yield
    except PoolTimeout as error:
        msg = (
            "all connections to the database are in use; try again, or raise "
            "HEDGEROW_DATABASE_CONNECTIONS"
        )
        raise DatabaseBusy(msg) from error
    except DBAPIError as error:
        plain = _plain(error)
        if plain is None:
            raise
        # Where it can't be reached there is nothing to learn from the driver's own words.
        raise plain from (error if isinstance(plain, DatabaseBusy) else None)


def _plain(error: DBAPIError) -> StoreProblem | None:
    return _of_sqlite(error) if isinstance(error.orig, sqlite3.Error) else _of_postgresql(error)


def _of_sqlite(error: DBAPIError) -> StoreProblem | None:
    text = str(error.orig)
    if isinstance(error, OperationalError):
        if "locked" in text or "busy" in text:
            return _busy()
        return DatabaseUnavailable(_reason(error))
    if "not a database" in text or "malformed" in text:
        return DatabaseUnavailable(f"{_reason(error)}; it may be damaged: restore it from a copy")
    return None


def _of_postgresql(error: DBAPIError) -> StoreProblem | None:
    state: str | None = getattr(error.orig, "sqlstate", None)
    if state in _BUSY:
        return _busy()
    if state in _NEXT:
        return DatabaseUnavailable(f"{_reason(error)}; {_NEXT[state]}")
    if error.connection_invalidated or isinstance(error, OperationalError | InterfaceError):
        return DatabaseUnavailable(_reason(error))
    if state is None and "connection option" in str(error.orig):
        return BadDatabaseURL(f"the database URL can't be used: {error.orig}; correct it")
    return None


def _busy() -> DatabaseBusy:
    return DatabaseBusy("another process is writing to the database; try again when it is done")


def _reason(error: DBAPIError) -> str:
    # Servers' connection errors name host and user, never the password; SQLite's name tables.
    return f"the database can't be used: {' '.join(str(error.orig).split())}"
