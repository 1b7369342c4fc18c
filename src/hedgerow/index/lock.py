"""The lock that the one process holds that writes to an index."""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import suppress
from pathlib import Path

from hedgerow.index.errors import IndexLocked
from hedgerow.index.origin import NAME as ORIGIN

NAME = "lock"


def take_lock(folder: Path) -> int:
    """Lock the index in `folder`; the descriptor holds the lock until it is closed.

    Raises IndexLocked where another process writes, OSError where there is no such folder.
    """
    while True:
        lock = os.open(folder / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # The folder may have been deleted in between, and the lock with it: that one counts
            # for nobody else.
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(lock), (folder / NAME).stat()):
                    return lock
        except BlockingIOError as problem:
            os.close(lock)
            raise IndexLocked(f"another process writes to the index in {folder}") from problem
        except BaseException:
            os.close(lock)
            raise
        os.close(lock)


def delete_index(folder: str | os.PathLike[str]) -> bool:
    """Delete the index in `folder`, and the folder; whether it is gone now.

    It isn't where another process writes to it: whoever writes an index deletes it. Processes
    that still map its files keep them in memory until they let go.
    """
    path = Path(folder)
    try:
        lock = take_lock(path)
    except FileNotFoundError:
        return True
    except IndexLocked:
        return False
    try:
        remove_files(path)
    finally:
        os.close(lock)
    return True


def remove_files(folder: Path) -> None:
    """Remove a folder whose lock is held."""
    # First what vouches for the rest: where this is killed, what is left is never searched.
    (folder / ORIGIN).unlink(missing_ok=True)
    shutil.rmtree(folder)
