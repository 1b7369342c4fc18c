"""Checkpoints kept outside the database: a file that is only ever appended to.

Who cuts the log's end off, and the checkpoints that spoke of it, would have to do so here too. A
copy of the file on another machine is better still: `read_known` reads any number of them.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from hedgerow.store.audit.checkpoints import MAX_LINE, Checkpoint, parse
from hedgerow.store.audit.findings import Findings, ProblemKind
from hedgerow.store.errors import AuditProblem


@dataclass(frozen=True)
class Known:
    """A checkpoint that is kept elsewhere, as far as it is needed to compare."""

    number: int
    sequence: int
    head: bytes
    mark: bytes
    where: str


@dataclass
class KnownCheckpoints:
    """Those that are kept elsewhere. Some hundred bytes each, in memory: one an hour, at most.

    Attributes:
        by_number: to find again among the log's own.
        by_sequence: to be compared with the entries.
        torn: lines that a crash may have cut off, to be found again among the log's own.
    """

    by_number: dict[int, Known] = field(default_factory=dict)
    by_sequence: dict[int, list[Known]] = field(default_factory=dict)
    torn: list[tuple[str, str]] = field(default_factory=list)

    def add(self, found: Checkpoint, where: str) -> Known | None:
        """Keep one; returns another one of the same number, if that is a different one."""
        made = Known(found.number, found.sequence, found.head, found.mark(), where)
        other = self.by_number.setdefault(found.number, made)
        if other is made:
            self.by_sequence.setdefault(found.sequence, []).append(made)
        return None if other.mark == made.mark else other


def read_known(paths: Iterable[Path], keys: Collection[bytes], found: Findings) -> KnownCheckpoints:
    """Read files of checkpoints, and note in `found` each line that doesn't belong there.

    Raises:
        AuditProblem: a file can't be read.
    """
    known = KnownCheckpoints()
    for path in paths:
        for number, line in _lines(path):
            where = f"line {number} of {path}"
            try:
                checkpoint = parse(line)
            except AuditProblem:
                known.torn.append((where, line))
                continue
            if not checkpoint.is_signed_by(keys):
                found.note(ProblemKind.FILE, f"{where} {other_key(checkpoint)}")
            elif other := known.add(checkpoint, where):
                found.note(
                    ProblemKind.CHECKPOINT,
                    f"{where} and {other.where} hold two different checkpoints of the number "
                    f"{checkpoint.number}, both signed: the log was once put back to an older "
                    "state, or somebody has the key",
                    checkpoint.number,
                )
    return known


def other_key(checkpoint: Checkpoint) -> str:
    """What is said of a checkpoint that no known key has signed."""
    return (
        f"is not signed by a known key, and names {checkpoint.public_key.hex()}: it was forged, or "
        "another key file was in use then (name its public key)"
    )


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        with path.open(encoding="utf-8", errors="surrogateescape", newline="\n") as stream:
            number = 0
            while line := stream.readline(MAX_LINE + 1):
                number += 1
                if line.strip():
                    yield number, line.rstrip("\n")
    except OSError as error:
        msg = f"{path} can't be read ({error.strerror}); check its name and permissions"
        raise AuditProblem(msg) from error


class CheckpointFile:
    """The file of one installation. Lines are appended, never changed."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, made: Iterable[Checkpoint], newest: Checkpoint | None) -> None:
        """Append those that come after the file's last one, and `newest` in any case.

        They are on disk when this returns.

        Args:
            made: the log's checkpoints, by number.
            newest: one that was just made.

        Raises:
            AuditProblem: the file can't be written.
        """
        try:
            with self._opened() as number:
                text = _tail(number)
                last = _last_number(text)
                lines = [
                    each.line()
                    for each in made
                    if each.number > last or (newest is not None and each.number == newest.number)
                ]
                if lines:
                    # What a crash has left of a line is ended, so that ours is whole.
                    begin = "" if not text or text.endswith("\n") else "\n"
                    _write(number, f"{begin}{chr(10).join(lines)}\n".encode())
        except OSError as error:
            msg = (
                f"the file of checkpoints {self.path} can't be written ({error.strerror}); the "
                "checkpoint is in the database, and is written here with the next one: make room, "
                "or name another place by the setting audit_checkpoints_file"
            )
            raise AuditProblem(msg) from error

    def last_number(self) -> int:
        """The number of the last checkpoint in the file; 0 where there is none."""
        if not self.path.exists():
            return 0
        number = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            return _last_number(_tail(number))
        finally:
            os.close(number)

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
