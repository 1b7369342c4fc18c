"""Backup and restore of a SQLite database, each whole or not at all.

PostgreSQL has tools of its own for both: pg_dump and pg_restore.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkstemp
from urllib.parse import quote

from hedgerow.store import schema
from hedgerow.store.errors import BadCopy, DatabaseBusy, DatabaseTooNew, DatabaseUnavailable

_NEEDED = frozenset({"alembic_version", "counter"})


def backup(database: Path, copy: Path, *, busy_seconds: float) -> int:
    """Copy a SQLite database that may be in use, as it is at one moment; return its bytes.

    Nobody waits for it: it reads beside those who write. The copy is one file, for its owner
    only, checked after it was written.

    Args:
        database: the file; it stays as it is.
        copy: a file that isn't there yet.
        busy_seconds: how long to wait for those who use the database.

    Raises:
        BadCopy: there is a file of that name, or it can't be written.
        DatabaseUnavailable: there is no such database, or it is damaged.
        DatabaseBusy: somebody held it for longer than `busy_seconds`.
    """
    if not database.exists():
        msg = f"there is no database {database}; nothing was copied"
        raise DatabaseUnavailable(msg)
    if copy.exists():
        raise _taken(copy)
    with _whole(copy) as fresh:
        _copy(database, fresh, busy_seconds)
        _check(fresh, database)
        _place(fresh, copy)
        return copy.stat().st_size


def check_copy(copy: Path) -> str:
    """Return the revision of a backup that can be restored.

    Raises:
        BadCopy: it isn't there, is damaged, or isn't a database of Hedgerow.
        DatabaseTooNew: it was made by a newer version of this package.
    """
    if not copy.is_file():
        msg = f"there is no file {copy}"
        raise BadCopy(msg)
    try:
        return _check(copy, copy)
    except DatabaseUnavailable as error:
        msg = f"{copy} can't be restored: {error}"
        raise BadCopy(msg) from None


def restore(copy: Path, database: Path, *, busy_seconds: float) -> Path | None:
    """Put a backup in the place of a SQLite database; return where the replaced one is kept.

    At every moment one of the two is in place. The backup is copied, not moved.

    Args:
        copy: from `backup`.
        database: the file; it need not be there.
        busy_seconds: how long to wait for those who use the database.

    Raises:
        BadCopy: the backup isn't there, is damaged, or isn't a database of Hedgerow.
        DatabaseTooNew: the backup was made by a newer version of this package.
        DatabaseBusy: another process has the database open.
        DatabaseUnavailable: the folder can't be written to.
    """
    check_copy(copy)
    with _whole(database) as fresh:
        _copy(copy, fresh, busy_seconds)
        _check(fresh, copy)
        if not database.exists():
            _place(fresh, database)
            return None
        with _alone(database, busy_seconds):
            kept = _keep(database)
            fresh.replace(database)
            _sync_folder(database.parent)
            return kept


def _uri(path: Path, mode: str) -> str:
    return f"file:{quote(str(path.absolute()))}?mode={mode}"


@contextmanager
def _whole(target: Path) -> Iterator[Path]:
    """Give a private file beside `target` to be filled and put in its place; gone at the end."""
    try:
        number, name = mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except OSError as error:
        msg = (
            f"{target} can't be written: {error.strerror}; "
            "check that its folder exists and that you may write there"
        )
        raise BadCopy(msg) from error
    os.close(number)
    try:
        yield Path(name)
    finally:
        for each in (name, f"{name}-wal", f"{name}-shm", f"{name}-journal"):
            Path(each).unlink(missing_ok=True)


def _copy(source: Path, target: Path, busy_seconds: float) -> None:
    """Copy a database into an empty file that then needs no other beside it."""
    try:
        with (
            closing(sqlite3.connect(_uri(source, "rw"), uri=True, timeout=busy_seconds)) as one,
            closing(sqlite3.connect(_uri(target, "rw"), uri=True)) as other,
        ):
            # All pages in one step: one state, and no beginning again when others write.
            one.backup(other, pages=-1)
            other.execute("PRAGMA journal_mode=DELETE").fetchone()
    except sqlite3.Error as error:
        raise _plain(source, error) from None
    with target.open("rb") as stream:
        os.fsync(stream.fileno())


def _check(path: Path, named: Path) -> str:
    """Return the revision of a whole database of Hedgerow; errors name it as `named`."""
    try:
        with closing(sqlite3.connect(_uri(path, "rw"), uri=True)) as opened:
            [[found]] = opened.execute("PRAGMA integrity_check(1)").fetchall()
            if found != "ok":
                msg = f"{named} is damaged ({found}); take an older copy"
                raise DatabaseUnavailable(msg)
            names = {row[0] for row in opened.execute("SELECT name FROM sqlite_master")}
            if not names >= _NEEDED:
                msg = f"{named} is no database of hedgerow; name a file made by hedgerow db backup"
                raise DatabaseUnavailable(msg)
            row = opened.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        raise _plain(named, error) from None
    revision = "none" if row is None else str(row[0])
    if revision not in schema.known():
        msg = (
            f"{named} has revision {revision!r}, made by another version of hedgerow; this one "
            f"knows revisions up to {schema.HEAD!r}: install the version it was made with"
        )
        raise DatabaseTooNew(msg)
    return revision


def _plain(path: Path, error: sqlite3.Error) -> DatabaseUnavailable | DatabaseBusy:
    if "locked" in str(error):
        return DatabaseBusy(f"another process holds {path}; try again when it is done")
    return DatabaseUnavailable(f"{path} can't be read: {error}; it may be damaged")


def _taken(copy: Path) -> BadCopy:
    return BadCopy(f"{copy} is there already and is not overwritten; choose another name")


def _place(fresh: Path, target: Path) -> None:
    """Give the finished file its name, unless somebody else has taken it meanwhile."""
    try:
        os.link(fresh, target)
    except FileExistsError:
        raise _taken(target) from None
    _sync_folder(target.parent)


@contextmanager
def _alone(database: Path, busy_seconds: float) -> Iterator[None]:
    """Hold a database that nobody else has open, with all of it in its one file.

    Whether a damaged one is open can't be told.
    """
    connection = sqlite3.connect(
        _uri(database, "rw"), uri=True, timeout=min(busy_seconds, 1.0), isolation_level=None
    )
    with closing(connection):
        try:
            # Leaving write-ahead logging needs the database alone, even from idle connections.
            connection.execute("PRAGMA journal_mode=DELETE").fetchone()
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise _plain(database, error) from None
            msg = f"another process has {database} open; stop it, then restore again"
            raise DatabaseBusy(msg) from None
        except sqlite3.DatabaseError:
            pass  # Damaged: the more reason to put a copy in its place.
        yield


def _keep(database: Path) -> Path:
    """Give what is replaced a second name, and return it; what belongs to it goes along."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    kept = database.with_name(f"{database.name}.replaced-{stamp}")
    os.link(database, kept)
    # There are none unless it is damaged. A log that stayed would be played into the copy.
    for ending in ("-wal", "-shm", "-journal"):
        beside = Path(f"{database}{ending}")
        if beside.exists():
            beside.rename(f"{kept}{ending}")
    return kept


def _sync_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
