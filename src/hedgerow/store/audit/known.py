"""Checkpoints that are kept outside the log, read beside it: in its file, or in copies of that.

They are compared as the entries reach them, so nothing of them is kept. Lines go up in number, as
they were appended. What is appended while they are read belongs to a later state of the log, and is
left alone: so make `Known` before you look how far the log has come.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hedgerow.store.audit.checkpoints import MAX_LINE, Checkpoint, other_key, parse
from hedgerow.store.audit.findings import Findings, ProblemKind
from hedgerow.store.errors import AuditProblem


@dataclass(frozen=True)
class _File:
    """A file, up to where it went when it was first looked at."""

    path: Path
    size: int


@dataclass(frozen=True)
class Witness:
    """A checkpoint, and where it is kept."""

    checkpoint: Checkpoint
    where: str


class Known:
    """What is kept elsewhere.

    Args:
        paths: files of checkpoints.
        keys: those whose signatures count.
        found: where each line is noted that doesn't belong there.

    Raises:
        AuditProblem: a file can't be read; here, or as it is read.
    """

    def __init__(self, paths: Iterable[Path], keys: Collection[bytes], found: Findings) -> None:
        files = [_File(path, _size(path)) for path in paths]
        self.highest = 0
        """The last entry that one that was given speaks of."""
        self._found = found
        self._torn = [(each.path, line) for each in files if (line := _end(each)) is not None]
        self._streams = [_Stream(_witnesses(each, keys, found)) for each in files]

    def due(self, sequence: int) -> Iterator[Witness]:
        """Those that speak of the log up to this entry, and weren't given before."""
        for stream in self._streams:
            while stream.next is not None and stream.next.checkpoint.sequence <= sequence:
                yield stream.take()

    def rest(self) -> Iterator[Witness]:
        """All others."""
        for stream in self._streams:
            while stream.next is not None:
                self.highest = max(self.highest, stream.next.checkpoint.sequence)
                yield stream.take()
        for path, _line in self._torn:
            self._found.note(ProblemKind.FILE, f"the last line of {path} {_NONSENSE}")

    def see(self, own: Checkpoint) -> None:
        """One of the log's own: a crash may have left a part of it at the end of a file."""
        if self._torn:
            line = own.line()
            self._torn = [each for each in self._torn if not line.startswith(each[1])]


class _Stream:
    """The witnesses of a file, with the next one known."""

    def __init__(self, source: Iterator[Witness]) -> None:
        self._source = source
        self.next = next(source, None)

    def take(self) -> Witness:
        assert self.next is not None
        taken, self.next = self.next, next(self._source, None)
        return taken


_NONSENSE = "is no checkpoint, nor a part of one: it was altered or damaged"


def _witnesses(file: _File, keys: Collection[bytes], found: Findings) -> Iterator[Witness]:
    last = 0
    torn: list[tuple[str, str]] = []
    for number, line in _lines(file):
        where = f"line {number} of {file.path}"
        try:
            checkpoint = parse(line)
        except AuditProblem:
            torn.append((where, line))
            continue
        # What a crash cut off was written again, whole, by the next one.
        for other, part in torn:
            if not line.startswith(part):
                found.note(ProblemKind.FILE, f"{other} {_NONSENSE}")
        torn = []
        if not checkpoint.is_signed_by(keys):
            found.note(ProblemKind.FILE, f"{where} {other_key(checkpoint)}")
        elif checkpoint.number <= last:
            found.note(
                ProblemKind.CHECKPOINT,
                f"{where} has the number {checkpoint.number} once more: the log was put back to an "
                "older state, or somebody has the key; keep the file under another name",
                checkpoint.number,
            )
        else:
            last = checkpoint.number
            yield Witness(checkpoint, where)
    # The last may be a part of what isn't written again yet: see `Known.see`.
    for other, _part in torn[:-1]:
        found.note(ProblemKind.FILE, f"{other} {_NONSENSE}")


def _lines(file: _File) -> Iterator[tuple[int, str]]:
    left = file.size
    try:
        with file.path.open("rb") as stream:
            number = 0
            while left and (piece := stream.readline(min(left, MAX_LINE + 1))):
                left -= len(piece)
                number += 1
                if line := piece.decode("utf-8", "surrogateescape").strip("\n"):
                    yield number, line
    except OSError as error:
        raise _unreadable(file.path, error) from error


def _end(file: _File) -> str | None:
    """The last line of a file where it can't be read as a checkpoint."""
    begin = max(0, file.size - 2 * MAX_LINE)
    try:
        with file.path.open("rb") as stream:
            stream.seek(begin)
            data = stream.read(file.size - begin)
    except OSError as error:
        raise _unreadable(file.path, error) from error
    line = data.decode("utf-8", "surrogateescape").rstrip("\n").rpartition("\n")[2]
    try:
        if line:
            parse(line)
    except AuditProblem:
        return line
    return None


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> AuditProblem:
    return AuditProblem(f"{path} can't be read ({error.strerror}); check its name and permissions")
