"""The file of checkpoints, outside the database: it is only ever appended to.

Who cuts the log's end off, and the checkpoints that spoke of it, would have to do so here too. A
copy of the file on another machine is better still: `known` compares with any number of them.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hedgerow.store.audit.checkpoints import MAX_LINE, Checkpoint, parse
from hedgerow.store.errors import AuditProblem


class CheckpointFile:
    """The file of one installation. Lines are appended, never changed."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, made: Iterable[Checkpoint], newest: Checkpoint | None) -> None:
        """Append those that come after the file's last one, and `newest` where it isn't there.

        They are on disk when this returns.

        Args:
            made: the log's checkpoints, by number.
            newest: one that was just made.

        Raises:
            AuditProblem: the file can't be written.
        """
        with self._telling(), self._opened() as number:
            text = _tail(number)
            last = _last_number(text)
            lines = [each.line() for each in made if each.number > last]
            if newest is not None and newest.number <= last and newest.line() not in text:
                # The log was put back to an older state, and this comes after another's.
                lines.insert(0, newest.line())
            if lines:
                # What a crash has left of a line is ended, so that ours is whole.
                begin = "" if not text or text.endswith("\n") else "\n"
                _write(number, f"{begin}{chr(10).join(lines)}\n".encode())

    def last_number(self) -> int:
        """The number of the last checkpoint in the file; 0 where there is none.

        Raises:
            AuditProblem: it can't be read, and so not be written either.
        """
        with self._telling():
            try:
                number = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
            except FileNotFoundError:
                return 0
            try:
                return _last_number(_tail(number))
            finally:
                os.close(number)

    def is_there(self) -> bool:
        """Whether there is one to compare with.

        Raises:
            AuditProblem: it can't be reached: what it is on isn't mounted, say.
        """
        try:
            self.path.stat()
        except (FileNotFoundError, NotADirectoryError) as error:
            if not self.path.is_symlink():
                return False
            raise self._unreachable(error) from error
        except OSError as error:
            raise self._unreachable(error) from error
        return True

    def _unreachable(self, error: OSError) -> AuditProblem:
        return AuditProblem(
            f"the file of checkpoints {self.path} can't be reached ({error.strerror}): the log "
            "can't be compared with it; mount what it is on, and check that this user may read it"
        )

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Say what to do where the system refuses."""
        try:
            yield
        except OSError as error:
            msg = (
                f"the file of checkpoints {self.path} can't be written ({error.strerror}); what "
                "was signed is in the database, and is written here with the next one: make room, "
                "and check that it is a file that this user may read and write"
            )
            raise AuditProblem(msg) from error

    @contextmanager
    def _opened(self) -> Iterator[int]:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        number = os.open(self.path, flags, 0o600)
        try:
            # Several processes of a machine share the file.
            fcntl.flock(number, fcntl.LOCK_EX)
            yield number
        finally:
            os.close(number)


def _tail(number: int) -> str:
    size = os.fstat(number).st_size
    some = os.pread(number, 2 * MAX_LINE, max(0, size - 2 * MAX_LINE))
    return some.decode("utf-8", "surrogateescape")


def _last_number(text: str) -> int:
    for line in reversed(text.split("\n")):
        try:
            return parse(line).number
        except AuditProblem:
            continue
    return 0


def _write(number: int, data: bytes) -> None:
    before = os.fstat(number).st_size
    try:
        while data:
            data = data[os.write(number, data) :]
        os.fsync(number)
    except OSError:
        # Half a line is taken back, unless the file may only grow: then the next one ends it.
        with suppress(OSError):
            os.ftruncate(number, before)
        raise
